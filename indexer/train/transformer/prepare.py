"""Texts to token numbers: what the training machine needs to know of them, small enough to carry there."""

from __future__ import annotations

import random
from array import array
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from indexer.train.knowledge import Topic
from indexer.train.pairs import Public
from indexer.train.samples import statements
from indexer.train.transformer.recipe import CORPUS, FILLER, PAIRS, PIECES, SPECIAL, Recipe

LEARNED_FROM, CHARACTERS = 60_000, 6_000
"""Public texts that the pieces are learned from beside all of ours, and our most frequent characters, which all become
pieces."""

BLOCK = 20_000


def prepare(topics: Sequence[Topic], filler: Sequence[str], public: Public, work: Path, recipe: Recipe) -> None:
    """Write pieces, corpus, pairs and filler into the work folder.

    corpus.npy holds all different public texts one after the other, uint16; pairs.npz their lengths ("lengths") and for
    each source the numbers of its pairs' texts, shape (pairs, 2).
    """
    work.mkdir(parents=True, exist_ok=True)
    ours = [*(text for topic in topics for text in statements(topic)), *filler]
    numbers: dict[str, int] = {}
    pairs = {name: _numbered(rows, numbers, recipe.characters) for name, rows in public.items()}
    texts = list(numbers)
    pieces = learned(texts, ours, recipe)
    pieces.save(str(work / PIECES))
    corpus = array("H")
    lengths = np.zeros(len(texts), np.uint16)
    for start in range(0, len(texts), BLOCK):
        for row, encoding in enumerate(pieces.encode_batch(texts[start : start + BLOCK], add_special_tokens=False)):
            corpus.extend(encoding.ids)
            lengths[start + row] = len(encoding.ids)
    np.save(work / CORPUS, np.frombuffer(corpus, np.uint16))
    stored: dict[str, Any] = {"lengths": lengths, **pairs}
    np.savez_compressed(work / PAIRS, **stored)
    (work / FILLER).write_text("\n".join(filler), "utf-8")


def learned(texts: Sequence[str], ours: Sequence[str], recipe: Recipe) -> Tokenizer:
    """Unigram pieces (Kudo 2018) of up to six characters; figures are read digit by digit."""
    pieces = Tokenizer(models.Unigram())
    pieces.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    pieces.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.Punctuation(), pre_tokenizers.Digits(individual_digits=True)]
    )
    frequent = Counter(character for text in ours for character in text).most_common(CHARACTERS)
    trainer = trainers.UnigramTrainer(
        vocab_size=recipe.pieces,
        special_tokens=list(SPECIAL),
        unk_token=SPECIAL[1],
        max_piece_length=6,
        initial_alphabet=[character for character, _ in frequent],
        show_progress=False,
    )
    drawn = random.Random(recipe.seed).sample(list(texts), min(LEARNED_FROM, len(texts)))
    pieces.train_from_iterator([*(text[:200] for text in drawn), *ours], trainer)
    return pieces


def _numbered(rows: Sequence[tuple[str, str]], numbers: dict[str, int], characters: int) -> np.ndarray:
    """The pairs by the numbers of their texts, each pair once; new texts get the next number."""
    found = dict.fromkeys(
        (numbers.setdefault(a[:characters], len(numbers)), numbers.setdefault(b[:characters], len(numbers)))
        for a, b in rows
    )
    return np.array([pair for pair in found if pair[0] != pair[1]], np.int32).reshape(-1, 2)
