"""Public text pairs, when a folder with them is given: read, never copied into the project.

The end of some sources is kept from the encoder: the ranker learns from it how far an encoder can be trusted on texts
that it has not met.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

LONGEST = 300
"""Characters of each text that are used."""

KEPT_APART = ("docs_enterprise", "docs_robot_ai", "laws", "news_ai", "papers_problem_method", "papers_scenario")
"""Sources whose pairs are a question and its answer, or a heading and its text."""

APART, FEWEST = 0.03, 200
"""Share of such a source, at its end, that is kept from the encoder, and the fewest pairs."""

Public = Mapping[str, Sequence[tuple[str, str]]]
"""Source → pairs of texts that belong together."""


def parted(public: Public) -> tuple[Public, Public]:
    """The pairs to train on, and those kept apart. Neighbouring lines are of one paper or document, so what is kept
    apart is one piece of the file."""
    apart = {
        name: public[name][-max(FEWEST, round(APART * len(public[name]))) :] for name in KEPT_APART if name in public
    }
    return {name: pairs[: len(pairs) - len(apart.get(name, ()))] for name, pairs in public.items()}, apart


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
