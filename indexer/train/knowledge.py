"""Scenario knowledge: hand-written topics that teach the encoder which factory words mean which vendor words.

One JSON object a line. `python -m indexer.train.knowledge FILE…` checks the named files against all others and prints
every problem; the whole folder is checked by the tests.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

HAN = re.compile(r"[\u3400-\u9fff]")
TOO_ALIKE = 0.6
"""Jaccard similarity of character bigrams above which two statements are one statement told twice."""

SHORT, BLOCK = 12, 1000
"""Statements shorter than this may coincide; rows compared at a time."""

COUNTS: dict[str, tuple[int, int]] = {
    "industry": (1, 4),
    "technologies": (1, 6),
    "demand": (5, 5),
    "solution": (5, 5),
    "demand_terms": (7, 12),
    "solution_terms": (7, 12),
    "near_miss": (2, 4),
}
"""How many entries each list must have."""

LENGTHS: dict[str, tuple[int, int]] = {"demand": (4, 160), "solution": (4, 160), "near_miss": (6, 160)}
"""How many characters each statement may have."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One need and its answers: five statements of each side by different speakers, their terms, and near misses.

    A near miss names the same trade or object but does another job; it is a wrong answer to this topic only.
    """

    name: str
    file: str
    industry: tuple[str, ...]
    technologies: tuple[str, ...]
    demand: tuple[str, ...]
    solution: tuple[str, ...]
    demand_terms: tuple[str, ...]
    solution_terms: tuple[str, ...]
    near_miss: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing to mend in a knowledge file; `line` starts at 1."""

    file: str
    line: int
    code: str
    found: str


def read(paths: Sequence[Path]) -> Iterator[tuple[int, Topic | Flaw]]:
    """Every line of every file as a topic, or as the flaw that keeps it from being one."""
    for path in paths:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            try:
                raw = json.loads(line)
                yield (
                    number,
                    Topic(raw["topic"], path.name, *(tuple(raw[k]) for k in COUNTS)),
                )
            except (ValueError, KeyError, TypeError) as error:
                yield number, Flaw(path.name, number, "unreadable", f"{type(error).__name__}: {error}")


def topics(folder: Path) -> list[Topic]:
    """All topics of a folder, in file and line order. Raises ValueError on the first unreadable line."""
    found: list[Topic] = []
    for _, item in read(sorted(folder.glob("*.jsonl"))):
        if isinstance(item, Flaw):
            raise ValueError(f"{item.file}:{item.line}: {item.found}")
        found.append(item)
    return found


def shape(line: int, topic: Topic) -> Iterator[Flaw]:
    """Counts, lengths, repeats inside the topic, and text that is not Chinese."""
    for key, (least, most) in COUNTS.items():
        values: tuple[str, ...] = getattr(topic, key)
        if not least <= len(values) <= most:
            yield Flaw(topic.file, line, "count", f"{key}: {len(values)}, wanted {least}–{most}")
        if len(set(values)) != len(values):
            yield Flaw(topic.file, line, "repeat", f"{key} names one entry twice")
        low, high = LENGTHS.get(key, (1, 30))
        for value in values:
            if not low <= len(value) <= high:
                yield Flaw(topic.file, line, "length", f"{key}: {len(value)} characters: {value[:40]}")
        if key in LENGTHS and not HAN.search("".join(values)):
            yield Flaw(topic.file, line, "language", f"{key}: {values[0][:40]}")


def alike(
    texts: Sequence[str], asked: Sequence[int] | None = None, threshold: float = TOO_ALIKE
) -> Iterator[tuple[int, int, float]]:
    """Pairs (i, j) of texts whose character bigrams have a Jaccard similarity of at least `threshold`.

    i is one of `asked` (all when None), j any other; a pair of two asked texts comes once, the earlier one second.
    """
    grams: dict[str, int] = {}
    rows: list[int] = []
    columns: list[int] = []
    for row, text in enumerate(texts):
        for gram in {text[i : i + 2] for i in range(max(1, len(text) - 1))}:
            rows.append(row)
            columns.append(grams.setdefault(gram, len(grams)))
    matrix = csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=(len(texts), max(1, len(grams))))
    sizes = np.asarray(matrix.sum(axis=1)).ravel()
    chosen = np.arange(len(texts)) if asked is None else np.asarray(asked, np.int64)
    wanted = set(chosen.tolist())
    for start in range(0, len(chosen), BLOCK):
        block = chosen[start : start + BLOCK]
        shared = (matrix[block] @ matrix.T).tocoo()
        first, second = block[shared.row], shared.col
        score = shared.data / (sizes[first] + sizes[second] - shared.data)
        near = np.flatnonzero((score >= threshold) & (first != second))
        for i, j, s in zip(first[near].tolist(), second[near].tolist(), score[near].tolist(), strict=True):
            if j < i or j not in wanted:
                yield i, j, s


def flaws(paths: Sequence[Path], wanted: Set[str] = frozenset()) -> list[Flaw]:
    """Everything wrong with the files of the `wanted` names (all when empty), each held against all the others."""
    found: list[Flaw] = []
    topics_at: list[tuple[int, Topic]] = []
    for line, item in read(paths):
        if isinstance(item, Flaw):
            found.append(item)
        else:
            topics_at.append((line, item))
            found += shape(line, item)
    names = Counter(topic.name for _, topic in topics_at)
    found += [Flaw(t.file, n, "topic_twice", t.name) for n, t in topics_at if names[t.name] > 1]
    statements = [
        (line, topic, text) for line, topic in topics_at for text in (*topic.demand, *topic.solution, *topic.near_miss)
    ]
    asked = [
        n
        for n, (_, topic, text) in enumerate(statements)
        if len(text) >= SHORT and topic.file in (wanted or {topic.file})
    ]
    for i, j, score in alike([text for *_, text in statements], asked):
        line, topic, text = statements[i]
        found.append(Flaw(topic.file, line, "told_twice", f"{score:.2f} {statements[j][2]} ~ {text}"))
    return [flaw for flaw in found if not wanted or flaw.file in wanted]


def main(arguments: Sequence[str]) -> int:
    """Check the whole folder and print what is wrong with the files named (with all files when none is named)."""
    folder = Path(__file__).resolve().parents[2] / "data" / "knowledge"
    mine = flaws(sorted(folder.glob("*.jsonl")), {Path(a).name for a in arguments})
    for flaw in mine:
        print(f"{flaw.file}:{flaw.line}: {flaw.code}: {flaw.found}")
    print(f"{len(mine)} flaws")
    return 1 if mine else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
