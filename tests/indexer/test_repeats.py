"""The gold pairs, and the fitting of the judge by hand arithmetic."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from indexer.repeats import Measured, Pair, best_threshold, f1, fit, measured_repeats, probabilities, read_pairs
from indexer.workshop import workshop
from matcher.errors import InvalidInput
from matcher.evaluate import halves
from matcher.model import Demand
from matcher.repeats import LIKENESS, RepeatModel, opposed
from matcher.settings import Settings


def test_the_gold_pairs(root: Path) -> None:
    pairs = read_pairs(root / "data" / "gold" / "repeats.jsonl")
    assert Counter(pair.same for pair in pairs) == {True: 100, False: 100}
    assert {pair.kind for pair in pairs if pair.same} == {"other words"}
    assert {pair.kind for pair in pairs if not pair.same} == {
        "other task",
        "other object",
        "other site",
        "other extent",
    }
    demands = {demand.id: demand for pair in pairs for demand in (pair.a, pair.b)}
    assert len(demands) == len({demand.description for demand in demands.values()}) == 300
    assert len({demand.industries for demand in demands.values()}) > 50
    assert len({demand.region for demand in demands.values()}) > 20
    assert all(20 <= len(d.description) <= 200 and d.title and d.organization for d in demands.values())
    tune, report = halves(dict.fromkeys(pair.a.id for pair in pairs))
    assert 40 <= len(tune) <= 60
    assert len(tune) + len(report) == 100


def test_who_files_says_nothing_about_the_need(root: Path) -> None:
    """Otherwise the judge would learn how the pairs were written instead of what they say."""
    pairs = read_pairs(root / "data" / "gold" / "repeats.jsonl")
    here = [pair for pair in pairs if pair.kind != "other site"]
    shares = [
        np.mean([pair.a.organization == pair.b.organization for pair in here if pair.same is same])
        for same in (True, False)
    ]
    assert abs(shares[0] - shares[1]) < 0.15


@pytest.mark.parametrize(
    "line", ['{"a": {"title": "甲"}, "b": {"title": "乙"}}', '{"a": {"title": "甲"}, "same": true}']
)
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "pairs.jsonl").write_text("\n" + line, "utf-8")
    with pytest.raises(InvalidInput, match="第 2 行"):
        read_pairs(tmp_path / "pairs.jsonl")


def test_f1_by_hand() -> None:
    judged, same = np.array([True, True, True, False]), np.array([True, False, True, True])
    assert f1(judged, same) == {"f1": 2 * 2 / (3 + 3), "precision": 2 / 3, "recall": 2 / 3}
    assert f1(np.zeros(2, bool), np.zeros(2, bool)) == {"f1": 0.0, "precision": 0.0, "recall": 0.0}


def test_the_threshold_is_half_of_the_best_f1() -> None:
    promised = np.array([0.9, 0.8, 0.4, 0.2])
    assert best_threshold(promised, np.array([True, True, False, False])) == pytest.approx(1 / 2)
    assert best_threshold(promised, np.array([True, False, True, False])) == pytest.approx(2 * 2 / (3 + 2) / 2)


def test_fitting_keeps_the_signs_and_separates() -> None:
    """One likeness tells, one that must speak for a repeat speaks against it here: its weight must be nought."""
    names = list(LIKENESS)
    features = np.zeros((40, len(names)))
    same = np.arange(40) % 2 == 0
    features[:, names.index("same_answers")] = same
    features[:, names.index("same_organization")] = ~same
    features[:, names.index("other_region")] = ~same
    pair = Pair(Demand("a", "甲"), Demand("b", "乙"), True, "")
    tune = np.arange(40) < 20
    model = fit(Measured([pair] * 40, features, same, tune), "e@1")
    assert model.encoder == "e@1"
    assert model.weights["same_answers"] > 0 > model.weights["other_region"]
    assert "same_organization" not in model.weights
    assert all((weight < 0) == opposed(name) for name, weight in model.weights.items())
    promised = probabilities(model, features)
    assert ((promised >= model.threshold) == same).all()


def test_the_shipped_judge_on_the_half_it_never_saw(tmp_path: Path) -> None:
    measured = measured_repeats(workshop(Settings.from_env({"SCENEMATCH_HOME": str(tmp_path)})))
    report = measured["halves"]["report"]
    assert (report["pairs"], measured["halves"]["tune"]["pairs"]) == (96, 104 + 144)
    assert report["f1"] >= 0.85
    assert report["auc"] >= 0.91
    assert sum(kind["pairs"] for kind in measured["kinds"].values()) == report["pairs"]


def test_measuring_writes_nothing(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the judge was fitted with another encoder."""
    models = root / "data" / "models"
    before = {path: path.stat().st_mtime_ns for path in models.glob("repeats*")}
    shop = workshop(Settings.from_env({"SCENEMATCH_HOME": str(tmp_path)}))
    stranger = RepeatModel(0.0, {}, 0.5, "another@1")
    monkeypatch.setattr(RepeatModel, "load", lambda folder: stranger)
    assert measured_repeats(shop)["fitted_with"] == shop.parts.encoder.name
    assert before == {path: path.stat().st_mtime_ns for path in models.glob("repeats*")}
