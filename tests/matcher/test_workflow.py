"""The workflow tables hold together, and what they refuse is refused with words."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import Forbidden, IllegalMove, InvalidInput, MatcherError
from matcher.workflow import (
    ACTIVE,
    ASKS,
    CODES,
    DEMAND_MOVES,
    PAIR_MOVES,
    DemandState,
    Stage,
    demand_move,
    demand_moves,
    pair_move,
    pair_moves,
    state_of,
)

ROLES = ("viewer", "member", "staff", "admin", "system", "")
STAFF = ("staff", "admin")


def test_no_move_is_told_twice_and_every_need_has_a_name() -> None:
    for table in (PAIR_MOVES, DEMAND_MOVES):
        steps = [(move.start, move.to) for move in table]
        assert len(set(steps)) == len(steps)
        assert all(move.start is not move.to for move in table)
        assert {need for move in table for need in move.needs} <= set(ASKS)


def test_the_way_from_candidate_to_landed() -> None:
    way = [Stage.CANDIDATE, Stage.RECOMMENDED, Stage.CONTACTING, Stage.VERIFYING, Stage.LANDED]
    names = [pair_move(a, None, b, "staff", ASKS).name for a, b in pairwise(way)]
    assert names == ["推荐给需求方", "开始对接", "进入验证", "确认落地"]


def test_every_stage_can_be_reached_and_left() -> None:
    assert {move.to for move in PAIR_MOVES} == set(Stage)
    assert {move.start for move in PAIR_MOVES} == set(Stage)
    assert {move.start for move in DEMAND_MOVES} == set(DemandState)
    assert {move.to for move in DEMAND_MOVES} == set(DemandState) - {DemandState.DRAFT}


def test_putting_aside_always_needs_a_reason() -> None:
    for move in PAIR_MOVES:
        if move.to in (Stage.SHELVED, Stage.EXCLUDED):
            assert move.needs == ("reason",), move
    assert {move.start for move in PAIR_MOVES if move.to is Stage.SHELVED} == set(ACTIVE)


@pytest.mark.parametrize("before", ACTIVE)
def test_a_shelved_pair_goes_back_to_where_it_was(before: Stage) -> None:
    assert [move.to for move in pair_moves(Stage.SHELVED, before, "staff")] == [Stage.EXCLUDED, before]
    for other in set(ACTIVE) - {before}:
        with pytest.raises(IllegalMove):
            pair_move(Stage.SHELVED, before, other, "admin", ())


def test_an_illegal_move_says_what_is_legal() -> None:
    with pytest.raises(IllegalMove) as refused:
        pair_move(Stage.CANDIDATE, None, Stage.LANDED, "admin", ASKS)
    assert str(refused.value) == "“候选”不能直接变为“已落地”；现在可以变为：已推荐、对接中、搁置、已排除。"
    assert refused.value.details == {"now": "候选", "to": "已落地"}


def test_what_is_missing_is_named() -> None:
    with pytest.raises(InvalidInput, match="“开始对接”需要写明下一步。"):
        pair_move(Stage.RECOMMENDED, None, Stage.CONTACTING, "staff", ("reason",))
    with pytest.raises(InvalidInput, match="“发布”需要写明批次。"):
        demand_move(DemandState.READY, DemandState.PUBLISHED, "staff", ())


def test_who_may() -> None:
    with pytest.raises(Forbidden, match="撤销落地"):
        pair_move(Stage.LANDED, None, Stage.VERIFYING, "staff", ("reason",))
    assert pair_moves(Stage.CANDIDATE, None, "viewer") == ()
    assert [m.name for m in demand_moves(DemandState.DRAFT, "member")] == ["提交审核"]
    assert [m.name for m in demand_moves(DemandState.SUBMITTED, "member")] == []
    assert [m.name for m in demand_moves(DemandState.SUBMITTED, "staff")] == ["审核通过", "退回补正", "关闭"]


def test_states_and_codes_are_one_to_one() -> None:
    assert set(CODES) == set(DemandState)
    for state in DemandState:
        assert state_of(CODES[state]) is state
        assert state_of(state.value) is state
    assert [state_of(code) for code in ("withdrawn", "void", "open", "", "别的")] == [
        DemandState.CLOSED,
        DemandState.CLOSED,
        DemandState.SUBMITTED,
        DemandState.SUBMITTED,
        DemandState.SUBMITTED,
    ]


@given(st.sampled_from(Stage), st.sampled_from((None, *ACTIVE)), st.sampled_from(Stage), st.sampled_from(ROLES))
def test_what_is_offered_is_what_is_accepted(now: Stage, before: Stage | None, to: Stage, role: str) -> None:
    offered = {move.to for move in pair_moves(now, before, role)}
    try:
        pair_move(now, before, to, role, ASKS)
        accepted = True
    except MatcherError:
        accepted = False
    assert accepted == (to in offered)


@given(st.sampled_from(DemandState), st.sampled_from(DemandState), st.sampled_from(ROLES))
def test_the_same_for_demands(now: DemandState, to: DemandState, role: str) -> None:
    offered = {move.to for move in demand_moves(now, role)}
    try:
        demand_move(now, to, role, ASKS)
        accepted = True
    except MatcherError:
        accepted = False
    assert accepted == (to in offered)
