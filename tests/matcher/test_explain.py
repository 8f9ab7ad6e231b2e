"""How reasons read: whole words, each feature in words of its own, nothing said that is not so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from indexer.collections import Collection, read_collection
from indexer.runs import collection_view
from indexer.workshop import Workshop, workshop
from matcher.alignment import ALIKE, Bag, pairs
from matcher.analyser import Analyser
from matcher.engine import NOT_SIMILAR, NOT_SUITABLE, NOTHING_LEFT, NOTHING_YET, Engine
from matcher.explain import SAYS_NOTHING
from matcher.features import FEATURES
from matcher.filters import Without
from matcher.model import Demand, Kind, Match, Solution
from matcher.ports import BagEncoder
from matcher.settings import Settings


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """The shipped parts with a ranker that uses every feature, so that each has something to tell."""
    shop = workshop(Settings.from_env({"SCENEMATCH_HOME": str(tmp_path_factory.mktemp("home"))}))
    return replace(shop, weights=replace(shop.weights, base=-9.0, weights=dict.fromkeys(FEATURES, 1.0)))


@pytest.fixture(scope="module")
def collection(root: Path) -> Collection:
    return read_collection(root / "data" / "gold" / "dev")


@pytest.fixture(scope="module")
def engine(shop: Workshop, collection: Collection) -> Engine:
    return shop.engine(collection_view(collection, shop.parts))


def told(match: Match) -> dict[str, str]:
    return {reason.source: reason.says for reason in match.evidence}


def test_no_two_reasons_say_the_same(engine: Engine, shop: Workshop, collection: Collection) -> None:
    for demand in list(collection.demands.values())[::6]:
        for match in engine.match(shop.parts.profile(demand), k=5).matches:
            says = [reason.says for reason in match.evidence]
            assert len(set(says)) == len(says)


def test_the_name_is_told_by_meaning_and_by_words(engine: Engine, shop: Workshop, collection: Collection) -> None:
    match = engine.match(shop.parts.profile(collection.demands["D036"]), k=20).matches
    titles = {solution.id: solution.title for solution in collection.solutions.values()}
    for one in match:
        says = told(one)
        assert says.get("semantic_name", f"名称意思相近：{titles[one.id]}") == f"名称意思相近：{titles[one.id]}"
        for word in says.get("lexical_title", "").removeprefix("名称用词相同：").split("、"):
            assert word in titles[one.id] or word == "名称用词有少量相同"


def test_a_part_that_was_left_empty_is_not_spoken_of(engine: Engine, shop: Workshop) -> None:
    """An empty field stands in with the whole text, and the reason says so."""
    text = "林区山火要早发现，护林员巡护看不过来"
    whole = told(engine.match(shop.parts.profile(Demand("Q", "", description=text)), k=1).matches[0])
    assert whole["semantic_ask"] == "全文与对方全文意思相近"
    assert whole["semantic_body"] == "要解决的问题与对方能做的事意思相近"
    assert whole.get("semantic_needs", "全文与对方指标和案例意思相近") == "全文与对方指标和案例意思相近"
    full = Demand("Q", "山火早发现", description=text, requirements="10分钟内发现火点")
    parts = told(engine.match(shop.parts.profile(full), k=1).matches[0])
    assert parts["semantic_ask"] == "需求名称与对方全文意思相近"
    assert parts.get("semantic_needs", "指标要求与对方指标和案例意思相近") == "指标要求与对方指标和案例意思相近"


def test_what_is_done_on_what_and_where(engine: Engine, shop: Workshop, collection: Collection) -> None:
    """Each reason names what both sides are tagged with, and nothing else."""
    query = shop.parts.profile(Demand("Q", "林区山火要早发现", description="护林员在林区巡护看不过来"))
    for match in engine.match(query, k=3).matches:
        says, theirs = told(match), shop.parts.profile(collection.solutions[match.id])
        for name, phrase in (("object", "作业对象一致："), ("site", "作业地点一致：")):
            same = query.tagged(name) & theirs.tagged(name)
            assert says.get(name) == (phrase + "、".join(sorted(same)) if same else None)
        tasks, things = (query.tagged(facet) & theirs.tagged(facet) for facet in ("task", "object"))
        both = f"要做的事和作业对象都一致：{'、'.join(sorted(tasks))}；{'、'.join(sorted(things))}"
        assert says.get("task_object") == (both if tasks and things else None)


def test_a_solution_that_asks_speaks_as_one(engine: Engine, shop: Workshop) -> None:
    offer = Solution("Q", "山火早期识别", description="双光谱云台识别林区烟火", cases="粤北林区")
    says = told(engine.match(shop.parts.profile(offer), k=1).matches[0])
    assert says["semantic_ask"] == "方案名称与对方全文意思相近"
    assert says["semantic_body"] == "能做的事与对方要解决的问题意思相近"


@pytest.mark.parametrize("term", ["焊点", "主持人", "飞溅", "agv", "ip69k", "摄像头"])
def test_words(term: str, analyser: Analyser) -> None:
    assert analyser.is_word(term)


@pytest.mark.parametrize("term", ["持人", "全帽", "焊", "观检", ""])
def test_no_words(term: str, analyser: Analyser) -> None:
    assert not analyser.is_word(term)


def test_pairs_are_words_alike_and_none_is_idle(shop: Workshop, collection: Collection) -> None:
    """Pairs are shown for people to nod at; the shares are still those of the true cosine."""
    analyser, encoder = shop.parts.analyser, shop.parts.encoder
    assert isinstance(encoder, BagEncoder)
    ours, theirs = (
        analyser.counts(shop.parts.profile(record).text())
        for record in (collection.demands["D001"], collection.solutions["S057"])
    )
    one, other = (Bag.of(counts, encoder, analyser.is_word) for counts in (ours, theirs))
    nothing, found = pairs(one, [Bag.of({}, encoder, analyser.is_word), other], encoder)
    assert nothing == []
    assert found
    for pair in found:
        assert analyser.is_word(pair.ours)
        assert analyser.is_word(pair.theirs)
        a, b = encoder.vectors([pair.ours, pair.theirs])
        assert a @ b >= (ALIKE - 1e-4) * float((a @ a) ** 0.5 * (b @ b) ** 0.5)
        exact = float(a @ b) * ours[pair.ours] * theirs[pair.theirs]
        assert pair.product == pytest.approx(exact, rel=1e-4)
    assert pairs(Bag.of({}, encoder, analyser.is_word), [other], encoder) == [[]]


def test_idle_words_are_no_reasons(engine: Engine, shop: Workshop) -> None:
    demand = Demand("Q", "", description="我们公司希望能够进行项目需求方面的情况发现，希望支持使用")
    for match in engine.match(shop.parts.profile(demand), k=10).matches:
        words = told(match).get("lexical", "").removeprefix("共同用词：").split("、")
        assert not SAYS_NOTHING & set(words)


def test_why_nothing_is_suitable(engine: Engine, shop: Workshop, collection: Collection) -> None:
    odd = Demand("Q", "月球背面氦三开采后的税务申报", description="希望有人替我们在月球上养恐龙。")
    offer = Solution("Q", "恐龙养殖", description="在月球上养恐龙。")
    ask = shop.parts.profile
    assert engine.match(ask(odd)).notes == (NOT_SUITABLE[Kind.SOLUTION],)
    assert engine.match(ask(offer)).notes == (NOT_SUITABLE[Kind.DEMAND],)
    assert engine.similar(ask(odd)).notes == (NOT_SIMILAR,)
    everything = Without(frozenset(collection.solutions))
    assert engine.match(ask(odd), filters=[everything]).notes == (NOTHING_LEFT,)
    empty = shop.engine(collection_view(replace(collection, solutions={}), shop.parts))
    assert empty.match(ask(odd)).notes == (NOTHING_YET,)
    assert "方案" not in NOT_SUITABLE[Kind.DEMAND]
