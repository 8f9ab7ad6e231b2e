"""How well every record is answered by the other side, kept up with the records, so that figures need no search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update

from matcher.model import Kind
from matcher.placing import NOWHERE, Place
from matcher.store import followup_tables, schema
from matcher.store.alert_tables import outlooks, watched
from matcher.store.snapshot import Snapshot, chunks
from matcher.store.writer import Writer
from matcher.workflow import Stage


@dataclass(frozen=True, slots=True)
class Outlook:
    """The best counterpart of one record; `counterpart` is "" and `grade` 0 when there is nothing on the other side.

    `place` is where figures count the record.
    """

    kind: Kind
    id: str
    counterpart: str
    grade: int
    suitable: bool
    suitable_at: datetime | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Position:
    """Up to which revision the outlooks are right, and with what they were made."""

    revision: int
    version: str


@dataclass(frozen=True, slots=True)
class Dated:
    """One record that changed: when it was filed and when it changed, and whether it is gone."""

    id: str
    deleted: bool
    filed_at: datetime
    changed_at: datetime


class Outlooks:
    """Reading; good inside the block of the snapshot only."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._connection = snapshot.connection

    def position(self) -> Position:
        """How far the outlooks are."""
        row = self._connection.execute(select(watched.c.revision, watched.c.version)).one()
        return Position(row.revision, row.version)

    def all(self, kind: Kind) -> dict[str, Outlook]:
        """Id → outlook, for every record looked at."""
        told = (outlooks.c.id, outlooks.c.counterpart, outlooks.c.grade, outlooks.c.suitable, outlooks.c.suitable_at)
        places = (outlooks.c.industry, outlooks.c.direction, outlooks.c.city)
        rows = self._connection.execute(select(*told, *places).where(outlooks.c.kind == kind.value)).all()
        return {
            id: Outlook(kind, id, counterpart, grade, suitable, at, Place(*place))
            for id, counterpart, grade, suitable, at, *place in rows
        }

    def leaning_on(self, kind: Kind, counterparts: Iterable[str]) -> set[str]:
        """The records whose best counterpart is one of these."""
        found: set[str] = set()
        for chunk in chunks(list(counterparts)):
            query = select(outlooks.c.id).where(outlooks.c.kind == kind.value, outlooks.c.counterpart.in_(chunk))
            found |= set(self._connection.execute(query).scalars())
        return found

    def changed(self, kind: Kind, revision: int) -> list[Dated]:
        """The records changed after that revision, in id order, removed ones too."""
        table = schema.RECORDS[kind]
        columns = (table.c.id, table.c.deleted, table.c.created_at, table.c.updated_at)
        rows = self._connection.execute(select(*columns).where(table.c.revision > revision))
        return sorted((Dated(*row) for row in rows), key=lambda each: each.id)

    def filed_at(self, kind: Kind) -> dict[str, datetime]:
        """Id → when it was filed, for every record on file."""
        table = schema.RECORDS[kind]
        query = select(table.c.id, table.c.created_at).where(table.c.deleted.is_(False))
        return {row.id: row.created_at for row in self._connection.execute(query)}

    def excluded(self) -> dict[str, frozenset[str]]:
        """Demand → the solutions that were excluded for it."""
        table = followup_tables.engagements
        query = select(table.c.demand_id, table.c.solution_id).where(table.c.stage == Stage.EXCLUDED.value)
        found: dict[str, set[str]] = {}
        for demand, solution in self._connection.execute(query):
            found.setdefault(demand, set()).add(solution)
        return {demand: frozenset(solutions) for demand, solutions in found.items()}


class OutlookWriter(Outlooks):
    """Writing; good inside the block of the writer only."""

    def __init__(self, writer: Writer) -> None:
        super().__init__(writer)
        self._now = writer.now

    def put(self, found: Sequence[Outlook]) -> None:
        """Keep these outlooks. The first time that something suitable was found is never forgotten."""
        for kind in Kind:
            own = {each.id: each for each in found if each.kind is kind}
            known = self._first(kind, list(own))
            rows = [
                {
                    "kind": kind.value,
                    "id": each.id,
                    "counterpart": each.counterpart,
                    "grade": each.grade,
                    "suitable": each.suitable,
                    "suitable_at": known.get(each.id) or (self._now if each.suitable else None),
                    "checked_at": self._now,
                    **asdict(each.place),
                }
                for each in own.values()
            ]
            if new := [row for row in rows if row["id"] not in known]:
                self._connection.execute(insert(outlooks), new)
            if old := [row for row in rows if row["id"] in known]:
                columns = [name for name in rows[0] if name not in ("kind", "id")]
                same = (outlooks.c.kind == kind.value) & (outlooks.c.id == bindparam("this"))
                changed = update(outlooks).where(same).values({name: bindparam(f"new_{name}") for name in columns})
                told = [{"this": row["id"], **{f"new_{name}": row[name] for name in columns}} for row in old]
                self._connection.execute(changed, told)

    def forget(self, kind: Kind, ids: Iterable[str]) -> None:
        """Let go of records that are gone."""
        for chunk in chunks(list(ids)):
            self._connection.execute(delete(outlooks).where(outlooks.c.kind == kind.value, outlooks.c.id.in_(chunk)))

    def advance(self, position: Position) -> None:
        """Say how far the outlooks are now."""
        self._connection.execute(update(watched).values(revision=position.revision, version=position.version))

    def _first(self, kind: Kind, ids: Sequence[str]) -> dict[str, datetime | None]:
        """Id → when it was first answered, for those known."""
        found: dict[str, datetime | None] = {}
        for chunk in chunks(ids):
            query = select(outlooks.c.id, outlooks.c.suitable_at).where(
                outlooks.c.kind == kind.value, outlooks.c.id.in_(chunk)
            )
            found.update({row.id: row.suitable_at for row in self._connection.execute(query)})
        return found
