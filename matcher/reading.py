"""Which name a figure belongs to, and by which comparison: the words between them must leave no doubt."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from matcher.measures import Direction, Measure, Measures, Name, Way
from matcher.quantities import Quantity, Shape
from matcher.units import AREA, COUNT, LENGTH, MASS, POINT, RATIO, TIME, TIMES, VOLUME
from matcher.wording import CHANGING, PER, TO, Part, parts, relation_before, relation_behind

WINDOW = 48
"""How many characters before a figure are looked at; keeps reading linear whatever the text."""
_RUN = 16
"""How many characters before a name are taken as the words that say what it is about."""

_CLAUSE = re.compile(r"[，;；。!！?？\n、【】《》“”,.]")
_NO_BREAK = re.compile(r",[0-9]{3}(?![0-9])|\.(?![\u4e00-\u9fff\s]|$)")
_SENTENCE = re.compile(r"[;；。!！?？\n]")
_JOIN = re.compile(r"(?:和|与|及|以及|、|/|或) ?[\u4e00-\u9fff]{0,4}")
_NEXT = re.compile(r" ?[和与及、,，/] ?(?:≤|≥|<|>|不低于|不高于|不超过|低于|高于)?")
_LINK = re.compile(r" ?(?:级|级别)?(?:的[\u4e00-\u9fff]{0,4}?|超长|长)? ?")
_REACH = 5
_REACHES = re.compile(rf"{TO.pattern}|达到?(?![A-Za-z标])")
_PREAMBLE = re.compile(
    r"(?:\s|要求|希望|期望|需要?|应|须|力争|目标|争取|拟|计划|将其?|使其?|可以?|能够?|已|现|并|逐步|进一步|(?:上线|使用|应用|改造|部署)后)*"
)
_SUMS = frozenset({LENGTH, AREA, VOLUME, MASS, TIME, "energy"})
"""What adds up over time or from piece to piece, as counts do; a share per day is no rate."""
_PERIODS = {"day": "天", "year": "年", "month": "月"}
_SECONDS = {"小时": 3600, "分钟": 60, "分": 60, "秒钟": 1, "秒": 1}
_LEAD = re.compile(
    r"\s*(?:[(（]?[0-9]{1,2}(?:[)）、]|\.(?![0-9]))|[(（][一二三四五六七八九十]{1,2}[)）]|[①-⑳•·●▪■◆]|[-—*]+\s)?[\s:()）和与及且并的]*"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure as said: `folded[start:end]` is the stretch to quote, `relation` a symbol or "".

    `measure` None: nameless. `said` are the words between name and figure, `between` their text, `run` the words
    before the name. `behind` is where the figure with its comparison ends.
    """

    figure: Quantity
    measure: Measure | None
    name: Name | None
    relation: str
    start: int
    end: int
    behind: int
    said: tuple[tuple[Part, str], ...] = ()
    between: str = ""
    run: str = ""


class Reader:
    """One pass over one folded text. `clause` and `sentence` give the surroundings of a reading."""

    def __init__(self, folded: str, figures: Sequence[Quantity], measures: Measures) -> None:
        self._folded, self._figures, self._measures = folded, figures, measures
        self._names = [name for low, high in _near(figures) for name in measures.find(folded, low, high)]
        self._ends = [name.end for name in self._names]
        self._starts = [name.start for name in self._names]
        self._breaks = [
            m.start() for m in _CLAUSE.finditer(folded) if m[0] not in ",." or not _NO_BREAK.match(folded, m.start())
        ]
        self._stops = [m.start() for m in _SENTENCE.finditer(folded)]
        self._taken = 0
        self._last: Reading | None = None

    def readings(self) -> Iterator[Reading]:
        """Every figure once, in order; a figure shared by several names (漏检率、误报率均≤3%) once for each."""
        at = 0
        while at < len(self._figures):
            group = self._read(at)
            for reading in group:
                if reading.measure is not None or reading.relation or not reading.figure.dimension.startswith(COUNT):
                    self._taken = max(self._taken, reading.behind)
                if reading.name is not None and reading.measure is not None:
                    self._last = reading
                yield reading
            at += len({reading.figure.start for reading in group})

    def clause(self, reading: Reading) -> str:
        """The whole clause the figure stands in, at most WINDOW characters to each side."""
        low, high = self._bounds(reading.figure.start)
        return self._folded[max(low, reading.start - WINDOW) : min(high, reading.behind + WINDOW)]

    def before(self, reading: Reading) -> str:
        """The sentence before the figure's clause, at most WINDOW characters of it."""
        low = min(self._bounds(reading.figure.start)[0], reading.start)
        return self._folded[max(self._sentence(reading.figure.start), low - WINDOW) : low]

    def upto(self, reading: Reading) -> str:
        """The figure's clause up to its end, without its name (人工 in 人工减少60% is no hand work) and what it
        replaced (从目前的2%降到0.1%)."""
        low = max(min(self._bounds(reading.figure.start)[0], reading.start), reading.behind - 2 * WINDOW)
        name, figure = reading.name, reading.figure
        begin, end = (name.start, name.end) if name and low <= name.start < figure.start else (low, low)
        if figure.since is not None:
            end = max(end, figure.since[1])
        return f"{self._folded[low:begin]}|{self._folded[end : reading.behind]}"

    def _bounds(self, at: int) -> tuple[int, int]:
        place = bisect_left(self._breaks, at)
        start = self._breaks[place - 1] + 1 if place else 0
        return start, self._breaks[place] if place < len(self._breaks) else len(self._folded)

    def _sentence(self, at: int) -> int:
        place = bisect_left(self._stops, at)
        return self._stops[place - 1] + 1 if place else 0

    def _read(self, at: int) -> list[Reading]:
        figure = self._figures[at]
        low, high = self._bounds(figure.start)
        low = max(low, self._taken)
        chain = self._chain(figure, low)
        if chain:
            reading = self._before(figure, chain[0], low)
            if reading is not None:
                return self._spread(at, reading, chain)
        return [self._behind(at, low, high) or self._inherited(figure, low) or self._nameless(figure, low, high)]

    def _chain(self, figure: Quantity, low: int) -> list[Name]:
        """The nearest name before the figure in its clause, then the names joined to it by 和, 、 …, backwards."""
        place = bisect_right(self._ends, figure.reach) - 1
        if place < 0 or self._starts[place] < max(low, figure.reach - WINDOW):
            return []
        chain = [self._names[place]]
        floor = max(self._sentence(figure.start), self._taken)
        while place and len(chain) < 4:
            former = self._names[place - 1]
            joined = _JOIN.fullmatch(self._folded, former.end, chain[-1].start)
            if joined is None or former.start < floor or former.measure(figure.dimension) is None:
                break
            chain.append(former)
            place -= 1
        return chain

    def _spread(self, at: int, reading: Reading, chain: list[Name]) -> list[Reading]:
        """The reading for every name of the chain; with 分别, the first name gets the first figure, and so on."""
        if len(chain) == 1:
            return [reading]
        names = chain[::-1]
        figures = [reading.figure] * len(names)
        if any(part is Part.EACH for part, _ in reading.said):
            figures = list(self._figures[at : at + len(names)])
            ends = [f.end for f in figures]
            joined = all(
                _NEXT.fullmatch(self._folded, relation_behind(self._folded, end)[1], f.start)
                for end, f in zip(ends, figures[1:], strict=False)
            )
            if len(figures) < len(names) or not joined:
                return [replace(reading, measure=None, name=None)]
        start = self._begin(self._bounds(names[0].start)[0], names[0].start)
        end = relation_behind(self._folded, figures[-1].end)[1]
        spread: list[Reading] = []
        at_end, run = max(self._bounds(names[0].start)[0], self._taken), ""
        for name, figure in zip(names, figures, strict=True):
            measure = self._measure(name, figure, reading.said, name.start)
            own = self._folded[max(at_end, name.start - _RUN) : name.start]
            run = own if len(own) > 1 else run
            at_end = name.end
            spread.append(
                replace(reading, figure=figure, measure=measure, name=name, start=start, end=end, behind=end, run=run)
            )
        return spread

    def _before(self, figure: Quantity, name: Name, low: int) -> Reading | None:
        """漏检率不高于3%."""
        said = parts(self._folded, name.end, figure.reach)
        measure = self._measure(name, figure, said, low) if said is not None else None
        if said is None or (measure is None and not name.changes_only):
            return None
        relation, end = self._relation(said, figure)
        if measure is None or TO.match(self._folded, end):  # 硬度≥3H; 时间由3天缩短至当晚
            relation = CONFLICT
        start = self._begin(low, name.start)
        between = self._folded[name.end : figure.start]
        run = self._folded[max(low, name.start - _RUN) : name.start]
        return Reading(self._rated(figure), measure, name, relation, start, end, end, tuple(said), between, run)

    def _measure(self, name: Name, figure: Quantity, said: Sequence[tuple[Part, str]], low: int) -> Measure | None:
        """What the figure measures: the named level, or by how much that rose or fell."""
        kinds = {part for part, _ in said}
        if Part.TO not in kinds and figure.since is None:
            verb = CHANGING.search(self._folded, max(low, name.start - 10), name.start)
            rises = Part.UP in kinds or (verb is not None and _rises(verb))
            if rises or Part.DOWN in kinds or verb is not None:
                return change(name, figure, rises)
        return name.measure(self._rated(figure).dimension)

    def _rated(self, figure: Quantity) -> Quantity:
        """The figure as the rate that the words before it make of it: 每小时600件, 日处理500吨."""
        if (figure.dimension not in _SUMS and not figure.dimension.startswith(COUNT)) or "/" in figure.dimension:
            return figure
        low = max(self._bounds(figure.start)[0], self._taken, figure.start - WINDOW // 2)
        found = list(PER.finditer(self._folded, low, figure.start))
        if not found:
            return figure
        per = found[-1]
        if per["time"] or per["hour"]:
            seconds = _SECONDS.get(per["time"] or "小时", 3600)
            return replace(
                figure, low=figure.low / seconds, high=figure.high / seconds, dimension=f"{figure.dimension}/{TIME}"
            )
        period = next((word for group, word in _PERIODS.items() if per[group]), per["each"])
        return replace(figure, dimension=f"{figure.dimension}/{period}")

    def _behind(self, at: int, low: int, high: int) -> Reading | None:
        """8小时续航, 98%以上的识别率; not where the name already serves a figure of its own further on."""
        figure = self._figures[at]
        relation, start = relation_before(self._folded, low, figure.start)
        suffix, end = relation_behind(self._folded, figure.end)
        place = bisect_left(self._starts, end)
        if place == len(self._names) or self._names[place].end > high:
            return None
        name = self._names[place]
        generic = all(m.way is Way.GENERIC for m in name.measures)
        if name.start - end > _REACH or name.counted or generic or not _LINK.fullmatch(self._folded, end, name.start):
            return None
        rated = self._rated(figure)
        verb = CHANGING.search(self._folded, max(low, start - 3), start)
        measure = change(name, figure, _rises(verb)) if verb else name.measure(rated.dimension)
        follower = self._figures[at + 1] if at + 1 < len(self._figures) else None
        loose = figure.shape is Shape.TOLERANCE and not name.word.endswith("精度")  # 适应来料±3毫米偏差
        if measure is None or loose or (follower is not None and self._serves(name, follower, high)):
            return None
        run = self._folded[max(low, start - _RUN) : start] + self._folded[end : name.start]
        begin = self._begin(low, start)
        return Reading(rated, measure, name, both(relation, suffix), begin, name.end, name.end, run=run)

    def _serves(self, name: Name, figure: Quantity, high: int) -> bool:
        fits = figure.start < high and name.measure(figure.dimension) is not None
        return fits and parts(self._folded, name.end, figure.start) is not None

    def _inherited(self, figure: Quantity, low: int) -> Reading | None:
        """目前漏检率约5%，要求降到1%以下: the second figure's name is the first one's."""
        last = self._last
        if last is None or last.name is None or last.start < self._sentence(figure.start):
            return None
        lead = _PREAMBLE.match(self._folded, low, figure.reach)
        begin = lead.end() if lead else low
        said, measure = parts(self._folded, begin, figure.reach), last.name.measure(figure.dimension)
        if said is None or measure is None:
            return None
        apart = any(part is Part.CONDITION for part, _ in said)  # 白天不低于99%，夜间不低于97%
        if not (apart or figure.since is not None or _REACHES.match(self._folded, begin)):
            return None
        relation, end = self._relation(said, figure)
        start = self._begin(low, figure.reach)
        return Reading(figure, measure, last.name, relation, start, end, end, tuple(said), run=last.run)

    def _nameless(self, figure: Quantity, low: int, high: int) -> Reading:
        """A figure without a name: what its unit implies (IP65, 600件/小时), or quoted with the words behind it."""
        relation, start = relation_before(self._folded, low, figure.start)
        suffix, behind = relation_behind(self._folded, figure.end)
        rated = self._rated(figure)
        measure = self._measures.implied(rated.dimension)
        place = bisect_left(self._starts, behind)
        limit = self._starts[place] if place < len(self._starts) else high
        end = behind if measure is not None else max(behind, min(high, limit, behind + 20))
        end = behind + len(self._folded[behind:end].rstrip())
        run = PER.sub("", self._folded[max(low, start - _RUN) : start])
        begin = self._begin(low, start)
        return Reading(rated, measure, None, both(relation, suffix), begin, end, behind, run=run)

    def _relation(self, said: Sequence[tuple[Part, str]], figure: Quantity) -> tuple[str, int]:
        """The comparison by the words before and behind the figure, and where the latter end."""
        before = ""
        for part, symbol in said:
            if part is Part.RELATION:
                before = both(before, symbol)
        if figure.since is not None:
            before = relation_before(self._folded, figure.since[1], figure.start)[0]
        suffix, end = relation_behind(self._folded, figure.end)
        return both(before, suffix), end

    def _begin(self, low: int, name: int) -> int:
        """Where the quoted stretch begins: at the clause, without list numbers and headings."""
        start = max(low, self._folded.rfind(":", low, name) + 1, name - WINDOW)
        if start and start == self._taken and self._folded.startswith(("下", "时"), start) and start < name:
            start += 1  # 在板速18米/分钟下检出率≥99%
        lead = _LEAD.match(self._folded, start, name)
        return lead.end() if lead else start


def _near(figures: Sequence[Quantity]) -> list[tuple[int, int]]:
    """The stretches around figures where a name can matter, merged."""
    stretches: list[tuple[int, int]] = []
    for figure in figures:
        low, high = max(0, figure.reach - WINDOW - _RUN), figure.end + WINDOW
        if stretches and low <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], high)
        else:
            stretches.append((low, high))
    return stretches


CONFLICT = "conflict"
_AGREE = {("<", "≤"): "<", ("≤", "<"): "<", (">", "≥"): ">", ("≥", ">"): ">"}


def both(before: str, behind: str) -> str:
    """One comparison out of two: 不低于95%以上 is ≥, 约3%以内 is ≤, 不超过3%以上 is a conflict."""
    weak = ("", "=", "≈")
    if behind in weak and behind != "≈":
        return before or behind
    if before in weak:
        return behind
    if before == behind or behind == "≈":
        return before
    return _AGREE.get((before, behind), CONFLICT)


def _rises(verb: re.Match[str]) -> bool:
    return verb["up"] is not None or verb["raising"] is not None


def change(name: Name, figure: Quantity, rises: bool) -> Measure | None:
    """By how much something rose or fell, as an indicator of its own: 漏检率下降30% says nothing about its level."""
    first = name.measures[0]
    if name.counted or (figure.dimension not in (RATIO, POINT, TIMES) and name.measure(figure.dimension) is None):
        return None
    base = name.word if first.complement else first.quantity
    return Measure(base + ("增幅" if rises else "降幅"), Direction.HIGHER, figure.dimension, Way.CHANGE)
