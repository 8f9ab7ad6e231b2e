"""Training texts counted once, in several processes: training meets every line dozens of times, counting it is dear."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt

from matcher.analyser import Analyser
from matcher.lexicon import Lexicon

CHUNK = 2000
"""Lines given to a process at a time."""

MOST = 255
"""A term said more often in one line counts as often as this."""


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some lines counted: the terms met, and for every line how many entries it has in `rows` and `counts`."""

    terms: list[str]
    rows: npt.NDArray[np.int32]
    counts: npt.NDArray[np.uint8]
    lengths: npt.NDArray[np.int32]


class Counted:
    """Answers `counts` as the analyser does for texts made of known lines; a line it does not know is counted then."""

    def __init__(self, analyser: Analyser, texts: Iterable[str], lexicon: Path, cache: Path) -> None:
        """Counts every line of the texts; `lexicon` and `cache` are the folders from which each process, one per core,
        loads its own analyser."""
        self.version = analyser.version
        self._analyser = analyser
        known = list(dict.fromkeys(line for text in texts for line in text.split("\n")))
        self._number = {line: number for number, line in enumerate(known)}
        numbers: dict[str, int] = {}
        rows, counts, lengths = [np.zeros(0, np.int32)], [np.zeros(0, np.uint8)], [np.zeros(0, np.int32)]
        for chunk in _counted(known, lexicon, cache):
            own = np.array([numbers.setdefault(term, len(numbers)) for term in chunk.terms], np.int32)
            rows.append(own[chunk.rows])
            counts.append(chunk.counts)
            lengths.append(chunk.lengths)
        self._terms = list(numbers)
        self._rows, self._counts = np.concatenate(rows), np.concatenate(counts)
        self._starts = np.concatenate([[0], np.cumsum(np.concatenate(lengths), dtype=np.int64)])

    def counts(self, text: str) -> Mapping[str, int]:
        """Term → occurrences in all lines of the text; a line break parts terms, so lines are counted apart."""
        found: dict[str, int] = {}
        for line in text.split("\n"):
            for term, count in self._line(line):
                found[term] = found.get(term, 0) + count
        return found

    def _line(self, line: str) -> Iterable[tuple[str, int]]:
        number = self._number.get(line)
        if number is None:
            return self._analyser.counts(line).items()
        part = slice(self._starts[number], self._starts[number + 1])
        terms = self._terms
        return (
            (terms[row], count)
            for row, count in zip(self._rows[part].tolist(), self._counts[part].tolist(), strict=True)
        )


_own: Analyser


def _load(lexicon: Path, cache: Path) -> None:
    global _own
    _own = Analyser.load(Lexicon.load(lexicon), cache)


def _counted(lines: Sequence[str], lexicon: Path, cache: Path) -> Iterator[Chunk]:
    waiting = iter(lines)
    chunks = iter(lambda: list(islice(waiting, CHUNK)), [])
    with get_context("spawn").Pool(os.cpu_count() or 1, _load, (lexicon, cache)) as pool:
        yield from pool.imap(_count, chunks)


def _count(lines: Sequence[str]) -> Chunk:
    numbers: dict[str, int] = {}
    rows: list[int] = []
    counts: list[int] = []
    lengths: list[int] = []
    for line in lines:
        own = _own.counts(line)
        rows += [numbers.setdefault(term, len(numbers)) for term in own]
        counts += [min(count, MOST) for count in own.values()]
        lengths.append(len(own))
    return Chunk(list(numbers), np.array(rows, np.int32), np.array(counts, np.uint8), np.array(lengths, np.int32))
