"""Public text pairs, when a folder with them is given: read, never copied into the project."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

LONGEST = 300
"""Characters of each text that are used."""


def sources(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """File name → pairs of texts that belong together. Raises ValueError for a line without "a" and "b"."""
    return {path.name.partition(".")[0]: list(_pairs(path)) for path in sorted(folder.glob("*.jsonl.gz"))}


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    seen: set[tuple[str, str]] = set()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                raw = json.loads(line)
                pair = (str(raw["a"])[:LONGEST], str(raw["b"])[:LONGEST])
            except (ValueError, KeyError) as error:
                raise ValueError(f"{path.name}:{number}: {error}") from error
            if pair not in seen:
                seen.add(pair)
                yield pair
