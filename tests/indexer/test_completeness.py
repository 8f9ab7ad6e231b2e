"""The gold demands of the completeness check: they can be read, and the check asks what people would ask."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.completeness import asked_of, measured_completeness, read_judged
from matcher.analyser import Analyser
from matcher.completeness import Checker
from matcher.errors import InvalidInput
from matcher.grading import RULES
from matcher.lexicon import Lexicon
from matcher.model import Demand
from matcher.questions import Questions
from matcher.taxonomy import Taxonomy


def test_the_check_asks_what_people_would_ask(
    root: Path, taxonomy: Taxonomy, lexicon: Lexicon, analyser: Analyser
) -> None:
    judged = read_judged(root / "data" / "gold")
    checker = Checker.load(root / "data", taxonomy, lexicon.vague, analyser.normalise.mapped)
    figures = measured_completeness(checker, judged)
    assert figures["demands"] == 40
    assert figures["precision"] >= 0.87
    assert figures["recall"] >= 0.87
    assert figures["kept"] >= 0.96
    assert figures["silly"] <= 0.06
    elderly = next(each for each in judged if each.demand.id == "C02")
    assert "节拍产能" not in asked_of(checker.check(elderly.demand))[0]


def test_labels_name_what_can_be_asked(root: Path, taxonomy: Taxonomy) -> None:
    topics = {row.topic for row in Questions.load(root / "data", taxonomy).rows}
    known = topics | {rule.label for rule in RULES[Demand]}
    labels = {
        name for each in read_judged(root / "data" / "gold") for name in each.missing | each.present | each.optional
    }
    assert labels <= known


def test_a_label_in_two_places_is_refused(root: Path, tmp_path: Path) -> None:
    for name in ("dev", "lists"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "demands.jsonl").write_bytes((root / "data" / "gold" / name / "demands.jsonl").read_bytes())
    line = {"id": "D001", "missing": ["预算"], "present": ["预算"], "optional": []}
    (tmp_path / "completeness.jsonl").write_text(json.dumps(line), "utf-8")
    with pytest.raises(InvalidInput, match="第 1 行"):
        read_judged(tmp_path)
