"""The ranker's fitting: what is kept from the encoder, demands from public pairs, and the ascent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.collections import read_collection
from indexer.train.ascent import Group, Register, bagged
from indexer.train.curve import cosine_only
from indexer.train.pairs import FEWEST, KEPT_APART, parted
from indexer.train.pseudo import SUITS, pairs_of
from indexer.workshop import workshop
from matcher.settings import Settings


def test_the_end_of_a_source_is_kept_from_the_encoder() -> None:
    rows = [(f"问{n}", f"答{n}") for n in range(10_000)]
    train, apart = parted({"laws": rows, "news_ai": rows[:300], "synonyms": rows})
    assert apart == {"laws": rows[9_700:], "news_ai": rows[100:300]}
    assert train == {"laws": rows[:9_700], "news_ai": rows[:100], "synonyms": rows}
    assert FEWEST == 200
    assert "synonyms" not in KEPT_APART


def test_of_pairs_with_a_common_text_one_is_taken() -> None:
    made = pairs_of("p", [("问题", "方法"), ("摘要", "问题"), ("摘要", "结论"), ("他问", "他答"), ("三问", "三答")], 2)
    assert {id: demand.description for id, demand in made.demands.items()} == {"Q00000": "问题", "Q00003": "他问"}
    assert {id: offer.description for id, offer in made.solutions.items()} == {"A00000": "方法", "A00003": "他答"}
    assert made.qrels == {"Q00000": {"A00000": SUITS}, "Q00003": {"A00003": SUITS}}


def _demands(telling: int, seed: int) -> list[Group]:
    """Demands whose one suitable candidate stands out in one feature; another feature is noise."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(30):
        features = rng.random((20, 3))
        features[4, telling] += 0.8
        grades = np.zeros(20, np.int64)
        grades[4] = 3
        out.append(Group(features, grades))
    return out


def test_the_ascent_finds_the_feature_that_tells_and_leaves_the_fixed_one() -> None:
    start = np.array([1.0, 0.0, 0.0])
    found = bagged([Register(_demands(1, 1), 0.5)], start, [1, 2])
    assert found[0] == 1.0
    assert found[1] > 0.8 > found[2] >= 0
    assert bagged([Register(_demands(1, 1), 0.5)], start, [1, 2]) == pytest.approx(found, abs=0)


def test_a_register_counts_by_its_share_and_not_by_its_size() -> None:
    many, few = _demands(1, 1) * 4, _demands(2, 2)
    start = np.array([1.0, 0.5, 0.5])
    found = bagged([Register(many, 0.05), Register(few, 0.95)], start, [1, 2])
    assert found[2] > found[1]


def test_the_curve_measures_the_cosine_alone(root: Path, tmp_path: Path) -> None:
    shop = workshop(Settings.from_env({"SCENEMATCH_HOME": str(tmp_path)}))
    gold = root / "data" / "gold"
    reached = {name: cosine_only(read_collection(gold / name), shop.parts) for name in ("dev", "hard")}
    assert reached["dev"].n == 57
    assert reached["dev"].mean > 0.9 > reached["hard"].mean > 0.5


def test_demands_without_a_suitable_candidate_count_for_nothing() -> None:
    empty = [Group(np.ones((4, 3)), np.zeros(4, np.int64))]
    start = np.array([1.0, 0.5, 0.0])
    assert bagged([Register(empty, 1.0), Register([], 1.0)], start, [1, 2]) == pytest.approx(start, abs=0)
