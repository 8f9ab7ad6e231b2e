"""`make train`: the shipped encoder, from the repository's own knowledge and, when given, public text pairs.

Two stages with sentence-transformers (MultipleNegativesRankingLoss inside MatryoshkaLoss): public pairs teach the
language, the knowledge teaches the trade; batches of pairs between those of the knowledge keep the language from being
forgotten. Batches are of one source; within a knowledge batch every topic stands once.
"""

from __future__ import annotations

import hashlib
import random
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.base.sampler import DefaultBatchSampler
from sentence_transformers.sentence_transformer.losses import MatryoshkaLoss, MultipleNegativesRankingLoss
from sentence_transformers.sentence_transformer.modules import Normalize

from indexer.train.knowledge import Topic
from indexer.train.pairs import Public
from indexer.train.row_adam import RowAdam
from indexer.train.samples import samples, statements
from indexer.train.vocabulary import Vocabulary, vocabulary
from matcher.adapters.term_embedding import Counting, TermEmbedding

UNSEEN, SKETCH_EPOCHS = 0.1, 15
"""Share of the topics kept from the ranker's own encoder, and its passes over the others."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Every number of the training. Learning rates are high because each row is met a few dozen times only.

    `dropout` is the share of a public text's terms left out at each meeting; `mixed` how many batches of public pairs
    come to one of the knowledge in the second stage; `kept` the share of the first stage's weights in the shipped ones,
    which are the mean of both (Wortsman et al. 2022): it costs our users' words nothing and keeps the general language.
    """

    dim: int = 384
    terms: int = 79_000
    matryoshka: tuple[int, ...] = (384, 128, 64)
    scale: float = 20.0
    public_epochs: int = 3
    public_batch: int = 1024
    public_rate: float = 0.03
    dropout: float = 0.4
    epochs: int = 40
    batch: int = 512
    rate: float = 0.1
    mixed: float = 0.5
    kept: float = 0.4
    seed: int = 7


def start(
    topics: Sequence[Topic], filler: Sequence[str], public: Public, counting: Counting, recipe: Recipe
) -> SentenceTransformer:
    """A model that knows the terms of all texts, and the language as far as public pairs teach it.

    The same topics, pairs and recipe give the same vectors. One thread: sums come out in the same order everywhere, and
    on a busy machine threads wait for each other longer than they work.
    """
    torch.set_num_threads(1)
    random.seed(recipe.seed)
    torch.manual_seed(recipe.seed)
    ours = (*(s for topic in topics for s in statements(topic)), *filler)
    texts = (text for pairs in public.values() for pair in pairs for text in pair)
    known = vocabulary(ours, texts, counting, recipe.terms)
    terms = TermEmbedding(known.terms, initial(known, recipe), counting)
    model = SentenceTransformer(modules=[terms, Normalize()])
    if public:
        terms.dropout = recipe.dropout
        data = {name: _pairs(pairs) for name, pairs in public.items()}
        _fit(model, data, recipe.public_rate, recipe.public_batch, recipe.public_epochs, recipe, shuffled=True)
        terms.dropout = 0.0
    return model


def specialise(
    model: SentenceTransformer, topics: Sequence[Topic], filler: Sequence[str], public: Public, recipe: Recipe
) -> None:
    """Teach the model the trade: the topics, among batches of public pairs. Changes the model."""
    torch.manual_seed(recipe.seed)
    weights = model[0].embedding.weight
    before = weights.detach().clone()
    drawn = list(samples(topics, filler, recipe.epochs, recipe.seed))
    rows = {name: [getattr(s, name) for s in drawn] for name in ("anchor", "positive", "negative")}
    mixed = _share(public, round(recipe.mixed * len(drawn)), recipe.seed)
    data = {"knowledge": Dataset.from_dict(rows), **{name: _pairs(pairs) for name, pairs in mixed.items()}}
    _fit(model, data, recipe.rate, recipe.batch, 1, recipe, shuffled=False)
    if public:
        with torch.no_grad():
            weights.lerp_(before, recipe.kept)


def _pairs(pairs: Sequence[tuple[str, str]]) -> Dataset:
    return Dataset.from_dict({"anchor": [a for a, _ in pairs], "positive": [b for _, b in pairs]})


def _share(public: Public, count: int, seed: int) -> dict[str, list[tuple[str, str]]]:
    """About `count` pairs drawn from all sources alike, in a shuffled order; every pair once before any comes twice."""
    total = sum(map(len, public.values()))
    rng = random.Random(seed)
    drawn = {}
    for name, pairs in public.items():
        wanted = round(count * len(pairs) / total)
        rows: list[tuple[str, str]] = []
        while len(rows) < wanted:
            rows += rng.sample(pairs, min(len(pairs), wanted - len(rows)))
        if rows:
            drawn[name] = rows
    return drawn


def initial(known: Vocabulary, recipe: Recipe) -> np.ndarray:
    """Random directions, long for rare terms: before any training the model already weighs terms as BM25 would."""
    rng = np.random.default_rng(recipe.seed)
    directions = rng.standard_normal((len(known.terms), recipe.dim), np.float32) / np.sqrt(recipe.dim)
    return np.asarray(0.3 * directions * np.array(known.idf, np.float32)[:, None], np.float32)


class InOrder(DefaultBatchSampler):  # type: ignore[misc]
    """Batches of consecutive rows, in a shuffled order of batches: what was composed together stays together."""

    def __iter__(self) -> Any:
        starts = list(range(0, len(self.sampler) - self.batch_size // 2, self.batch_size))
        random.Random(self.seed).shuffle(starts)
        for start in starts:
            yield list(range(start, min(start + self.batch_size, len(self.sampler))))

    def __len__(self) -> int:
        return len(range(0, len(self.sampler) - self.batch_size // 2, self.batch_size))


class SparseTrainer(SentenceTransformerTrainer):  # type: ignore[misc]
    """Does not ask for the norm of the gradient, which torch cannot compute for sparse ones."""

    def _get_grad_norm(self, model: Any, grad_norm: float | None = None) -> float | None:
        return grad_norm


def _fit(
    model: SentenceTransformer,
    data: Any,
    rate: float,
    batch: int,
    epochs: int,
    recipe: Recipe,
    *,
    shuffled: bool,
) -> None:
    loss = MatryoshkaLoss(
        model,
        MultipleNegativesRankingLoss(
            model,
            scale=recipe.scale,
            directions=("query_to_doc", "doc_to_query"),
            partition_mode="per_direction",
        ),
        [d for d in recipe.matryoshka if d <= recipe.dim],
    )
    with tempfile.TemporaryDirectory() as scratch:
        arguments = SentenceTransformerTrainingArguments(
            output_dir=scratch,
            num_train_epochs=epochs,
            per_device_train_batch_size=batch,
            learning_rate=rate,
            lr_scheduler_type="linear",
            warmup_steps=30,
            max_grad_norm=0.0,
            seed=recipe.seed,
            batch_sampler="no_duplicates_hashed" if shuffled else InOrder,
            multi_dataset_batch_sampler="proportional",
            dataloader_num_workers=1,
            save_strategy="no",
            logging_steps=50,
            report_to="none",
            use_cpu=True,
        )
        optimizer = RowAdam(model.parameters(), rate)
        trainer = SparseTrainer(
            model=model, args=arguments, train_dataset=data, loss=loss, optimizers=(optimizer, None)
        )
        trainer.train()


def scattered(topics: Sequence[Topic]) -> list[Topic]:
    """The topics of all files mixed, always in the same order."""
    return sorted(topics, key=lambda topic: hashlib.sha256(topic.name.encode()).hexdigest())


def some(topics: Sequence[Topic], share: float) -> list[Topic]:
    """A share of the topics, spread evenly over all files; a larger share holds every smaller one."""
    order = scattered(topics)
    kept = {topic.name for topic in order[: round(share * len(order))]}
    return [topic for topic in topics if topic.name in kept]


def apart(topics: Sequence[Topic], met: Collection[str]) -> tuple[list[Topic], list[Topic]]:
    """The topics for the ranker's own encoder, and those kept from it: those of files that the context model has not
    `met` either, or without such a model a share of all."""
    if met:
        seen = {topic.name for topic in topics if topic.file in met}
    else:
        seen = {topic.name for topic in some(topics, 1 - UNSEEN)}
    return [t for t in topics if t.name in seen], scattered([t for t in topics if t.name not in seen])


def sketch(
    model: SentenceTransformer, seen: Sequence[Topic], filler: Sequence[str], public: Public, recipe: Recipe
) -> SentenceTransformer:
    """A quickly specialised copy of a started model, which has seen these topics alone: what the ranker learns from."""
    terms: TermEmbedding = model[0]
    weights = terms.embedding.weight.detach().numpy()
    copied = SentenceTransformer(modules=[TermEmbedding(terms.terms, weights, terms.analyser), Normalize()])
    specialise(copied, seen, filler, public, replace(recipe, epochs=SKETCH_EPOCHS))
    return copied


def save(model: SentenceTransformer, folder: Path, card: str) -> None:
    """Write the model folder as it is shipped, with its card as README.md."""
    folder.mkdir(parents=True, exist_ok=True)
    model.save(str(folder), create_model_card=False)
    (folder / "README.md").write_text(card, "utf-8")
