"""Every figure of docs/quality.md, measured in one go."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from indexer.bench.peers import measured_probes
from indexer.build import Progress, silent
from indexer.completeness import measured_completeness, read_judged
from indexer.faithfulness import faithfulness
from indexer.quality_page import last
from indexer.rankings import rank_collection
from indexer.repeats import measured_repeats
from indexer.robustness import robustness
from indexer.workshop import Workshop, checker
from matcher.errors import InvalidInput

OWN = ("dev", "lists", "hard")
"""The gold collections of the data folder."""

LIBRARIES = ("numpy", "scipy", "faiss-cpu", "jieba", "rjieba", "opencc", "bm25s")


def measure(
    shop: Workshop,
    shared: Path | None = None,
    progress: Progress = silent,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dict[str, Any]:
    """All figures. With `shared`, the public retrieval sets under collections/retrieval are measured as well; without
    it, their figures of the last time stay, with the encoder and date they had."""
    before = last()
    made = {"date": now().date().isoformat(), "encoder": shop.parts.models, "weights": shop.weights.version}
    gold = shop.settings.data / "gold"
    return {
        "measured": {
            **made,
            "analyser": shop.parts.analyser.version,
            "taxonomy": shop.parts.taxonomy.version,
            "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
            "versions": {"python": platform.python_version(), **{name: _version(name) for name in LIBRARIES}},
        },
        "collections": {name: _own(shop, gold / name, progress) for name in OWN},
        "public": _public(shop, shared, made, progress) if shared else before.get("public", {}),
        "robustness": {name: robustness(shop, gold / name, "all", progress).json() for name in OWN},
        "faithfulness": {name: faithfulness(shop, gold / name, progress).json() for name in OWN},
        "repeats": measured_repeats(shop),
        "completeness": measured_completeness(checker(shop), read_judged(gold)),
        "probes": measured_probes(shop, before.get("probes", {})),
    }


def _own(shop: Workshop, folder: Path, progress: Progress) -> dict[str, Any]:
    rankings = rank_collection(shop, folder, progress)
    return {split: rankings.evaluate(split, progress).json() for split in ("report", "tune", "all")}


def _public(shop: Workshop, shared: Path, made: Mapping[str, str], progress: Progress) -> dict[str, Any]:
    """Public sets have no part in any fitting, so all their queries count."""
    sets = sorted(path.parent for path in (shared / "collections" / "retrieval").glob("*/queries.jsonl.gz"))
    if not sets:
        raise InvalidInput(f"{shared} 中没有公开检索集（collections/retrieval）。", folder=str(shared))
    return {path.name: {**made, **rank_collection(shop, path, progress).evaluate("all").json()} for path in sets}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
