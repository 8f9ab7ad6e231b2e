"""Named features of (query, candidate): numbers from 0 up, of which more never means less likely.

Every feature is one row of the table below; the ranker is nothing but their weighted sum.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from matcher.asked import Asked
from matcher.ports import Overlap, RowNumbers
from matcher.shelf import DENSE_FIELDS, Shelf
from matcher.taxonomy import Taxonomy

Column = npt.NDArray[np.float64]
"""Shape (rows,): one feature of every candidate."""

FULL_LENGTH = 400
"""Term occurrences of a demand that says enough: about 150 characters."""

WELL_BRIDGED = 10.0
"""A score of bridges that is worth as much as other features at their best."""

RIPE = 7
"""Maturity level from which an offer counts as ripe: it has left the trial."""


@dataclass(frozen=True, eq=False)
class Pool:
    """The candidates of one shelf, and what is looked up once for all features, when the first of them asks."""

    asked: Asked
    shelf: Shelf
    rows: RowNumbers
    taxonomy: Taxonomy

    @classmethod
    def of(cls, asked: Asked, shelf: Shelf, rows: RowNumbers, taxonomy: Taxonomy) -> Pool:
        """The candidates in these rows of the shelf."""
        return cls(asked, shelf, rows, taxonomy)

    @cached_property
    def overlap(self) -> Overlap:
        """The terms that query and candidates share."""
        return self.shelf.lexical.overlap(self.asked.terms, self.rows)

    @property
    def crossing(self) -> bool:
        """Whether one side asks for the other. Two records of one kind speak the same language: what they share they
        mean alike, and neither answers the other."""
        return self.asked.profile.kind is not self.shelf.kind

    @cached_property
    def bridged(self) -> Overlap:
        """The words of the other side that answer the query's; none among records of one kind."""
        return self.shelf.lexical.overlap(self.asked.bridges.weights if self.crossing else {}, self.rows)

    @cached_property
    def self_score(self) -> float:
        """The lexical score that makes those of different queries comparable."""
        return self.shelf.lexical.self_score(self.asked.terms) if self.asked.terms else 1.0

    @cached_property
    def similarity(self) -> npt.NDArray[np.float32]:
        """Cosines of the whole texts, (rows,)."""
        return self.shelf.dense(self.rows, self.asked.whole)

    @cached_property
    def shared(self) -> Column:
        """The part of `similarity` that terms make with themselves: words that both sides use, in no other words.

        The cosine of two bags is the sum over pairs of terms, so it parts exactly. 0 for an encoder that adds up none,
        and among records of one kind, whose cosine stays whole.
        """
        if not self.crossing:
            return np.zeros(len(self.rows))
        sizes = self.asked.size * self.shelf.sizes[self.rows].astype(np.float64)
        made = self.overlap.tally(self.asked.squares).astype(np.float64)
        return np.divide(made, sizes, out=np.zeros(len(self.rows)), where=sizes > 0)

    def tagged(self, facet: str) -> list[str]:
        """The asking side's tags of one facet, with prefix, sorted."""
        return sorted(f"{facet}:{value}" for value in self.asked.profile.tagged(facet))


def _positive(cosines: npt.NDArray[np.float32]) -> Column:
    return np.maximum(cosines.astype(np.float64), 0)


def _semantic(pool: Pool) -> Column:
    """What different words say of the same matter. Whoever copies the demand's words is found by these already, and
    solves it no more for that."""
    return np.maximum(pool.similarity.astype(np.float64) - pool.shared, 0)


def _context(pool: Pool) -> Column:
    """What the context model says of the two texts as wholes: order, denial and what is done to what. Not asked among
    records of one kind."""
    if not pool.crossing:
        return np.zeros(len(pool.rows))
    return _positive(pool.shelf.in_context(pool.rows, pool.asked.context))


def _field(pool: Pool, theirs: str, ours: str) -> Column:
    """Cosine of their field with one of our fields, or with our whole text."""
    query = pool.asked.whole if ours == "whole" else pool.asked.fields[DENSE_FIELDS.index(ours)]
    return _positive(pool.shelf.dense_field(theirs, pool.rows, query))


def _ask(pool: Pool) -> Column:
    return _positive(pool.shelf.dense(pool.rows, pool.asked.fields[DENSE_FIELDS.index("title")]))


def _lexical(pool: Pool) -> Column:
    return np.sqrt(np.maximum(pool.overlap.scores().astype(np.float64), 0) / pool.self_score)


def _lexical_words(pool: Pool) -> Column:
    """The share itself and not its root: whole words decide where both sides write alike, and say little where they
    share but a few."""
    words = pool.asked.words
    if not words:
        return np.zeros(len(pool.rows))
    scores = pool.overlap.word_scores(words, pool.asked.doubled).astype(np.float64)
    return np.maximum(scores, 0) / pool.shelf.lexical.self_score(words, power=2)


def _lexical_title(pool: Pool) -> Column:
    return np.sqrt(np.maximum(pool.overlap.field_scores("title").astype(np.float64), 0) / pool.self_score)


def _bridges(pool: Pool) -> Column:
    return pool.bridged.scores().astype(np.float64) / WELL_BRIDGED


def _shared(pool: Pool, facet: str) -> Column:
    """1 when a tag of the facet is shared, and a little more for every further one."""
    shared = pool.shelf.tags.shared(pool.rows, pool.tagged(facet))
    return np.log2(1 + shared.astype(np.float64))


def _task_object(pool: Pool) -> Column:
    """1 where the other side has one of our tasks and one of our objects: the same thing done to the same thing."""
    task, thing = (pool.shelf.tags.shared(pool.rows, pool.tagged(facet)) for facet in ("task", "object"))
    return np.asarray((task > 0) & (thing > 0), np.float64)


def _industry(pool: Pool) -> Column:
    own = pool.asked.profile.tagged("industry")
    near = {f"industry:{other}" for name in own for other in pool.taxonomy.related(name)}
    same = np.minimum(pool.shelf.tags.shared(pool.rows, pool.tagged("industry")), 1)
    related = np.minimum(pool.shelf.tags.shared(pool.rows, sorted(near)), 1)
    return np.maximum(same.astype(np.float64), 0.5 * related)


def _region(pool: Pool) -> Column:
    """1 where the other side is from our region, or writes of it (a case there)."""
    own = pool.asked.profile.tagged("region")
    here = sorted(f"{facet}:{name}" for facet in ("region", "place") for name in own)
    return np.minimum(pool.shelf.tags.shared(pool.rows, here), 1).astype(np.float64)


def _maturity(pool: Pool) -> Column:
    return np.minimum(pool.shelf.tags.shared(pool.rows, _ripe(pool.taxonomy)), 1).astype(np.float64)


@lru_cache(maxsize=4)
def _ripe(taxonomy: Taxonomy) -> tuple[str, ...]:
    """The tags of the maturities that count."""
    return tuple(f"maturity:{n}" for n in taxonomy.names["maturity"] if (taxonomy.maturity_level(n) or 0) >= RIPE)


def _brevity(pool: Pool) -> Column:
    """0 for a demand of some 150 characters or more, towards 1 the fewer terms there are to agree with.

    The same for every candidate: it moves no one past another, only what a cosine is worth. One sentence agrees less
    with any description than a page does, and must not be told for it that nothing suits.
    """
    terms = sum(sum(own.values()) for own in pool.asked.counts.values())
    short = max(0.0, 1 - math.log1p(terms) / math.log1p(FULL_LENGTH))
    return np.full(len(pool.rows), short, np.float64)


FEATURES: Mapping[str, tuple[str, Callable[[Pool], Column]]] = MappingProxyType(
    {
        "semantic": ("意思相近", _semantic),
        "semantic_shared": ("同词的意思", lambda pool: np.maximum(pool.shared, 0)),
        "context": ("通读相近", _context),
        "semantic_ask": ("标题与全文", _ask),
        "semantic_name": ("全文与名称", lambda pool: _field(pool, "title", "whole")),
        "semantic_body": ("问题与能力", lambda pool: _field(pool, "body", "body")),
        "semantic_needs": ("指标与指标", lambda pool: _field(pool, "needs", "needs")),
        "lexical": ("共同用词", _lexical),
        "lexical_words": ("完整词语", _lexical_words),
        "lexical_title": ("名称用词", _lexical_title),
        "bridges": ("说法对应", _bridges),
        "industry": ("行业", _industry),
        "technology": ("技术方向", lambda pool: _shared(pool, "technology")),
        "task": ("作业类型", lambda pool: _shared(pool, "task")),
        "object": ("作业对象", lambda pool: _shared(pool, "object")),
        "task_object": ("作业与对象", _task_object),
        "site": ("作业地点", lambda pool: _shared(pool, "site")),
        "region": ("地区", _region),
        "maturity": ("成熟度", _maturity),
        "brevity": ("写得简短", _brevity),
    }
)
"""Feature → its Chinese name and how it is computed. Add a row to add a feature; weights name rows of this table."""


def matrix(pool: Pool, names: tuple[str, ...]) -> npt.NDArray[np.float64]:
    """One row per candidate, one column per named feature, shape (rows, names)."""
    if not len(pool.rows):
        return np.zeros((0, len(names)))
    return np.column_stack([FEATURES[name][1](pool) for name in names])
