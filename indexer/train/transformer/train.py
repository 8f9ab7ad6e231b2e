"""The three stages over a work folder, on the processor or a graphics card."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import BertModel

from indexer.train.knowledge import Topic
from indexer.train.transformer.batches import Corpus, knowledge_rows, public_pairs
from indexer.train.transformer.network import Draw, Say, contrast, language, network
from indexer.train.transformer.recipe import FILLER, MET, PIECES, Recipe

GENERAL, FINISHED = "general.safetensors", "finished.safetensors"
"""The weights after the first two stages, which need no knowledge of the trade, and those at the end."""

EPOCHS, PARTS = 60, 6
"""Samples composed of every topic, and processes that compose them."""


def train(topics: Sequence[Topic], work: Path, recipe: Recipe, device: str, say: Say) -> BertModel:
    """The trained network, also written to the work folder in half precision. Where the weights of the first two stages
    lie there already, only the third is run."""
    pieces = Tokenizer.from_file(str(work / PIECES))
    torch.manual_seed(recipe.seed)
    model = network(recipe, pieces.get_vocab_size()).to(device).train()
    corpus = Corpus.load(work)
    public = _fed(corpus, pieces, recipe, device)
    if (work / GENERAL).is_file():
        model.load_state_dict({name: value.float() for name, value in load_file(work / GENERAL).items()})
        say("first two stages found")
    else:
        stream = torch.from_numpy(corpus.stream(recipe.width, recipe.seed)).to(device)
        language(model, stream, recipe, say)
        contrast(model, public, recipe.public_steps, recipe.public_rate, recipe, say)
        _save(model, work / GENERAL)
    filler = (work / FILLER).read_text("utf-8").splitlines()
    rows = _composed(topics, filler, work, recipe)
    say(f"{len(rows)} samples of {len(topics)} topics")
    contrast(model, _mixed(rows, public, recipe, device), recipe.steps, recipe.rate, recipe, say)
    _save(model, work / FINISHED)
    files = sorted({topic.file for topic in topics})
    (work / MET).write_text(json.dumps(files, indent=2) + "\n", "utf-8")
    return model.eval()


def finished(work: Path, recipe: Recipe) -> BertModel:
    """The network that `train` left in the work folder. Raises FileNotFoundError when it has not been run."""
    pieces = Tokenizer.from_file(str(work / PIECES))
    model = network(recipe, pieces.get_vocab_size())
    model.load_state_dict({name: value.float() for name, value in load_file(work / FINISHED).items()})
    return model.eval()


def _composed(topics: Sequence[Topic], filler: Sequence[str], work: Path, recipe: Recipe) -> np.ndarray:
    """EPOCHS samples of every topic, composed by several processes."""
    pieces = Tokenizer.from_file(str(work / PIECES))
    compose = partial(knowledge_rows, topics, filler, pieces, EPOCHS // PARTS, recipe=recipe)
    with ProcessPoolExecutor(PARTS, get_context("spawn")) as processes:
        return np.concatenate(list(processes.map(compose, range(recipe.seed, recipe.seed + PARTS))))


def _fed(corpus: Corpus, pieces: Tokenizer, recipe: Recipe, device: str) -> Draw:
    """Batches of public pairs, made ready beside the training."""
    waiting: queue.Queue[list[np.ndarray]] = queue.Queue(16)
    rng = np.random.default_rng(recipe.seed)

    def work() -> None:
        while True:
            waiting.put(public_pairs(corpus, pieces, recipe, rng))

    threading.Thread(target=work, daemon=True).start()
    return lambda: [torch.from_numpy(rows.astype(np.int32)).to(device) for rows in waiting.get()]


def _mixed(rows: np.ndarray, public: Draw, recipe: Recipe, device: str) -> Draw:
    """Batches of the knowledge in a random order, now and then one of public pairs. Consecutive rows are of different
    topics, so a batch is a stretch of them."""
    held = torch.from_numpy(rows.astype(np.int16)).to(device)
    rng = np.random.default_rng(recipe.seed)
    starts: list[int] = []

    def draw() -> Sequence[torch.Tensor]:
        if rng.random() < recipe.mixed:
            return [part[: recipe.batch] for part in public()]
        if not starts:
            starts.extend(rng.permutation(np.arange(0, max(1, len(held) - recipe.batch), recipe.batch)).tolist())
        start = starts.pop()
        return list(held[start : start + recipe.batch].int().unbind(dim=1))

    return draw


def _save(model: BertModel, path: Path) -> None:
    save_file(
        {name: value.half().contiguous() for name, value in model.state_dict().items() if value.is_floating_point()},
        path,
    )
