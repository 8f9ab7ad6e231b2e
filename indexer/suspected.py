"""Suspected repeats of a list: its new records held against what is filed and against one another, before the commit.

They are found once, when the list has been read, and kept beside its report with what staff decided. The commit carries
the decisions out in its own transaction, so that they are remembered like every other decision about repeats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from indexer.repetition import ALIKE, repeats
from indexer.report import Accepted
from matcher.errors import InvalidInput, NotFound
from matcher.model import Kind, Record
from matcher.store import Snapshot, Writer
from matcher.store.merging import merge
from matcher.store.repeat_tables import leads_to
from matcher.store.repeats import DECISION_NAMES, Decision, RepeatBook, RepeatWriter
from matcher.suspects import Suspicion

MOST = 500
"""New records of a list that are compared before it is filed, which takes some ten milliseconds each. The records of a
longer one are compared once they are filed, beside the requests."""

AT_ONCE = 200
"""Records compared with each other by what they mean, and between two looks at whether the import was cancelled."""

BY_WORDING = "同一份清单里的两行，用语大部分相同"

Place = tuple[str, int]
"""(sheet, the user's row)."""

Look = Callable[[Sequence[Record]], Sequence[Suspicion]]
"""Probable repeats of records that are not filed yet, among the filed ones and among each other."""

Key = tuple[Kind, str, str]
"""(kind, older id, newer id)."""


@dataclass(frozen=True, slots=True)
class Suspected:
    """Two records that may be one filing; `newer` stands in the list.

    older   its id; filed already (`before` is None), or standing further up in the list
    at      where `newer` stands
    before  where `older` stands in the list
    """

    kind: Kind
    older: str
    newer: str
    at: Place
    before: Place | None
    probability: float
    exact: bool
    says: str
    decision: Decision = ""
    note: str = ""

    @property
    def key(self) -> Key:
        return self.kind, self.older, self.newer


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a list; `compared` is False for one that is too long to be compared before it is filed."""

    compared: bool
    pairs: tuple[Suspected, ...] = ()

    def undecided(self, left_out: Iterable[Place] = ()) -> tuple[Suspected, ...]:
        """Those that nobody decided, of rows that are to be filed."""
        gone = frozenset(left_out)
        return tuple(p for p in self.pairs if not p.decision and p.at not in gone and p.before not in gone)

    def decided(self, decisions: Mapping[Key, tuple[str, str]]) -> Found:
        """The same with decisions and notes. NotFound for a pair that is not among them; InvalidInput for no decision
        that there is."""
        known = {pair.key: pair for pair in self.pairs}
        for key, (decision, note) in decisions.items():
            if key not in known:
                raise NotFound(f"这次导入里没有“{key[1]}”和“{key[2]}”这一对疑似重复。", a=key[1], b=key[2])
            known[key] = replace(known[key], decision=_decision(decision), note=note)
        return replace(self, pairs=tuple(known.values()))


NONE = Found(compared=False)


def suspected(seen: Snapshot, new: Sequence[Accepted], look: Look, told: Callable[[int, int], None]) -> Found:
    """The probable repeats of a list's new rows, the most certain first; pairs decided before are not asked again."""
    if len(new) > MOST:
        return NONE
    rows = {(each.record.kind, each.record.id): (at, each) for at, each in enumerate(new)}
    best: dict[Key, Suspected] = {}
    for found, kind in _suspicions(new, look, told):
        # The filed one is older; of two rows the upper one.
        older, newer = sorted((found.a, found.b), key=lambda id: rows[kind, id][0] if (kind, id) in rows else -1)
        if (kind, newer) not in rows or _decided(seen, kind, found):
            continue
        at, before = rows[kind, newer][1], rows.get((kind, older))
        places = (at.sheet, at.row), (before[1].sheet, before[1].row) if before else None
        pair = Suspected(kind, older, newer, *places, found.probability, found.exact, found.says)
        if pair.key not in best or best[pair.key].probability < pair.probability:
            best[pair.key] = pair
    order = sorted(best.values(), key=lambda pair: (not pair.exact, -pair.probability, pair.older, pair.newer))
    return Found(compared=True, pairs=tuple(order))


def _suspicions(
    new: Sequence[Accepted], look: Look, told: Callable[[int, int], None]
) -> Iterator[tuple[Suspicion, Kind]]:
    done = 0
    for kind in Kind:
        own = [each.record for each in new if each.record.kind is kind]
        for start in range(0, len(own), AT_ONCE):
            told(done, len(new))
            batch = own[start : start + AT_ONCE]
            yield from ((found, kind) for found in look(batch))
            done += len(batch)
    told(done, len(new))
    for less, more in repeats(new):
        yield Suspicion(less.record.id, more.record.id, ALIKE / 100, False, BY_WORDING), less.record.kind


def _decided(seen: Snapshot, kind: Kind, found: Suspicion) -> bool:
    try:
        return bool(RepeatBook(seen).pair(kind, found.a, found.b).decision)
    except NotFound:
        return False


def carry_out(writer: Writer, pairs: Iterable[Suspected]) -> None:
    """Do what was decided, in the transaction that files the rows. Rows that were left out are passed over."""
    book = RepeatWriter(writer)
    for pair in pairs:
        older, newer = (leads_to(writer.connection, pair.kind, id) for id in (pair.older, pair.newer))
        if not pair.decision or older == newer or len(writer.get_many(pair.kind, [older, newer])) < 2:
            continue
        suspicion = Suspicion(older, newer, pair.probability, pair.exact, pair.says)
        book.suspect(pair.kind, older, newer, suspicion)
        if pair.decision == "merge":
            merge(writer, pair.kind, older, newer, pair.note)
        else:
            book.decide(pair.kind, older, newer, pair.decision, pair.note)


def _decision(text: str) -> Decision:
    for decision in DECISION_NAMES:
        if decision == text:
            return decision
    raise InvalidInput("判断只能是合并、都保留或不是重复。")


def save(path: Path, found: Found) -> None:
    """Keep what was found in a file."""
    path.write_bytes(orjson.dumps({"compared": found.compared, "pairs": found.pairs}))


def saved(path: Path) -> Found:
    """What `save` kept; nothing where there is no such file."""
    if not path.is_file():
        return NONE
    said = orjson.loads(path.read_bytes())
    return Found(said["compared"], tuple(map(_pair, said["pairs"])))


def _pair(said: Mapping[str, Any]) -> Suspected:
    before = tuple(said["before"]) if said["before"] else None
    return Suspected(**{**said, "kind": Kind(said["kind"]), "at": tuple(said["at"]), "before": before})
