"""Where the coded index overtakes the flat one: `python -m indexer.bench.vector_crossover`, one line of JSON per size.

One thread, k = 200, rows like those of real texts (sums of a few of 400 directions). Recall is the mean share of the
exact answer's 200 ids.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Sequence

import numpy as np

from matcher.adapters.exact import ExactIndex
from matcher.adapters.faiss_index import FaissIndex, Kind
from matcher.ports import VectorIndex, Vectors

SIZES, DIM, K, QUERIES = (5_000, 10_000, 20_000, 50_000, 100_000), 256, 200, 100
KINDS: tuple[Kind, ...] = ("flat", "ivf")


def topics(count: int, seed: int) -> Vectors:
    """`count` unit rows, each a weighted sum of four popular directions and noise."""
    directions = np.random.default_rng(99).normal(size=(400, DIM)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    rng = np.random.default_rng(seed)
    popularity = 1 / np.arange(1, 401) ** 0.7
    rows = rng.normal(size=(count, DIM)).astype(np.float32) * np.float32(0.35 / np.sqrt(DIM))
    for _ in range(4):
        chosen = rng.choice(400, size=count, p=popularity / popularity.sum())
        rows += directions[chosen] * rng.uniform(0.4, 1, size=(count, 1)).astype(np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def timed(index: VectorIndex, queries: Vectors) -> tuple[list[set[str]], list[float]]:
    """What each query found, and the milliseconds it took, after one warm-up pass."""
    found = [{hit.id for hit in index.search(query, K)} for query in queries]
    taken = []
    for query in queries:
        start = time.perf_counter()
        index.search(query, K)
        taken.append(1000 * (time.perf_counter() - start))
    return found, taken


def main(sizes: Sequence[int]) -> None:
    queries = topics(QUERIES, seed=5)
    for size in sizes:
        ids, rows = [f"s{row:07d}" for row in range(size)], topics(size, seed=0)
        exact = ExactIndex(ids, rows)
        truth = [{hit.id for hit in exact.search(query, K)} for query in queries]
        for kind in KINDS:
            start = time.perf_counter()
            index = FaissIndex.build(ids, rows, kind)
            built = time.perf_counter() - start
            found, taken = timed(index, queries)
            recall = statistics.mean(len(a & b) / K for a, b in zip(found, truth, strict=True))
            p99 = sorted(taken)[int(0.99 * len(taken))]
            figures = {"p50_ms": statistics.median(taken), "p99_ms": p99, "build_s": built, "recall_at_200": recall}
            print(json.dumps({"rows": size, "kind": kind} | {k: round(v, 4) for k, v in figures.items()}), flush=True)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or SIZES)
