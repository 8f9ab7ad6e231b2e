"""Metrics against hand arithmetic, and their laws."""

from __future__ import annotations

from math import isnan, log2

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.errors import InvalidInput
from matcher.metrics import MEASURES, metric, ndcg, ranked_ids
from matcher.model import Hit

GRADES = {"a": 3, "b": 2, "c": 1, "d": 2}
RANKED = [("c", 9.0), ("x", 8.0), ("a", 7.0), ("b", 6.0)]

EXPECTED = [
    ("ndcg@3", (1 / log2(2) + 7 / log2(4)) / (7 / log2(2) + 3 / log2(3) + 3 / log2(4))),
    ("ndcg_linear@3", (1 / log2(2) + 3 / log2(4)) / (3 / log2(2) + 2 / log2(3) + 2 / log2(4))),
    ("ndcg", (1 + 7 / 2 + 3 / log2(5)) / (7 + 3 / log2(3) + 3 / 2 + 1 / log2(5))),
    ("recall@3", 1 / 3),
    ("recall@4", 2 / 3),
    ("recall@3-l1", 2 / 4),
    ("recall@3-l3", 1 / 1),
    ("precision@4", 2 / 4),
    ("precision@10", 2 / 10),
    ("hit@1", 0.0),
    ("hit@3", 1.0),
    ("hit@1-l1", 1.0),
    ("mrr", 1 / 3),
    ("mrr@2", 0.0),
    ("mrr-l1", 1.0),
    ("map", (1 / 3 + 2 / 4) / 3),
    ("map@3", (1 / 3) / 3),
]


@pytest.mark.parametrize(("name", "value"), EXPECTED)
def test_value_by_hand(name: str, value: float) -> None:
    assert metric(name)(RANKED, GRADES) == pytest.approx(value, abs=1e-12)


def test_hits_and_pairs_rank_alike() -> None:
    hits = [Hit(id, score, rank) for rank, (id, score) in enumerate(RANKED, 1)]
    assert ranked_ids(hits) == ranked_ids(RANKED) == ("c", "x", "a", "b")


def test_one_id_twice_is_refused() -> None:
    with pytest.raises(InvalidInput, match="「a」出现了两次"):
        ranked_ids([("a", 2.0), ("b", 1.0), ("a", 1.0)])


def test_nothing_to_find_is_not_a_number() -> None:
    only_related = {"c": 1}
    assert isnan(metric("hit@1")(RANKED, only_related))
    assert isnan(metric("ndcg@10")(RANKED, {"c": 0}))
    assert metric("hit@1", level=1)(RANKED, only_related) == 1.0
    assert metric("ndcg@10")([], GRADES) == 0.0


@pytest.mark.parametrize("name", ["ndgc@10", "ndcg@0", "ndcg@10-l2", "recall@", "precision", "", "ndcg@10 "])
def test_unknown_names_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        metric(name)
    assert refused.value.details == {"name": name}


grades = st.dictionaries(st.sampled_from([f"s{i}" for i in range(12)]), st.integers(0, 3), min_size=1).filter(
    lambda g: any(g.values())
)


@settings(deadline=None)
@given(grades, st.integers(1, 12))
def test_perfect_order_gives_one(judged: dict[str, int], k: int) -> None:
    best = [(id, float(grade)) for id, grade in sorted(judged.items(), key=lambda pair: -pair[1])]
    assert metric(f"ndcg@{k}")(best, judged) == pytest.approx(1)
    assert metric(f"ndcg_linear@{k}")(best, judged) == pytest.approx(1)
    for name in ("recall-l1", "mrr-l1", "map-l1", "hit@1-l1"):
        assert metric(name)(best, judged) == pytest.approx(1)


@settings(deadline=None)
@given(grades, st.permutations([f"s{i}" for i in range(12)]), st.integers(0, 10), st.integers(1, 12))
def test_putting_the_better_first_never_lowers_ndcg(judged: dict[str, int], order: list[str], at: int, k: int) -> None:
    worse, better = sorted(order[at : at + 2], key=lambda id: judged.get(id, 0))
    before, after = order.copy(), order.copy()
    before[at : at + 2], after[at : at + 2] = [worse, better], [better, worse]
    assert ndcg(after, judged, k) >= ndcg(before, judged, k) - 1e-12


@settings(deadline=None)
@given(grades, st.permutations([f"s{i}" for i in range(12)]), st.sampled_from(sorted(MEASURES)), st.integers(1, 12))
def test_values_stay_between_nought_and_one(judged: dict[str, int], order: list[str], name: str, k: int) -> None:
    assert 0 <= metric(f"{name}@{k}", level=1)([(id, 0.0) for id in order], judged) <= 1 + 1e-12
