"""A comparison of runs: values, tests, tables, and the halves."""

from __future__ import annotations

import json

import pytest

from matcher.errors import InvalidInput
from matcher.evaluate import abstention, compare, evaluate, halves
from matcher.model import Evidence, Match

QRELS = {"q1": {"a": 3, "b": 2}, "q2": {"c": 2}, "q3": {"d": 1}}
GOOD = {"q1": [("a", 2.0), ("b", 1.0)], "q2": [("c", 3.0), ("x", 1.0)], "q3": [("x", 0.5)]}
POOR = {"q1": [("x", 2.0), ("a", 1.0)], "q3": [("d", 0.5)]}


def test_queries_without_an_answer_are_left_out_and_missing_ones_are_nought() -> None:
    columns = evaluate(POOR, QRELS, ["hit@1", "mrr", "ndcg@1"])
    assert columns["mrr"].values == {"q1": 0.5, "q2": 0.0}
    assert columns["mrr"].interval.mean == 0.25
    assert columns["hit@1"].interval.n == 2
    assert columns["ndcg@1"].values == {"q1": 0.0, "q2": 0.0, "q3": 1.0}


def test_matches_are_evaluated_like_pairs() -> None:
    run = {"q1": [Match("a", (Evidence("语义", 1.5, "相近"),))]}
    assert evaluate(run, QRELS, ["hit@1"])["hit@1"].values["q1"] == 1.0
    assert abstention(run, ["q1"], ["q2"]).mean == 1.0


def test_the_comparison_tests_against_the_baseline() -> None:
    comparison = compare({"bm25": POOR, "ours": GOOD}, QRELS, ["mrr", "hit@1"], baseline="bm25")
    assert comparison.runs["bm25"]["mrr"].against is None
    against = comparison.runs["ours"]["mrr"].against
    assert against is not None
    assert against.interval.mean == pytest.approx((0.5 + 1.0) / 2)
    assert against.p_permutation == 2 / 4
    with pytest.raises(InvalidInput, match="没有名为「bm26」的结果"):
        compare({"bm25": POOR}, QRELS, baseline="bm26")


def test_tables() -> None:
    comparison = compare({"关键词": POOR, "ours": POOR}, {"q2": {"c": 2}}, ["mrr", "hit@1-l3"], baseline="关键词")
    assert comparison.text().splitlines() == [
        "        mrr                           hit@1-l3",
        "关键词  0.000 [0.000, 0.000]          —",
        "ours    0.000 [0.000, 0.000] p=1.000  —",
    ]
    assert comparison.markdown().splitlines() == [
        "|  | mrr | hit@1-l3 |",
        "| --- | ---: | ---: |",
        "| 关键词 | 0.000 [0.000, 0.000] | — |",
        "| ours | 0.000 [0.000, 0.000] p=1.000 | — |",
    ]
    figures = json.loads(json.dumps(comparison.json(), allow_nan=False))
    assert figures["baseline"] == "关键词"
    assert figures["runs"]["关键词"]["hit@1-l3"] == {"mean": None, "low": None, "high": None, "n": 0}
    assert figures["runs"]["ours"]["mrr"]["p_permutation"] == 1.0


def test_abstention_by_hand() -> None:
    run = {"q1": [("a", 2.0)], "q2": [("b", 1.0)], "q3": [("c", 1.0)], "q5": []}
    # q1 above q3 and q5, q2 level with q3 and above q5, q4 (no answer at all) level with q5 only.
    assert abstention(run, ["q1", "q2", "q4"], ["q3", "q5"]).mean == (1 + 1 + 0.5 + 1 + 0 + 0.5) / 6


def test_halves_are_fixed_by_the_id_alone() -> None:
    ids = [f"D{i:03}" for i in range(1, 61)]
    tune, report = halves(ids)
    assert tune[:6] == ("D002", "D003", "D005", "D007", "D008", "D010")
    assert sorted(tune + report) == ids
    assert 20 <= len(tune) <= 40
    again = halves(reversed(ids[:30]))
    assert set(again[0]) == set(tune) & set(ids[:30])
    assert halves(ids, seed=1) != (tune, report)
