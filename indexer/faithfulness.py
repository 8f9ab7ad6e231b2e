"""Are the reasons the reasons? Take their words out of the demand and see what the match loses.

Deletion test (DeYoung et al., ERASER, 2020): removing what a reason marks must lower the score more than removing as
much of anything else.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from indexer.build import Progress, silent
from indexer.collections import read_collection
from indexer.runs import collection_view
from indexer.trust import figures
from indexer.workshop import Workshop
from matcher.engine import Engine
from matcher.model import Evidence, Match, Profile
from matcher.ports import Rows
from matcher.shelf import Shelf
from matcher.statistics import Interval, bootstrap

DRAWS = 10
"""Random deletions a marked one is held against; their mean counts."""

Places = Mapping[str, frozenset[int]]
"""Field → places of characters in it."""


@dataclass(frozen=True, slots=True)
class Only:
    """A filter that keeps one record, so that its score can be followed wherever it would rank."""

    id: str

    def rows(self, shelf: Shelf) -> Rows:
        keep = ~shelf.every_row()
        if self.id in shelf.row_of:
            keep[shelf.row_of[self.id]] = True
        return keep

    def __str__(self) -> str:
        return f"只看 {self.id}"


@dataclass(frozen=True, slots=True)
class Deletion:
    """One match: its points lost with the marked words gone, and the mean of points lost with as much else gone."""

    query: str
    marked: float
    random: float

    @property
    def faithful(self) -> bool:
        return self.marked > self.random


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """The share of first matches that pass, by which marks were deleted: those of the strongest reason, or all."""

    collection: str
    deletions: Mapping[str, tuple[Deletion, ...]]

    def share(self, marks: str) -> Interval:
        """How many of the tested matches pass."""
        return bootstrap([float(deletion.faithful) for deletion in self.deletions[marks]])

    def json(self) -> dict[str, Any]:
        """For programs; points are log-odds."""
        return {
            marks: {
                "share": figures(self.share(marks)),
                "points_lost_marked": figures(bootstrap([d.marked for d in found])),
                "points_lost_random": figures(bootstrap([d.random for d in found])),
            }
            for marks, found in self.deletions.items()
        }


def faithfulness(shop: Workshop, folder: Path, progress: Progress = silent) -> Faithfulness:
    """Every demand of a collection with its first match. Left out: a match without any marked word of the demand, and
    one whose marks leave too little else to delete."""
    collection = read_collection(folder)
    engine = shop.engine(collection_view(collection, shop.parts))
    found: dict[str, list[Deletion]] = {marks: [] for marks in MARKS}
    for done, demand in enumerate(collection.demands.values(), 1):
        query = shop.parts.profile(demand)
        for match in engine.match(query, k=1).matches:
            for marks, chosen in MARKS.items():
                deletion = tested(engine, query, match, chosen(match))
                found[marks] += [deletion] if deletion else []
        progress(f"{collection.name}：删词检验", done, len(collection.demands))
    return Faithfulness(collection.name, {marks: tuple(deletions) for marks, deletions in found.items()})


def tested(engine: Engine, query: Profile, match: Match, reasons: Sequence[Evidence]) -> Deletion | None:
    """The deletion test of one match with the marks of these reasons."""
    marked = places(reasons)
    chance = np.random.default_rng(zlib.crc32(query.id.encode()))
    others = [other for _ in range(DRAWS) if (other := elsewhere(query, marked, chance)) is not None]
    if not marked or not others:
        return None
    lost = [match.score - _score(engine, cut(query, gone), match.id) for gone in (marked, *others)]
    return Deletion(query.id, lost[0], float(np.mean(lost[1:])))


def marking(match: Match) -> list[Evidence]:
    """The reasons that gave points and mark words of the query."""
    return [e for e in match.evidence if e.points > 0 and any(span.side == "query" for span in e.spans)]


def strongest(match: Match) -> list[Evidence]:
    """The one of them with most points; none when there is none."""
    return sorted(marking(match), key=lambda e: -e.points)[:1]


MARKS: Mapping[str, Callable[[Match], list[Evidence]]] = {"strongest reason": strongest, "all reasons": marking}
"""Whose marks are deleted."""


def places(reasons: Sequence[Evidence]) -> Places:
    """The characters of the query that reasons mark."""
    out: dict[str, set[int]] = {}
    for span in (span for reason in reasons for span in reason.spans if span.side == "query"):
        out.setdefault(span.field, set()).update(range(span.start, span.end))
    return {field: frozenset(at) for field, at in out.items()}


def elsewhere(query: Profile, marked: Places, chance: np.random.Generator) -> Places | None:
    """As many stretches, each as long as a marked one, at random in unmarked text; None where they do not fit."""
    free = {field: set(range(len(text))) - marked.get(field, frozenset()) for field, text in query.fields.items()}
    gone: dict[str, set[int]] = {}
    for length in sorted((length for at in marked.values() for length in _lengths(at)), reverse=True):
        starts = [(f, s) for f, at in free.items() for s in sorted(at) if at.issuperset(range(s, s + length))]
        if not starts:
            return None
        field, start = starts[int(chance.integers(len(starts)))]
        taken = set(range(start, start + length))
        free[field] -= taken
        gone.setdefault(field, set()).update(taken)
    return {field: frozenset(at) for field, at in gone.items()}


def cut(query: Profile, gone: Places) -> Profile:
    """The query without the characters at these places; each stretch leaves a blank, so no new word is made."""
    return replace(query, fields={field: _cut(text, gone.get(field, ())) for field, text in query.fields.items()})


def _cut(text: str, gone: frozenset[int] | tuple[int, ...]) -> str:
    kept = ("\0" if at in gone else char for at, char in enumerate(text))
    return "，".join(piece for piece in "".join(kept).split("\0") if piece)


def _lengths(at: frozenset[int]) -> Sequence[int]:
    """Lengths of the runs of neighbouring places."""
    run, out = 0, []
    for place in sorted(at):
        run = run + 1 if place - 1 in at else 1
        if place + 1 not in at:
            out.append(run)
    return out


def _score(engine: Engine, query: Profile, id: str) -> float:
    return engine.hits(query, k=1, filters=(Only(id),))[0].score
