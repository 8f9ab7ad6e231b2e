"""The table of matcher.translation, learned from the knowledge: IBM Model 1 (Brown et al. 1993).

Every topic is a pair of two bags of words, what demanders say and what vendors answer. Expectation maximisation finds
p(vendor's word | demander's word), with an empty word among the demander's that takes up what vendors always say.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from indexer.train.knowledge import Topic
from matcher.analyser import Analyser
from matcher.explain import says_something
from matcher.translation import Table

ROUNDS = 5
LEAST_TOPICS = 2
"""A word of fewer topics teaches nothing."""

MOST, LIKELY = 8, 0.02
"""Vendor's words kept for one of the demander's, and their least probability."""


def learn(topics: Sequence[Topic], analyser: Analyser) -> Table:
    """The strength is p(vendor's word | demander's word) times the demander's word's idf over the topics."""
    asked = [_words((*t.demand, *t.demand_terms, t.name), analyser) for t in topics]
    answered = [_words((*t.solution, *t.solution_terms, *t.technologies), analyser) for t in topics]
    among, names = _numbered(asked), _numbered(answered)
    sources = [np.array([0, *(1 + among[w] for w in words if w in among)], np.int64) for words in asked]
    targets = [np.array([names[w] for w in words if w in names], np.int64) for words in answered]
    pairs = [(s[:, None] * len(names) + t[None]).ravel() for s, t in zip(sources, targets, strict=True)]
    known, where = np.unique(np.concatenate(pairs), return_inverse=True)
    cells = np.split(where.astype(np.int32), np.cumsum([len(each) for each in pairs])[:-1])
    source, target = np.divmod(known, len(names))
    likely = np.ones(len(known))
    for _ in range(ROUNDS):
        counts = np.zeros(len(known))
        for ours, theirs, cell in zip(sources, targets, cells, strict=True):
            shares = likely[cell].reshape(len(ours), len(theirs))
            np.add.at(counts, cell, (shares / shares.sum(axis=0, keepdims=True)).ravel())
        likely = counts / np.bincount(source, counts, len(among) + 1)[source]
    met = Counter(word for words in asked for word in words)
    idf = [math.log(len(topics) / met[word]) for word in among]
    speaking, answering = list(among), list(names)
    table: dict[str, dict[str, float]] = {}
    for at in np.lexsort((target, -likely, source)).tolist():
        own = int(source[at]) - 1
        if own < 0 or likely[at] < LIKELY or answering[target[at]] == speaking[own]:
            continue
        kept = table.setdefault(speaking[own], {})
        if len(kept) < MOST and (strength := round(float(likely[at]) * idf[own], 3)) > 0:
            kept[answering[target[at]]] = strength
    return {word: answers for word, answers in table.items() if answers}


def write(table: Table, path: Path) -> None:
    """One demander's word a line."""
    rows = (
        f"{json.dumps(word, ensure_ascii=False)}: {json.dumps(own, ensure_ascii=False)}" for word, own in table.items()
    )
    path.write_text("{\n" + ",\n".join(rows) + "\n}\n", "utf-8")


def _words(texts: Iterable[str], analyser: Analyser) -> list[str]:
    """The words that tell of a matter, each once, in a fixed order."""
    return sorted({term for text in texts for term in analyser.counts(text) if _tells(term, analyser)})


@lru_cache(maxsize=1 << 18)
def _tells(term: str, analyser: Analyser) -> bool:
    return analyser.is_word(term) and says_something(term)


def _numbered(sides: Sequence[Sequence[str]]) -> dict[str, int]:
    met = Counter(word for words in sides for word in words)
    return {word: number for number, word in enumerate(sorted(w for w, n in met.items() if n >= LEAST_TOPICS))}
