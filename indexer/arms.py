"""What the engine is compared with, over the same records: each arm alone, and the two usual ways to fuse them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.workshop import Workshop
from matcher.adapters.bm25 import Bm25Index
from matcher.analyser import FUNCTION_WORDS, Analyser
from matcher.asked import Asked, ask
from matcher.evaluate import halves
from matcher.lexicon import Lexicon
from matcher.metrics import Qrels, metric
from matcher.model import Profile
from matcher.segment import Segmenter, segmenter
from matcher.shelf import Shelf
from matcher.text import HAN

DEPTH = 100
"""Answers taken from each arm."""

RRF_K = 60
"""Cormack, Clarke and Büttcher 2009."""

WORDS, BIGRAMS, BM25F, DENSE, RRF, CONVEX = "BM25 words", "BM25 bigrams", "BM25F", "dense", "RRF", "convex"
CONTEXT, MODELS = "context", "dense + context"
ARMS = (WORDS, BIGRAMS, BM25F, DENSE, CONTEXT, MODELS, RRF, CONVEX)
"""CONTEXT and MODELS only where there is a context model."""

Answers = list[tuple[str, float]]
Cut = Callable[[str], Mapping[str, int]]
"""Text to terms with their counts."""

Told = Callable[[int], None]

_RUN = re.compile(f"[{HAN}]+")
_SHARES = tuple(round(0.05 * step, 2) for step in range(21))


def words(segment: Segmenter, analyser: Analyser) -> Cut:
    """The segmenter's words without function words, with the analyser's Latin terms and units."""

    def cut(text: str) -> Mapping[str, int]:
        runs = _RUN.findall(analyser.normalise(text))
        return Counter(w for run in runs for w in segment.words(run) if w not in FUNCTION_WORDS) + _latin(
            analyser, text
        )

    return cut


def bigrams(analyser: Analyser) -> Cut:
    """Character bigrams, with the analyser's Latin terms and units."""
    return lambda text: _pairs(analyser, text) + _latin(analyser, text)


def _latin(analyser: Analyser, text: str) -> Counter[str]:
    return Counter({term: count for term, count in analyser.counts(text).items() if not _RUN.search(term)})


def _pairs(analyser: Analyser, text: str) -> Counter[str]:
    runs = _RUN.findall(analyser.normalise(text))
    return Counter(run[i : i + 2] for run in runs for i in range(len(run) - 1))


class PlainBm25:
    """BM25 over one kind of term, the whole record as one field and the whole query as it stands."""

    def __init__(self, shelf: Shelf, cut: Cut) -> None:
        texts = (shelf.profiles[row].text() for row in range(len(shelf)))
        self._cut = cut
        self._index = Bm25Index.build(list(shelf.ids), ({"body": cut(text)} for text in texts))

    def __call__(self, query: Profile) -> Answers:
        return [(hit.id, hit.score) for hit in self._index.search(self._cut(query.text()), DEPTH)]


@dataclass(frozen=True, eq=False)
class Both:
    """The best of the dense and of the lexical arm as shipped, and both exact scores of everything either found."""

    dense: Answers
    lexical: Answers
    ids: Sequence[str]
    cosine: np.ndarray
    overlap: np.ndarray

    @classmethod
    def of(cls, asked: Asked, shelf: Shelf) -> Both:
        """`overlap` is BM25F as a share of what a record with every query term would get, so both start at 0 and have
        an end that does not depend on the other candidates."""
        dense = [(hit.id, hit.score) for hit in shelf.vectors.search(asked.whole, DEPTH)]
        lexical = [(hit.id, hit.score) for hit in shelf.lexical.search(asked.terms, DEPTH)]
        ids = sorted({id for id, _ in (*dense, *lexical)})
        rows = np.array([shelf.row_of[id] for id in ids], np.int64)
        most = shelf.lexical.self_score(asked.terms) if asked.terms else 1.0
        shared = shelf.lexical.overlap(asked.terms, rows).scores().astype(np.float64)
        return cls(dense, lexical, ids, np.maximum(shelf.dense(rows, asked.whole), 0).astype(np.float64), shared / most)

    def fused(self) -> Answers:
        """Reciprocal-rank fusion: Σ 1 / (60 + rank)."""
        points: dict[str, float] = dict.fromkeys(self.ids, 0.0)
        for answers in (self.dense, self.lexical):
            for rank, (id, _) in enumerate(answers, 1):
                points[id] += 1 / (RRF_K + rank)
        return best(points)

    def mixed(self, share: float) -> Answers:
        """share · cosine + (1 − share) · lexical."""
        scores = share * self.cosine + (1 - share) * self.overlap
        return best(dict(zip(self.ids, scores.tolist(), strict=True)))


def by_context(asked: Asked, shelf: Shelf) -> dict[str, Answers]:
    """The context model alone, and the mean of its cosine and the encoder's over what either finds; {} without one."""
    if shelf.contexts is None:
        return {}
    alone = [(hit.id, hit.score) for hit in shelf.contexts.search(asked.context, DEPTH)]
    ids = sorted({id for id, _ in alone} | {hit.id for hit in shelf.vectors.search(asked.whole, DEPTH)})
    rows = np.array([shelf.row_of[id] for id in ids], np.int64)
    mean = (shelf.dense(rows, asked.whole) + shelf.in_context(rows, asked.context)) / 2
    return {CONTEXT: alone, MODELS: best(dict(zip(ids, mean.tolist(), strict=True)))}


def best(points: Mapping[str, float]) -> Answers:
    """The DEPTH best, ties by id."""
    return sorted(points.items(), key=lambda item: (-item[1], item[0]))[:DEPTH]


@dataclass(frozen=True, eq=False)
class ArmRuns:
    """Every arm's answers to the same queries. `share` is the dense share of the convex combination, fitted for nDCG@10
    on the tune half of these very judgments: the fusion is shown at its best."""

    runs: Mapping[str, Mapping[str, Answers]]
    share: float


def arm_runs(queries: Sequence[Profile], shelf: Shelf, shop: Workshop, qrels: Qrels, told: Told) -> ArmRuns:
    """Each arm of ARMS over all queries; `told` hears how many queries are done."""
    parts, settings = shop.parts, shop.settings
    segment = segmenter(Lexicon.load(settings.data / "lexicon").dictionary, settings.cache_folder)
    by_words = PlainBm25(shelf, words(segment, parts.analyser))
    by_bigrams = PlainBm25(shelf, bigrams(parts.analyser))
    runs: dict[str, dict[str, Answers]] = {name: {} for name in ARMS}
    both: dict[str, Both] = {}
    for done, query in enumerate(queries, 1):
        asked = ask(query, parts.analyser, parts.encoder, parts.context)
        pair = both[query.id] = Both.of(asked, shelf)
        for name, answers in by_context(asked, shelf).items():
            runs[name][query.id] = answers
        runs[WORDS][query.id], runs[BIGRAMS][query.id] = by_words(query), by_bigrams(query)
        runs[BM25F][query.id], runs[DENSE][query.id], runs[RRF][query.id] = pair.lexical, pair.dense, pair.fused()
        told(done)
    share = fitted(both, qrels)
    runs[CONVEX] = {id: pair.mixed(share) for id, pair in both.items()}
    return ArmRuns({name: answers for name, answers in runs.items() if answers or not queries}, share)


def fitted(both: Mapping[str, Both], qrels: Qrels) -> float:
    """The dense share with the best mean nDCG@10 on the tune half; the smallest of equals; a half without one."""
    measure = metric("ndcg@10")
    tune = [id for id in halves(both)[0] if any(qrels.get(id, {}).values())]
    gains = {share: sum(measure(both[id].mixed(share), qrels[id]) for id in tune) for share in _SHARES}
    return max(_SHARES, key=lambda share: (gains[share], -share)) if tune else 0.5
