"""The network, how a text becomes a vector in it, and its three stages."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

import torch
from torch import nn
from torch.nn import functional
from transformers import BertConfig, BertModel

from indexer.train.transformer.recipe import MASK, PAD, SEP, SPECIAL, Recipe

BUCKETS = 8
"""Parts that a batch is cut into by length, so that short texts are not padded to the longest."""

Say = Callable[[str], None]
Draw = Callable[[], Sequence[torch.Tensor]]


def network(recipe: Recipe, pieces: int) -> BertModel:
    """A fresh BERT (Devlin et al. 2019) of the recipe's size."""
    torch.manual_seed(recipe.seed)
    config = BertConfig(
        vocab_size=pieces,
        hidden_size=recipe.hidden,
        num_hidden_layers=recipe.layers,
        num_attention_heads=recipe.heads,
        intermediate_size=4 * recipe.hidden,
        max_position_embeddings=512,
        attention_probs_dropout_prob=0.0,
        pad_token_id=PAD,
    )
    return BertModel(config, add_pooling_layer=False)


def vectors(model: BertModel, tokens: torch.Tensor) -> torch.Tensor:
    """Unit vectors of padded rows: the mean of their tokens' last states, shape (rows, hidden)."""
    out = []
    lengths = (tokens != PAD).sum(dim=1)
    order = torch.argsort(lengths)
    for part in order.tensor_split(min(BUCKETS, len(order))):
        rows = tokens[part, : int(lengths[part[-1]])].long()
        said = (rows != PAD).unsqueeze(-1)
        with torch.autocast(rows.device.type, torch.bfloat16):
            states = model(input_ids=rows, attention_mask=said.squeeze(-1).long()).last_hidden_state
        out.append(functional.normalize((states.float() * said).sum(dim=1) / said.sum(dim=1), dim=-1))
    return torch.cat(out)[torch.argsort(order)]


def language(model: BertModel, stream: torch.Tensor, recipe: Recipe, say: Say) -> None:
    """Guess masked tokens of running text. Changes the model; the guessing head is thrown away."""
    device, width = stream.device, recipe.hidden
    pieces = model.config.vocab_size
    head = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width)).to(device)
    bias = nn.Parameter(torch.zeros(pieces, device=device))
    optimizer = _optimizer([*model.parameters(), *head.parameters(), bias], recipe.language_rate)
    for step in _scheduled(recipe.language_steps, recipe.language_rate, recipe.warm, optimizer):
        rows = stream[torch.randint(0, len(stream), (recipe.rows,), device=device)].long()
        hidden = (torch.rand(rows.shape, device=device) < recipe.masked) & (rows != SEP)
        fate = torch.rand(rows.shape, device=device)
        other = torch.randint(len(SPECIAL), pieces, rows.shape, device=device)
        seen = torch.where(hidden & (fate < 0.8), MASK, torch.where(hidden & (fate > 0.9), other, rows))
        with torch.autocast(device.type, torch.bfloat16):
            states = model(input_ids=seen).last_hidden_state[hidden]
            guesses = head(states) @ model.embeddings.word_embeddings.weight.T + bias
        _learn(functional.cross_entropy(guesses.float(), rows[hidden]), model, optimizer, step, "language", say)


def contrast(model: BertModel, draw: Draw, steps: int, rate: float, recipe: Recipe, say: Say) -> None:
    """Bring what belongs together nearer than anything else in the batch (InfoNCE, both directions). Changes the model.

    `draw` gives padded rows: the asking texts, their answers, and where there are any as many near misses. A share of
    the tokens is masked at each meeting, so that no single word carries a text.
    """
    optimizer = _optimizer(model.parameters(), rate)
    for step in _scheduled(steps, rate, recipe.warm, optimizer):
        parts = draw()
        rows = torch.cat([functional.pad(p, (0, max(q.shape[1] for q in parts) - p.shape[1])) for p in parts])
        gone = (torch.rand(rows.shape, device=rows.device) < recipe.dropped) & (rows >= len(SPECIAL))
        made = vectors(model, torch.where(gone, MASK, rows.int()))
        asking, answers = made[: len(parts[0])], made[len(parts[0]) :]
        right = torch.arange(len(asking), device=rows.device)
        there = functional.cross_entropy(recipe.scale * asking @ answers.T, right)
        back = functional.cross_entropy(recipe.scale * answers[: len(asking)] @ asking.T, right)
        _learn(there + back, model, optimizer, step, "contrast", say)


def _learn(
    loss: torch.Tensor, model: BertModel, optimizer: torch.optim.Optimizer, step: int, stage: str, say: Say
) -> None:
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % 200 == 0:
        say(f"{stage} {step}: loss {loss.item():.3f}")


def _optimizer(parameters: Iterable[nn.Parameter], rate: float) -> torch.optim.AdamW:
    known = list(parameters)
    groups = [
        {"params": [p for p in known if p.ndim > 1], "weight_decay": 0.01},
        {"params": [p for p in known if p.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98))


def _scheduled(steps: int, rate: float, warm: float, optimizer: torch.optim.Optimizer) -> Iterator[int]:
    """Step numbers; the rate rises over the `warm` share of them and then falls in a straight line."""
    rising = max(1, math.ceil(warm * steps))
    for step in range(steps):
        now = rate * min((step + 1) / rising, max(0.01, (steps - step) / max(1, steps - rising)))
        for group in optimizer.param_groups:
            group["lr"] = now
        yield step
