"""Padded rows of token numbers and the batches drawn from them. No torch in here: several processes compose samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from indexer.train.knowledge import Topic
from indexer.train.samples import samples
from indexer.train.transformer.recipe import CLS, CORPUS, PAD, PAIRS, PROMPTS, SEP, Recipe

LESS_OFTEN = {"synonyms": 0.25, "company_concept": 0.25, "papers_en_zh": 0.25}
"""Sources of names, words and translated titles: drawn less often than their number of pairs says."""

TURNED = 0.3
"""Share of the batches of public pairs in which the second text asks for the first."""


@dataclass(frozen=True)
class Corpus:
    """All public texts one after the other, where each begins, and the pairs of each source."""

    tokens: np.ndarray
    starts: np.ndarray
    pairs: dict[str, np.ndarray]

    @classmethod
    def load(cls, work: Path) -> Corpus:
        """From the work folder."""
        with np.load(work / PAIRS, allow_pickle=False) as stored:
            lengths = stored["lengths"].astype(np.int64)
            pairs = {name: stored[name] for name in stored.files if name != "lengths"}
        return cls(np.load(work / CORPUS, allow_pickle=False), np.concatenate([[0], np.cumsum(lengths)]), pairs)

    def stream(self, width: int, seed: int) -> np.ndarray:
        """All texts in a random order with separators, cut into rows, shape (rows, width)."""
        order = np.random.default_rng(seed).permutation(len(self.starts) - 1)
        joined = np.concatenate([part for at in order for part in (self.text(at), [SEP])]).astype(np.int32)
        return joined[: len(joined) // width * width].reshape(-1, width)

    def text(self, number: int) -> np.ndarray:
        """The tokens of one text."""
        return self.tokens[self.starts[number] : self.starts[number + 1]]


def prompted(pieces: Tokenizer) -> dict[str, list[int]]:
    """What stands before a text of each side."""
    return {side: [CLS, *pieces.encode(said, add_special_tokens=False).ids] for side, said in PROMPTS.items()}


def padded(rows: Sequence[np.ndarray], before: Sequence[int], tokens: int) -> np.ndarray:
    """One row per text, what stands before it first, PAD behind it; uint16, shape (rows, tokens)."""
    out = np.full((len(rows), tokens), PAD, np.uint16)
    out[:, : len(before)] = before
    for at, row in enumerate(rows):
        kept = row[: tokens - len(before)]
        out[at, len(before) : len(before) + len(kept)] = kept
    return out


def public_pairs(corpus: Corpus, pieces: Tokenizer, recipe: Recipe, rng: np.random.Generator) -> list[np.ndarray]:
    """One batch of one source: the asking texts and their answers. No text stands in it twice."""
    names = list(corpus.pairs)
    sizes = np.array([len(corpus.pairs[name]) * LESS_OFTEN.get(name, 1.0) for name in names])
    rows = corpus.pairs[names[rng.choice(len(names), p=sizes / sizes.sum())]]
    rows = rows[rng.choice(len(rows), min(recipe.public_batch, len(rows)), replace=False)]
    for side in (0, 1):
        rows = rows[np.sort(np.unique(rows[:, side], return_index=True)[1])]
    if rng.random() < TURNED:
        rows = rows[:, ::-1]
    before = prompted(pieces)
    return [
        padded([corpus.text(n) for n in rows[:, side]], before[name], recipe.public_tokens)
        for side, name in enumerate(PROMPTS)
    ]


def knowledge_rows(
    topics: Sequence[Topic], filler: Sequence[str], pieces: Tokenizer, epochs: int, seed: int, recipe: Recipe
) -> np.ndarray:
    """Samples of the topics, `epochs` of each: asking, answering and nearly answering text, shape (samples, 3, width).

    Consecutive samples are of different topics, as `samples` composes them.
    """
    drawn = list(samples(topics, filler, epochs, seed))
    before = prompted(pieces)
    sides = {"anchor": "query", "positive": "document", "negative": "document"}
    return np.stack([
        padded(
            [
                np.array(encoding.ids, np.uint16)
                for encoding in pieces.encode_batch([getattr(s, name) for s in drawn], add_special_tokens=False)
            ],
            before[side],
            recipe.tokens,
        )
        for name, side in sides.items()
    ], axis=1)  # fmt: skip
