"""Why one record does or does not suit another: everything the score of this one pair is made of, as tables.

The sentences of a ranking say what matters most; this says all of it, for whoever keeps the word lists.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matcher.alignment import Bag, pairs
from matcher.analyser import Analyser
from matcher.asked import Asked, adds_up, ask, counted, total
from matcher.engine import View
from matcher.errors import NotFound
from matcher.expansion import Added
from matcher.explain import says_something
from matcher.features import FEATURES, Pool, matrix
from matcher.model import Kind, Profile
from matcher.ports import Encoder
from matcher.shelf import Shelf
from matcher.taxonomy import FACETS, Taxonomy
from matcher.weights import RERANK, Weights

MOST_WORDS, MOST_PAIRS = 30, 12
RERANK_NAME = "精排模型"

FACET_NAMES: Mapping[str, str] = {
    "industry": "行业",
    "technology": "技术方向",
    "task": "作业类型",
    "object": "作业对象",
    "site": "作业地点",
    "region": "地区",
    "maturity": "成熟度",
    "qualification": "资质",
}
"""Facet → its name on the page; a test holds it against the taxonomy's."""


@dataclass(frozen=True, slots=True)
class Part:
    """One feature: how much of it there is, what one of it is worth, and the points that makes."""

    name: str
    says: str
    amount: float
    weight: float

    @property
    def points(self) -> float:
        return self.amount * self.weight


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the asking side. `points` is its share of the lexical score, 0 where the other side lacks the word;
    `possible` what an average record would get for it. `entry` is the word list's entry that asks for it, if any."""

    word: str
    points: float
    possible: float
    entry: Added | None = None


@dataclass(frozen=True, slots=True)
class Alike:
    """Two words that mean alike to the encoder, and their exact share of the cosine."""

    ours: str
    theirs: str
    share: float


@dataclass(frozen=True, slots=True)
class Tags:
    """What both sides are tagged with under one facet."""

    name: str
    ours: tuple[str, ...]
    theirs: tuple[str, ...]

    @property
    def shared(self) -> tuple[str, ...]:
        return tuple(tag for tag in self.ours if tag in self.theirs)


@dataclass(frozen=True, slots=True)
class Why:
    """One pair taken apart. The score is `base` and the points of `parts`, summed; `entries` are all that the word
    lists added to the question, each with whether this record has the words."""

    base: float
    parts: tuple[Part, ...]
    words: tuple[Word, ...]
    lacking: tuple[Word, ...]
    alike: tuple[Alike, ...]
    similarity: float
    entries: tuple[tuple[Added, bool], ...]
    tags: tuple[Tags, ...]

    @property
    def score(self) -> float:
        return math.fsum((self.base, *(part.points for part in self.parts)))


@dataclass(frozen=True, slots=True)
class Tools:
    """What a pair is taken apart with: the same that rank."""

    analyser: Analyser
    encoder: Encoder
    taxonomy: Taxonomy
    weights: Weights
    context: Encoder | None


def why(query: Profile, kind: Kind, id: str, view: View, tools: Tools, reading: float | None = None) -> Why:
    """The pair of this query and the record `id` of the shelf `kind`. NotFound when it is on no shelf now.

    `reading` is the re-ranking model's score of the pair as `Engine.reading` gives it, None without such a model.
    """
    asked = ask(query, tools.analyser, tools.encoder, tools.context)
    shelf, row = _found(view, kind, id)
    pool = Pool.of(asked, shelf, np.array([row]), tools.taxonomy)
    names = tuple(tools.weights.weights)
    amounts = matrix(pool, names)[0]
    words, lacking = _words(asked, pool, shelf, tools)
    theirs = shelf.profiles[row]
    reread = () if reading is None else (Part(RERANK, RERANK_NAME, reading, tools.weights.rerank),)
    return Why(
        base=tools.weights.base,
        parts=tuple(
            Part(name, FEATURES[name][0], float(amount), tools.weights.weights[name])
            for name, amount in zip(names, amounts, strict=True)
        )
        + reread,
        words=words,
        lacking=lacking,
        alike=_alike(asked, shelf, row, tools),
        similarity=float(pool.similarity[0]),
        entries=_entries(asked, pool),
        tags=tuple(
            Tags(FACET_NAMES[facet], tuple(sorted(query.tagged(facet))), tuple(sorted(theirs.tagged(facet))))
            for facet in FACETS
        ),
    )


def _found(view: View, kind: Kind, id: str) -> tuple[Shelf, int]:
    for shelf, counting in view.sides[kind].shelves():
        row = shelf.row_of.get(id)
        if row is not None and counting[row]:
            return shelf, row
    raise NotFound(f"编号为“{id}”的记录现在不参与匹配（已撤回、已关闭或不存在）。", id=id)


def _words(asked: Asked, pool: Pool, shelf: Shelf, tools: Tools) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """The words that both sides have, by points, and those that only the asking side has, those first that carry most
    of its meaning: a word that no offer uses is as rare as can be, whether it matters or not."""
    shares = pool.overlap.contributions(0)
    shown = [term for term in asked.terms if tools.analyser.is_word(term) and says_something(term)]
    matters = _matters(shown, tools.encoder)
    words = [
        Word(term, shares.get(term, 0.0), shelf.lexical.self_score({term: asked.terms[term]}), asked.added.get(term))
        for term in shown
    ]
    found = sorted((w for w in words if w.points > 0), key=lambda w: (-w.points, w.word))
    lacking = [word for word in words if word.points <= 0 and not word.entry]
    lacking.sort(key=lambda w: (-matters.get(w.word, w.possible), w.word))
    return tuple(found[:MOST_WORDS]), tuple(lacking[:MOST_WORDS])


def _matters(terms: Sequence[str], encoder: Encoder) -> dict[str, float]:
    """Term → length of its vector, the weight that training gave it; nothing for an encoder without such vectors."""
    if not adds_up(encoder) or not terms:
        return {}
    return dict(zip(terms, np.linalg.norm(encoder.vectors(terms), axis=1).tolist(), strict=True))


def _alike(asked: Asked, shelf: Shelf, row: int, tools: Tools) -> tuple[Alike, ...]:
    if not adds_up(tools.encoder):
        return ()

    def telling(term: str) -> bool:
        return tools.analyser.is_word(term) and says_something(term)

    # Counted anew: asking the index with another notion of telling words would make it forget its own verdicts.
    ours, theirs = total(asked.counts), total(counted(shelf.profiles[row], tools.analyser))
    bags = [Bag.of(counts, tools.encoder, telling) for counts in (ours, theirs)]
    lengths = [float(np.linalg.norm(tools.encoder.bag(counts))) for counts in (ours, theirs)]
    found = pairs(bags[0], bags[1:], tools.encoder, MOST_PAIRS)[0]
    return tuple(Alike(pair.ours, pair.theirs, pair.product / math.prod(lengths)) for pair in found)


def _entries(asked: Asked, pool: Pool) -> tuple[tuple[Added, bool], ...]:
    shares = pool.overlap.contributions(0)
    entries = dict.fromkeys(asked.added.values())
    hit = {entry for term, entry in asked.added.items() if len(term) > 1 and term in shares}
    return tuple((entry, entry in hit) for entry in entries)
