"""A text read once for what it says: its indicators, and the kinds of figures in each short stretch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from matcher.indicators import parse
from matcher.numerals import fold
from matcher.quantities import quantities
from matcher.units import AREA, COUNT, LENGTH, MASS, MONTH, PROTECTION, RATIO, TEMPERATURE, TIME, VOLUME

ANY = "任意"
"""The kind of every number, whatever is counted: 14万, 六十多."""

_BREAK = re.compile(r"[。；;！？!?\n，]|,(?![0-9])")
_NUMBER = re.compile(r"[0-9]|[一二两三四五六七八九十百千万几]+(?![些起样般边])")
_PLACES = "条套台路处盏座艘车床架组辆张间栋层家个款块盘批支根把"

KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "比例": (RATIO, "point"),
        "人": (f"{COUNT}人",),
        "户": (f"{COUNT}户", f"{COUNT}家"),
        "床位": (f"{COUNT}床", f"{COUNT}张"),
        "人次": (f"{COUNT}人次",),
        "件数": (COUNT,),
        "台套": tuple(COUNT + unit for unit in _PLACES),
        "种数": (f"{COUNT}种", f"{COUNT}款", f"{COUNT}语种"),
        "长度": (LENGTH,),
        "面积": (AREA,),
        "体积": (VOLUME,),
        "质量": (MASS,),
        "时间": (TIME,),
        "月": (MONTH,),
        "温度": (TEMPERATURE, "degree"),
        "湿度": ("humidity",),
        "防护": (PROTECTION,),
        "噪声": ("noise",),
        "光照": ("light",),
        "数据量": ("data", f"{COUNT}条", f"{COUNT}份", f"{COUNT}张", f"{COUNT}例"),
    }
)
"""Kind of figure → the beginnings of the dimensions it covers. Rates have kinds of their own, below."""

_KILOMETRE = 1000


@dataclass(frozen=True, slots=True)
class Stretch:
    """What stands between two commas, folded, and the kinds of its figures."""

    text: str
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Said:
    """`names` are the canonical names of the indicators read, whether required or told of today."""

    text: str
    names: frozenset[str]
    stretches: tuple[Stretch, ...]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Said:
        """Reads the texts, of any length; none says nothing."""
        given = [text for text in texts if text.strip()]
        folded = [fold(text).casefold() for text in given]
        names = frozenset(found.quantity for text in given for found in parse(text) if found.quantity)
        return cls("\n".join(folded), names, tuple(stretch for text in folded for stretch in _stretches(text)))

    def mentions(self, words: Iterable[str]) -> bool:
        """Whether one of the words, folded, stands anywhere in the text."""
        return any(word in self.text for word in words)

    def counts(self, kinds: frozenset[str], beside: tuple[str, ...]) -> bool:
        """Whether a figure of these kinds stands in one stretch with one of the words; without words, anywhere."""
        return any(
            stretch.kinds & kinds and (not beside or any(word in stretch.text for word in beside))
            for stretch in self.stretches
        )


def _stretches(folded: str) -> Iterator[Stretch]:
    figures = quantities(folded)
    start = 0
    for mark in [*_BREAK.finditer(folded), None]:
        end = mark.start() if mark else len(folded)
        piece = folded[start:end]
        kinds = {ANY} if _NUMBER.search(piece) else set[str]()
        for figure in figures:
            if start <= figure.start < end:
                kinds |= kinds_of(figure.dimension, float(figure.high))
        if piece.strip():
            yield Stretch(piece, frozenset(kinds))
        start = mark.end() if mark else end


def kinds_of(dimension: str, value: float) -> set[str]:
    """The kinds of one figure by its dimension; a length from a kilometre on is a distance (里程) too."""
    if "/" in dimension:
        rate = {"速度"} if dimension.startswith(LENGTH) else {"产量"}
        return rate | {"件数"} if dimension.startswith(COUNT) else rate
    found = {kind for kind, starts in KINDS.items() if dimension.startswith(starts)}
    return found | {"里程"} if dimension == LENGTH and value >= _KILOMETRE else found


def all_kinds() -> frozenset[str]:
    """Every kind a table may name."""
    return frozenset(KINDS) | {ANY, "速度", "产量", "里程"}
