"""Which terms get a vector: those the knowledge uses, then those of the public text, as many as the model may hold."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from matcher.adapters.term_embedding import Counting

KNOWLEDGE_WORTH = 30
"""How many public texts one text of the knowledge counts for: it is in our users' words."""

LEAST_PUBLIC = 6
"""Public texts a term must stand in to be kept for its own sake."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Terms, most useful first, each with its inverse document frequency (natural logarithm)."""

    terms: tuple[str, ...]
    idf: tuple[float, ...]


def vocabulary(knowledge: Iterable[str], public: Iterable[str], counting: Counting, most: int) -> Vocabulary:
    """Counts both bodies of text and keeps at most `most` terms; the same texts give the same vocabulary.

    A term of the knowledge is kept when it stands in two of its texts, or in one and in any public text.
    """
    ours: Counter[str] = Counter()
    theirs: Counter[str] = Counter()
    total = 0
    for texts, counter in ((knowledge, ours), (public, theirs)):
        for text in texts:
            counter.update(counting.counts(text).keys())
            total += 1
    kept = {
        term: theirs[term] + KNOWLEDGE_WORTH * ours[term]
        for term in ours.keys() | theirs.keys()
        if ours[term] >= 2 or theirs[term] >= LEAST_PUBLIC or (ours[term] and theirs[term])
    }
    terms = sorted(kept, key=lambda term: (-kept[term], term))[:most]
    return Vocabulary(tuple(terms), tuple(math.log(total / (1 + ours[t] + theirs[t])) for t in terms))
