"""Questions to the engine: the request's fields as a profile, its filters as the engine's, the answer timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from api.parts import Parts
from api.presenting import matches_json, ranking_json
from api.schemas.ranking import FiltersIn
from api.schemas.records import Fields
from indexer.jsonl import record_from_json
from matcher.filters import Filter, Within, Without, at_least, where
from matcher.model import Kind, Profile, Ranking, Record
from matcher.taxonomy import Taxonomy

FACETS = (
    ("industries", "industry"),
    ("technologies", "technology"),
    ("regions", "region"),
    ("qualifications", "qualification"),
)
"""Field of FiltersIn → facet of the taxonomy."""

NO_FILTERS = FiltersIn()

Found = TypeVar("Found")


def record_of(kind: Kind, fields: Fields) -> Record:
    """The record that was sent, with an empty id unless it brought one. InvalidInput."""
    given = fields.given()
    record = record_from_json(kind, given)
    return record if given.get("id") else replace(record, id="")


def filters_of(asked: FiltersIn, taxonomy: Taxonomy) -> tuple[Filter, ...]:
    """The engine's filters, in a fixed order. InvalidInput for a word the taxonomy does not know."""
    found: list[Filter] = [
        where(facet, words, taxonomy)
        for field, facet in FACETS
        if (words := list(dict.fromkeys(getattr(asked, field))))
    ]
    if asked.maturity_at_least:
        found.append(at_least(asked.maturity_at_least, taxonomy))
    if asked.budget_within is not None:
        found.append(Within(asked.budget_within))
    if asked.exclude:
        found.append(Without(frozenset(asked.exclude)))
    return tuple(found)


class Answer(NamedTuple):
    """A ranking and how long it took, in seconds."""

    ranking: Ranking
    seconds: float


class Survey(NamedTuple):
    """A ranking, the tags of what is near whatever the filters, and how long both took, in seconds."""

    ranking: Ranking
    tags: Sequence[frozenset[str]]
    seconds: float


def survey(parts: Parts, query: Profile, *, k: int, filters: Sequence[Filter] = ()) -> Survey:
    """The ranking of the other side, with what its filters can choose from."""
    (ranking, tags), seconds = _timed(lambda: parts.search.survey(query, k=k, filters=filters))
    parts.metrics.ranked(query.kind.other, ranking)
    return Survey(ranking, tags, seconds)


def rank(parts: Parts, query: Profile, *, k: int, filters: Sequence[Filter] = ()) -> Answer:
    """The ranking of the other side for this profile."""
    ranking, seconds = _timed(lambda: parts.search.match(query, k=k, filters=filters))
    parts.metrics.ranked(query.kind.other, ranking)
    return Answer(ranking, seconds)


def ranked(parts: Parts, query: Profile, *, k: int, asked: FiltersIn = NO_FILTERS) -> dict[str, Any]:
    """The same as JSON."""
    answer = rank(parts, query, k=k, filters=filters_of(asked, parts.taxonomy))
    return ranking_json(parts, query, query.kind.other, *answer)


def similar(parts: Parts, query: Profile, *, k: int) -> dict[str, Any]:
    """The ranking of the same side for this profile, as JSON."""
    ranking, seconds = _timed(lambda: parts.search.similar(query, k=k))
    return ranking_json(parts, query, query.kind, ranking, seconds)


def similar_matches(parts: Parts, query: Profile, *, k: int) -> Sequence[dict[str, Any]]:
    """Only the matches of `similar`."""
    return matches_json(parts, query.kind, parts.search.similar(query, k=k).matches)


def _timed(ask: Callable[[], Found]) -> tuple[Found, float]:
    begun = time.perf_counter()
    return ask(), time.perf_counter() - begun
