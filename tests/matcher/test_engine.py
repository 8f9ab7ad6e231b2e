"""The engine on the gold collections: laws of a ranking, both directions, filters, and what explanations promise."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.collections import Collection, read_collection
from indexer.runs import collection_view
from indexer.workshop import Workshop, workshop
from matcher.asked import adds_up, ask, counted, total
from matcher.engine import NOTHING_YET, Engine
from matcher.features import FEATURES, RIPE, Pool
from matcher.filters import Within, Without, at_least, where
from matcher.model import Demand, Evidence, Kind, Match, Solution, Status
from matcher.settings import Settings


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return workshop(Settings.from_env({"SCENEMATCH_HOME": str(tmp_path_factory.mktemp("home"))}))


@pytest.fixture(scope="module")
def collection(root: Path) -> Collection:
    return read_collection(root / "data" / "gold" / "dev")


@pytest.fixture(scope="module")
def engine(shop: Workshop, collection: Collection) -> Engine:
    return shop.engine(collection_view(collection, shop.parts))


def test_a_score_is_the_sum_of_its_evidence(engine: Engine, shop: Workshop, collection: Collection) -> None:
    for demand in list(collection.demands.values())[:12]:
        for match in engine.match(shop.parts.profile(demand)).matches:
            assert match.score == math.fsum(e.points for e in match.evidence)
            assert [e.source for e in match.evidence][-1] == "base"
            assert all(e.points > 0 for e in match.evidence[:-1])
            assert {e.source for e in match.evidence} <= {*FEATURES, "base"}


def test_a_ranking_is_in_order_and_repeatable(engine: Engine, shop: Workshop, collection: Collection) -> None:
    query = shop.parts.profile(collection.demands["D001"])
    first, again = engine.match(query, k=50), engine.match(query, k=50)
    keys = [(-m.score, m.id) for m in first.matches]
    assert keys == sorted(keys)
    assert first == again


def test_a_longer_list_begins_with_the_shorter(engine: Engine, shop: Workshop, collection: Collection) -> None:
    query = shop.parts.profile(collection.demands["D021"])
    assert engine.match(query, k=20).matches[:5] == engine.match(query, k=5).matches


def test_grades_follow_scores() -> None:
    def grade(points: float) -> int:
        return Match("x", (Evidence("base", points, ""),)).grade

    assert [grade(p) for p in (-1e9, -4, 0, 4, 1e9)] == [0, 2, 50, 98, 100]


def test_spans_lie_in_the_text(engine: Engine, shop: Workshop, collection: Collection) -> None:
    for demand in list(collection.demands.values())[20:30]:
        query = shop.parts.profile(demand)
        for match in engine.match(query, k=5).matches:
            candidate = shop.parts.profile(collection.solutions[match.id])
            for span in (s for part in (*match.evidence, *match.requirements) for s in part.spans):
                text = (query if span.side == "query" else candidate).fields[span.field]
                assert 0 <= span.start < span.end <= len(text)


def test_words_named_as_shared_stand_on_both_sides(engine: Engine, shop: Workshop, collection: Collection) -> None:
    query = shop.parts.profile(collection.demands["D001"])
    match = engine.match(query, k=1).matches[0]
    shared = next(e for e in match.evidence if e.source == "lexical")
    words = shared.says.removeprefix("共同用词：").split("、")
    candidate = shop.parts.profile(collection.solutions[match.id])
    for word in words:
        assert shop.parts.analyser.normalise(word) in shop.parts.analyser.normalise(query.text())
        assert word in candidate.text()


def test_both_directions_are_the_same_code(engine: Engine, shop: Workshop, collection: Collection) -> None:
    """The demand that a solution was written for is found from the solution as well."""
    solution = shop.parts.profile(collection.solutions["S057"])
    found = [m.id for m in engine.match(solution, k=5).matches]
    assert found[0] == "D001"
    requirement = engine.match(solution, k=1).matches[0].requirements[0]
    assert requirement.status in set(Status)
    assert requirement.spans[0].side == "candidate"


def test_similar_demands_leave_out_the_demand_itself(engine: Engine, shop: Workshop, collection: Collection) -> None:
    ranking = engine.similar(shop.parts.profile(collection.demands["D001"]), k=60)
    assert "D001" not in {m.id for m in ranking.matches}
    copy = replace(collection.demands["D001"], id="D001-copy")
    assert engine.similar(shop.parts.profile(copy), k=1).matches[0].id == "D001"


def test_filters_apply_before_ranking_so_k_stays_k(engine: Engine, shop: Workshop, collection: Collection) -> None:
    query = shop.parts.profile(collection.demands["D001"])
    filters = [where("region", ["深圳", "广州"], shop.parts.taxonomy)]
    ranking = engine.match(query, k=30, filters=filters)
    regions = {collection.solutions[m.id].region for m in ranking.matches}
    assert len(ranking.matches) == 30
    assert all("深圳" in region or "广州" in region for region in regions)
    assert ranking.filters == ("地区为深圳或广州",)


def test_amounts_maturity_and_exclusions(engine: Engine, shop: Workshop, collection: Collection) -> None:
    query = shop.parts.profile(collection.demands["D001"])
    prices = [collection.solutions[m.id].price for m in engine.match(query, k=200, filters=[Within(50)]).matches]
    assert any(price is not None and price.low == 50 for price in prices) or len(prices) > 50
    assert all(price is None or price.low is None or price.low <= 50 for price in prices)
    ripe = at_least("量产", shop.parts.taxonomy)
    levels = [shop.parts.taxonomy.maturity_level(n) or 0 for n in ripe.names]
    assert min(levels) >= RIPE - 2
    assert str(ripe).startswith("成熟度不低于")
    best = engine.match(query, k=1).matches[0].id
    without = engine.match(query, k=10, filters=[Without(frozenset({best}))])
    assert best not in {m.id for m in without.matches}
    assert len(without.matches) == 10


def test_no_suitable_solution_is_an_ordinary_answer(engine: Engine, shop: Workshop) -> None:
    odd = Demand("Q", "月球背面氦三开采后的税务申报", description="希望有人替我们在月球上养恐龙。")
    ranking = engine.match(shop.parts.profile(odd))
    assert not ranking.suitable
    assert len(ranking.matches) == 10
    assert "没有达到" in ranking.notes[0]


def test_an_empty_shelf_says_so(shop: Workshop, collection: Collection) -> None:
    empty = replace(collection, solutions={})
    ranking = shop.engine(collection_view(empty, shop.parts)).match(shop.parts.profile(collection.demands["D001"]))
    assert (ranking.matches, ranking.suitable, ranking.notes) == ((), False, (NOTHING_YET,))


def test_a_text_without_any_known_term_is_answered(engine: Engine, shop: Workshop) -> None:
    ranking = engine.match(shop.parts.profile(Demand("Q", "ქართული")))
    assert not ranking.suitable


def test_traditional_wording_finds_the_same(engine: Engine, shop: Workshop, collection: Collection) -> None:
    import opencc

    traditional = opencc.OpenCC("s2t")
    for id in ("D001", "D013", "D033"):
        demand = collection.demands[id]
        turned = replace(
            demand, title=traditional.convert(demand.title), description=traditional.convert(demand.description)
        )
        plain = [m.id for m in engine.match(shop.parts.profile(demand), k=3).matches]
        other = [m.id for m in engine.match(shop.parts.profile(turned), k=3).matches]
        assert other[0] == plain[0]


def test_contacts_are_no_part_of_a_profile(shop: Workshop) -> None:
    from matcher.model import Contact

    solution = Solution("S", "方案", description="能做检测", contact=Contact("张三", "13800001234", "a@b.c"))
    text = shop.parts.profile(solution).text()
    assert "张三" not in text
    assert "13800001234" not in text
    assert Kind.SOLUTION.other is Kind.DEMAND


@pytest.mark.parametrize("name", sorted(FEATURES))
def test_every_feature_can_be_told(name: str) -> None:
    from matcher.explain import TELL

    assert name in TELL


def test_the_same_thing_done_to_the_same_thing(shop: Workshop, collection: Collection) -> None:
    """A task and an object shared count once; either alone, or denied, counts nothing here."""
    offers = {
        "both": "漆面外观缺陷检测",
        "more": "漆面与铸件的缺陷检测和打磨",
        "task": "布料疵点检测",
        "object": "漆面打磨",
        "denied": "布料疵点检测，不含漆面",
        "none": "政策问答",
    }
    solutions = {id: Solution(id, text) for id, text in offers.items()}
    shelf = collection_view(replace(collection, solutions=solutions), shop.parts)().sides[Kind.SOLUTION].base
    asked = ask(shop.parts.profile(Demand("Q", "漆面靠人看，漏检多")), shop.parts.analyser, shop.parts.encoder)
    pool = Pool.of(asked, shelf, np.arange(len(shelf)), shop.parts.taxonomy)
    values = {name: dict(zip(shelf.ids, FEATURES[name][1](pool), strict=True)) for name in ("object", "task_object")}
    assert values["task_object"] == {"both": 1, "more": 1, "task": 0, "object": 0, "denied": 0, "none": 0}
    assert values["object"] == {"both": 1, "more": 1, "task": 0, "object": 1, "denied": 0, "none": 0}


def test_the_cosine_parts_into_shared_and_different_words(shop: Workshop, collection: Collection) -> None:
    """Both parts against their plain definition: the sum over pairs of terms, equal ones apart from all others."""
    encoder, analyser = shop.parts.encoder, shop.parts.analyser
    assert adds_up(encoder)
    shelf = collection_view(collection, shop.parts)().sides[Kind.SOLUTION].base
    for id in ("D001", "D013", "D037"):
        asked = ask(shop.parts.profile(collection.demands[id]), analyser, encoder)
        assert not asked.added
        pool = Pool.of(asked, shelf, np.arange(len(shelf)), shop.parts.taxonomy)
        ours = total(asked.counts)
        for row in (0, 57, 100, 239):
            theirs = total(counted(shelf.profiles[row], analyser))
            both = ours.keys() & theirs.keys()
            squares = dict(zip(both, (encoder.vectors(list(both)) ** 2).sum(axis=1).tolist(), strict=True))
            sizes = np.linalg.norm(encoder.bag(ours)) * np.linalg.norm(encoder.bag(theirs))
            made = sum(ours[term] * theirs[term] * squares[term] for term in both) / sizes
            assert pool.shared[row] == pytest.approx(made, rel=1e-4)
            different = FEATURES["semantic"][1](pool)[row]
            assert different == pytest.approx(max(0.0, float(pool.similarity[row]) - made), abs=1e-4)
    assert FEATURES["semantic_shared"][1](pool).max() > 0.05


def test_an_encoder_that_adds_up_no_terms_has_no_shared_part(shop: Workshop, collection: Collection) -> None:
    asked = ask(shop.parts.profile(collection.demands["D001"]), shop.parts.analyser, shop.parts.encoder)
    shelf = collection_view(collection, shop.parts)().sides[Kind.SOLUTION].base
    whole = replace(asked, size=0.0, squares={})
    pool = Pool.of(whole, shelf, np.arange(len(shelf)), shop.parts.taxonomy)
    assert not pool.shared.any()
    assert FEATURES["semantic"][1](pool).tolist() == np.maximum(pool.similarity.astype(np.float64), 0).tolist()
