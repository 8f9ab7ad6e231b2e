"""Reading: every answer of one snapshot comes from the same state of the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Connection, false, func, select

from matcher.errors import IdempotencyMismatch, InvalidInput, NotFound
from matcher.model import Contact, Kind, Record
from matcher.organizations import spelled
from matcher.store import schema
from matcher.store.codec import KIND_NAMES, checked, fold, from_json, owner_of, storable
from matcher.store.history import History, Revision
from matcher.store.owners import known_as, written_as
from matcher.store.proven import with_cases
from matcher.store.repeat_tables import leads_to
from matcher.store.values import AuditFilter, AuditLine, Changes, Page

CHUNK = 500
"""Ids per query, well under every database's limit of parameters."""

PAGE_LIMIT = 1000
TEXT_LIMIT = 200

KEPT = timedelta(days=1)
"""How long the response to an idempotent request is remembered."""


class Snapshot:
    """What `Store.read_snapshot()` gives; good inside its block only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.past = History(connection)

    @property
    def connection(self) -> Connection:
        """The connection of this block, for the store's other rooms."""
        return self._connection

    @property
    def revision(self) -> int:
        """The revision of the state seen."""
        return int(self._connection.execute(select(schema.revision.c.value)).scalar_one())

    def get(self, kind: Kind, id: str, *, owner: str = "") -> Record:
        """The record, without its contact. NotFound; with an `owner`, for everybody else's records too."""
        found = self.get_many(kind, [id]).get(id)
        if found is None or (owner and spelled(owner_of(found)) not in known_as(self._connection, owner)):
            raise missing(kind, id)
        return found

    def get_many(self, kind: Kind, ids: Sequence[str]) -> dict[str, Record]:
        """Id → record, in the order asked; unknown and removed ids are left out."""
        table, found = schema.RECORDS[kind], {}
        for chunk in chunks(ids):
            query = select(table.c.id, table.c.body).where(table.c.id.in_(chunk), table.c.deleted == false())
            found.update({row.id: row.body for row in self._connection.execute(query)})
        return {id: from_json(kind, found[id]) for id in ids if id in found}

    def indexed(self, kind: Kind, ids: Sequence[str]) -> dict[str, Record]:
        """The same as the index reads them: a solution's published cases stand with its own."""
        found = self.get_many(kind, ids)
        return dict(zip(found, with_cases(self._connection, kind, tuple(found.values())), strict=True))

    def leads_to(self, kind: Kind, id: str) -> str:
        """The id of the record that this id was merged into; the id itself when it was not."""
        return leads_to(self._connection, kind, id)

    def revisions(self, kind: Kind, ids: Sequence[str]) -> dict[str, int]:
        """Id → the revision of its last change; removed records have none."""
        table, found = schema.RECORDS[kind], dict[str, int]()
        for chunk in chunks(ids):
            query = select(table.c.id, table.c.revision).where(table.c.id.in_(chunk), table.c.deleted == false())
            found.update({row.id: row.revision for row in self._connection.execute(query)})
        return found

    def count(self, kind: Kind) -> int:
        """How many records stand on this shelf; removed ones do not count."""
        table = schema.RECORDS[kind]
        query = select(func.count()).select_from(table).where(table.c.deleted == false())
        return self._connection.execute(query).scalar_one()

    def records(self, kind: Kind) -> Iterator[tuple[Record, int]]:
        """Every record as the index reads it, with the revision of its last change, in id order, as consumed."""
        table = schema.RECORDS[kind]
        query = select(table.c.body, table.c.revision).where(table.c.deleted == false()).order_by(table.c.id)
        for rows in self._connection.execute(query, execution_options={"yield_per": CHUNK}).partitions():
            records = with_cases(self._connection, kind, [from_json(kind, row.body) for row in rows])
            yield from ((record, row.revision) for record, row in zip(records, rows, strict=True))

    def page(
        self,
        kind: Kind,
        *,
        text: str = "",
        industry: str = "",
        region: str = "",
        status: str = "",
        batch: str = "",
        owner: str = "",
        after: str = "",
        offset: int = 0,
        limit: int = 50,
    ) -> Page:
        """See `Store.page`. InvalidInput for a limit outside 1–1000, a negative offset, a text over 200 letters."""
        if not 1 <= limit <= PAGE_LIMIT or offset < 0:
            raise InvalidInput(f"每页条数应在 1 到 {PAGE_LIMIT} 之间，起始位置不能是负数。")
        if max(len(text), len(industry), len(region)) > TEXT_LIMIT:
            raise InvalidInput(f"筛选文字太长，最多 {TEXT_LIMIT} 个字。")
        checked("".join((text, industry, region, status, batch, owner, after)))
        table = schema.RECORDS[kind]
        kept = [table.c.deleted == false()]
        if text := fold(text):
            kept.append(table.c.words.contains(text, autoescape=True))
        if industry := fold(industry):
            kept.append(table.c.industries.contains(f"\n{industry}\n", autoescape=True))
        if region := fold(region):
            kept.append(table.c.region.contains(region, autoescape=True))
        if status:
            kept.append(table.c.status == status)
        if batch:
            kept.append(table.c.batch == batch)
        if owner:
            kept.append(table.c.owner.in_(written_as(self._connection, kind, owner)))
        total = self._connection.execute(select(func.count()).select_from(table).where(*kept)).scalar_one()
        query = select(table.c.body).where(*kept, table.c.id > after).order_by(table.c.id).limit(limit).offset(offset)
        items = tuple(from_json(kind, body) for body in self._connection.execute(query).scalars())
        return Page(items, total)

    def history(self, kind: Kind, id: str) -> tuple[Revision, ...]:
        """Every change of a record, the newest first. NotFound for an id nobody ever had."""
        found = self.past.of(kind, id) if storable(id) else ()
        if not found:
            self.get(kind, id)
        return found

    def contact(self, kind: Kind, id: str) -> Contact:
        """Personal data of one record, empty when none was given. NotFound for an unknown record."""
        self.get(kind, id)
        return self.contacts(kind, [id]).get(id, Contact())

    def contacts(self, kind: Kind, ids: Sequence[str]) -> dict[str, Contact]:
        """Id → contact, only for records that have one."""
        table, found = schema.contacts, {}
        for chunk in chunks(ids):
            query = select(table).where(table.c.kind == kind.value, table.c.id.in_(chunk))
            found.update({r.id: Contact(r.person, r.phone, r.email) for r in self._connection.execute(query)})
        return found

    def changes_since(self, kind: Kind, revision: int) -> Changes:
        """What changed after `revision`, as the index reads it, and the revision this brings the caller to."""
        table = schema.RECORDS[kind]
        query = select(table.c.id, table.c.deleted, table.c.body).where(table.c.revision > revision)
        # Sorted here: asked to sort, SQLite would walk all ids instead of the index of revisions.
        rows = sorted(self._connection.execute(query), key=lambda row: row.id)
        return Changes(
            revision=self.revision,
            upserts=with_cases(self._connection, kind, [from_json(kind, row.body) for row in rows if not row.deleted]),
            removed=tuple(row.id for row in rows if row.deleted),
        )

    def audit_lines(self, *, limit: int = 100, before: int | None = None) -> tuple[AuditLine, ...]:
        """The newest audit lines first; `before` continues below that `seq`."""
        table = schema.audit
        query = select(table).order_by(table.c.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(table.c.seq < before)
        return tuple(AuditLine(**row._mapping) for row in self._connection.execute(query))

    def audit_page(self, wanted: AuditFilter, *, offset: int = 0, limit: int = 50) -> tuple[tuple[AuditLine, ...], int]:
        """The lines that a filter leaves, the newest first, and how many there are altogether."""
        table, kept = schema.audit, []
        checked(wanted.actor + wanted.action + wanted.object)
        if wanted.actor:
            kept.append(table.c.actor == wanted.actor)
        if wanted.action:
            part = table.c.action.startswith(f"{wanted.action}.", autoescape=True)
            kept.append((table.c.action == wanted.action) | part)
        if wanted.object:
            kept.append(table.c.object.contains(wanted.object, autoescape=True))
        if wanted.since is not None:
            kept.append(table.c.at >= wanted.since)
        if wanted.until is not None:
            kept.append(table.c.at < wanted.until)
        total = self._connection.execute(select(func.count()).select_from(table).where(*kept)).scalar_one()
        query = select(table).where(*kept).order_by(table.c.seq.desc()).offset(offset).limit(limit)
        return tuple(AuditLine(**row._mapping) for row in self._connection.execute(query)), total

    def recall(self, key: str, principal: str, body_hash: str, now: datetime) -> str | None:
        """The response remembered for this key, None when none is or it is over a day old. See `Store.recall`."""
        table = schema.idempotency
        checked(key + principal)
        query = select(table.c.body_hash, table.c.response).where(
            table.c.key == key, table.c.principal == principal, table.c.created_at > now - KEPT
        )
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        if row.body_hash != body_hash:
            raise IdempotencyMismatch("这个 Idempotency-Key 已用于另一份内容；新的请求请换一个新的值。")
        return str(row.response)


def missing(kind: Kind, id: str) -> NotFound:
    """The error for an id nobody has."""
    return NotFound(f"没有编号为“{id}”的{KIND_NAMES[kind]}，可能已被删除。", kind=kind.value, id=id)


def chunks(ids: Sequence[str]) -> Iterator[list[str]]:
    """The distinct ids, CHUNK at a time, without those that no record can have."""
    rest = filter(storable, dict.fromkeys(ids))
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
