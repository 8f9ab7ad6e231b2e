"""What waiting changes of the word lists would do: every demand's first three, before and after.

Nothing is written. Where the changes touch only what is asked with, the index in use serves both; else all solutions
are prepared anew in memory, which takes as long as a build.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from indexer.build import Progress, silent
from indexer.workshop import Workshop, workshop
from matcher.adapters.shelves import assemble, prepare
from matcher.engine import Side, View
from matcher.library import Library
from matcher.model import Hit, Kind, Record, grade_of
from matcher.profile import takes_part
from matcher.settings import Settings
from matcher.wordbook import fitting

FIRST = 3
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """One solution of a first three."""

    id: str
    title: str
    grade: int


@dataclass(frozen=True, slots=True)
class Changed:
    """A demand whose first three would be others, or in another order."""

    id: str
    title: str
    before: tuple[Listed, ...]
    after: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """`version` names the changes looked at, `demands` how many were asked, `total` how many of them would change; at
    most MOST_SHOWN of those are in `changed`, the greatest changes of grade first."""

    version: str
    demands: int
    total: int
    changed: tuple[Changed, ...]
    seconds: float


def preview(settings: Settings, progress: Progress = silent) -> Preview:
    """The words in force against those with everything that waits. Raises Unavailable without a database."""
    begun = time.monotonic()
    now = workshop(settings)
    with now.read_store() as store, store.read_snapshot() as snapshot:
        waiting = store.words.overlay(pending=True)
        words, _ = fitting(waiting, settings.data)
        then = workshop(settings, words)
        records = {kind: [r for r, _ in snapshot.records(kind) if takes_part(r)] for kind in Kind}
        view = Library(now.generations, store, now.parts, now.server).view()
        later = view if then.parts.version == now.parts.version else _view(records[Kind.SOLUTION], then, progress)
        titles = {record.id: record.title for record in records[Kind.SOLUTION]}
        changed = _compared(records[Kind.DEMAND], (now, view), (then, later), titles, progress)
    changed.sort(key=lambda one: (-_moved(one), one.id))
    asked = len(records[Kind.DEMAND])
    return Preview(waiting.version, asked, len(changed), tuple(changed[:MOST_SHOWN]), time.monotonic() - begun)


def _compared(
    demands: Sequence[Record],
    now: tuple[Workshop, View],
    then: tuple[Workshop, View],
    titles: Mapping[str, str],
    progress: Progress,
) -> list[Changed]:
    engines = [(shop.parts, shop.engine(lambda view=view: view)) for shop, view in (now, then)]  # type: ignore[misc]
    changed = []
    for done, demand in enumerate(demands, 1):
        first = [engine.hits(parts.profile(demand), k=FIRST) for parts, engine in engines]
        if [hit.id for hit in first[0]] != [hit.id for hit in first[1]]:
            before, after = (tuple(_listed(hit, titles) for hit in hits) for hits in first)
            changed.append(Changed(demand.id, demand.title, before, after))
        progress("比较需求", done, len(demands))
    return changed


def _view(solutions: Sequence[Record], shop: Workshop, progress: Progress) -> View:
    """All solutions as the changed words would index them."""
    progress("按新词库分析方案", 0, len(solutions))
    rows = prepare(solutions, shop.parts, lambda done: progress("按新词库分析方案", done, len(solutions)))
    shelf = assemble(Kind.SOLUTION, rows)
    nothing = assemble(Kind.SOLUTION, prepare([], shop.parts))
    return View("preview", {Kind.SOLUTION: Side(shelf, np.zeros(len(shelf), np.bool_), nothing)})


def _listed(hit: Hit, titles: Mapping[str, str]) -> Listed:
    return Listed(hit.id, titles.get(hit.id, ""), grade_of(hit.score))


def _moved(one: Changed) -> int:
    """How far the best grade moves."""
    best = [max((listed.grade for listed in side), default=0) for side in (one.before, one.after)]
    return abs(best[0] - best[1])


def as_json(found: Preview) -> dict[str, Any]:
    """For a program, and for the page that shows it."""
    return {
        "version": found.version,
        "demands": found.demands,
        "total": found.total,
        "changed": [
            {
                "id": one.id,
                "title": one.title,
                **{
                    side: [{"id": each.id, "title": each.title, "grade": each.grade} for each in listed]
                    for side, listed in (("before", one.before), ("after", one.after))
                },
            }
            for one in found.changed
        ],
        "seconds": round(found.seconds, 2),
    }
