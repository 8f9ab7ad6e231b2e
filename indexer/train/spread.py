"""Where the knowledge is thick and where it is thin: topics by industry and technology direction.

    python -m indexer.train.spread

Prints one row per industry of the taxonomy, one column per direction, and then the cells without any topic.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.train.knowledge import Topic, topics
from matcher.lexicon import Lexicon
from matcher.settings import REPOSITORY
from matcher.taxonomy import Taxonomy
from matcher.text import Normaliser

OUTSIDE = "其他"
"""Row or column of a topic whose labels name no industry or no direction of the taxonomy."""

SHOWN = 40
"""Unknown labels listed, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Topics counted. A topic of two industries and three directions counts once in each of six cells.

    counts   (industry, direction) → topics
    unknown  label → topics that carry it and resolve to nothing by it
    """

    industries: tuple[str, ...]
    directions: tuple[str, ...]
    counts: Mapping[tuple[str, str], int]
    unknown: Mapping[str, int]

    def empty(self) -> list[tuple[str, str]]:
        """The cells of the taxonomy without a topic, in its order."""
        return [(i, d) for i in self.industries for d in self.directions if not self.counts.get((i, d))]

    def text(self) -> str:
        """The table, aligned for a terminal, and the empty cells below it."""
        columns = [*self.directions, OUTSIDE]
        rows = [["", *columns, "合计"]]
        for industry in (*self.industries, OUTSIDE):
            cells = [self.counts.get((industry, direction), 0) for direction in columns]
            rows.append([industry, *(str(cell or "·") for cell in cells), str(sum(cells))])
        widths = [max(_width(row[at]) for row in rows) for at in range(len(rows[0]))]
        lines = ["  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)) for row in rows]
        missing = [f"{industry}×{direction}" for industry, direction in self.empty()]
        lines.append(f"空白 {len(missing)} 格：{'、'.join(missing) or '无'}")
        most = sorted(self.unknown.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]
        strange = "、".join(f"{label}（{count}）" for label, count in most)
        lines.append(f"词表不认识的标签 {len(self.unknown)} 个，最常见的：{strange or '无'}")
        return "\n".join(lines)


def spread(known: Sequence[Topic], taxonomy: Taxonomy, normalise: Callable[[str], str]) -> Spread:
    """The topics' own labels, normalised and resolved by the taxonomy as a record's form fields are."""
    counts: Counter[tuple[str, str]] = Counter()
    unknown: Counter[str] = Counter()
    for topic in known:
        labels = [normalise(label) for label in (*topic.industry, *topic.technologies)]
        industries = _names(taxonomy, "industry", labels[: len(topic.industry)])
        technologies = _names(taxonomy, "technology", labels[len(topic.industry) :])
        directions = {taxonomy.parent(name) or name for name in technologies}
        counts.update((i, d) for i in industries or {OUTSIDE} for d in directions or {OUTSIDE})
        unknown.update(label for label in labels if not taxonomy.tag("", [label]))
    directions_of_all = tuple(name for name in taxonomy.names["technology"] if taxonomy.parent(name) is None)
    return Spread(tuple(taxonomy.names["industry"]), directions_of_all, counts, unknown)


def _names(taxonomy: Taxonomy, facet: str, labels: Sequence[str]) -> set[str]:
    return {tag.partition(":")[2] for tag in taxonomy.tag("", labels) if tag.startswith(f"{facet}:")}


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def tables(data: Path) -> Iterator[str]:
    """The report on the knowledge of a data folder, line by line."""
    known = topics(data / "knowledge")
    yield f"主题 {len(known)} 个"
    normalise = Normaliser(Lexicon.load(data / "lexicon").hongkong)
    yield spread(known, Taxonomy.load(data / "taxonomy"), normalise).text()


def main() -> int:
    """Print the report on the repository's knowledge."""
    for part in tables(REPOSITORY / "data"):
        print(part)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
