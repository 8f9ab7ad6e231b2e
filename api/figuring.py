"""The figures of one service: facts read when anything changed, narrowed to what is asked, made into tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from types import MappingProxyType

from api.exporting import figures as tables
from api.exporting.tabular import Table
from api.ports import Search
from matcher.errors import NotFound
from matcher.gaps import Cell, GapMap, by_city, gap_map
from matcher.journey import DIMENSIONS, UNNAMED
from matcher.model import Kind
from matcher.periods import month_of
from matcher.placing import cities, directions
from matcher.store import Store
from matcher.store.figures import Facts, facts, mark

KEPT = 64
"""Scopes whose figures are kept until something changes; others are counted each time."""

LISTED = 20
"""Lines of the lists of gaps on a page; the file holds all of them."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which records count: of one batch, city, industry or month of filing; "" counts all."""

    batch: str = ""
    city: str = ""
    industry: str = ""
    month: str = ""

    @property
    def query(self) -> dict[str, str]:
        """As the parameters of an address."""
        given = {name: getattr(self, name) for name in ("batch", "city", "industry", "month")}
        return {name: value for name, value in given.items() if value}

    def says(self) -> str:
        """Such as 批次：第一批，地市：佛山; 全部数据 for everything."""
        return "，".join(f"{DIMENSIONS[name].label}：{value}" for name, value in self.query.items()) or "全部数据"


@dataclass(frozen=True)
class Picture:
    """The facts that one scope leaves, and the words they are arranged by; `month` is the present one."""

    facts: Facts
    industries: Sequence[str]
    directions: Sequence[str]
    cities: Sequence[str]
    month: str
    made: dict[tuple[str, int | None], Table] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def gaps(self) -> GapMap:
        """Industry × technology direction."""
        return gap_map(self.facts.standings, self.industries, self.directions)

    @cached_property
    def by_city(self) -> Mapping[str, Cell]:
        """City → both sides' counts, as the map shows them."""
        return by_city(self.facts.standings)

    @cached_property
    def headline(self) -> Mapping[str, int]:
        """The figures at the top."""
        return tables.headline(self.facts.journeys, self.facts.standings)

    def table(self, name: str, *, most: int | None = None) -> Table:
        """One of TABLES, counted once. NotFound for another name."""
        if name not in TABLES:
            raise NotFound(f"没有“{name[:40]}”这张统计表。", name=name[:40])
        if (name, most) not in self.made:
            self.made[name, most] = TABLES[name](self, most)
        return self.made[name, most]


def _by(dimension: str) -> Callable[[Picture, int | None], Table]:
    return lambda p, most: tables.breakdown_table(p.facts.journeys, dimension)


def _waiting(dimension: str) -> Callable[[Picture, int | None], Table]:
    return lambda p, most: tables.response_table(p.facts.journeys, dimension)


TABLES: Mapping[str, Callable[[Picture, int | None], Table]] = MappingProxyType(
    {
        "funnel": lambda p, most: tables.funnel_table(p.facts.journeys),
        "trend": lambda p, most: tables.trend_table(p.facts.journeys, p.month),
        **{f"by-{name}": _by(name) for name in DIMENSIONS},
        "regions": lambda p, most: tables.region_table(p.facts.journeys, p.facts.standings, p.cities),
        "gaps": lambda p, most: tables.gap_table(p.gaps),
        "lacking": lambda p, most: tables.lacking_table(p.facts.standings, most),
        "idle": lambda p, most: tables.idle_table(p.facts.standings, most),
        **{f"response-{name}": _waiting(name) for name in DIMENSIONS},
        "vendors": lambda p, most: tables.first_lines(tables.vendor_table(p.facts.offers, p.facts.pairings), most),
    }
)
"""Name in addresses → the table of a picture; the number cuts long lists."""


@dataclass(frozen=True)
class _Known:
    """The facts of one state of the store, and what has been counted from them so far."""

    mark: object
    facts: Facts
    pictures: dict[tuple[Scope, str, str], Picture] = field(default_factory=dict)

    @cached_property
    def choices(self) -> Mapping[str, Sequence[str]]:
        found = {name: {dim.key(journey) for journey in self.facts.journeys} for name, dim in DIMENSIONS.items()}
        return {name: sorted(values - {""}, reverse=name == "month") for name, values in found.items()}

    @cached_property
    def behind(self) -> int:
        return sum(each.best is None for each in self.facts.standings)


class Figures:
    """Safe to use from many threads. Facts are read, and figures counted, again only when something changed."""

    def __init__(self, store: Store, search: Search) -> None:
        self._store, self._search = store, search
        self._held: _Known | None = None

    def picture(self, scope: Scope, now: datetime) -> Picture:
        """The figures of a scope at this moment."""
        taxonomy, known = self._search.taxonomy, self._known()
        asked = (scope, month_of(now), taxonomy.version)
        found = known.pictures.get(asked)
        if found is None:
            words = (taxonomy.names["industry"], directions(taxonomy), cities(taxonomy))
            found = Picture(_narrowed(known.facts, scope), *words, asked[1])
            if len(known.pictures) < KEPT:
                known.pictures[asked] = found
        return found

    def choices(self) -> Mapping[str, Sequence[str]]:
        """For each dimension the values that occur, for the filters of the page."""
        return self._known().choices

    def behind(self) -> int:
        """How many records the lookout still has to look at before the gaps are right."""
        return self._known().behind

    def _known(self) -> _Known:
        with self._store.read_snapshot() as snapshot:
            marked, held = mark(snapshot), self._held
            if held is None or held.mark != marked:
                held = self._held = _Known(marked, facts(snapshot))
        return held


def _narrowed(found: Facts, scope: Scope) -> Facts:
    """What the scope leaves. Solutions have neither batch of demands nor month, so only place and trade narrow them."""
    wanted = scope.query
    if not wanted:
        return found
    journeys = tuple(
        j for j in found.journeys if all((DIMENSIONS[n].key(j) or UNNAMED) == value for n, value in wanted.items())
    )
    ids = {journey.id for journey in journeys}
    standings = tuple(
        s
        for s in found.standings
        if (
            s.id in ids
            if s.kind is Kind.DEMAND
            else all((getattr(s, n) or UNNAMED) == wanted[n] for n in ("city", "industry") if n in wanted)
        )
    )
    pairings = tuple(pairing for pairing in found.pairings if pairing.demand in ids)
    kept = {s.id for s in standings if s.kind is Kind.SOLUTION} | {pairing.solution for pairing in pairings}
    return replace(
        found,
        journeys=journeys,
        standings=standings,
        pairings=pairings,
        offers=tuple(offer for offer in found.offers if offer[0] in kept),
    )
