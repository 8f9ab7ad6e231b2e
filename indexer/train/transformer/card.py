"""The model card of the small transformer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from indexer.train.card import sources_table
from indexer.train.knowledge import Topic
from indexer.train.transformer.recipe import Recipe


def card(topics: Sequence[Topic], public: Mapping[str, Sequence[Any]], recipe: Recipe) -> str:
    """The card as Markdown. Figures are not copied into it: docs/quality.md holds them."""
    numbers = "\n".join(f"- `{name}`: {value}" for name, value in asdict(recipe).items())
    return f"""---
license: apache-2.0
language: [zh]
library_name: sentence-transformers
tags: [sentence-similarity, onnx, chinese]
---
# SceneMatch context model

It reads a demand and an offer as wholes; its cosine is one feature of the ranking beside those of the bag of terms. A
BERT of {recipe.layers} layers, {recipe.hidden} wide, with mean pooling and one prompt for each side; ONNX, 8-bit
weights, activations quantised as they come. Trained from random numbers; no other model's weights are in it. Served by
onnxruntime. `SCENEMATCH_CONTEXT=off` does without it, `SCENEMATCH_ENCODER=data/models/context` makes it the only
encoder.

## Training data

{sources_table(topics, public)}

## Recipe

Masked language on all public texts, contrast on public pairs, contrast on the knowledge with near misses among batches
of pairs. `python -m indexer.train.transformer` (prepare, train, export); the shipped weights were trained on one
H100 in about seven minutes, the first two stages for 120 and 105 seconds (4,329 and about 525 steps).

{numbers}

## Figures

See docs/quality.md, "Needs that no model has met" and "A small transformer as the only encoder".

## Limits

Made for Chinese scenario demands and vendor solutions. Its cosine is no sum over words: matches found with it are
explained by shared words, tags and requirements alone. Longer texts than {recipe.tokens} tokens were not met in
training. Not meant for general semantic search, for other languages, or for judging people.
"""
