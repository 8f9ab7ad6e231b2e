"""Laws of a ranking, on any choice of gold solutions in any order, for gold demands and for made-up ones.

Scores are sums of float32 products, so "the same" means the same to SAME points, and an order is only claimed between
records further apart than that. A grade changes by one percent for 0.04 points at the least.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.adapters.bm25 import Bm25Index
from matcher.asked import ask
from matcher.features import FEATURES, Pool, matrix
from matcher.filters import Within, Without, where
from matcher.model import Demand, Hit, Solution
from matcher.tags import TagTable

SAME = 1e-5
ROWS, DEMANDS = 240, 60
LEXICAL = ("lexical", "lexical_title")
"""With lexical_words the features that know of the other records on the shelf: how rare a word is, how long a field
usually is."""

some_rows = st.lists(st.integers(0, ROWS - 1), unique=True, min_size=2, max_size=40)
some_demand = st.integers(0, DEMANDS - 1)
phrases = st.sampled_from(
    (
        "焊点虚焊",
        "夜班漏检",
        "漏检率≤0.5%",
        "老人离床",
        "機械人巡檢",
        "AGV",
        "60米/分钟",
        "山火",
        "①②",
        "广州",
        "希望",
        "的",
    )
)
any_text = st.lists(phrases | st.text(max_size=12), max_size=12).map("，".join)
made_up = st.builds(Demand, st.just("Q"), any_text, description=any_text, requirements=any_text)
laws = settings(max_examples=50, deadline=None)


def order(hits: Sequence[Hit]) -> list[str]:
    return [hit.id for hit in hits]


def same_ranking(one: Sequence[Hit], other: Sequence[Hit]) -> None:
    """The same records, the same scores, the same order wherever scores differ."""
    theirs = {hit.id: hit.score for hit in other}
    assert {hit.id for hit in one} == theirs.keys()
    for hit in one:
        assert hit.score == pytest.approx(theirs[hit.id], abs=SAME)
    in_their_scores = [theirs[hit.id] for hit in one]
    assert all(a >= b - 2 * SAME for a, b in pairwise(in_their_scores))


@given(keep=some_rows, demand=made_up)
@laws
def test_a_score_is_the_sum_of_its_evidence(world: Any, keep: list[int], demand: Demand) -> None:
    """Whatever is asked: evidence adds up exactly, nothing but the base is negative, the short way says the same."""
    engine, query = world.engine(world.shelf(keep)), world.shop.parts.profile(demand)
    ranking = engine.match(query, k=5)
    for match in ranking.matches:
        assert match.score == math.fsum(reason.points for reason in match.evidence)
        assert [reason.source for reason in match.evidence if reason.points <= 0] == ["base"]
        assert len({reason.source for reason in match.evidence}) == len(match.evidence)
        assert 0 <= match.grade <= 100
    assert ranking.suitable == any(match.grade >= engine.weights.suitable for match in ranking.matches)
    assert [(m.id, m.score) for m in ranking.matches] == [(h.id, h.score) for h in engine.hits(query, k=5)]


@given(keep=some_rows, demand=some_demand, data=st.data())
@laws
def test_filtered_out_never_returns(world: Any, keep: list[int], demand: int, data: st.DataObject) -> None:
    """A filter takes records away and changes nothing else: not the scores, not the order, not how many are found."""
    shelf = world.shelf(keep)
    taxonomy = world.shop.parts.taxonomy
    filters = data.draw(
        st.lists(
            st.sampled_from(
                [where("region", ["深圳", "广州"], taxonomy), where("industry", ["养老"], taxonomy), Within(60)]
            )
            | st.sets(st.sampled_from(shelf.ids)).map(lambda ids: Without(frozenset(ids))),
            max_size=3,
        )
    )
    engine, query = world.engine(shelf), world.demands[demand]
    allowed = np.logical_and.reduce([each.rows(shelf) for each in filters] or [shelf.every_row()])
    everything = world.ranked(engine, query)
    found = world.ranked(engine, query, filters)
    same_ranking(found, [hit for hit in everything if allowed[shelf.row_of[hit.id]]])
    k = data.draw(st.integers(1, 10))
    assert len(engine.hits(query, k=k, filters=filters)) == min(k, int(allowed.sum()))


@given(keep=some_rows, demand=some_demand, data=st.data())
@laws
def test_the_order_of_records_in_the_store_does_not_matter(
    world: Any, keep: list[int], demand: int, data: st.DataObject
) -> None:
    other = data.draw(st.permutations(keep))
    query = world.demands[demand]
    same_ranking(
        world.ranked(world.engine(world.shelf(keep)), query), world.ranked(world.engine(world.shelf(other)), query)
    )


@given(keep=some_rows, demand=some_demand, data=st.data())
@laws
def test_removing_a_record_only_removes_it(world: Any, keep: list[int], demand: int, data: st.DataObject) -> None:
    """Withdrawn from a running service, a record leaves the ranking; every other score stays as it was."""
    row = data.draw(st.integers(0, len(keep) - 1))
    shelf, query = world.shelf(keep), world.demands[demand]
    before = world.ranked(world.engine(shelf), query)
    after = world.ranked(world.engine(shelf, hidden=[row]), query)
    same_ranking(after, [hit for hit in before if hit.id != shelf.ids[row]])


@given(keep=some_rows, demand=some_demand, other=st.integers(0, ROWS - 1))
@laws
def test_filing_a_record_only_adds_it(world: Any, keep: list[int], demand: int, other: int) -> None:
    """Filed in a running service, a record of whatever content takes its place and changes no other score."""
    shelf, query = world.shelf(keep), world.demands[demand]
    content = world.shelf([other]).profiles[0].fields
    new = Solution("NEW", content["title"], description=content["body"], indicators=content.get("needs", ""))
    before = world.ranked(world.engine(shelf), query)
    after = world.ranked(world.engine(shelf, world.changed(shelf, new)), query)
    assert order(after).count("NEW") == 1
    same_ranking([hit for hit in after if hit.id != "NEW"], before)


@given(keep=some_rows, demand=some_demand, words=st.lists(st.integers(0, 99), min_size=1, max_size=200), data=st.data())
@laws
def test_a_rebuild_with_an_unrelated_record_moves_others_by_the_drift_of_statistics_only(
    world: Any, keep: list[int], demand: int, words: list[int], data: st.DataObject
) -> None:
    """What holds when the index is built anew with one more record that shares no word with anything.

    The features of meaning and of tags stay. A lexical feature is √r, r = Σ gain · saturation / Σ gain over the query's
    terms, where gain = weight · idf. One more record adds δ = ln((N+2)/(N+1)) to every idf and changes the average
    length of a field by a share of ε at most, so r moves by no more than (k1+1) · δ / mean idf + ε · (1+ε) · r. Of
    whole words it is r itself with gain = weight · idf², raised by weight · (2 · idf · δ + δ²). Two other records
    further apart than both their drifts keep their order. Where the new record itself comes is the context model's
    affair: it reads strange letters as something.
    """
    text = " ".join(f"zq{word}xv" for word in words)
    field = data.draw(st.sampled_from(["title", "description", "indicators", "cases"]))
    unrelated = replace(Solution("zz-unrelated", "zqtitlexv"), **{field: text})
    query = world.demands[demand]
    old, new = world.shelf(keep), world.shelf(keep, unrelated)
    before, after = world.ranked(world.engine(old), query), world.ranked(world.engine(new), query)
    assert {hit.id for hit in after} == {unrelated.id, *(hit.id for hit in before)}
    allowed = drifts(world, query, old, new)
    theirs = {hit.id: hit.score for hit in after}
    for hit in before:
        assert abs(theirs[hit.id] - hit.score) <= allowed[hit.id] + SAME
    place = {id: rank for rank, id in enumerate(order(after))}
    for better, worse in pairwise(before):
        if better.score - worse.score > allowed[better.id] + allowed[worse.id] + 2 * SAME:
            assert place[better.id] < place[worse.id]


def drifts(world: Any, query: Any, old: Any, new: Any) -> dict[str, float]:
    """Id → the points by which its score may move."""
    asked = ask(query, world.shop.parts.analyser, world.shop.parts.encoder)
    index: Bm25Index = old.lexical
    weights = world.shop.weights.weights
    size, mass = len(old), math.fsum(asked.terms.values())
    mean_idf = index.self_score(asked.terms) / mass
    delta = math.log((size + 2) / (size + 1))
    lengths, then = index.statistics.average_lengths, new.lexical.statistics.average_lengths
    epsilon = max(abs(b / a - 1) for a, b in zip(lengths, then, strict=True) if a)
    epsilon = max(epsilon, max(abs(a / b - 1) for a, b in zip(lengths, then, strict=True) if b and a))
    overlap = index.overlap(asked.terms, np.arange(size))
    allowed = np.zeros(size)
    for name, scored in zip(LEXICAL, (overlap.scores(), overlap.field_scores("title")), strict=True):
        r = scored.astype(np.float64) / index.self_score(asked.terms)
        most = (index.parameters.k1 + 1) * delta / mean_idf + epsilon * (1 + epsilon) * r
        low, high = np.sqrt(np.maximum(r - most, 0)), np.sqrt(r + most)
        moved = np.maximum(np.sqrt(r) - low, high - np.sqrt(r))
        allowed += weights.get(name, 0.0) * np.where(r > 0, moved, 0)
    words = asked.words
    if words:
        yardstick = index.self_score(words, power=2)
        r = overlap.word_scores(words, asked.doubled).astype(np.float64) / yardstick
        raised = 2 * delta * index.self_score(words) + delta**2 * math.fsum(words.values())
        most = (index.parameters.k1 + 1) * raised / yardstick + epsilon * (1 + epsilon) * r
        allowed += weights.get("lexical_words", 0.0) * np.where(r > 0, most, 0)
    return dict(zip(old.ids, allowed.tolist(), strict=True))


@given(keep=some_rows, demand=some_demand, data=st.data())
@laws
def test_a_further_common_tag_never_lowers_a_score(
    world: Any, keep: list[int], demand: int, data: st.DataObject
) -> None:
    shelf, query = world.shelf(keep), world.demands[demand]
    more = data.draw(st.lists(st.sets(st.sampled_from(sorted(query.tags))), min_size=len(keep), max_size=len(keep)))
    tagged = replace(shelf, tags=TagTable.of([shelf.tags.of_row(row) | more[row] for row in range(len(shelf))]))
    before = {hit.id: hit.score for hit in world.ranked(world.engine(shelf), query)}
    after = {hit.id: hit.score for hit in world.ranked(world.engine(tagged), query)}
    assert all(after[id] >= score for id, score in before.items())


@given(keep=some_rows, demand=some_demand, data=st.data())
@laws
def test_a_further_tag_lowers_no_feature(world: Any, keep: list[int], demand: int, data: st.DataObject) -> None:
    """Also none that the ranker gives no weight."""
    parts, shelf, rows = world.shop.parts, world.shelf(keep), np.arange(len(keep))
    some = sorted(world.demands[demand].tags | set(shelf.tags.names))
    more = data.draw(st.lists(st.sets(st.sampled_from(some), max_size=6), min_size=len(keep), max_size=len(keep)))
    tagged = replace(shelf, tags=TagTable.of([shelf.tags.of_row(row) | more[row] for row in rows]))
    asked = ask(world.demands[demand], parts.analyser, parts.encoder)
    before, after = (matrix(Pool.of(asked, side, rows, parts.taxonomy), tuple(FEATURES)) for side in (shelf, tagged))
    assert (after >= before).all()


@given(demand=made_up, keep=some_rows)
@laws
def test_features_are_finite_and_never_negative(world: Any, demand: Demand, keep: list[int]) -> None:
    """What the weights rest on: no feature is negative, infinite or undefined, whatever is asked."""
    parts, shelf = world.shop.parts, world.shelf(keep)
    asked = ask(parts.profile(demand), parts.analyser, parts.encoder)
    values = matrix(Pool.of(asked, shelf, np.arange(len(shelf)), parts.taxonomy), tuple(FEATURES))
    assert values.shape == (len(keep), len(FEATURES))
    assert np.isfinite(values).all()
    assert (values >= 0).all()


@given(
    values=st.lists(st.floats(0, 2), min_size=len(FEATURES), max_size=len(FEATURES)),
    more=st.lists(st.floats(0, 2), min_size=len(FEATURES), max_size=len(FEATURES)),
)
@laws
def test_more_evidence_never_lowers_a_score(world: Any, values: list[float], more: list[float]) -> None:
    weights = world.shop.weights
    assert set(weights.weights) <= set(FEATURES)

    def score(features: list[float]) -> float:
        named = dict(zip(FEATURES, features, strict=True))
        return math.fsum((weights.base, *(weight * named[name] for name, weight in weights.weights.items())))

    assert score([a + b for a, b in zip(values, more, strict=True)]) >= score(values)
