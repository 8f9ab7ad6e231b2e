"""The two files that carry the figures of ranking quality: `python -m indexer.quality_page` writes the page anew.

docs/quality.json holds the figures with what they were measured with; docs/quality.md shows them in tables between
markers, made from that file alone, and keeps all text outside the markers.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexer import quality_tables
from matcher.errors import InvalidInput
from matcher.settings import REPOSITORY

DOCS = REPOSITORY / "docs"
FIGURES, PAGE = "quality.json", "quality.md"

_SECTION = re.compile(r"(<!-- figures: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


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
