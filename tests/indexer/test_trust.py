"""Abstention and calibration by hand."""

from __future__ import annotations

import math

import pytest

from indexer.trust import NOTHING, best_scores, calibration, figures, separations
from matcher.model import Hit
from matcher.statistics import Interval

QRELS = {"q1": {"a": 3, "b": 1}, "q2": {"c": 2, "x": 0}}
RUN = {"q1": [("a", 5.0), ("b", 4.0), ("x", 1.0)], "q2": [("x", 3.0), ("c", 2.0)], "q3": []}


def test_best_scores_with_and_without_what_is_judged() -> None:
    assert best_scores(RUN, ["q1", "q2", "q3", "q4"]) == [5.0, 3.0, NOTHING, NOTHING]
    assert best_scores(RUN, ["q1", "q2"], QRELS) == [1.0, 3.0]
    assert best_scores({"q1": [Hit("a", 2.0, 1)]}, ["q1"]) == [2.0]
    assert best_scores({"q1": [Hit("a", 2.0, 1)]}, ["q1"], QRELS) == [NOTHING]


def test_separations_against_the_baseline() -> None:
    positives = {"ours": [3.0, 2.0, 1.0], "theirs": [1.0, 1.0, 1.0]}
    negatives = {"ours": [0.5, 1.5], "theirs": [1.0, 1.0]}
    table = separations(positives, negatives, "ours")
    assert table["ours"].auc.mean == (2 + 2 + 1) / 6
    assert table["ours"].against is None
    assert table["theirs"].auc.mean == 0.5
    against = table["theirs"].against
    assert against is not None
    assert against.mean == pytest.approx(0.5 - 5 / 6)
    assert against.low <= against.mean <= against.high
    assert table["theirs"].json()["difference"]["mean"] == pytest.approx(-1 / 3)
    assert "difference" not in table["ours"].json()


def test_equal_runs_do_not_differ() -> None:
    table = separations({"a": [2.0, 1.0], "b": [2.0, 1.0]}, {"a": [0.0], "b": [0.0]}, "a")
    assert table["b"].against == Interval(0.0, 0.0, 0.0, 3)
    assert table["b"].p == 1.0


def test_no_negatives_is_no_figure() -> None:
    table = separations({"a": [1.0], "b": [1.0]}, {"a": [], "b": []}, "a")
    assert table["b"].json() == {"mean": None, "low": None, "high": None, "n": 1}


def test_calibration_by_hand() -> None:
    """Four matches promise one half each and three are right: off by a quarter. Certain and right is off by nothing."""
    even = {"q1": [Hit("a", 0.0, 1), Hit("b", 0.0, 2)], "q2": [Hit("c", 0.0, 1), Hit("d", 0.0, 2)]}
    grades = {"q1": {"a": 3, "b": 1}, "q2": {"c": 2, "d": 2}}
    measured = calibration(even, grades, 2)
    assert (measured.mean, measured.n) == (0.25, 4)
    assert measured.low <= 0.25 <= measured.high
    assert calibration({"q1": [Hit("a", 50.0, 1)], "q2": [Hit("x", -50.0, 1)]}, grades, 2).mean == pytest.approx(0)
    assert calibration(even, grades, 1).mean == 0.5
    assert math.isnan(calibration({"q1": []}, grades, 2).mean)


def test_a_figure_that_does_not_exist_is_null() -> None:
    assert figures(Interval(math.nan, math.nan, math.nan, 0)) == {"mean": None, "low": None, "high": None, "n": 0}
    assert figures(Interval(0.5, 0.4, 0.6, 9)) == {"mean": 0.5, "low": 0.4, "high": 0.6, "n": 9}
