"""A reindex: the store's present state becomes a new, verified, published generation, while the old one serves.

Rows of unchanged records are copied from the generation before, so the cost follows what changed. Nothing is written to
the database, so a build may run beside the service.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from indexer.verify import Checks, check_generation
from indexer.workshop import WORDS, Workshop, parts, settle, workshop
from matcher.adapters import shelves
from matcher.adapters.shelves import Parts, Prepared, assemble, joined, key_of, prepare, rows_of, taken
from matcher.errors import BrokenGeneration, Unavailable
from matcher.library import differences
from matcher.model import Kind, Record
from matcher.overlay import Overlay
from matcher.profile import takes_part
from matcher.settings import Settings
from matcher.shelf import Shelf
from matcher.store import Store
from matcher.wordbook import fitting

PARALLEL_FROM = 4_000
"""New records from which a second process pays for the second it takes to start."""

CHUNK = 1_000
KEPT = 3

Progress = Callable[[str, int, int], None]
"""Told (step in Chinese, done, total)."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `reused` counts the rows copied from the generation before; `words_left_out` are the house's
    own words, as (table, key, why), that no longer fit the shipped tables."""

    generation: str
    revision: int
    counts: dict[str, int]
    reused: int
    seconds: float
    checks: Checks
    words_left_out: tuple[tuple[str, str, str], ...] = ()


def silent(step: str, done: int, total: int) -> None:
    """Progress nobody watches."""


def build(settings: Settings, progress: Progress = silent, workers: int = 0) -> BuildReport:
    """Build, verify and publish. Raises Conflict while another build runs, RejectedGeneration when the new one is worse
    than the floor, Unavailable when the index server cannot be used; then, and whenever this process dies, the old
    generation stays.

    `workers` 0 takes as many processes as there are cores, at most 4.
    """
    begun = time.monotonic()
    with Store.open(settings.database_url, write=False) as store:
        words, left_out = fitting(store.words.overlay(), settings.data)
    shop = workshop(settings, words)
    with shop.generations.begin() as draft, shop.read_store() as store, store.read_snapshot() as snapshot:
        if shop.server is not None:
            shop.server.sweep(_collections(shop, shop.generations.list()))
        counts: dict[str, int] = {}
        reused = 0
        for kind in Kind:
            records = [record for record, _ in snapshot.records(kind) if takes_part(record)]
            rows, copied = _rows(kind, records, shop, progress, workers or min(4, os.cpu_count() or 1))
            progress(f"写入{NAMES[kind]}索引", 0, 1)
            folder = draft.path(f"{kind}/ids.json").parent
            shelves.save(assemble(kind, rows, index=shop.index(draft.name, kind)), rows.keys, folder)
            progress(f"写入{NAMES[kind]}索引", 1, 1)
            counts[kind.value] = len(rows)
            reused += copied
        manifest = draft.finish(
            revision=snapshot.revision,
            counts=counts,
            encoder=shop.parts.models,
            analyser=shop.parts.analyser.version,
            taxonomy=shop.parts.taxonomy.version,
            weights=shop.weights.version,
            extra={WORDS: words.as_json()} if words.edition else None,
        )
        progress("校验新索引", 0, 1)
        checks = check_generation(manifest.name, shop)
        shop.generations.publish(manifest.name)
        progress("校验新索引", 1, 1)
    _prune(shop)
    return BuildReport(manifest.name, manifest.revision, counts, reused, time.monotonic() - begun, checks, left_out)


def _prune(shop: Workshop) -> None:
    """Only what the removed generations had on the server goes: another build may be putting its own there by now."""
    held = {name: _collections(shop, [name]) for name in shop.generations.list()}
    removed = shop.generations.prune(KEPT)
    if shop.server is not None:
        with suppress(Unavailable):  # the next build sweeps
            shop.server.drop(name for generation in removed for name in held[generation])


def _collections(shop: Workshop, generations: Sequence[str]) -> frozenset[str]:
    folders = map(shop.generations.folder, generations)
    return frozenset(name for folder in folders for name in shelves.collections(folder))


NAMES = {Kind.DEMAND: "需求", Kind.SOLUTION: "方案"}


def _rows(
    kind: Kind, records: Sequence[Record], shop: Workshop, progress: Progress, workers: int
) -> tuple[Prepared, int]:
    """One prepared row per record, in order, and how many were copied."""
    old = _previous(kind, shop)
    keys = [key_of(record) for record in records]
    fresh = [i for i, key in enumerate(keys) if key not in old.at]
    kept = [i for i, key in enumerate(keys) if key in old.at]
    step = f"分析{NAMES[kind]}"
    chunks = [old.rows([old.at[keys[i]] for i in kept])] if kept else []
    done = len(kept)
    progress(step, done, len(records))
    for chunk in _prepared([records[i] for i in fresh], shop, workers):
        chunks.append(chunk)
        done += len(chunk)
        progress(step, done, len(records))
    rows = joined(chunks or [prepare([], shop.parts)])
    order = np.argsort(np.array(kept + fresh, np.int64), kind="stable").tolist()
    return (rows if order == list(range(len(order))) else taken(rows, order)), len(kept)


@dataclass(frozen=True, eq=False)
class _Previous:
    """The generation before, as far as its rows may be copied."""

    shelf: Shelf | None
    keys: np.ndarray
    at: dict[bytes, int]

    def rows(self, chosen: list[int]) -> Prepared:
        assert self.shelf is not None
        return rows_of(self.shelf, self.keys, chosen)


def _previous(kind: Kind, shop: Workshop) -> _Previous:
    nothing = _Previous(None, np.zeros((0, 16), np.uint8), {})
    name = shop.generations.current()
    if name is None:
        return nothing
    try:
        manifest = shop.generations.verify(name)
        if differences(manifest, shop.parts):
            return nothing
        folder = shop.generations.folder(name) / kind
        keys = shelves.saved_keys(folder)
        return _Previous(shelves.load(kind, folder), keys, {key.tobytes(): row for row, key in enumerate(keys)})
    except BrokenGeneration:
        return nothing


def _prepared(records: Sequence[Record], shop: Workshop, workers: int) -> Iterator[Prepared]:
    chunks = [records[start : start + CHUNK] for start in range(0, len(records), CHUNK)]
    if len(records) < PARALLEL_FROM or workers < 2:
        yield from (prepare(chunk, shop.parts) for chunk in chunks)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), _start, (shop.settings, shop.overlay)) as pool:
        yield from pool.map(_work, chunks)


_worker_parts: Parts | None = None


def _start(settings: Settings, overlay: Overlay) -> None:
    """In a worker process: load what turns records into rows, once."""
    global _worker_parts
    _worker_parts = parts(settings, overlay)
    settle()


def _work(records: Sequence[Record]) -> Prepared:
    assert _worker_parts is not None
    return prepare(records, _worker_parts)
