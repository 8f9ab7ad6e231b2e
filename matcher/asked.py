"""A profile made ready to ask with: cut, counted and encoded once, for every shelf and every feature."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeGuard

import numpy as np

from matcher.analyser import Analyser
from matcher.expansion import Added
from matcher.model import FIELDS, Kind, Profile
from matcher.ports import BagEncoder, Encoder, Vectors
from matcher.shelf import DENSE_FIELDS
from matcher.translation import Bridges

PARTS: Mapping[str, tuple[str, ...]] = {"title": ("title",), "body": ("body", "labels"), "needs": ("needs", "cases")}
"""Which fields of a profile each dense field is made of."""

Counts = Mapping[str, int]


def _unread() -> Vectors:
    return np.zeros(0, np.float32)


@dataclass(frozen=True, eq=False)
class Asked:
    """The asking side of one match.

    counts  field → term → occurrences
    terms   term → weight of the lexical query; a word said five times is not five times as wanted
    words   those of the terms that are whole words of the text, with the same weights
    doubled the words that are counted twice wherever they stand, see Analyser.is_doubled
    whole   unit vector of all fields, (dim,)
    size    length of the sum of term vectors that `whole` was made from, 0 for an encoder that adds up none
    squares term → how often it is said, times its vector's length squared: what it makes with itself
    fields  unit vectors of DENSE_FIELDS, (len, dim); an empty field stands in with the whole
    bridges the words that the knowledge says answer those of the text
    added   term that is not in the text but asked for → the entry of the house's word lists that says so
    """

    profile: Profile
    counts: Mapping[str, Counts]
    terms: Mapping[str, float]
    words: Mapping[str, float]
    doubled: AbstractSet[str]
    whole: Vectors
    size: float
    squares: Mapping[str, float]
    fields: Vectors
    bridges: Bridges
    added: Mapping[str, Added] = field(default_factory=dict)
    read: Callable[[], Vectors] = _unread

    @cached_property
    def context(self) -> Vectors:
        """The context model's unit vector of the whole, (its dim,); of no length without one. Worked out when first
        asked for: it takes longer than everything else."""
        return self.read()


NAMES = frozenset({"title", "labels"})
"""Fields without sentences: every word counts."""


def counted(profile: Profile, analyser: Analyser) -> dict[str, Counts]:
    """Field → term → occurrences, for the fields that have any text: of what they say of the matter."""
    offer = profile.kind is Kind.SOLUTION
    return {
        name: analyser.counts(text) if name in NAMES else analyser.matter(text, offer=offer).counts
        for name in FIELDS
        if (text := profile.fields.get(name))
    }


def left_out(profile: Profile, analyser: Analyser) -> tuple[str, ...]:
    """The sentences that are not counted because they say nothing of the matter, in the order of the fields."""
    offer = profile.kind is Kind.SOLUTION
    texts = [text for name in FIELDS if name not in NAMES and (text := profile.fields.get(name))]
    return tuple(sentence for text in texts for sentence in analyser.matter(text, offer=offer).left_out)


def total(counts: Mapping[str, Counts]) -> dict[str, int]:
    """Term → occurrences in all fields, in the order of the text."""
    summed: dict[str, int] = {}
    for own in counts.values():
        for term, count in own.items():
            summed[term] = summed.get(term, 0) + count
    return summed


def dense_text(profile: Profile, field: str) -> str:
    """The text behind one dense field."""
    return "\n".join(profile.fields[name] for name in PARTS[field] if profile.fields.get(name))


def adds_up(encoder: Encoder) -> TypeGuard[BagEncoder]:
    """Whether it is an encoder that adds up term vectors. Asking the protocol itself takes a tenth of a millisecond."""
    return hasattr(encoder, "bag") and hasattr(encoder, "vectors")


def encoded(profile: Profile, counts: Mapping[str, Counts], encoder: Encoder, side: str) -> tuple[Vectors, float]:
    """Unit vectors of the whole and of DENSE_FIELDS, shape (1 + len(DENSE_FIELDS), dim), and the length that the first
    had before; `side` is queries|documents.

    A bag encoder adds up the terms already counted; any other one reads the texts, and its length is 0.
    """
    if adds_up(encoder):
        sums = {name: encoder.bag(own) for name, own in counts.items()}
        zero = np.zeros(encoder.dim, np.float32)
        rows = [sum(sums.values(), zero)]
        rows += [sum((sums[n] for n in PARTS[field] if n in sums), zero) for field in DENSE_FIELDS]
        return unit(np.stack(rows)), length(rows[0])
    encode = encoder.queries if side == "queries" else encoder.documents
    return encode([profile.text(), *(dense_text(profile, field) for field in DENSE_FIELDS)]), 0.0


def length(vector: Vectors) -> float:
    """Of one vector, in double precision and in a fixed order, so that it is the same on every machine."""
    return math.sqrt(math.fsum((vector.astype(np.float64) ** 2).tolist()))


def _squares(counts: Mapping[str, float], encoder: BagEncoder) -> dict[str, float]:
    sizes = encoder.lengths(encoder.numbers(list(counts))).astype(np.float64)
    return dict(zip(counts, (np.fromiter(counts.values(), np.float64, len(counts)) * sizes**2).tolist(), strict=True))


def told_text(profile: Profile, analyser: Analyser) -> str:
    """What the context model reads: all fields, simplified, without the sentences that say nothing of the matter."""
    text = profile.text()
    for sentence in left_out(profile, analyser):
        text = text.replace(sentence, "", 1)
    return analyser.normalise(text)


def ask(profile: Profile, analyser: Analyser, encoder: Encoder, context: Encoder | None = None) -> Asked:
    """Everything the arms and features need to know of the asking side."""
    counts = counted(profile, analyser)
    vectors, size = encoded(profile, counts, encoder, "queries")
    summed = total(counts)
    terms = {term: 1 + math.log(count) for term, count in summed.items()}
    spoken = analyser.spoken(profile.text())
    words = {word: 1 + math.log(min(count, summed[word])) for word, count in spoken.items() if word in summed}
    added = _added(profile, summed, analyser) if analyser.expansion else {}
    whole, fields, meant = vectors[0], vectors[1:].copy(), dict[str, float](summed)
    if added:
        more = {term: entry.weight for term, entry in added.items()}
        terms |= more
        words |= {term: weight for term, weight in more.items() if analyser.is_word(term)}
        if adds_up(encoder):
            meant |= more
            together = encoder.bag(meant)
            whole, size = unit(together), length(together)
    squares = _squares(meant, encoder) if adds_up(encoder) else {}
    fields[~fields.any(axis=1)] = whole
    bridges = analyser.translation.of(profile.kind, summed)
    doubled = frozenset(filter(analyser.is_doubled, words))

    def read() -> Vectors:
        vectors: Vectors = context.queries([told_text(profile, analyser)])[0] if context else _unread()
        return vectors

    return Asked(profile, counts, terms, words, doubled, whole, size, squares, fields, bridges, added, read)


def _added(profile: Profile, own: Counts, analyser: Analyser) -> dict[str, Added]:
    """The terms of the other words that the text is asked with, each with the strongest entry that names it."""
    found: dict[str, Added] = {}
    for entry in analyser.expansion.added(profile.kind, analyser.normalise(profile.text())):
        for term in analyser.counts(entry.meaning):
            if term not in own and (term not in found or found[term].weight < entry.weight):
                found[term] = entry
    return found


def unit(rows: Vectors) -> Vectors:
    """Rows at length 1; zero rows stay zero."""
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    return (rows / np.where(norms == 0, 1, norms)).astype(np.float32)
