"""Intervals, paired tests, AUC and calibration: by hand, and their laws."""

from __future__ import annotations

from itertools import pairwise
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import statistics
from matcher.statistics import (
    Bin,
    Interval,
    abstention_auc,
    auc,
    auc_interval,
    bootstrap,
    calibration_error,
    paired,
    permutation,
    reliability,
)

numbers = st.lists(st.floats(0, 1, width=16), min_size=1, max_size=20)


@settings(deadline=None, max_examples=30)
@given(st.floats(-5, 5), st.integers(1, 30))
def test_the_bootstrap_of_a_constant_is_that_constant(value: float, n: int) -> None:
    interval = bootstrap([value] * n, resamples=50)
    assert (interval.low, interval.mean, interval.high) == pytest.approx((value, value, value))


def test_the_interval_is_near_the_normal_one_and_repeatable() -> None:
    values = np.random.default_rng(3).normal(0.5, 0.2, 400)
    interval = bootstrap(values)
    half = 1.96 * values.std() / 20
    assert interval.low == pytest.approx(values.mean() - half, abs=0.003)
    assert interval.high == pytest.approx(values.mean() + half, abs=0.003)
    assert bootstrap(values) == interval != bootstrap(values, seed=1)
    assert str(Interval(0.5, 0.25, 0.75, 4)) == "0.500 [0.250, 0.750]"


def test_no_values_no_figure() -> None:
    assert bootstrap([]).n == 0
    assert isnan(bootstrap([]).mean)


def test_the_permutation_test_by_hand() -> None:
    # Four gains of the same sign: only ++++ and ---- of the 16 sign patterns reach as far.
    assert permutation([1, 1, 1, 1]) == 2 / 16
    # Sum 2; of the 8 patterns of (3, 2, -3): sums ±2 ×4, ±8 ×2, ±4 ×2, all at least as far.
    assert permutation([3, 2, -3]) == 1.0
    assert permutation([0, 0]) == 1.0


def test_drawn_and_exact_permutations_agree() -> None:
    gain = np.random.default_rng(5).normal(0.4, 1, 12)
    exact = permutation(gain)
    drawn = permutation(np.append(gain, 0.0))  # a zero changes nothing but the method
    assert drawn == pytest.approx(exact, abs=0.02)


def test_paired_tests_see_a_steady_gain_and_no_gain() -> None:
    rng = np.random.default_rng(8)
    base = rng.uniform(0, 1, 60)
    better = paired(base + 0.05 + rng.normal(0, 0.02, 60), base)
    assert better.interval.low > 0.04
    assert better.p_bootstrap < 0.01
    assert better.p_permutation < 0.01
    same = paired(base, base)
    assert (same.p_bootstrap, same.p_permutation, same.interval.mean) == (1.0, 1.0, 0.0)
    with pytest.raises(ValueError, match="60 values against 59"):
        paired(base, base[1:])


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(-1, 1, width=16), min_size=1, max_size=15))
def test_paired_tests_do_not_care_which_side_is_called_a(gain: list[float]) -> None:
    assert permutation(gain, rounds=200) == permutation([-g for g in gain], rounds=200)


def test_auc_by_hand() -> None:
    assert auc([3, 2], [1, 2]) == (1 + 1 + 1 + 0.5) / 4
    assert abstention_auc([5, 6], [1]) == 1.0
    assert isnan(auc([], [1]))


@settings(deadline=None)
@given(numbers, numbers)
def test_auc_of_the_sides_exchanged_is_its_complement(a: list[float], b: list[float]) -> None:
    assert auc(a, b) + auc(b, a) == pytest.approx(1)


def test_the_interval_of_the_auc() -> None:
    sure = auc_interval([4, 5, 6], [1, 2])
    assert (sure.mean, sure.low, sure.high, sure.n) == (1.0, 1.0, 1.0, 5)
    unsure = auc_interval([1, 3, 5, 7], [2, 4, 6, 0])
    assert unsure.mean == 10 / 16
    assert unsure.low < 0.5 < unsure.high
    assert isnan(auc_interval([1], []).mean)


def test_the_reliability_table_by_hand() -> None:
    table = reliability([0.9, 0.1, 0.2, 0.8], [1, 0, 1, 1], bins=2)
    assert table == (Bin(0.1, 0.2, pytest.approx(0.15), 0.5, 2), Bin(0.8, 0.9, pytest.approx(0.85), 1.0, 2))
    assert calibration_error([0.9, 0.1, 0.2, 0.8], [1, 0, 1, 1], bins=2) == pytest.approx((2 * 0.35 + 2 * 0.15) / 4)


def test_equal_predictions_stay_together_in_any_order() -> None:
    table = reliability([0.5, 0.5, 0.5, 0.5, 0.7], [1, 0, 0, 1, 1], bins=5)
    assert [(line.n, line.happened) for line in table] == [(4, 0.5), (1, 1.0)]
    assert calibration_error([0.5] * 4, [1, 0, 0, 1]) == 0.0
    assert isnan(calibration_error([], []))
    with pytest.raises(ValueError, match="2 probabilities for 1 outcomes"):
        reliability([0.1, 0.2], [1])


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=40), st.integers(1, 12))
def test_bins_hold_every_prediction_once(pairs: list[tuple[float, int]], bins: int) -> None:
    table = reliability([p for p, _ in pairs], [o for _, o in pairs], bins)
    assert sum(line.n for line in table) == len(pairs)
    assert len(table) <= bins
    assert all(a.high < b.low for a, b in pairwise(table))


def test_draws_at_once_are_the_draws_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    data = np.random.default_rng(3).normal(size=37)
    rng = np.random.default_rng(5)
    one_by_one = [data[rng.integers(0, 37, 37)].mean() for _ in range(50)]
    monkeypatch.setattr(statistics, "DRAWN", 37 * 8)
    assert statistics._resampled(data, 50, 5).tolist() == one_by_one
