"""Suspected repeats: what was found, what was decided, how far the comparison has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Row, and_, delete, false, func, insert, or_, select, update

from matcher.errors import NotFound
from matcher.model import Kind, Record
from matcher.store import repeat_tables as tables
from matcher.store import schema
from matcher.store.codec import checked, from_json
from matcher.store.snapshot import Snapshot, chunks
from matcher.store.writer import Writer

if TYPE_CHECKING:  # the engine behind it is no business of a process that only stores
    from matcher.suspects import Suspicion

Decision = Literal["", "merge", "keep", "different"]

DECISION_NAMES: Mapping[Decision, str] = {
    "": "待判断",
    "merge": "已合并",
    "keep": "同一需求的不同版本，都保留",
    "different": "不是重复",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A suspicion as it is kept: `older` was filed first. `decided_at` is None while the decision is open ("")."""

    kind: Kind
    older: str
    newer: str
    probability: float
    exact: bool
    says: str
    found_at: datetime
    decision: Decision
    note: str
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Cursor:
    """Every row of a kind up to (revision, id) has been compared by the judge of that name."""

    judge: str
    revision: int
    id: str


class RepeatBook:
    """What a snapshot knows of repeats."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot, self._connection = snapshot, snapshot.connection

    def pairs(self, kind: Kind | None, decision: Decision, *, limit: int, offset: int = 0) -> tuple[list[Pair], int]:
        """A page of pairs, the most certain first (ties: the older filing, then the newer), and how many there are."""
        table = tables.repeats
        kept = [table.c.decision == decision, *([table.c.kind == kind.value] if kind else [])]
        total = self._connection.execute(select(func.count()).select_from(table).where(*kept)).scalar_one()
        order = (table.c.exact.desc(), table.c.probability.desc(), table.c.older, table.c.newer, table.c.kind)
        rows = self._connection.execute(select(table).where(*kept).order_by(*order).limit(limit).offset(offset))
        return [_pair(row) for row in rows], total

    def pair(self, kind: Kind, a: str, b: str) -> Pair:
        """The pair of these two, whichever was filed first. NotFound."""
        table = tables.repeats
        row = self._connection.execute(select(table).where(table.c.kind == kind.value, _either(a, b))).one_or_none()
        if row is None:
            raise NotFound(f"没有“{a}”和“{b}”疑似重复的记录；可能已有一条改过，不再相像。", a=a, b=b)
        return _pair(row)

    def of(self, kind: Kind, id: str) -> list[Pair]:
        """Every pair that this record is in, decided ones too, the most certain first."""
        table = tables.repeats
        mine = or_(table.c.older == id, table.c.newer == id)
        order = (table.c.exact.desc(), table.c.probability.desc(), table.c.older, table.c.newer)
        return [_pair(row) for row in self._connection.execute(
            select(table).where(table.c.kind == kind.value, mine).order_by(*order)
        )]  # fmt: skip

    def cursor(self, kind: Kind) -> Cursor:
        """How far the comparison has come; the beginning when there was none."""
        table = tables.repeat_scans
        row = self._connection.execute(select(table).where(table.c.kind == kind.value)).one_or_none()
        return Cursor(row.judge, row.revision, row.id) if row else Cursor("", 0, "")

    def waiting(self, kind: Kind, cursor: Cursor, limit: int) -> list[tuple[Record, int]]:
        """The next records behind the cursor with their revisions, in order of (revision, id)."""
        table = schema.RECORDS[kind]
        behind = or_(
            table.c.revision > cursor.revision, and_(table.c.revision == cursor.revision, table.c.id > cursor.id)
        )
        query = select(table.c.body, table.c.revision).where(table.c.deleted == false(), behind)
        rows = self._connection.execute(query.order_by(table.c.revision, table.c.id).limit(limit))
        return [(from_json(kind, row.body), row.revision) for row in rows]

    def pending(self, kind: Kind) -> int:
        """How many records wait to be compared."""
        table, cursor = schema.RECORDS[kind], self.cursor(kind)
        behind = or_(
            table.c.revision > cursor.revision, and_(table.c.revision == cursor.revision, table.c.id > cursor.id)
        )
        query = select(func.count()).select_from(table).where(table.c.deleted == false(), behind)
        return int(self._connection.execute(query).scalar_one())

    def filed_at(self, kind: Kind, ids: Sequence[str]) -> dict[str, datetime]:
        """Id → when the record was first filed."""
        table, found = schema.RECORDS[kind], dict[str, datetime]()
        for chunk in chunks(ids):
            query = select(table.c.id, table.c.created_at).where(table.c.id.in_(chunk), table.c.deleted == false())
            found.update({row.id: row.created_at for row in self._connection.execute(query)})
        return found


class RepeatWriter(RepeatBook):
    """What a block of `Store.writing()` can do to them."""

    def __init__(self, writer: Writer) -> None:
        super().__init__(writer)
        self._writer = writer

    def found(self, kind: Kind, ids: Iterable[str], suspicions: Iterable[Suspicion], cursor: Cursor) -> int:
        """Replace the open pairs of the records just compared by these, and move on to `cursor`. How many are new.

        Decided pairs stay as they are. No audit line: nobody decided anything.
        """
        table = tables.repeats
        compared = list(ids)
        for chunk in chunks(compared):
            mine = or_(table.c.older.in_(chunk), table.c.newer.in_(chunk))
            self._connection.execute(delete(table).where(table.c.kind == kind.value, table.c.decision == "", mine))
        new = 0
        best = {tuple(sorted((s.a, s.b))): s for s in suspicions}
        filed = self.filed_at(kind, [id for pair in best for id in pair])
        for (a, b), suspicion in sorted(best.items()):
            if a in filed and b in filed and not self._known(kind, a, b):
                older, newer = sorted((a, b), key=lambda id: (filed[id], id))
                self._add(kind, older, newer, suspicion)
                new += 1
        self._move(kind, cursor)
        return new

    def suspect(self, kind: Kind, older: str, newer: str, suspicion: Suspicion) -> None:
        """Keep one suspicion as an open pair, unless the pair is known already."""
        if not self._known(kind, older, newer):
            self._add(kind, older, newer, suspicion)

    def begin_anew(self, kind: Kind, judge: str) -> None:
        """For another judge: forget what is open and compare everything again. Decisions stay."""
        table = tables.repeats
        self._connection.execute(delete(table).where(table.c.kind == kind.value, table.c.decision == ""))
        self._move(kind, Cursor(judge, 0, ""))

    def decide(self, kind: Kind, a: str, b: str, decision: Decision, note: str = "") -> Pair:
        """Write down what somebody decided about a pair (to merge, use `merging.merge`). NotFound for no such pair."""
        pair = self.pair(kind, a, b)
        decided = {"decision": decision, "note": checked(note), "decided_by": self._writer.actor.name}
        decided["decided_at"] = self._writer.now if decision else None  # type: ignore[assignment]
        table = tables.repeats
        mine = (table.c.kind == kind.value) & (table.c.older == pair.older) & (table.c.newer == pair.newer)
        self._connection.execute(update(table).where(mine).values(decided))
        self._writer.audit(
            "decide_repeat", f"{kind.value}:{pair.newer}", detail=f"with={pair.older} decision={decision or 'open'}"
        )
        return self.pair(kind, a, b)

    def _add(self, kind: Kind, older: str, newer: str, suspicion: Suspicion) -> None:
        row: dict[str, object] = {"kind": kind.value, "older": older, "newer": newer, "exact": suspicion.exact}
        row |= {"probability": suspicion.probability, "says": suspicion.says, "found_at": self._writer.now}
        row |= {"decision": "", "note": "", "decided_by": "", "decided_at": None}
        self._connection.execute(insert(tables.repeats).values(row))

    def _known(self, kind: Kind, a: str, b: str) -> bool:
        table = tables.repeats
        query = select(table.c.kind).where(table.c.kind == kind.value, _either(a, b))
        return self._connection.execute(query).first() is not None

    def _move(self, kind: Kind, cursor: Cursor) -> None:
        table = tables.repeat_scans
        self._connection.execute(delete(table).where(table.c.kind == kind.value))
        row = {"kind": kind.value, "judge": cursor.judge, "revision": cursor.revision, "id": cursor.id}
        self._connection.execute(insert(table).values(row))


def _either(a: str, b: str) -> Any:
    table = tables.repeats
    return or_(and_(table.c.older == a, table.c.newer == b), and_(table.c.older == b, table.c.newer == a))


def _pair(row: Row[Any]) -> Pair:
    return Pair(**{**row._mapping, "kind": Kind(row.kind)})
