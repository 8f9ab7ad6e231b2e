"""The index as it stands at this moment: the published generation, plus every row changed since, searched exactly.

The store is the truth. A generation names the revision it covers; what changed later is kept on a small exact shelf
that scores with the generation's statistics, and rows that were superseded or withdrawn are hidden. So an acknowledged
change shows at once and a withdrawn record is gone at once, whenever the last rebuild was.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from matcher.adapters import shelves
from matcher.adapters.bm25 import Bm25Index
from matcher.adapters.milvus_server import MilvusServer
from matcher.adapters.shelves import Parts, assemble, joined, prepare, taken
from matcher.engine import Side, View
from matcher.errors import StaleIndex
from matcher.generations import Generations
from matcher.manifest import Manifest
from matcher.model import Kind
from matcher.profile import takes_part
from matcher.shelf import Shelf
from matcher.store import Changes, Store

MOST_CHANGED = 20_000
"""Changed rows beyond which exact search would be too slow to start with; a rebuild is due long before."""

NO_GENERATION = "none"

MEANWHILE = "现在由本机逐条比对，结果相同，记录多时较慢。"
"""What happens while the index server cannot be used."""


@dataclass(frozen=True, slots=True)
class IndexState:
    """What the index is made of, for people and for monitoring. `changed` counts the rows searched exactly.

    `server` says why the index server cannot be used: empty when it can, None where there is none.
    """

    generation: str | None
    built_at: str
    revision: int
    covered: int
    counts: Mapping[Kind, int]
    changed: Mapping[Kind, int]
    encoder: str
    analyser: str
    taxonomy: str
    stale: str
    server: str | None


@dataclass(frozen=True, eq=False)
class _Opened:
    """A generation's shelves; without a generation, empty ones that cover revision 0."""

    name: str
    manifest: Manifest | None
    covered: int
    shelves: Mapping[Kind, Shelf]
    stale: str = ""


class Library:
    """Hands out the current view. One writer at a time refreshes it; readers keep the view they hold."""

    def __init__(
        self, generations: Generations, store: Store, parts: Parts, server: MilvusServer | None = None
    ) -> None:
        self._generations, self._store, self._parts, self._server = generations, store, parts, server
        self._lock = threading.Lock()
        self._opened = self._open()
        self._changed = {kind: _Changed(kind, parts) for kind in Kind}
        self._held: tuple[str, int, View] | None = None

    def view(self) -> View:
        """The view at the store's present revision. Raises StaleIndex when far too much changed since the build."""
        revision = self._store.known_revision()
        held = self._held  # one tuple, so no thread ever sees half a swap
        if held is not None and held[0] == self._opened.name and held[1] == revision:
            return held[2]
        with self._lock:
            opened = self._opened
            sides = {kind: self._side(kind, opened) for kind in Kind}
            seen = min(changed.revision for changed in self._changed.values())
            view = self._last_view(opened.name, sides) or View(opened.name, sides)
            self._held = (opened.name, seen, view)
            return view

    def _last_view(self, generation: str, sides: Mapping[Kind, Side]) -> View | None:
        """The view held, where what was committed since changed no record of either side: most commits are of the
        follow-up, and whoever remembers something of a view need not forget it for them."""
        if self._held is None or self._held[0] != generation:
            return None
        view = self._held[2]
        return view if all(view.sides[kind] is side for kind, side in sides.items()) else None

    def refresh(self) -> bool:
        """Open the published generation if it is another one; True when it was. A failed opening changes nothing."""
        if (self._generations.current() or NO_GENERATION) == self._opened.name:
            return False
        opened = self._open()
        with self._lock:
            self._opened = opened
            self._changed = {kind: _Changed(kind, self._parts) for kind in Kind}
            self._held = None
        return True

    def state(self) -> IndexState:
        """What is being searched right now."""
        view, opened, parts = self.view(), self._opened, self._parts
        return IndexState(
            generation=None if opened.name == NO_GENERATION else opened.name,
            built_at=opened.manifest.created_at if opened.manifest else "",
            revision=self._store.revision(),
            covered=opened.covered,
            counts={kind: sum(int(rows.sum()) for _, rows in side.shelves()) for kind, side in view.sides.items()},
            changed={kind: len(side.delta) for kind, side in view.sides.items()},
            encoder=parts.models,
            analyser=parts.analyser.version,
            taxonomy=parts.taxonomy.version,
            stale=opened.stale,
            server=self._trouble(),
        )

    def _trouble(self) -> str | None:
        if self._server is None:
            return None
        trouble = self._server.trouble()
        return trouble and f"{trouble}{MEANWHILE}"

    def _open(self) -> _Opened:
        """The published generation, checked file by file; empty shelves without one, or when built by other parts."""
        name = self._generations.current()
        empty = {kind: assemble(kind, prepare([], self._parts)) for kind in Kind}
        if name is None:
            return _Opened(NO_GENERATION, None, 0, empty)
        manifest = self._generations.verify(name)
        differs = differences(manifest, self._parts)
        if differs:
            why = f"现有索引由另一套{'、'.join(differs)}生成，请运行 make reindex 重建索引"
            return _Opened(name, manifest, 0, empty, why)
        folder = self._generations.folder(name)
        opened = {kind: shelves.load(kind, folder / kind, self._server) for kind in Kind}
        return _Opened(name, manifest, manifest.revision, opened)

    def _side(self, kind: Kind, opened: _Opened) -> Side:
        base = opened.shelves[kind]
        changed = self._changed[kind]
        changes = self._store.changes_since(kind, max(opened.covered, changed.revision))
        if len(changed.ids) + len(changes.upserts) > MOST_CHANGED:
            raise StaleIndex(opened.stale or "上次建索引以来改动过多，请运行 make reindex 重建索引。")
        return changed.take(changes, base)


class _Changed:
    """The rows of one side that changed since the generation: prepared once each, put on a shelf together."""

    def __init__(self, kind: Kind, parts: Parts) -> None:
        self._kind, self._parts = kind, parts
        self.revision = 0
        self.ids: set[str] = set()
        self._rows = prepare([], parts)
        self._side: Side | None = None

    def take(self, changes: Changes, base: Shelf) -> Side:
        """Fold in what changed last; the side as it stands now, the same one as before where nothing did."""
        touched = {record.id for record in changes.upserts} | set(changes.removed)
        if touched or self._side is None:
            keep = [row for row, id in enumerate(self._rows.ids) if id not in touched]
            new = prepare([record for record in changes.upserts if takes_part(record)], self._parts)
            self._rows = joined([taken(self._rows, keep), new])
            self.ids |= touched
            borrowed = base.lexical.statistics if len(base) and isinstance(base.lexical, Bm25Index) else None
            hidden = np.zeros(len(base), np.bool_)
            hidden[[base.row_of[id] for id in self.ids if id in base.row_of]] = True
            self._side = Side(base, hidden, assemble(self._kind, self._rows, borrowed))
        self.revision = changes.revision
        return self._side


def differences(manifest: Manifest, parts: Parts) -> list[str]:
    """Which parts the generation was built with differ from ours, in Chinese."""
    pairs = {
        "编码模型": (manifest.encoder, parts.models),
        "分词与清洗规则": (manifest.analyser, parts.analyser.version),
        "分类词表": (manifest.taxonomy, parts.taxonomy.version),
    }
    return [name for name, (theirs, ours) in pairs.items() if theirs != ours]
