"""Measuring on needs that no model has met: what counts as a wrong offer, and that an order's figure is its own."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.collections import Collection
from matcher.model import Demand, Solution

pytest.importorskip("torch")

from indexer.train.unseen import measured

IDS = ("A0-0", "A0-1", "N0-0", "A1-0", "A1-1")
QRELS = {"Q0": {"A0-0": 3, "A0-1": 3}, "Q1": {"A1-0": 3, "A1-1": 3}}
MADE = Collection(
    "knowledge", {id: Demand(id, id) for id in QRELS}, {id: Solution(id, id) for id in IDS}, QRELS
)  # fmt: skip


def test_near_misses_are_wrong_offers_in_one_half_of_the_table() -> None:
    fooled = np.array([[2, 1, 3, 0, 0], [0, 0, 3, 2, 1]], np.float32)
    right = np.array([[3, 2, 0, 1, 1], [1, 1, 0, 3, 2]], np.float32)
    lines = measured(MADE, {"fooled": fooled, "right": right})
    found = {(line["wrong"], line["order"]): (line["ndcg@10"], line["hit@1"]) for line in lines}
    second = 1 / np.log2(3)
    third = 1 / np.log2(4)
    low = round((second + third) / (1 + second), 3)
    assert found == {
        ("near misses", "fooled"): ([low, low, low], [0.0, 0.0, 0.0]),
        ("near misses", "right"): ([1.0, 1.0, 1.0], [1.0, 1.0, 1.0]),
        ("offers of others", "fooled"): ([1.0, 1.0, 1.0], [1.0, 1.0, 1.0]),
        ("offers of others", "right"): ([1.0, 1.0, 1.0], [1.0, 1.0, 1.0]),
    }
