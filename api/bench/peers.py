"""The same records in the bare parts of others, in one process: what our explanations and service cost on top."""

from __future__ import annotations

import time
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from api.bench.client import percentile
from indexer.workshop import Workshop
from matcher.adapters.faiss_index import FaissIndex
from matcher.model import Solution

RRF = 60
DEPTH = 100


def bm25s_with_encoder(shop: Workshop, records: Sequence[Solution], texts: Sequence[str]) -> dict[str, Any]:
    """bm25s over our terms, a flat FAISS index over our vectors, reciprocal-rank fusion, no explanation, no HTTP."""
    import bm25s

    analyser, encoder = shop.parts.analyser, shop.parts.encoder
    begun = time.perf_counter()
    documents = [shop.parts.profile(record).text() for record in records]
    lexical = bm25s.BM25()
    lexical.index([list(analyser.counts(text)) for text in documents], show_progress=False)
    dense = FaissIndex.build([record.id for record in records], encoder.documents(documents), "flat")
    built = time.perf_counter() - begun
    seconds = []
    for text in texts:
        begun = time.perf_counter()
        rows, _ = lexical.retrieve([list(analyser.counts(text))], k=min(DEPTH, len(records)), show_progress=False)
        fused: dict[int, float] = {}
        for rank, row in enumerate(np.asarray(rows)[0].tolist(), 1):
            fused[row] = fused.get(row, 0) + 1 / (RRF + rank)
        for hit in dense.search(encoder.queries([text])[0], DEPTH):
            row = int(hit.id[1:])
            fused[row] = fused.get(row, 0) + 1 / (RRF + hit.rank)
        sorted(fused, key=lambda row: (-fused[row], row))[:10]
        seconds.append(time.perf_counter() - begun)
    return {"build_seconds": round(built, 2), "p50_ms": percentile(seconds, 0.5), "p99_ms": percentile(seconds, 0.99)}


def txtai_keyword(shop: Workshop, records: Sequence[Solution], texts: Sequence[str]) -> dict[str, Any] | None:
    """txtai's keyword index with its defaults; None where it is not installed (it is no dependency)."""
    if find_spec("txtai") is None:
        return None
    from txtai import Embeddings

    begun = time.perf_counter()
    index = Embeddings(keyword=True)
    index.index((record.id, shop.parts.profile(record).text(), None) for record in records)
    built = time.perf_counter() - begun
    seconds = []
    for text in texts:
        begun = time.perf_counter()
        index.search(text, 10)
        seconds.append(time.perf_counter() - begun)
    return {"build_seconds": round(built, 2), "p50_ms": percentile(seconds, 0.5), "p99_ms": percentile(seconds, 0.99)}
