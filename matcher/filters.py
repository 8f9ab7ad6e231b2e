"""A filter knows its test and its sentence, so the page, the export and the log never disagree with the query.

Filters exclude, so they are used only when somebody asks; agreement in industry, region and maturity otherwise only
adds points (the best answer often comes from another trade).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Protocol

import numpy as np

from matcher.errors import InvalidInput
from matcher.ports import Rows
from matcher.shelf import Shelf
from matcher.taxonomy import Taxonomy

FACET_NAMES = {
    "industry": "行业",
    "technology": "技术方向",
    "region": "地区",
    "maturity": "成熟度",
    "qualification": "资质",
    "task": "作业类型",
    "object": "作业对象",
    "site": "作业地点",
}


class Filter(Protocol):
    """Which rows of a shelf may be returned. `str(filter)` is the sentence shown beside the result."""

    def rows(self, shelf: Shelf) -> Rows:
        """True where the record may be returned, one entry per row of the shelf."""
        ...

    def __hash__(self) -> int:
        """Filters are values: equal ones keep the same rows."""
        ...


@dataclass(frozen=True, slots=True)
class Where:
    """Keeps records that have at least one of the values under the facet."""

    facet: str
    values: tuple[str, ...]

    def rows(self, shelf: Shelf) -> Rows:
        return shelf.tags.having(f"{self.facet}:{value}" for value in self.values)

    def __str__(self) -> str:
        return f"{FACET_NAMES[self.facet]}为{'或'.join(self.values)}"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Keeps records at this maturity or a riper one; `names` are the maturities that qualify."""

    name: str
    names: tuple[str, ...]

    def rows(self, shelf: Shelf) -> Rows:
        return shelf.tags.having(f"maturity:{name}" for name in self.names)

    def __str__(self) -> str:
        return f"成熟度不低于{self.name}"


@dataclass(frozen=True, slots=True)
class Within:
    """Keeps records whose lowest amount is at most `limit` 万元, and those that name no amount (面议)."""

    limit: float

    def rows(self, shelf: Shelf) -> Rows:
        low = shelf.money[:, 0]
        return np.isnan(low) | (low <= self.limit)

    def __str__(self) -> str:
        return f"报价不超过{self.limit:g}万元（含面议）"


@dataclass(frozen=True, slots=True)
class Without:
    """Keeps everything but the named records."""

    ids: frozenset[str]

    def rows(self, shelf: Shelf) -> Rows:
        keep = shelf.every_row()
        keep[[shelf.row_of[id] for id in self.ids if id in shelf.row_of]] = False
        return keep

    def __str__(self) -> str:
        return f"不含已排除的{len(self.ids)}条"


@dataclass(frozen=True, slots=True)
class Only:
    """Keeps nothing but the named records."""

    ids: frozenset[str]

    def rows(self, shelf: Shelf) -> Rows:
        return ~Without(self.ids).rows(shelf)

    def __str__(self) -> str:
        return f"只看选定的{len(self.ids)}条"


def where(facet: str, values: Sequence[str], taxonomy: Taxonomy) -> Where:
    """A facet filter from words as people write them. Raises InvalidInput for an unknown facet or value."""
    if facet not in FACET_NAMES:
        known = "、".join(FACET_NAMES)
        raise InvalidInput(f"没有“{facet}”这个筛选条件；可用：{known}。", facet=facet)
    return Where(facet, tuple(_resolved(facet, value, taxonomy) for value in values))


def at_least(maturity: str, taxonomy: Taxonomy) -> AtLeast:
    """The maturity filter. Raises InvalidInput for an unknown maturity."""
    name = _resolved("maturity", maturity, taxonomy)
    floor = taxonomy.maturity_level(name) or 0
    return AtLeast(name, tuple(n for n in taxonomy.names["maturity"] if (taxonomy.maturity_level(n) or 0) >= floor))


def allowed(filters: Sequence[Filter], shelf: Shelf) -> Rows:
    """The rows that pass every filter."""
    return reduce(lambda rows, f: rows & f.rows(shelf), filters, shelf.every_row())


def _resolved(facet: str, value: str, taxonomy: Taxonomy) -> str:
    name = taxonomy.resolve(facet, value)
    if name is None:
        known = "、".join(taxonomy.names[facet][:12])
        raise InvalidInput(f"{FACET_NAMES[facet]}里没有“{value}”；例如：{known}。", facet=facet, value=value)
    return name
