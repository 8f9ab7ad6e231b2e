"""Writing: one transaction, one revision, one actor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from matcher.errors import Conflict
from matcher.model import Contact, Kind, Record
from matcher.profile import MERGED
from matcher.store import schema
from matcher.store.chain import append
from matcher.store.codec import KIND_NAMES, check_contact, checked, to_row
from matcher.store.history import Line
from matcher.store.repeat_tables import merged_into
from matcher.store.snapshot import KEPT, Snapshot, chunks
from matcher.store.values import SYSTEM, Actor, Change, Saved

LETTERS = {Kind.DEMAND: "D", Kind.SOLUTION: "S"}
"""The first letter of the numbers given to records that come without an id."""

_BLANK = dict.fromkeys(("status", "batch", "source", "region", "industries", "title", "owner", "words", "body"), "")


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the database has under an id: a record or the tombstone of one."""

    body: str
    deleted: bool
    created_at: datetime


class Writer(Snapshot):
    """What `Store.writing()` gives; good inside its block only. It reads its own writes."""

    def __init__(self, connection: Connection, now: datetime, actor: Actor = SYSTEM, origin: str = "") -> None:
        """`origin` is the import that the changes belong to, "" for none."""
        super().__init__(connection)
        self._now, self._actor, self._origin = now, actor, origin
        self._new_revision = 0

    def add(self, record: Record) -> Record:
        """File a new record; an empty id gets the next number. Returns it as filed. Conflict when the id exists."""
        if record.id and self.get_many(record.kind, [record.id]):
            raise Conflict(
                f"编号为“{record.id}”的{KIND_NAMES[record.kind]}已经存在；要修改它请用更新，要新增请换一个编号。",
                kind=record.kind.value,
                id=record.id,
            )
        record = self._numbered([record])[0]
        self.put(record)
        return record

    def put(self, record: Record) -> Change:
        """File or replace one record. See `Store.put`."""
        record = self._numbered([record])[0]
        (change,) = self.file(record.kind, [record])
        if change != "unchanged":
            self.audit({"created": "create", "updated": "update"}[change], f"{record.kind.value}:{record.id}")
        return change

    def put_many(self, records: Iterable[Record]) -> Saved:
        """File or replace many. See `Store.put_many`."""
        numbered = self._numbered(list(records))
        changes: Counter[Change] = Counter()
        for kind in Kind:
            own = [record for record in numbered if record.kind is kind]
            done = Counter(self.file(kind, own))
            if done["created"] or done["updated"]:
                self.audit("import", kind.value, detail=" ".join(f"{name}={done[name]}" for name in sorted(done)))
            changes += done
        return Saved(
            ids=tuple(record.id for record in numbered),
            created=changes["created"],
            updated=changes["updated"],
            unchanged=changes["unchanged"],
        )

    def remove(self, kind: Kind, id: str) -> None:
        """Erase the record and its contact; a tombstone keeps the id and the revision. NotFound."""
        self.get(kind, id)
        table = schema.RECORDS[kind]
        erased = {**_BLANK, "deleted": True, "revision": self._change(), "updated_at": self._now}
        self._connection.execute(update(table).where(table.c.id == id).values(erased))
        self._save_contacts(kind, {id: Contact()})
        self._log(kind, [Line(id, "removed", None)])
        self.past.erase(kind, [id])
        self.audit("remove", f"{kind.value}:{id}")

    def remove_many(self, kind: Kind, ids: Sequence[str]) -> None:
        """Erase records and their contacts, as `remove` does; ids that nobody has are passed over. No audit line."""
        table = schema.RECORDS[kind]
        gone = [id for id, old in self._stored(kind, ids).items() if not old.deleted]
        for chunk in chunks(gone):
            erased = {**_BLANK, "deleted": True, "revision": self._change(), "updated_at": self._now}
            self._connection.execute(update(table).where(table.c.id.in_(chunk)).values(erased))
        self._save_contacts(kind, dict.fromkeys(gone, Contact()))
        self._log(kind, [Line(id, "removed", None) for id in gone])
        self.past.erase(kind, gone)

    def restore(self, kind: Kind, records: Sequence[Record], *, forget: Set[str] = frozenset()) -> None:
        """File records as they were; those in `forget` lose the contact they have now. No audit line."""
        self._save_contacts(kind, dict.fromkeys(forget, Contact()))
        self.file(kind, records)

    def touch(self, kind: Kind, id: str) -> None:
        """Make the index read the record anew: something it is matched by changed elsewhere. NotFound."""
        self.get(kind, id)
        table = schema.RECORDS[kind]
        self._connection.execute(update(table).where(table.c.id == id).values(revision=self._change()))

    def forget_contact(self, kind: Kind, id: str) -> None:
        """Erase the personal data of one record and keep the record. NotFound."""
        self.get(kind, id)
        self._save_contacts(kind, {id: Contact()})
        self.past.forget_contact(kind, id)
        self.audit("forget_contact", f"{kind.value}:{id}")

    @property
    def now(self) -> datetime:
        """The time of this transaction."""
        return self._now

    @property
    def actor(self) -> Actor:
        """Who does it."""
        return self._actor

    def next_id(self, kind: Kind) -> str:
        """A number nobody has and nobody else will get once this is committed: D-000001, S-000001."""
        return self._next_ids(kind, 1, frozenset())[0]

    def remember(self, key: str, principal: str, body_hash: str, response: str) -> None:
        """Keep a response under its idempotency key, and let go of those over a day old."""
        table = schema.idempotency
        checked(key + principal + response)
        same = (table.c.key == key) & (table.c.principal == principal)
        self._connection.execute(delete(table).where(same | (table.c.created_at <= self._now - KEPT)))
        row = {"key": key, "principal": principal, "body_hash": body_hash, "response": response}
        self._connection.execute(insert(table).values(created_at=self._now, **row))

    def audit(self, action: str, object: str, *, result: str = "ok", detail: str = "", reason: str = "") -> None:
        """One line in the audit table, in this commit. `reason` is what a person gave; no personal data, please."""
        checked(object + detail + reason)
        who = {"at": self._now, "actor": self._actor.name, "role": self._actor.role, "source": self._actor.source}
        what = {"action": action, "object": object, "result": result, "reason": reason, "detail": detail}
        append(self._connection, {**who, **what})

    def _change(self) -> int:
        """The revision of this transaction, counted up at its first change."""
        if not self._new_revision:
            table = schema.revision
            self._connection.execute(update(table).values(value=table.c.value + 1))
            self._new_revision = self.revision
        return self._new_revision

    def file(self, kind: Kind, records: Sequence[Record]) -> list[Change]:
        """Store records of one kind; one change per record, in order. A repeated id is stored as its last record.

        All have ids. Writes no audit line: whoever files a whole batch writes one for it.
        """
        changes: list[Change] = []
        lines: list[Line] = []
        replaced: dict[str, Contact] = {}
        stored = self._stored(kind, [record.id for record in records])
        contacts = self.contacts(kind, [record.id for record in records])
        merged = merged_into(self._connection, kind, [record.id for record in records])
        known = set(stored)
        inserts: dict[str, dict[str, Any]] = {}
        updates: dict[str, dict[str, Any]] = {}
        new_contacts: dict[str, Contact] = {}
        for record in records:
            if record.id in merged:  # filed again from its source, it stays what it was decided to be
                record = replace(record, status=MERGED)
            row, contact = to_row(record), check_contact(record.contact)
            id, old = record.id, stored.get(record.id)
            fresh = old is None or old.deleted
            tells = contact not in (Contact(), contacts.get(id))
            if old is not None and not fresh and row["body"] == old.body and not tells:
                changes.append("unchanged")
                continue
            created_at = self._now if old is None or old.deleted else old.created_at
            row |= {"revision": self._change(), "created_at": created_at, "updated_at": self._now}
            (updates if id in known else inserts)[id] = row
            stored[id] = _Stored(row["body"], False, created_at)
            if tells:
                if not fresh:
                    replaced.setdefault(id, contacts.get(id, Contact()))
                new_contacts[id] = contacts[id] = contact
            change: Change = "created" if fresh else "updated"
            lines.append(Line(id, change, None if fresh or old is None else old.body, tells))
            changes.append(change)
        self._write(kind, list(inserts.values()), list(updates.values()))
        self._save_contacts(kind, new_contacts)
        self._log(kind, lines)
        if self._origin:
            self.past.keep_contacts(kind, self._origin, replaced)
        return changes

    def _log(self, kind: Kind, lines: Sequence[Line]) -> None:
        if lines:
            who = {"actor": self._actor.name, "role": self._actor.role}
            self.past.add(kind, lines, revision=self._change(), at=self._now, origin=self._origin, **who)

    def _stored(self, kind: Kind, ids: Sequence[str]) -> dict[str, _Stored]:
        table, found = schema.RECORDS[kind], {}
        for chunk in chunks(ids):
            query = select(table.c.id, table.c.body, table.c.deleted, table.c.created_at).where(table.c.id.in_(chunk))
            found.update({r.id: _Stored(r.body, r.deleted, r.created_at) for r in self._connection.execute(query)})
        return found

    def _write(self, kind: Kind, inserts: list[dict[str, Any]], updates: list[dict[str, Any]]) -> None:
        table = schema.RECORDS[kind]
        if inserts:
            self._connection.execute(insert(table), inserts)
        if updates:
            columns = [column.name for column in table.columns if column.name != "id"]
            statement = update(table).where(table.c.id == bindparam("this")).values({c: bindparam(c) for c in columns})
            self._connection.execute(statement, [{**row, "this": row.pop("id")} for row in updates])

    def _save_contacts(self, kind: Kind, contacts: dict[str, Contact]) -> None:
        """Replace what is stored for these ids; an empty contact leaves nothing stored."""
        table = schema.contacts
        for chunk in chunks(list(contacts)):
            self._connection.execute(delete(table).where(table.c.kind == kind.value, table.c.id.in_(chunk)))
        rows = [
            {"kind": kind.value, "id": id, "person": c.person, "phone": c.phone, "email": c.email}
            for id, c in contacts.items()
            if c != Contact()
        ]
        if rows:
            self._connection.execute(insert(table), rows)

    def _numbered(self, records: list[Record]) -> list[Record]:
        """The same records, numbers given to those without an id; never a number another one of them brings."""
        for kind in Kind:
            places = [n for n, record in enumerate(records) if record.kind is kind and not record.id]
            if places:
                brought = frozenset(record.id for record in records if record.kind is kind)
                for n, id in zip(places, self._next_ids(kind, len(places), brought), strict=True):
                    records[n] = replace(records[n], id=id)
        return records

    def _next_ids(self, kind: Kind, count: int, avoid: frozenset[str]) -> list[str]:
        table = schema.numbering
        last = self._connection.execute(select(table.c.last).where(table.c.kind == kind.value)).scalar_one_or_none()
        if last is None:
            self._connection.execute(insert(table).values(kind=kind.value, last=0))
        number, free = last or 0, list[str]()
        while len(free) < count:
            tried = [f"{LETTERS[kind]}-{n:06d}" for n in range(number + 1, number + 501)]
            taken = avoid | self._stored(kind, tried).keys()
            for id in tried:
                if len(free) == count:
                    break
                number += 1
                if id not in taken:
                    free.append(id)
        self._connection.execute(update(table).where(table.c.kind == kind.value).values(last=number))
        return free
