"""Pairs go with the record they belong to: to the one it is merged into, and back when that is undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import orjson
from sqlalchemy import update

from matcher.engagement import CaseState, Engagement
from matcher.model import Kind
from matcher.store import followup_tables as tables
from matcher.store.followup import FollowUp
from matcher.store.followup_log import log
from matcher.store.followup_rows import engagement_row
from matcher.store.writer import Writer
from matcher.workflow import ACTIVE, Stage

SIDE: Mapping[Kind, str] = {Kind.DEMAND: "demand_id", Kind.SOLUTION: "solution_id"}

PROGRESS = (Stage.EXCLUDED, Stage.SHELVED, *ACTIVE, Stage.LANDED)
"""Of two pairs with the same counterpart the one further along this row goes on; the other rests."""


@dataclass(frozen=True, slots=True)
class Handed:
    """One pair before the merge: whose it was and, when it was laid to rest, the stage it had (else "")."""

    number: str
    id: str
    rested_from: str = ""


def hand_over(writer: Writer, kind: Kind, gone: str, kept: str) -> str:
    """Give the pairs of `gone` to `kept`; what `hand_back` needs to know, as JSON.

    Where both have a pair with the same counterpart, the one that came further belongs to `kept` and the other one is
    shelved and stays with `gone`.
    """
    theirs = {_counterpart(kind, pair): pair for pair in _pairs(writer, kind, kept)}
    moved: list[Handed] = []
    for pair in _pairs(writer, kind, gone):
        rival = theirs.get(_counterpart(kind, pair))
        if rival is None:
            _assign(writer, kind, {pair.number: kept})
            moved.append(Handed(pair.number, gone))
        else:
            ahead = PROGRESS.index(pair.stage) > PROGRESS.index(rival.stage)
            on, rests = (pair, rival) if ahead else (rival, pair)
            if ahead:
                _assign(writer, kind, {on.number: kept, rests.number: gone})
                moved.append(Handed(on.number, gone))
            resting = _rest(writer, rests, f"已并入 {on.number}") if rests.stage in ACTIVE else ""
            moved.append(Handed(rests.number, kept if ahead else gone, resting))
        _tell(writer, pair, f"{gone} 已并入 {kept}")
    _follow_cases(writer, kind, moved, kept)
    return orjson.dumps([asdict(each) for each in moved]).decode()


def hand_back(writer: Writer, kind: Kind, gone: str, kept: str, told: str) -> None:
    """Undo what `hand_over` told it did. A pair that rests goes on, unless somebody moved it since."""
    book = FollowUp(writer)
    moved = [Handed(**each) for each in orjson.loads(told)]
    _assign(writer, kind, {each.number: each.id for each in moved})
    for each in moved:
        pair = book.engagement(each.number)
        if each.rested_from and pair.stage is Stage.SHELVED and pair.before == Stage(each.rested_from):
            _save(writer, replace(pair, stage=Stage(each.rested_from), before=None, reason=""))
            log(writer, "move", pair.number, pair.demand_id, start=Stage.SHELVED, to=each.rested_from)
        _tell(writer, pair, f"{gone} 与 {kept} 已分开")
    for owner in (gone, kept):
        _follow_cases(writer, kind, [each for each in moved if each.id == owner], owner)


def _pairs(writer: Writer, kind: Kind, id: str) -> tuple[Engagement, ...]:
    book = FollowUp(writer)
    return book.of_demand(id) if kind is Kind.DEMAND else book.of_solution(id)


def _counterpart(kind: Kind, pair: Engagement) -> str:
    return pair.solution_id if kind is Kind.DEMAND else pair.demand_id


def _assign(writer: Writer, kind: Kind, owners: Mapping[str, str]) -> None:
    """Number → the record it now belongs to. Two may change places, so each first lets go of what it has."""
    table = tables.engagements
    for placed in ({number: f"~{number}" for number in owners}, owners):
        for number, id in placed.items():
            values = {SIDE[kind]: id, "version": table.c.version + 1}
            writer.connection.execute(update(table).where(table.c.number == number).values(values))


def _rest(writer: Writer, pair: Engagement, reason: str) -> str:
    now = FollowUp(writer).engagement(pair.number)
    _save(writer, replace(now, stage=Stage.SHELVED, before=now.stage, reason=reason, moved_at=writer.now))
    log(writer, "move", now.number, now.demand_id, start=now.stage, to=Stage.SHELVED, says=reason)
    return now.stage.value


def _save(writer: Writer, pair: Engagement) -> None:
    table = tables.engagements
    saved = engagement_row(replace(pair, version=pair.version + 1))
    writer.connection.execute(update(table).where(table.c.number == pair.number).values(saved))


def _tell(writer: Writer, pair: Engagement, says: str) -> None:
    now = FollowUp(writer).engagement(pair.number)
    log(writer, "note", now.number, now.demand_id, says=f"{says}。")


def _follow_cases(writer: Writer, kind: Kind, moved: Sequence[Handed], owner: str) -> None:
    """Cases belong to whom their pair belongs to; the index reads a solution anew whose published cases changed."""
    table = tables.cases
    numbers = _of(writer, kind, moved, owner)
    cases = [case for number in numbers for case in FollowUp(writer).cases(engagement=number)]
    for case in cases:
        writer.connection.execute(update(table).where(table.c.number == case.number).values({SIDE[kind]: owner}))
    if kind is Kind.SOLUTION and any(case.state is CaseState.PUBLISHED for case in cases):
        writer.touch(kind, owner)


def _of(writer: Writer, kind: Kind, moved: Iterable[Handed], owner: str) -> list[str]:
    held = {pair.number for pair in _pairs(writer, kind, owner)}
    return [each.number for each in moved if each.number in held]
