"""Every figure of docs/quality.md, measured in one go, and the two files that carry them.

docs/quality.json holds the figures with what they were measured with; docs/quality.md shows them in tables between
markers, made from that file alone, and keeps all text outside the markers.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from indexer import quality_tables
from indexer.bench.peers import measured_probes
from indexer.build import Progress, silent
from indexer.completeness import measured_completeness, read_judged
from indexer.evaluation import rank_collection
from indexer.faithfulness import faithfulness
from indexer.repeats import measured_repeats
from indexer.robustness import robustness
from indexer.workshop import Workshop, checker
from matcher.errors import InvalidInput
from matcher.settings import REPOSITORY

DOCS = REPOSITORY / "docs"
FIGURES, PAGE = "quality.json", "quality.md"
OWN = ("dev", "lists")
"""The gold collections of the data folder."""

LIBRARIES = ("numpy", "scipy", "faiss-cpu", "jieba", "rjieba", "opencc", "bm25s")

_SECTION = re.compile(r"(<!-- figures: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def measure(
    shop: Workshop,
    shared: Path | None = None,
    progress: Progress = silent,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dict[str, Any]:
    """All figures. With `shared`, the public retrieval sets under collections/retrieval are measured as well; without
    it, their figures of the last time stay, with the encoder and date they had."""
    before = last()
    made = {"date": now().date().isoformat(), "encoder": shop.parts.encoder.name, "weights": shop.weights.version}
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


def last(docs: Path = DOCS) -> dict[str, Any]:
    """The figures measured last; {} when there are none yet."""
    path = docs / FIGURES
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


def rounded(value: Any) -> Any:
    """Six decimals are more than anybody needs, and the same on every machine."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, Mapping):
        return {key: rounded(entry) for key, entry in value.items()}
    return [rounded(entry) for entry in value] if isinstance(value, list) else value


def publish(figures: Mapping[str, Any], docs: Path = DOCS) -> tuple[Path, Path]:
    """Write the figures and the page; the two files. Raises InvalidInput when the page lacks the place of a table."""
    figures = rounded(figures)
    text = filled((docs / PAGE).read_text("utf-8"), figures)
    (docs / FIGURES).write_text(json.dumps(figures, ensure_ascii=False, indent=1, allow_nan=False) + "\n", "utf-8")
    (docs / PAGE).write_text(text, "utf-8")
    return docs / FIGURES, docs / PAGE


def filled(page: str, figures: Mapping[str, Any]) -> str:
    """The page with every section between its markers made anew from the figures. Filling twice changes nothing."""
    made = quality_tables.sections(figures)
    places = [found["name"] for found in _SECTION.finditer(page)]
    if wrong := sorted(set(made) ^ set(places)):
        raise InvalidInput(f"{PAGE} 中的表格位置与数据不符：{'、'.join(wrong)}")
    return _SECTION.sub(lambda found: f"{found[1]}{made[found['name']]}\n{found[3]}", page)


def main() -> int:
    """Write the page anew from the figures at hand, without measuring."""
    print("\n".join(map(str, publish(last()))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
