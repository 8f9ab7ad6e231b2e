"""The terms of a lexical index, numbered in ascending order."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from itertools import repeat
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from matcher.adapters.arrays import broken

TermNumbers = npt.NDArray[np.int32]

UNKNOWN = -1
"""The number of a term that the vocabulary lacks."""


class Vocabulary:
    """Distinct terms in ascending order; a term's number is its place."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._numbers = {term: number for number, term in enumerate(terms)}

    def __len__(self) -> int:
        return len(self._numbers)

    @cached_property
    def terms(self) -> tuple[str, ...]:
        return tuple(self._numbers)

    def numbers(self, terms: Iterable[str]) -> TermNumbers:
        """One number per term, in order; UNKNOWN where a term is not there."""
        return np.fromiter(map(self._numbers.get, terms, repeat(UNKNOWN)), np.int32)

    def save(self, path: Path) -> None:
        """A JSON list, so that any term survives."""
        path.write_bytes(orjson.dumps(list(self._numbers)))

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """Raises BrokenGeneration when the file is no list of distinct strings."""
        try:
            terms = orjson.loads(path.read_bytes())
            numbers = dict(zip(terms, range(len(terms)), strict=True))
        except (OSError, TypeError, orjson.JSONDecodeError) as wrong:
            raise broken(path.name) from wrong
        if not isinstance(terms, list) or len(numbers) != len(terms):
            raise broken(path.name)
        vocabulary = cls(())
        vocabulary._numbers = numbers
        return vocabulary
