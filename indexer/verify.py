"""The gate before publishing: a generation must be whole, find its own records, and rank no worse than the floor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.collections import read_collection
from indexer.runs import collection_view, ranked
from indexer.workshop import Workshop
from matcher.adapters import shelves
from matcher.adapters.exact import ExactIndex
from matcher.adapters.faiss_index import PROMISED_RECALL, FaissIndex
from matcher.errors import RejectedGeneration, Unavailable
from matcher.evaluate import evaluate
from matcher.model import Kind
from matcher.shelf import Shelf

PROBES, DEPTH = 32, 100
"""Records asked with their own vector, and hits compared with the exact index."""

ROUNDING = 1e-3
"""Vectors are kept as float16: a record may tie with its twin within this."""

FLOOR_FILE = "floor.json"


@dataclass(frozen=True, slots=True)
class Checks:
    """What was measured: share of probes that found themselves, mean recall against the exact index, and nDCG@10 on
    each gold collection."""

    self_hits: float
    recall: float
    gold: Mapping[str, float]


def check_generation(name: str, shop: Workshop) -> Checks:
    """Verify a complete generation. Raises BrokenGeneration for a damaged file, RejectedGeneration for a poor one,
    Unavailable when its index server cannot be used."""
    shop.generations.verify(name)
    folder = shop.generations.folder(name)
    results = [probe(shelves.load(kind, folder / kind, shop.server)) for kind in Kind]
    if shop.server is not None and shop.server.trouble():
        raise Unavailable(shop.server.trouble(), generation=name)  # the probes were answered here, not by the server
    checks = Checks(min(r[0] for r in results), min(r[1] for r in results), gold(shop))
    floors = floor(shop.settings.data)
    poor = [f"{n} 的 nDCG@10 为 {v:.3f}，低于下限 {floors[n]:.3f}" for n, v in checks.gold.items() if v < floors[n]]
    if checks.self_hits < 1:
        poor.append(f"抽查 {PROBES} 条记录，只有 {checks.self_hits:.0%} 能找到自己")
    if checks.recall < min(PROMISED_RECALL.values()):
        poor.append(f"与精确检索相比召回率只有 {checks.recall:.3f}")
    if poor:
        raise RejectedGeneration(f"新索引未通过校验，仍使用原索引：{'；'.join(poor)}。", generation=name)
    return checks


def probe(shelf: Shelf) -> tuple[float, float]:
    """Share of probe records that are their own nearest (or tie with it), and mean recall against the exact index."""
    if not len(shelf):
        return 1.0, 1.0
    rows = np.unique(np.linspace(0, len(shelf) - 1, PROBES).astype(np.int64))
    rows = rows[shelf.whole[rows].any(axis=1)]
    if not len(rows):
        return 1.0, 1.0
    queries = shelf.whole[rows].astype(np.float32)
    found = [shelf.vectors.search(query, DEPTH) for query in queries]
    hits = [
        any(hit.id == shelf.ids[row] and hit.score >= best[0].score - ROUNDING for hit in best)
        for row, best in zip(rows, found, strict=True)
    ]
    if isinstance(shelf.vectors, FaissIndex) and shelf.vectors.kind == "flat":
        return float(np.mean(hits)), 1.0
    exact = ExactIndex(shelf.ids, shelf.whole.astype(np.float32))
    recalls = [
        len({h.id for h in exact.search(query, DEPTH)} & {h.id for h in f}) / len(f)
        for query, f in zip(queries, found, strict=True)
    ]
    return float(np.mean(hits)), float(np.mean(recalls))


def gold(shop: Workshop) -> dict[str, float]:
    """nDCG@10 on each gold collection of the data folder, with this installation's parts and weights."""
    out: dict[str, float] = {}
    for name in floor(shop.settings.data):
        collection = read_collection(shop.settings.data / "gold" / name)
        engine = shop.engine(collection_view(collection, shop.parts))
        run = ranked(engine, [shop.parts.profile(collection.demands[id]) for id in collection.answerable])
        qrels = {id: collection.qrels[id] for id in run}
        out[name] = float(evaluate(run, qrels, ["ndcg@10"])["ndcg@10"].interval.mean)
    return out


def floor(data: Path) -> dict[str, float]:
    """Gold collection → the least nDCG@10 a generation must reach."""
    return {str(k): float(v) for k, v in json.loads((data / "gold" / FLOOR_FILE).read_text("utf-8")).items()}
