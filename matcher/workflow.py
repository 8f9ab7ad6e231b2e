"""The two workflows as tables: how a pair of demand and solution goes on, and how a demand does.

People discuss these tables in meetings; nothing else in the program decides whether a move is legal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Generic, TypeVar

from matcher.errors import Forbidden, IllegalMove, InvalidInput


class Stage(StrEnum):
    """Where a pair stands."""

    CANDIDATE = "候选"
    RECOMMENDED = "已推荐"
    CONTACTING = "对接中"
    VERIFYING = "验证中"
    LANDED = "已落地"
    SHELVED = "搁置"
    EXCLUDED = "已排除"


class DemandState(StrEnum):
    """Where a demand stands."""

    DRAFT = "草稿"
    SUBMITTED = "待审核"
    INCOMPLETE = "待补正"
    READY = "已完善"
    PUBLISHED = "已发布"
    CLOSED = "已关闭"


REASON, NEXT_STEP, BATCH = "reason", "next_step", "batch"
ASKS: Mapping[str, str] = MappingProxyType({REASON: "原因", NEXT_STEP: "下一步", BATCH: "批次"})
"""What a move may require, and its name on the page."""

STAFF = frozenset({"staff", "admin", "system"})
FILER = STAFF | {"member"}
ADMIN = frozenset({"admin", "system"})

_State = TypeVar("_State", Stage, DemandState)


@dataclass(frozen=True, slots=True)
class Move(Generic[_State]):
    """One legal step: its name on the button, what must be given with it, and the roles that may take it."""

    start: _State
    to: _State
    name: str
    needs: tuple[str, ...] = ()
    who: frozenset[str] = STAFF


_C, _R, _K, _V, _L, _S, _X = Stage

PAIR_MOVES: tuple[Move[Stage], ...] = (
    Move(_C, _R, "推荐给需求方"),
    Move(_C, _K, "直接对接", (NEXT_STEP,)),
    Move(_R, _K, "开始对接", (NEXT_STEP,)),
    Move(_K, _V, "进入验证", (NEXT_STEP,)),
    Move(_V, _L, "确认落地"),
    Move(_K, _L, "不经验证落地", (REASON,)),
    Move(_V, _K, "退回对接", (REASON,)),
    Move(_K, _R, "退回已推荐", (REASON,)),
    Move(_R, _C, "撤回推荐", (REASON,)),
    Move(_L, _V, "撤销落地", (REASON,), ADMIN),
    *(Move(stage, _S, "搁置", (REASON,)) for stage in (_C, _R, _K, _V)),
    *(Move(stage, _X, "排除", (REASON,)) for stage in (_C, _R, _K, _V, _S)),
    *(Move(_S, stage, f"恢复到{stage}") for stage in (_C, _R, _K, _V)),
    Move(_X, _C, "重新列为候选", (REASON,)),
)
"""Every legal step of a pair. From 搁置 it goes back only to where it was; see `pair_moves`."""

_D, _U, _I, _Y, _P, _Z = DemandState

DEMAND_MOVES: tuple[Move[DemandState], ...] = (
    Move(_D, _U, "提交审核", (), FILER),
    Move(_U, _Y, "审核通过"),
    Move(_U, _I, "退回补正", (REASON,)),
    Move(_I, _U, "重新提交", (), FILER),
    Move(_I, _Y, "补正合格"),
    Move(_Y, _I, "退回补正", (REASON,)),
    Move(_Y, _P, "发布", (BATCH,)),
    Move(_P, _Y, "撤回发布", (REASON,)),
    *(Move(state, _Z, "关闭", (REASON,)) for state in (_D, _U, _I, _Y, _P)),
    Move(_Z, _U, "重新打开", (REASON,)),
)
"""Every legal step of a demand."""

CODES: Mapping[DemandState, str] = MappingProxyType(
    {
        DemandState.DRAFT: "draft",
        DemandState.SUBMITTED: "open",
        DemandState.INCOMPLETE: "incomplete",
        DemandState.READY: "ready",
        DemandState.PUBLISHED: "published",
        DemandState.CLOSED: "closed",
    }
)
"""How a state is written in a record's `status`. What lists and other systems send without a word is "open"."""

_BY_CODE: Mapping[str, DemandState] = MappingProxyType(
    {code: state for state, code in CODES.items()}
    | {str(state): state for state in DemandState}
    | {"withdrawn": DemandState.CLOSED, "void": DemandState.CLOSED}
)

VALID = frozenset({DemandState.READY, DemandState.PUBLISHED})
"""States of a demand that counts as 有效."""

ACTIVE = (Stage.CANDIDATE, Stage.RECOMMENDED, Stage.CONTACTING, Stage.VERIFYING)
"""Stages that somebody has to do something about."""

WITH_FILES_AND_PILOTS = frozenset({Stage.CONTACTING, Stage.VERIFYING, Stage.LANDED})
"""Stages in which a pilot can be recorded."""


def state_of(status: str) -> DemandState:
    """The state a record's `status` stands for; one that no table knows counts as not yet reviewed."""
    return _BY_CODE.get(status, DemandState.SUBMITTED)


def pair_moves(stage: Stage, before: Stage | None, role: str) -> tuple[Move[Stage], ...]:
    """The steps this role may take from here, in the table's order. `before` is where a shelved pair stood."""
    found = _open_to(PAIR_MOVES, stage, role)
    return tuple(move for move in found if stage is not Stage.SHELVED or move.to in (before, Stage.EXCLUDED))


def demand_moves(state: DemandState, role: str) -> tuple[Move[DemandState], ...]:
    """The steps this role may take from here, in the table's order."""
    return _open_to(DEMAND_MOVES, state, role)


def pair_move(stage: Stage, before: Stage | None, to: Stage, role: str, given: Iterable[str]) -> Move[Stage]:
    """The step from here to there. See `_checked` for what it raises."""
    fitting = [m for m in PAIR_MOVES if stage is not Stage.SHELVED or m.to in (before, Stage.EXCLUDED)]
    return _checked(fitting, stage, to, role, given)


def demand_move(state: DemandState, to: DemandState, role: str, given: Iterable[str]) -> Move[DemandState]:
    """The step from here to there. See `_checked` for what it raises."""
    return _checked(DEMAND_MOVES, state, to, role, given)


def _open_to(table: Iterable[Move[_State]], state: _State, role: str) -> tuple[Move[_State], ...]:
    return tuple(move for move in table if move.start is state and role in move.who)


def _checked(table: Iterable[Move[_State]], state: _State, to: _State, role: str, given: Iterable[str]) -> Move[_State]:
    """The move. IllegalMove when the table has none, Forbidden for another role, InvalidInput when something is
    missing that it needs; `given` names what came with it."""
    table = tuple(table)
    move = next((m for m in table if m.start is state and m.to is to), None)
    if move is None:
        legal = "、".join(dict.fromkeys(m.to.value for m in table if m.start is state)) or "（没有）"
        raise IllegalMove(f"“{state}”不能直接变为“{to}”；现在可以变为：{legal}。", now=state.value, to=to.value)
    if role not in move.who:
        raise Forbidden(f"你的角色不能执行“{move.name}”；请联系管理员。", role=role, move=move.name)
    missing = [need for need in move.needs if need not in set(given)]
    if missing:
        raise InvalidInput(f"“{move.name}”需要写明{'、'.join(ASKS[need] for need in missing)}。", missing=missing)
    return move
