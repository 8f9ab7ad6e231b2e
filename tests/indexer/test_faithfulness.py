"""The deletion test: its arithmetic by hand, and the engine's reasons put to it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.faithfulness import Only, cut, elsewhere, faithfulness, marking, places, strongest
from indexer.robustness import robustness
from indexer.workshop import Workshop, workshop
from matcher.adapters.shelves import assemble, prepare
from matcher.model import Evidence, Kind, Match, Profile, Solution, Span
from matcher.settings import Settings

QUERY = Profile("D", Kind.DEMAND, {"title": "零一二三四五六七八九", "body": "甲乙丙丁"})


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return workshop(Settings.from_env({"SCENEMATCH_HOME": str(tmp_path_factory.mktemp("home"))}))


def reason(source: str, points: float, *spans: Span) -> Evidence:
    return Evidence(source, points, "说明", spans)


def test_the_strongest_reason_marks_words_of_the_query() -> None:
    ours, theirs = Span("query", "title", 1, 3), Span("candidate", "title", 0, 2)
    match = Match(
        "S", (reason("a", 5.0, theirs), reason("b", 2.0, ours), reason("c", 1.0, ours), reason("d", -1, ours))
    )
    assert [found.source for found in strongest(match)] == ["b"]
    assert [found.source for found in marking(match)] == ["b", "c"]
    assert places(strongest(match)) == {"title": frozenset({1, 2})}
    assert strongest(Match("S", (reason("a", 5.0, theirs),))) == []


def test_cutting() -> None:
    gone = {"title": frozenset({0, 1, 5}), "body": frozenset(range(4))}
    assert cut(QUERY, gone).fields == {"title": "二三四，六七八九", "body": ""}
    assert cut(QUERY, {}) == QUERY


def test_elsewhere_is_as_much_and_apart() -> None:
    marked = {"title": frozenset({0, 1, 2, 5})}
    for seed in range(20):
        other = elsewhere(QUERY, marked, np.random.default_rng(seed))
        assert other is not None
        assert sum(map(len, other.values())) == 4
        assert not other.get("title", frozenset()) & marked["title"]
    assert elsewhere(QUERY, {"title": frozenset(range(9))}, np.random.default_rng(0)) is None


def test_a_filter_for_one_record(shop: Workshop) -> None:
    shelf = assemble(Kind.SOLUTION, prepare([Solution("a", "甲"), Solution("b", "乙")], shop.parts))
    assert Only("b").rows(shelf).tolist() == [False, True]
    assert Only("z").rows(shelf).tolist() == [False, False]
    assert str(Only("b")) == "只看 b"


@pytest.mark.slow
def test_the_engine_means_what_it_says(shop: Workshop, root: Path) -> None:
    """In at least nine of ten cases the marked words are what the match stands on."""
    measured = [faithfulness(shop, root / "data" / "gold" / name) for name in ("dev", "lists")]
    every = [deletion for each in measured for deletion in each.deletions["all reasons"]]
    assert len(every) >= 90
    assert sum(deletion.faithful for deletion in every) >= 0.9 * len(every)
    for each in measured:
        assert each.share("strongest reason").mean >= 0.8, each.collection
        lost = each.json()["all reasons"]
        assert lost["points_lost_marked"]["mean"] > 5 * lost["points_lost_random"]["mean"]


@pytest.mark.slow
def test_other_scripts_and_widths_cost_nothing(shop: Workshop, root: Path) -> None:
    measured = robustness(shop, root / "data" / "gold" / "lists", "report")
    drops = {drop.variant: drop.drop.interval.mean for drop in measured.drops}
    for variant in ("traditional", "hongkong", "slips", "full_width", "english"):
        assert drops[variant] <= 0.03, variant
    assert drops["full_width"] == 0.0
    assert {drop.reached.n for drop in measured.drops} == {measured.clean.n}
    assert measured.json()["variants"]["slips"]["drop"]["mean"] == drops["slips"]
