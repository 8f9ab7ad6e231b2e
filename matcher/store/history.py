"""What a record was before each change, and going back to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import Connection, delete, insert, select, update

from matcher.model import Contact, Kind, Record
from matcher.store import schema
from matcher.store.codec import from_json
from matcher.store.import_tables import history, past_contacts, said

CHUNK = 500
"""Ids per statement, well under every database's limit of parameters."""


@dataclass(frozen=True, slots=True)
class Line:
    """One change to be written into the history, in the transaction that makes it."""

    id: str
    change: str
    before: str | None
    contact: bool = False


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of a record: who, when, by which import ("" for none), and the record before and after it.

    `before` is None for a new record, `after` for a removed one; a removed record's texts are erased from all of its
    history. `contact` says that the contact changed; which it was is kept nowhere.
    """

    revision: int
    at: datetime
    actor: str
    role: str
    change: str
    origin: str
    contact: bool
    before: Record | None
    after: Record | None


class History:
    """The history of one transaction's records: read it, add to it, erase from it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._written: set[tuple[Kind, str]] = set()

    def of(self, kind: Kind, id: str) -> tuple[Revision, ...]:
        """The newest change first; () for a record that never changed since histories are kept."""
        query = select(history).where(history.c.kind == kind.value, history.c.id == id).order_by(history.c.revision)
        rows = self._connection.execute(query).all()
        if not rows:
            return ()
        table = schema.RECORDS[kind]
        now = select(table.c.body, table.c.deleted).where(table.c.id == id)
        current = self._connection.execute(now).one_or_none()
        last = None if current is None or current.deleted else current.body
        afters = [*(row.before for row in rows[1:]), last]
        found = [
            Revision(
                row.revision,
                row.at,
                row.actor,
                row.role,
                row.change,
                row.origin,
                row.contact,
                _record(kind, row.before),
                _record(kind, after),
            )
            for row, after in zip(rows, afters, strict=True)
        ]
        return tuple(reversed(found))

    def add(
        self, kind: Kind, lines: Iterable[Line], *, revision: int, at: datetime, actor: str, role: str, origin: str
    ) -> None:
        """Write lines of one commit. A record has one line per commit, the first, whose `before` is the oldest."""
        rows = []
        for line in lines:
            if (kind, line.id) not in self._written:
                self._written.add((kind, line.id))
                rows.append({"id": line.id, "change": line.change, "before": line.before, "contact": line.contact})
        shared = {"kind": kind.value, "revision": revision, "at": at, "actor": actor, "role": role, "origin": origin}
        if rows:
            self._connection.execute(insert(history), [{**shared, **row} for row in rows])

    def erase(self, kind: Kind, ids: Sequence[str]) -> None:
        """Forget what these records said, and their contacts; that they changed stays."""
        for start in range(0, len(ids), CHUNK):
            chunk = list(ids[start : start + CHUNK])
            mine = (history.c.kind == kind.value) & history.c.id.in_(chunk)
            self._connection.execute(update(history).where(mine).values(before=None))
            for table in (past_contacts, said):
                theirs = (table.c.kind == kind.value) & table.c.id.in_(chunk)
                self._connection.execute(delete(table).where(theirs))

    def keep_contacts(self, kind: Kind, origin: str, contacts: dict[str, Contact]) -> None:
        """Remember contacts that an import replaces, an empty one where there was none."""
        rows = [
            {"origin": origin, "kind": kind.value, "id": id, "person": c.person, "phone": c.phone, "email": c.email}
            for id, c in contacts.items()
        ]
        if rows:
            self._connection.execute(insert(past_contacts), rows)

    def forget_contact(self, kind: Kind, id: str) -> None:
        """Erase a record's earlier contacts."""
        mine = (past_contacts.c.kind == kind.value) & (past_contacts.c.id == id)
        self._connection.execute(delete(past_contacts).where(mine))

    def by_import(self, kind: Kind, origin: str) -> tuple[tuple[str, int, str | None], ...]:
        """(id, revision, the body before) of every record that this import made or changed, in id order."""
        query = select(history.c.id, history.c.revision, history.c.before).where(
            history.c.kind == kind.value, history.c.origin == origin, history.c.change.in_(("created", "updated"))
        )
        rows = self._connection.execute(query).all()
        return tuple(sorted((row.id, row.revision, row.before) for row in rows))

    def imported(self, kind: Kind, ids: Sequence[str]) -> dict[str, str]:
        """Id → the body that the record's last list had; only for records that are something else now."""
        found: dict[str, str] = {}
        told: dict[str, str] = {}
        for start in range(0, len(ids), CHUNK):
            chunk = list(ids[start : start + CHUNK])
            query = select(history.c.id, history.c.revision, history.c.origin, history.c.before).where(
                history.c.kind == kind.value, history.c.id.in_(chunk)
            )
            lines = sorted(self._connection.execute(query).all(), key=lambda row: (row.id, row.revision))
            for line, later in pairwise(lines):
                if line.origin and line.id == later.id and later.before:
                    found[line.id] = later.before
            for last in {line.id: line for line in lines}.values():
                if last.origin:
                    found.pop(last.id, None)  # nothing happened after its last import
            rows = self._connection.execute(select(said).where(said.c.kind == kind.value, said.c.id.in_(chunk)))
            told.update({row.id: row.body for row in rows})
        return found | told

    def say(self, kind: Kind, origin: str, ids: Sequence[str], bodies: Mapping[str, str]) -> None:
        """Remember what a list said of those of these records that were filed otherwise."""
        for start in range(0, len(ids), CHUNK):
            chunk = list(ids[start : start + CHUNK])
            self._connection.execute(delete(said).where(said.c.kind == kind.value, said.c.id.in_(chunk)))
        rows = [{"kind": kind.value, "id": id, "origin": origin, "body": body} for id, body in bodies.items()]
        if rows:
            self._connection.execute(insert(said), rows)

    def unsay(self, origin: str) -> None:
        """Forget what an import's list said: it is undone."""
        self._connection.execute(delete(said).where(said.c.origin == origin))

    def replaced_contacts(self, kind: Kind, origin: str) -> dict[str, Contact]:
        """Id → the contact that this import replaced."""
        query = select(past_contacts).where(past_contacts.c.kind == kind.value, past_contacts.c.origin == origin)
        return {row.id: Contact(row.person, row.phone, row.email) for row in self._connection.execute(query)}


def _record(kind: Kind, body: str | None) -> Record | None:
    return from_json(kind, body) if body else None
