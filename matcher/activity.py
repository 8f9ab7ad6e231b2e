"""How soon the centre answers and what vendors do: response times, and one line per vendor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from types import MappingProxyType

from matcher.journey import DIMENSIONS, UNNAMED, Journey, Step
from matcher.periods import days_between

BANDS: tuple[tuple[str, float], ...] = (
    ("3 天以内", 3.0),
    ("3–7 天", 7.0),
    ("7–15 天", 15.0),
    ("15–30 天", 30.0),
    ("30 天以上", float("inf")),
)
"""Name and upper bound in days, the bound itself included."""


@dataclass(frozen=True, slots=True)
class Response:
    """Days from filing to the first contact of a group of demands.

    `days` is the median and `slow` the ninth decile of those contacted, None when nobody was. `bands` counts them in
    the order of BANDS. `contacted` + `waiting` is the size of the group.
    """

    name: str
    contacted: int
    waiting: int
    days: float | None
    slow: float | None
    bands: tuple[int, ...]


def response(journeys: Iterable[Journey], name: str = "") -> Response:
    """The response times of these demands; those that were never valid are not waited for and do not count."""
    taken: list[float] = []
    waiting = 0
    for journey in journeys:
        filed, contacted = journey.reached.get(Step.COLLECTED), journey.reached.get(Step.CONTACT)
        if filed is not None and contacted is not None:
            taken.append(days_between(filed, contacted))
        elif journey.passed(Step.VALID) and not journey.passed(Step.CONTACT):
            waiting += 1
    taken.sort()
    bands = [0] * len(BANDS)
    for days in taken:
        bands[next(at for at, (_, most) in enumerate(BANDS) if days <= most)] += 1
    return Response(
        name,
        len(taken),
        waiting,
        median(taken) if taken else None,
        taken[-(-9 * len(taken) // 10) - 1] if taken else None,
        tuple(bands),
    )


def responses(journeys: Sequence[Journey], dimension: str) -> tuple[Response, ...]:
    """One row per value of a dimension, most demands first. Counts add up to those of `response(journeys)`."""
    key = DIMENSIONS[dimension].key
    groups: dict[str, list[Journey]] = {}
    for journey in journeys:
        groups.setdefault(key(journey) or UNNAMED, []).append(journey)
    rows = [response(group, name) for name, group in groups.items()]
    return tuple(sorted(rows, key=lambda row: (row.name == UNNAMED, -(row.contacted + row.waiting), row.name)))


@dataclass(frozen=True, slots=True)
class Pairing:
    """One pair of a demand and a vendor's solution, and when it first reached each step; aware times."""

    demand: str
    solution: str
    recommended: datetime | None = None
    contacted: datetime | None = None
    piloted: datetime | None = None
    landed: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Vendor:
    """What one vendor has on file and what became of it. `last` is the latest move of any of its pairs."""

    name: str
    solutions: int
    recommended: int
    contacted: int
    piloted: int
    landed: int
    last: datetime | None = None
    titles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def vendors(offers: Iterable[tuple[str, str, str]], pairings: Iterable[Pairing]) -> tuple[Vendor, ...]:
    """One row per vendor of `offers` (solution id, title, vendor name), most landed, then most recommended first.

    Pairs of a solution that is no longer on file count under 未注明, so the columns add up to all pairs.
    """
    titles: dict[str, dict[str, str]] = {}
    owner: dict[str, str] = {}
    for id, title, vendor in offers:
        name = owner[id] = vendor.strip() or UNNAMED
        titles.setdefault(name, {})[id] = title
    own: dict[str, list[Pairing]] = {name: [] for name in titles}
    for pairing in pairings:
        own.setdefault(owner.get(pairing.solution, UNNAMED), []).append(pairing)
    rows = [_vendor(name, titles.get(name, {}), pairs) for name, pairs in own.items()]
    return tuple(
        sorted(rows, key=lambda v: (v.name == UNNAMED, -v.landed, -v.piloted, -v.contacted, -v.recommended, v.name))
    )


def _vendor(name: str, titles: Mapping[str, str], pairs: Sequence[Pairing]) -> Vendor:
    return Vendor(
        name,
        len(titles),
        recommended=sum(pair.recommended is not None for pair in pairs),
        contacted=sum(pair.contacted is not None for pair in pairs),
        piloted=sum(pair.piloted is not None for pair in pairs),
        landed=sum(pair.landed is not None for pair in pairs),
        last=max((pair.last for pair in pairs if pair.last is not None), default=None),
        titles=MappingProxyType(dict(titles)),
    )
