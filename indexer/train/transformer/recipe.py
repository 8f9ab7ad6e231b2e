"""Every number of the small transformer, and where its parts lie while it is made."""

from __future__ import annotations

from dataclasses import dataclass

PIECES, CORPUS, PAIRS, FILLER = "tokenizer.json", "corpus.npy", "pairs.npz", "filler.txt"
"""Files of the work folder that `prepare` writes and `train` reads."""

MET = "met.json"
"""The knowledge files that the model was trained on: the ranker learns from the others how far it can be trusted."""

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PAD, UNK, CLS, SEP, MASK = range(len(SPECIAL))

PROMPTS = {"query": "需求:", "document": "方案:"}
"""Written before a text, so that one network knows which side it reads."""

LONGEST = 192
"""Tokens of a text that the shipped encoder reads."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Three stages: masked language on all texts, public pairs, the trade's knowledge.

    Batches of the first stage are `rows` rows of `width` tokens; a step of the second takes `public_batch` pairs of one
    source, one of the third `batch` topics with a near miss each, or now and then a batch of the second stage.
    """

    hidden: int = 320
    layers: int = 4
    heads: int = 5
    pieces: int = 16_000
    characters: int = 400
    width: int = 128
    rows: int = 512
    masked: float = 0.2
    language_steps: int = 4_300
    language_rate: float = 1.5e-3
    public_steps: int = 530
    public_batch: int = 2_048
    public_rate: float = 6e-4
    public_tokens: int = 130
    steps: int = 471
    batch: int = 1_024
    rate: float = 5e-4
    tokens: int = 164
    dropped: float = 0.1
    mixed: float = 0.2
    scale: float = 20.0
    warm: float = 0.05
    seed: int = 7
