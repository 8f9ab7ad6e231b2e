"""The names of measurable indicators: what they are called, which way is better, what they are measured in.

Read from `data/lexicon/indicators.tsv`; staff may add names there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from operator import add
from pathlib import Path
from types import MappingProxyType

from matcher import tables
from matcher.numerals import fold
from matcher.quantities import NUMBER
from matcher.settings import REPOSITORY
from matcher.units import ANGLE, COUNT, DEGREE, MONTH, PRODUCTS, RATIO, TEMPERATURE, TIME

FILE = "indicators.tsv"
COLUMNS = ("指标", "方向", "量纲", "比法", "同义名称", "互补名称")


class Direction(StrEnum):
    """Which side of a figure is the better one."""

    HIGHER = "higher_better"
    LOWER = "lower_better"
    NEUTRAL = "neutral"


class Way(StrEnum):
    """How two figures of one name are compared; see the head of the table. CHANGE is for risen or fallen by so much."""

    LEVEL = "达标"
    CAPACITY = "能力"
    ENVELOPE = "包络"
    WHOLE = "整机"
    SCALE = "规模"
    GENERIC = "泛称"
    CHANGE = "增减"
    PRECISION = "精度"


_DIRECTIONS = {"越高越好": Direction.HIGHER, "越低越好": Direction.LOWER, "不分高低": Direction.NEUTRAL}
_WAYS = {way.value: way for way in Way if way is not Way.CHANGE}
_DIMENSIONS: Mapping[str, str] = {
    "比例": RATIO,
    "时间": TIME,
    "月": MONTH,
    "工作日": "workday",
    "长度": "length",
    "面积": "area",
    "体积": "volume",
    "质量": "mass",
    "速度": "length/time",
    "温度": TEMPERATURE,
    "角度": ANGLE,
    "湿度": "humidity",
    "噪声": "noise",
    "功率": "power",
    "能量": "energy",
    "电荷": "charge",
    "压力": "pressure",
    "频率": "frequency",
    "电压": "voltage",
    "力": "force",
    "扭矩": "torque",
    "照度": "light",
    "带宽": "data/time",
    "算力": "compute",
    "数据": "data",
    "像素": "pixel",
    "防护等级": "protection",
    "等级": "grade",
    "数字": NUMBER,
    "种": COUNT + "种",
    "语种": COUNT + "语种",
    "次": COUNT + "次",
    "件数": COUNT + "*",
    "件数/时间": COUNT + "*/time",
    "件数/天": COUNT + "*/天",
    "时间/件": "time/" + COUNT + "*",
    "帧/时间": COUNT + "帧/time",
    "质量/时间": "mass/time",
    "面积/时间": "area/time",
    "体积/时间": "volume/time",
    "质量/天": "mass/天",
    "面积/天": "area/天",
    "体积/天": "volume/天",
    "质量/体积": "mass/volume",
    "-": "-",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One indicator in one kind of unit. `complement`: the word names what is left to 100 % (检出率 for 漏检率)."""

    quantity: str
    direction: Direction
    dimension: str
    way: Way
    complement: bool = False

    def takes(self, dimension: str) -> bool:
        """Whether a figure of this dimension can be its value; 度 can be degrees of either kind."""
        head, star, tail = self.dimension.partition("*")
        if star:
            rest = dimension[len(head) : len(dimension) - len(tail)]
            return dimension.startswith(head) and dimension.endswith(tail) and bool(rest) and "/" not in rest
        return dimension == self.dimension or (dimension == DEGREE and self.dimension in (TEMPERATURE, ANGLE))


@dataclass(frozen=True, slots=True)
class Name:
    """A name found at `folded[start:end]` with all it may stand for."""

    word: str
    start: int
    end: int
    measures: tuple[Measure, ...]
    counted: str = ""

    @property
    def changes_only(self) -> bool:
        """Whether only its rise or fall can be read (成本)."""
        return all(m.dimension == "-" for m in self.measures)

    def measure(self, dimension: str) -> Measure | None:
        """The one meaning that has this dimension."""
        return next((m for m in self.measures if m.takes(dimension)), None)


CYCLE = Measure("节拍", Direction.LOWER, TIME, Way.LEVEL)
"""What 单件1.5秒 and 600件/小时 give without naming it."""

_BY_UNIT = {"pixel": "像素", "protection": "防护等级"}
_DOING = "检测 识别 判定 判读 判检 测试 扫描 推理 加工 处理 分拣 用时 耗时 时间 节拍 周期"
_UNLIKE = "概频速功税利汇倍斜曲"
"""概率, 频率, 功率 … are no shares of anything."""
_ELSE = re.compile(
    rf"[单每](?P<counted>[{''.join(sorted(PRODUCTS))}图灯膜条帧次])(?:{_DOING.replace(' ', '|')})*"
    rf"|(?P<rate>(?<![{_UNLIKE}])[\u4e00-\u9fff]{{2}}(?<![{_UNLIKE}效良帧的了在为])率)"
)
_TURNED_BY = frozenset("误漏错未不非无假虚拒失优较比")
"""A name right behind one of these is another one (误+识别率, 优+良率) or only a measuring stick (较人工提高20%)."""


class Measures:
    """All known indicator names. Build it with `load`."""

    def __init__(self, words: Mapping[str, tuple[Measure, ...]]) -> None:
        self._words = MappingProxyType(dict(words))
        heads: dict[str, list[str]] = {}
        for word in sorted(words, key=lambda w: (-len(w), w)):
            heads.setdefault(word[:2], []).append(word)
        self._heads = {head: tuple(bucket) for head, bucket in heads.items()}
        by_root: dict[str, set[str]] = {}
        for word, known in words.items():
            for measure in known:
                by_root.setdefault(_root(measure.quantity), set()).add(word)
        self._by_root = {root: _shortest({root, *known}) for root, known in by_root.items()}

    @classmethod
    def load(cls, path: Path) -> Measures:
        """Read the table. Raises InvalidInput naming the line of the first row that is wrong or ambiguous."""
        words: dict[str, tuple[Measure, ...]] = {}
        for row in tables.read(path, COLUMNS):
            for word, measure in _meanings(row):
                if any(_clash(m, measure) for m in words.get(word, ())):
                    raise row.wrong(f"「{word}」在同一量纲下已有别的含义")
                words[word] = (*words.get(word, ()), measure)
        return cls({word: (*known, *_of_ending(word, known, words)) for word, known in words.items()})

    def find(self, folded: str, low: int = 0, high: int | None = None) -> list[Name]:
        """The names in `folded[low:high]`, leftmost and longest, never overlapping."""
        high = len(folded) if high is None else min(high, len(folded))
        known = list(self._known(folded, low, high))
        taken = {place for name in known for place in (name.start, name.end - 1)}
        others = [
            self._other(f)
            for f in _ELSE.finditer(folded, low, high)
            if f.start() not in taken and f.end() - 1 not in taken
        ]
        if not others:
            return known
        found: list[Name] = []
        for name in sorted((*known, *others), key=lambda n: n.start):
            if not found or name.start >= found[-1].end:
                found.append(name)
        return found

    def _known(self, folded: str, low: int, high: int) -> Iterator[Name]:
        end = low
        buckets = map(self._heads.get, map(add, folded[low:high], folded[low + 1 : high]))
        for start, bucket in [(start, bucket) for start, bucket in enumerate(buckets, low) if bucket is not None]:
            if start < end:
                continue
            for word in bucket:
                if folded.startswith(word, start, high) and _whole(folded, start, word):
                    end = start + len(word)
                    if not start or folded[start - 1] not in _TURNED_BY:
                        yield Name(word, start, end, self._words[word])
                    break

    def _other(self, found: re.Match[str]) -> Name:
        """单件, or a share that the table does not list (采纳率): known by its own words only."""
        if found["counted"]:
            return Name(found[0], *found.span(), (CYCLE,), counted=found["counted"])
        return Name(found[0], *found.span(), (Measure(found[0], Direction.NEUTRAL, RATIO, Way.LEVEL),))

    def unsaid(self, quantity: str, name: str, folded: str) -> bool:
        """Whether a folded text surely has no figure of that quantity or under that name, by its words alone: parsing
        it takes a hundred times as long. A quantity that a unit implies needs no word."""
        root = _root(quantity)
        if (name and name in folded) or (root in _UNNAMED and _UNNAMED[root].search(folded)):
            return False
        return not any(word in folded for word in self._by_root.get(root, (root,)))

    def implied(self, dimension: str) -> Measure | None:
        """What a figure means by its unit alone: 600件/小时 is a cycle time, IP65 a degree of protection."""
        if dimension in _BY_UNIT:
            word = _BY_UNIT[dimension]
            return next((m for m in self._words.get(word, ()) if m.quantity == word and m.takes(dimension)), None)
        thing = dimension.removeprefix(f"{TIME}/").removesuffix(f"/{TIME}")
        is_rate = thing != dimension and thing.startswith(COUNT) and thing.removeprefix(COUNT) in PRODUCTS
        return CYCLE if is_rate else None


_UNNAMED: Mapping[str, re.Pattern[str]] = {
    CYCLE.quantity: re.compile("[/每单]|时速"),
    **dict.fromkeys(_BY_UNIT.values(), re.compile("")),
}
"""Quantities that a unit or a count implies without their name, and what must stand in the text for that."""
_TURNS = re.compile("(?:偏差|（正确率）|增幅|降幅)$")


def _root(quantity: str) -> str:
    """The quantity that a word names, for one that the reader made of it: 漏检率 for 漏检率降幅, 精度 for 准确率."""
    root = _TURNS.sub("", quantity)
    return "精度" if root == "准确率" else root


def _shortest(words: Set[str]) -> tuple[str, ...]:
    """The words that hold none of the others: any text with one of all words has one of these."""
    return tuple(sorted(word for word in words if not any(other in word for other in words - {word})))


def _whole(folded: str, start: int, word: str) -> bool:
    """Whether a Latin word (MTBF) does not go on as a longer one."""
    follower = folded[start + len(word) : start + len(word) + 1]
    return not (word[-1].isascii() and follower.isascii() and follower.isalpha())


def _of_ending(word: str, known: tuple[Measure, ...], words: Mapping[str, tuple[Measure, ...]]) -> list[Measure]:
    """What a name's ending means in other units: 设备占地 is an area by itself, a size by 占地."""
    found: list[Measure] = []
    for start in range(1, len(word) - 1):
        for measure in words.get(word[start:], ()):
            if not any(_clash(m, measure) or m == measure for m in (*known, *found)):
                found.append(measure)
    return found


def _clash(one: Measure, other: Measure) -> bool:
    return one != other and (one.takes(other.dimension) or other.takes(one.dimension))


def _meanings(row: tables.Row) -> Iterator[tuple[str, Measure]]:
    direction, way = _DIRECTIONS.get(row["方向"]), _WAYS.get(row["比法"])
    if direction is None:
        raise row.wrong(f"「方向」应为 {'、'.join(_DIRECTIONS)} 之一，现为「{row['方向']}」")
    if way is None:
        raise row.wrong(f"「比法」应为 {'、'.join(_WAYS)} 之一，现为「{row['比法']}」")
    for unit in row.words("量纲"):
        if unit not in _DIMENSIONS:
            raise row.wrong(f"不认识的量纲「{unit}」")
        measure = Measure(row["指标"], direction, _DIMENSIONS[unit], way)
        for word in dict.fromkeys((row["指标"], *row.words("同义名称"))):
            yield _word(row, word), measure
        for word in row.words("互补名称"):
            yield _word(row, word), Measure(row["指标"], direction, _DIMENSIONS[unit], way, complement=True)


def _word(row: tables.Row, word: str) -> str:
    if len(word) < 2:
        raise row.wrong(f"名称「{word}」太短，至少两个字")
    return fold(word)


@cache
def shipped() -> Measures:
    """The names that come with the product, read once."""
    return Measures.load(REPOSITORY / "data" / "lexicon" / FILE)
