"""Which word of the demand meets which word of the offer: the embedding's own sum, term pair by term pair.

With a bag encoder the cosine of two texts is (Σ aᵢ)·(Σ bⱼ) / (|a| |b|), so its share for the pair (i, j) is exactly
aᵢ·bⱼ / (|a| |b|). What is shown is this sum, not a story about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matcher.ports import BagEncoder, RowNumbers

LOOKED_AT = 200
"""Strongest pairs looked at for some that stand apart from each other."""

ALIKE = 0.25
"""Least cosine of two terms that are shown as a pair: a share can also be large because both terms are weighty."""

MOST_TERMS = 64
"""Terms per side that are looked at when the best pairs are picked: those with the largest vectors."""

Singles = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Bag:
    """The weightiest words of one record: their numbers in the encoder, how often each occurs, and the lengths of their
    vectors times that. Nothing in it depends on who asks."""

    terms: tuple[str, ...]
    numbers: RowNumbers
    counts: Singles
    sizes: Singles

    @classmethod
    def of(cls, counts: Mapping[str, int], encoder: BagEncoder, telling: Callable[[str], bool]) -> Bag:
        """`telling` says which terms may be shown."""
        terms = tuple(term for term in counts if telling(term))
        numbers = encoder.numbers(terms)
        occurring = np.fromiter((counts[term] for term in terms), np.float32, len(terms))
        sizes = encoder.lengths(numbers) * occurring
        if len(terms) <= MOST_TERMS:
            return cls(terms, numbers, occurring, sizes)
        keep = np.sort(np.argpartition(-sizes, MOST_TERMS)[:MOST_TERMS])
        return cls(tuple(terms[i] for i in keep.tolist()), numbers[keep], occurring[keep], sizes[keep])


@dataclass(frozen=True, slots=True)
class Pair:
    """One term of each side, and the product of their vectors, each times its count.

    Divided by the lengths of both texts' sums it is the pair's exact share of their cosine.
    """

    ours: str
    theirs: str
    product: float


def pairs(ours: Bag, others: Sequence[Bag], encoder: BagEncoder, most: int = 4) -> list[list[Pair]]:
    """For each of the other bags the pairs that carry most of the cosine, strongest first, each term in one pair only.

    Left out are identical words, a word and its part (护林员, 护林), and pairs of which both words stand on both sides:
    shared words are told elsewhere. Both terms must be alike by themselves; so there may be fewer pairs than asked for,
    or none. Terms that lie inside a chosen one (作业 in 作业人员) or continue it (外观, 观检) are not chosen again.
    """
    if not len(ours.terms) or not any(len(bag.terms) for bag in others):
        return [[] for _ in others]
    products = encoder.products(ours.numbers, np.concatenate([bag.numbers for bag in others]))
    products *= np.multiply.outer(ours.counts, np.concatenate([bag.counts for bag in others]))
    least = np.multiply.outer(ALIKE * ours.sizes, np.concatenate([bag.sizes for bag in others]))
    flat = np.flatnonzero((products >= least) & (products > 0))  # once for all bags, which together are one matrix
    value = products.ravel()[flat]
    row, column = np.divmod(flat, products.shape[1])
    ends = np.cumsum([len(bag.terms) for bag in others])
    bag_of = np.searchsorted(ends, column, side="right")
    order = np.lexsort((-value, bag_of))  # stable: equal products in the order of the texts
    bounds = np.searchsorted(bag_of[order], np.arange(len(others) + 1)).tolist()
    return [
        list(
            _chosen(
                ours.terms,
                bag.terms,
                row[found := order[low : min(high, low + LOOKED_AT)]].tolist(),
                (column[found] - (end - len(bag.terms))).tolist(),
                value[found].tolist(),
                most,
            )
        )
        for bag, end, low, high in zip(others, ends.tolist(), bounds, bounds[1:], strict=False)
    ]


def _chosen(
    ours: Sequence[str],
    theirs: Sequence[str],
    left_at: Sequence[int],
    right_at: Sequence[int],
    products: Sequence[float],
    most: int,
) -> Iterator[Pair]:
    """Of pairs in order those that stand apart from the ones before."""
    shared = set(ours).intersection(theirs)
    lefts: list[str] = []
    rights: list[str] = []
    for i, j, product in zip(left_at, right_at, products, strict=True):
        left, right = ours[i], theirs[j]
        if left in right or right in left or (left in shared and right in shared):
            continue
        if _apart(left, lefts) and _apart(right, rights):
            yield Pair(left, right, product)
            lefts.append(left)
            rights.append(right)
            if len(lefts) == most:
                return


def _apart(term: str, chosen: Sequence[str]) -> bool:
    return not any(term in other or other in term or term[-1] == other[0] or term[0] == other[-1] for other in chosen)
