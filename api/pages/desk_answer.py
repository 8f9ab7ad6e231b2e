"""One answer of the desk: a filed or typed record ranked, with its cards, its filters, and what was decided before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.asking import survey
from api.excluding import Excluded
from api.pages.desk_filters import DeskFilters, asked_filters, desk_filters
from api.pages.forms import Form
from api.pages.match_cards import MatchCard, match_cards
from api.parts import Parts
from api.schemas.ranking import LONGEST_QUERY
from matcher.engagement import Engagement
from matcher.errors import InvalidInput
from matcher.filters import Filter, Only
from matcher.model import Demand, Kind, Ranking, Record, Solution
from matcher.store import Snapshot
from matcher.store.followup import FollowUp

TOPS = (10, 20, 50)
"""How many matches a page may show."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page shows. `of` is the kind found; `pairs` are the engagements of the record asked about."""

    record: Record
    of: Kind
    ranking: Ranking
    took_ms: float
    cards: tuple[MatchCard, ...]
    filters: DeskFilters
    pairs: Mapping[str, Engagement]
    narrowed_to: tuple[str, ...]
    excluded_says: str
    top: int

    @property
    def filed(self) -> bool:
        return bool(self.record.id)

    @property
    def plain(self) -> bool:
        """Whether nobody narrowed it down, so that it tells whether the store has an answer."""
        return self.filters.active == 0


def typed(form: Form) -> Record:
    """The record that was typed, without an id. InvalidInput when it says nothing or far too much."""
    if not (form["title"] or form["description"]):
        raise InvalidInput("请先写下名称或说明，一两句话就可以。")
    if sum(len(form[name]) for name in ("title", "description", "needs")) > LONGEST_QUERY:
        raise InvalidInput(f"各项文字合计不能超过 {LONGEST_QUERY} 字，请只保留要点。")
    if form["kind"] == Kind.SOLUTION.value:
        return Solution("", form["title"], description=form["description"], indicators=form["needs"])
    return Demand("", form["title"], description=form["description"], requirements=form["needs"])


def stored(snapshot: Snapshot, kind: Kind, id: str) -> Record:
    """A filed record as the index reads it. NotFound."""
    found = snapshot.indexed(kind, [id])
    return found[id] if id in found else snapshot.get(kind, id)


def asked_about(snapshot: Snapshot, form: Form) -> Record:
    """The filed record that a form names, else the one that was typed into it."""
    return stored(snapshot, Kind(form["kind"] or "demand"), form["id"]) if form["id"] else typed(form)


def answer(parts: Parts, snapshot: Snapshot, record: Record, form: Form | None = None) -> Answer:
    """The ranking for this record, as the form narrows it down."""
    profile = parts.search.profile(record)
    of = profile.kind.other
    excluded = Excluded.of(snapshot, record.kind, record.id) if record.id else Excluded()
    asked = asked_filters(form, parts.taxonomy) if form else ()
    top = _top(form)
    ranking, tags, seconds = survey(parts, profile, k=top, filters=(*asked, *excluded.filters()))
    pairs = pairs_of(snapshot, record)
    return Answer(
        record=record,
        of=of,
        ranking=ranking,
        took_ms=seconds * 1000,
        cards=match_cards(parts, snapshot, profile, ranking.matches, of, pairs),
        filters=desk_filters(parts.taxonomy, tags, form),
        pairs=pairs,
        narrowed_to=tuple(map(str, asked)),
        excluded_says=excluded.says,
        top=top,
    )


def compared(parts: Parts, snapshot: Snapshot, record: Record, ids: tuple[str, ...]) -> tuple[MatchCard, ...]:
    """The chosen records of the other side, best first, each explained as in the ranking."""
    profile = parts.search.profile(record)
    only: tuple[Filter, ...] = (Only(frozenset(ids)),)
    ranking = parts.search.match(profile, k=len(ids), filters=only)
    return match_cards(parts, snapshot, profile, ranking.matches, profile.kind.other, pairs_of(snapshot, record))


def pairs_of(snapshot: Snapshot, record: Record) -> dict[str, Engagement]:
    """Id of the other side → engagement, for a filed record."""
    if not record.id:
        return {}
    book = FollowUp(snapshot)
    if record.kind is Kind.DEMAND:
        return {pair.solution_id: pair for pair in book.of_demand(record.id)}
    return {pair.demand_id: pair for pair in book.of_solution(record.id)}


def _top(form: Form | None) -> int:
    given = form["top"] if form else ""
    return int(given) if given in map(str, TOPS) else TOPS[0]
