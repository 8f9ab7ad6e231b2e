"""Measurable statements read out of free Chinese text: 漏检率≤3%, 车速不低于60米/分钟, 8小时续航, 单件1.5秒, IP65.

A figure is given a name only when the words between them leave no doubt; otherwise it stays nameless, and nameless
figures are never held against one another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from matcher.marks import Mark, asks, marks
from matcher.measures import Direction, Measure, Measures, Way, shipped
from matcher.numerals import fold
from matcher.objects import objects
from matcher.quantities import NUMBER, Quantity, Shape, quantities
from matcher.reading import CONFLICT, Reader, Reading
from matcher.units import ANGLE, COUNT, DEGREE, GRADE, POINT, RATIO, TEMPERATURE, TIME, TIMES
from matcher.wording import Part, circumstances

CYCLE_TIME = "节拍"
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Indicator:
    """One measurable statement; `whole[start:end] == text` is the piece of the text that makes it.

    quantity    canonical name (漏检率 for 漏出率 and for 检出率), "" when the text names none
    direction   which side is better, by the name
    relation    one of ≤ < ≥ > = ≈ range
    low, high   in base units of `dimension`; None where the relation leaves that side open
    name        the name as written
    parts       the sides of a size, longest first; the two digits of an IP code (-1: not stated)
    objects     what it is about (裂纹 in 裂纹检出率); `conditions` under which (夜间, 满载)
    extremes    max, min, best, mean, when the figure is only that
    marks       whose figure it is: present, past, others, goal, denied, partial …
    asked       its sentence says that it is wanted; `explicit`: a comparison is written, not only a figure
    """

    quantity: str
    direction: Direction
    relation: str
    low: float | None
    high: float | None
    dimension: str
    text: str
    start: int
    end: int
    name: str = ""
    way: Way = Way.LEVEL
    parts: tuple[float, ...] = ()
    objects: frozenset[str] = _NOTHING
    conditions: frozenset[str] = _NOTHING
    extremes: frozenset[str] = _NOTHING
    marks: frozenset[Mark] = frozenset()
    asked: bool = False
    explicit: bool = False


_Levels = tuple[Fraction | None, Fraction | None]
_FLIP = {"≤": "≥", "<": ">", "≥": "≤", ">": "<"}
_SWAP = {"max": "min", "min": "max"}
_BARE_COUNT = 1000
"""A nameless count says something only when it is a large number of times (寿命 10万次 with its name left out)."""
_SAYS_NOTHING = frozenset({POINT, TIMES, GRADE, DEGREE, NUMBER})
_FINE = ("精度", "精确度", "分辨率", "准确度")
_FINER = re.compile(r"不[得应能可宜]?低于|不[得应能可宜]?小于|高于")
_COARSER = re.compile(r"低于")
_SENTENCE = re.compile(r"[^;；。!！?？\n]+")
_CONDITIONAL = re.compile("时(?![间延长速])|的?(?:情况|条件|前提)下")
_LISTED = re.compile("[、/和与及或 ]+")
_ASIDE = re.compile(r" ?\([^()]{0,24}\)")
_EXTREMES = (Part.MAX, Part.MIN, Part.BEST, Part.MEAN)
_AND = re.compile("[ 且并,，、和]*")


def parse(text: str, measures: Measures | None = None) -> tuple[Indicator, ...]:
    """Every measurable statement of the text, in order of appearance; () when there is none. Never raises.

    Each sentence is read by itself. Money, dates, phone and model numbers are not indicators; nameless counts of things
    (5台, 三个人) are left out.
    """
    return tuple(found for start, sentence in sentences(text) for found in stated(sentence, start, measures))


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """The sentences of a text without their stops, each with the place where it starts."""
    for found in _SENTENCE.finditer(text):
        yield found.start(), found[0]


def stated(sentence: str, start: int = 0, measures: Measures | None = None) -> tuple[Indicator, ...]:
    """The indicators of one sentence, their places those in the text in which it starts at `start`."""
    found = _stated(sentence, measures or shipped())
    return tuple(replace(i, start=i.start + start, end=i.end + start) for i in found) if start else found


@lru_cache(maxsize=1 << 16)
def _stated(text: str, measures: Measures) -> tuple[Indicator, ...]:
    folded = fold(text)
    figures = quantities(folded)
    if not figures:
        return ()
    reader = Reader(folded, figures, measures)
    built = (_indicator(text, folded, reader, reading) for reading in reader.readings())
    return tuple(_between(text, (indicator for indicator in built if indicator is not None)))


def _indicator(text: str, folded: str, reader: Reader, reading: Reading) -> Indicator | None:
    figure, measure, name = reading.figure, _meant(reading), reading.name
    relation, doubts = _relation(reading, measure)
    if relation == CONFLICT or (measure is None and _empty(figure, reading.relation)):
        return None
    levels = _levels(figure, relation)
    dimension = _dimension(figure, measure)
    bare = measure is None and not reading.relation
    conditions, extremes = (_NOTHING, _NOTHING) if bare else _circumstances(folded, reading)
    if measure is not None and measure.complement:
        levels, relation, extremes = _turned(levels, relation, extremes, lambda v: 1 - v)
    if measure is not None and measure.quantity == CYCLE_TIME:
        if dimension.endswith(f"/{TIME}"):
            if not all(v is None or v > 0 for v in levels):
                return None
            levels, relation, extremes = _turned(levels, relation, extremes, lambda v: 1 / v)
            dimension = f"{TIME}/{dimension.removesuffix(f'/{TIME}')}"
        elif dimension == TIME:
            dimension = f"{TIME}/{COUNT}{name.counted if name and name.counted else '件'}"
    before, clause = ("", "") if bare else (reader.before(reading), reader.upto(reading))
    found = doubts if bare else doubts | marks(before, clause, reader.clause(reading), bool(reading.relation))
    if _CONDITIONAL.match(folded, reading.behind):
        found |= {Mark.PARTIAL}
    if figure.since or any(part is Part.TO for part, _ in reading.said):
        found |= {Mark.REACHED}
    return Indicator(
        quantity=measure.quantity if measure else "",
        direction=measure.direction if measure else Direction.NEUTRAL,
        relation=relation,
        low=None if levels[0] is None else float(levels[0]),
        high=None if levels[1] is None else float(levels[1]),
        dimension=dimension,
        text=text[reading.start : reading.end],
        start=reading.start,
        end=reading.end,
        name=text[name.start : name.end] if name else "",
        way=measure.way if measure else Way.LEVEL,
        parts=tuple(map(float, figure.parts)),
        objects=objects(reading.run) if measure else _NOTHING,
        conditions=conditions,
        extremes=extremes,
        marks=found,
        asked=asks(before) or asks(clause),
        explicit=bool(reading.relation) or figure.shape is Shape.TOLERANCE,
    )


def _circumstances(folded: str, reading: Reading) -> tuple[frozenset[str], frozenset[str]]:
    """Conditions and extremes from the words before the name, between, and in brackets behind."""
    aside = _ASIDE.match(folded, reading.behind)
    conditions, extremes = circumstances(reading.run + (aside[0] if aside else ""))
    conditions |= {word for part, word in reading.said if part is Part.CONDITION}
    return conditions, extremes | {part.value for part, _ in reading.said if part in _EXTREMES}


def _meant(reading: Reading) -> Measure | None:
    """The measure with two turns of speech put right: 精度98% is a share of right ones, 温度±2℃ a deviation."""
    measure, figure = reading.measure, reading.figure
    if measure is None:
        return None
    if measure.way is Way.PRECISION and figure.dimension == RATIO and figure.shape is not Shape.TOLERANCE:
        if figure.low >= Fraction(1, 2):
            quantity = "准确率" if measure.quantity == "精度" else f"{measure.quantity}（正确率）"
            return Measure(quantity, Direction.HIGHER, RATIO, Way.LEVEL)
    elif figure.shape is Shape.TOLERANCE and measure.direction is not Direction.LOWER:
        if measure.direction is Direction.HIGHER:
            return None
        return Measure(f"{measure.quantity}偏差", Direction.LOWER, measure.dimension, Way.PRECISION)
    return measure


def _relation(reading: Reading, measure: Measure | None) -> tuple[str, frozenset[Mark]]:
    """The comparison in symbols, and a doubt where its words can be read both ways (精度≥0.1mm)."""
    relation, figure = reading.relation, reading.figure
    if relation == CONFLICT:
        return CONFLICT, frozenset()
    if relation == "better":
        if measure is None or measure.direction is Direction.NEUTRAL:
            return "=", frozenset({Mark.UNCLEAR})
        relation = "≥" if (measure.direction is Direction.HIGHER) is not measure.complement else "≤"
    fine = measure is not None and measure.way is Way.PRECISION and reading.name is not None
    if fine and reading.name is not None and reading.name.word.endswith(_FINE) and measure is not None:
        if relation in ("≥", ">"):
            if not _FINER.search(reading.between):
                return relation, frozenset({Mark.UNCLEAR})
            relation = "≤"
        elif _COARSER.search(reading.between):
            return relation, frozenset({Mark.UNCLEAR})
    if figure.shape is Shape.TOLERANCE:
        return relation or "=", frozenset({Mark.UNCLEAR} if relation in ("≥", ">") else ())
    if figure.shape is Shape.RANGE and relation in ("", "=", "≈"):
        return "range", frozenset()
    if relation in ("", "="):
        return (">" if figure.more else "="), frozenset()
    return relation, frozenset()


def _levels(figure: Quantity, relation: str) -> _Levels:
    if relation in ("≤", "<"):
        return None, figure.high
    if relation in ("≥", ">"):
        return figure.low, None
    return figure.low, figure.high


def _turned(
    levels: _Levels, relation: str, extremes: frozenset[str], turn: Callable[[Fraction], Fraction]
) -> tuple[_Levels, str, frozenset[str]]:
    """The statement said the other way round: what was at least is at most."""
    low, high = (None if level is None else turn(level) for level in levels)
    return (high, low), _FLIP.get(relation, relation), frozenset(_SWAP.get(word, word) for word in extremes)


def _dimension(figure: Quantity, measure: Measure | None) -> str:
    if figure.dimension == DEGREE and measure is not None and measure.dimension in (TEMPERATURE, ANGLE):
        return measure.dimension
    return figure.dimension


def _empty(figure: Quantity, relation: str) -> bool:
    """Whether a nameless figure says nothing: no unit, a lone 一天, a count of things."""
    if figure.dimension in _SAYS_NOTHING or figure.dimension.split("/")[0] in _SAYS_NOTHING:
        return True
    if figure.loose and not relation:
        return True
    if figure.dimension.startswith(COUNT) and not relation:
        return figure.dimension != f"{COUNT}次" or figure.low < _BARE_COUNT
    return False


def _between(text: str, found: Iterable[Indicator]) -> list[Indicator]:
    """≥5℃且≤30℃ made one range: a nameless upper limit right behind a named lower one, or the other way round."""
    joined: list[Indicator] = []
    for this in found:
        last = joined[-1] if joined else None
        if last is not None and _closes(text, last, this):
            low, high = (last.low, this.high) if last.high is None else (this.low, last.high)
            joined[-1] = replace(
                last, relation="range", low=low, high=high, end=this.end, text=text[last.start : this.end]
            )
        else:
            if last is not None and _goes_on(text, last, this):
                joined[-1] = replace(last, marks=last.marks | {Mark.PARTIAL})
            joined.append(this)
    return joined


def _goes_on(text: str, last: Indicator, this: Indicator) -> bool:
    """负载3kg/10kg: the named figure is the first of a list, so it stands for no more than a part."""
    same = last.quantity != "" and this.quantity == "" and last.dimension == this.dimension
    return same and _LISTED.fullmatch(text, last.end, this.start) is not None


def _closes(text: str, last: Indicator, this: Indicator) -> bool:
    if not last.quantity or this.quantity or last.dimension != this.dimension or last.end > this.start:
        return False
    lower, upper = (last, this) if last.high is None else (this, last)
    if lower.low is None or upper.high is None or lower.high is not None or upper.low is not None:
        return False
    return lower.low <= upper.high and _AND.fullmatch(text, last.end, this.start) is not None
