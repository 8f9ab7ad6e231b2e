"""The arms and fusions the engine is compared with, by hand arithmetic."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.arms import (
    BIGRAMS,
    BM25F,
    CONTEXT,
    CONVEX,
    DENSE,
    MODELS,
    RRF,
    WORDS,
    Both,
    PlainBm25,
    arm_runs,
    bigrams,
    fitted,
    words,
)
from indexer.workshop import Workshop, workshop
from matcher.adapters.shelves import assemble, prepare
from matcher.analyser import Analyser
from matcher.lexicon import Lexicon
from matcher.model import Demand, Kind, Solution
from matcher.segment import segmenter
from matcher.settings import Settings
from matcher.shelf import Shelf

SOLUTIONS = (Solution("a", "焊点"), Solution("b", "焊点检测"), Solution("c", "", description="禽蛋分级"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return workshop(Settings.from_env({"SCENEMATCH_HOME": str(tmp_path_factory.mktemp("home"))}))


@pytest.fixture(scope="module")
def shelf(shop: Workshop) -> Shelf:
    return assemble(Kind.SOLUTION, prepare(SOLUTIONS, shop.parts))


def both(dense: list[tuple[str, float]], lexical: list[tuple[str, float]]) -> Both:
    ids = sorted({id for id, _ in (*dense, *lexical)})
    cosine, overlap = ([dict(side).get(id, 0.0) for id in ids] for side in (dense, lexical))
    return Both(dense, lexical, ids, np.array(cosine), np.array(overlap))


def test_terms_of_the_two_lexical_arms(analyser: Analyser, lexicon: Lexicon, tmp_path: Path) -> None:
    segment = segmenter(lexicon.dictionary, tmp_path)
    assert dict(words(segment, analyser)("焊点的检测，AGV小车，误差3%")) == {
        "焊点": 1,
        "检测": 1,
        "agv": 1,
        "小车": 1,
        "误差": 1,
        "%": 1,
    }
    assert dict(bigrams(analyser)("焊點檢測AGV")) == {"焊点": 1, "点检": 1, "检测": 1, "agv": 1}


def test_plain_bm25_by_hand(analyser: Analyser, shelf: Shelf, shop: Workshop) -> None:
    """Three records of 1, 3 and 3 bigrams; 焊点 stands in two of them."""
    idf, average = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5)), 7 / 3
    expected = {}
    for id, length in (("a", 1), ("b", 3)):
        frequency = 1 / (1 - 0.75 + 0.75 * length / average)
        expected[id] = idf * frequency * 2.2 / (1.2 + frequency)
    found = PlainBm25(shelf, bigrams(analyser))(shop.parts.profile(Demand("q", "焊点")))
    assert [id for id, _ in found] == ["a", "b"]
    assert dict(found) == pytest.approx(expected, rel=1e-5)


def test_fusions_by_hand() -> None:
    pair = both([("a", 0.9), ("b", 0.8)], [("b", 0.6), ("c", 0.4)])
    assert pair.fused() == [("b", 1 / 62 + 1 / 61), ("a", 1 / 61), ("c", 1 / 62)]
    assert [(id, round(score, 9)) for id, score in pair.mixed(0.5)] == [("b", 0.7), ("a", 0.45), ("c", 0.2)]
    assert [id for id, _ in pair.mixed(1.0)] == ["a", "b", "c"]
    assert [id for id, _ in both([("y", 0.5), ("x", 0.5)], []).fused()] == ["y", "x"]
    assert [id for id, _ in both([("y", 0.5), ("x", 0.5)], []).mixed(1.0)] == ["x", "y"]


def test_the_share_is_fitted_on_the_tune_half_alone() -> None:
    """D002 and D003 are in the tune half, D001 is not. With share s, a leads D002 while 0.9 s > 0.6 (1 − s)."""
    by_query = {
        "D001": both([("z", 0.9)], [("y", 0.9)]),
        "D002": both([("a", 0.9)], [("b", 0.6)]),
        "D003": both([("a", 0.9)], [("b", 0.6)]),
    }
    right = {"D001": {"y": 3}, "D002": {"a": 3}, "D003": {"a": 3}}
    assert fitted(by_query, right) == 0.4
    assert fitted(by_query, {**right, "D002": {"b": 3}, "D003": {"b": 3}}) == 0.0
    assert fitted(by_query, {"D001": {"y": 3}}) == 0.5


def test_all_arms_answer(shop: Workshop, shelf: Shelf) -> None:
    queries = [shop.parts.profile(Demand("D001", "焊点检测"))]
    done: list[int] = []
    arms = arm_runs(queries, shelf, shop, {"D001": {"b": 3}}, done.append)
    assert done == [1]
    assert list(arms.runs) == [WORDS, BIGRAMS, BM25F, DENSE, CONTEXT, MODELS, RRF, CONVEX]
    for name in arms.runs:
        assert arms.runs[name]["D001"][0][0] == "b", name
    assert {id for id, _ in arms.runs[WORDS]["D001"]} == {"a", "b"}
    assert {id for id, _ in arms.runs[DENSE]["D001"]} == {"a", "b", "c"}
    assert arms.runs[DENSE]["D001"][0][1] == pytest.approx(1.0, abs=1e-3)
    alone, mean = dict(arms.runs[CONTEXT]["D001"]), dict(arms.runs[MODELS]["D001"])
    for id, cosine in arms.runs[DENSE]["D001"]:
        assert mean[id] == pytest.approx((cosine + alone[id]) / 2, abs=1e-3)


def test_without_a_context_model_its_arms_are_not_there(shop: Workshop) -> None:
    plain = replace(shop, parts=replace(shop.parts, context=None))
    shelf = assemble(Kind.SOLUTION, prepare([Solution("b", "焊点检测")], plain.parts))
    queries = [plain.parts.profile(Demand("D001", "焊点检测"))]
    arms = arm_runs(queries, shelf, plain, {"D001": {"b": 3}}, lambda done: None)
    assert list(arms.runs) == [WORDS, BIGRAMS, BM25F, DENSE, RRF, CONVEX]
