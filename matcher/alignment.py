"""Which word of the demand meets which word of the offer: the embedding's own sum, term pair by term pair.

With a bag encoder the cosine of two texts is (Σ aᵢ)·(Σ bⱼ) / (|a| |b|), so its share for the pair (i, j) is exactly
aᵢ·bⱼ / (|a| |b|). What is shown is this sum, not a story about it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from matcher.ports import BagEncoder, Vectors

LOOKED_AT = 200
"""Strongest pairs looked at for some that stand apart from each other."""

ALIKE = 0.25
"""Least cosine of two terms that are shown as a pair: a share can also be large because both terms are weighty."""

MOST_TERMS = 64
"""Terms per side that are looked at when the best pairs are picked: those with the largest vectors."""


@dataclass(frozen=True, eq=False)
class Bag:
    """One side: its weightiest words, their vectors (terms, dim) times their counts, and the lengths of these."""

    terms: Sequence[str]
    vectors: Vectors
    sizes: npt.NDArray[np.float32]
    counts: Mapping[str, int]
    encoder: BagEncoder

    @classmethod
    def of(cls, counts: Mapping[str, int], encoder: BagEncoder, telling: Callable[[str], bool]) -> Bag:
        """`telling` says which terms may be shown; the others matter for `length` alone and may be left out."""
        words = {term: count for term, count in counts.items() if telling(term)}
        return replace(cls.each([words], encoder)[0], counts=counts)

    @classmethod
    def each(cls, words: Sequence[Mapping[str, int]], encoder: BagEncoder) -> list[Bag]:
        """A bag for each of several records, of terms that may all be shown; their vectors are looked up together."""
        terms = [term for own in words for term in own]
        counts = np.fromiter(chain.from_iterable(own.values() for own in words), np.float32, len(terms))
        vectors = encoder.vectors(terms) * counts[:, None]
        sizes = np.sqrt(np.einsum("td,td->t", vectors, vectors))
        bags, start = [], 0
        for own in words:
            part = slice(start, start + len(own))
            bags.append(cls(terms[part], vectors[part], sizes[part], own, encoder)._cut())
            start = part.stop
        return bags

    def _cut(self) -> Bag:
        if len(self.terms) <= MOST_TERMS:
            return self
        keep = np.sort(np.argpartition(-self.sizes, MOST_TERMS)[:MOST_TERMS])
        terms = [self.terms[i] for i in keep.tolist()]
        return replace(self, terms=terms, vectors=self.vectors[keep], sizes=self.sizes[keep])

    @cached_property
    def length(self) -> float:
        """That of the sum over all terms given, shown or not: with all of a text's, shares are those of its cosine."""
        return float(np.linalg.norm(self.encoder.bag(self.counts)))


@dataclass(frozen=True, slots=True)
class Pair:
    """One term of each side, and the product of their vectors."""

    ours: str
    theirs: str
    product: float
    bags: tuple[Bag, Bag]

    @property
    def share(self) -> float:
        """The pair's exact share of the cosine."""
        return self.product / (self.bags[0].length * self.bags[1].length)


def pairs(ours: Bag, theirs: Bag, most: int = 4) -> list[Pair]:
    """The pairs that carry most of the cosine, strongest first, each term in one pair only.

    Left out are identical words, a word and its part (护林员, 护林), and pairs of which both words stand on both sides:
    shared words are told elsewhere. Both terms must be alike by themselves; so there may be fewer pairs than asked for,
    or none. Terms that lie inside a chosen one (作业 in 作业人员) or continue it (外观, 观检) are not chosen again.
    """
    if not len(ours.terms) or not len(theirs.terms):
        return []
    products = ours.vectors @ theirs.vectors.T
    least = np.multiply.outer(ALIKE * ours.sizes, theirs.sizes)
    products = products.ravel()
    alike = np.flatnonzero((products >= least.ravel()) & (products > 0))
    strongest = alike[np.argsort(-products[alike], kind="stable")[:LOOKED_AT]]
    shared = set(ours.terms) & set(theirs.terms)
    chosen: list[Pair] = []
    for flat in strongest.tolist():
        i, j = divmod(flat, len(theirs.terms))
        left, right = ours.terms[i], theirs.terms[j]
        if len(chosen) == most:
            break
        if left in right or right in left or {left, right} <= shared:
            continue
        if _apart(left, [p.ours for p in chosen]) and _apart(right, [p.theirs for p in chosen]):
            chosen.append(Pair(left, right, float(products[flat]), (ours, theirs)))
    return chosen


def _apart(term: str, chosen: Sequence[str]) -> bool:
    return not any(term in other or other in term or term[-1] == other[0] or term[0] == other[-1] for other in chosen)
