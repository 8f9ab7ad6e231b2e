"""The store as everybody else sees it: open it, read from a snapshot, write in a transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType

from matcher.model import Contact, Kind, Record
from matcher.store.accounts import Accounts
from matcher.store.chain import Anchor, Verdict, last_line, verify
from matcher.store.database import Database, open_database
from matcher.store.exports import Exports
from matcher.store.history import Revision
from matcher.store.imports import Imports, ImportsRead
from matcher.store.keys import Keys
from matcher.store.sessions import Sessions
from matcher.store.snapshot import Snapshot
from matcher.store.undo import Undone, undo
from matcher.store.values import SYSTEM, Actor, AuditLine, Change, Changes, Page, Saved, utc_now
from matcher.store.words import Words
from matcher.store.writer import Writer


class Store:
    """Records, keys and audit behind one URL. Safe to call from many threads.

    Each method is one transaction: it returns after its commit, and raises having changed nothing. For several writes
    in one commit use `writing()`, for several reads of one state `read_snapshot()`.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._database, self._clock = database, clock
        self._state = object()
        self._known: tuple[object, int] = (None, 0)
        self.keys = Keys(database)
        self.words = Words(database, clock)
        self.accounts = Accounts(database)
        self.sessions = Sessions(database)
        self.exports = Exports(database)

    @classmethod
    def open(cls, url: str, *, write: bool, clock: Callable[[], datetime] = utc_now) -> Store:
        """The store at `sqlite:///PATH` or `postgresql+psycopg://…`.

        `write=True` creates what is missing and applies new migrations; on SQLite it takes the writer lock and raises
        Unavailable while another process (or another Store of this one) holds it. `write=False` reads only: it raises
        Unavailable when there is no database yet or its schema is not this version's. InvalidInput for a URL that
        names no known backend.
        """
        return cls(open_database(url, write=write, clock=clock), clock)

    def close(self) -> None:
        """Finish: checkpoint, release the writer lock. Calling it twice is harmless."""
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # ── transactions ────────────────────────────────────────────────────────────────────────────────────────────
    @contextmanager
    def read_snapshot(self) -> Iterator[Snapshot]:
        """One state of the database for as long as the block lasts, whatever is committed meanwhile."""
        with self._database.reading() as connection:
            yield Snapshot(connection)

    @contextmanager
    def writing(self, actor: Actor = SYSTEM, origin: str = "") -> Iterator[Writer]:
        """All writes of the block in one commit, under one revision; an exception leaves nothing.

        `origin` is the import they belong to; the history names it.

        Unavailable when the store was opened for reading, when other writers keep it busy, or when the disk is full.
        """
        try:
            with self._database.writing() as connection:
                yield Writer(connection, self._clock(), actor, origin)
        finally:
            self._state = object()  # another one, after the commit and before anybody is told of it

    # ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────
    def revision(self) -> int:
        """The number of committed transactions that changed a record; 0 for a fresh store."""
        with self.read_snapshot() as snapshot:
            return snapshot.revision

    def known_revision(self) -> int:
        """The same without reading the database where this object alone can write to it: asked at every match."""
        if not self._database.alone:
            return self.revision()
        state, known = self._state, self._known
        if known[0] is not state:
            known = self._known = (state, self.revision())  # one tuple, so no thread sees half of it
        return known[1]

    def get(self, kind: Kind, id: str, *, owner: str = "") -> Record:
        """The record, without its contact. NotFound; with an `owner`, for everybody else's records too."""
        with self.read_snapshot() as snapshot:
            return snapshot.get(kind, id, owner=owner)

    def leads_to(self, kind: Kind, id: str) -> str:
        """The id of the record that this id was merged into; the id itself when it was not."""
        with self.read_snapshot() as snapshot:
            return snapshot.leads_to(kind, id)

    def get_many(self, kind: Kind, ids: Sequence[str]) -> dict[str, Record]:
        """Id → record, in the order asked; unknown and removed ids are left out."""
        with self.read_snapshot() as snapshot:
            return snapshot.get_many(kind, ids)

    def count(self, kind: Kind) -> int:
        """How many records stand on this shelf; removed ones do not count."""
        with self.read_snapshot() as snapshot:
            return snapshot.count(kind)

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
        """Records in id order. Empty filters do not filter.

        `text` is looked for in id, title, owner and description (letter case and full width do not matter); `region`
        inside the record's region; `industry`, `status` and `batch` must be equal; `owner` (organisation or vendor)
        may be written otherwise, or as a confirmed variant.
        `after` starts behind that id.
        """
        with self.read_snapshot() as snapshot:
            return snapshot.page(
                kind,
                text=text,
                industry=industry,
                region=region,
                status=status,
                batch=batch,
                owner=owner,
                after=after,
                offset=offset,
                limit=limit,
            )

    def history(self, kind: Kind, id: str) -> tuple[Revision, ...]:
        """Every change of a record, the newest first. NotFound for an id nobody ever had."""
        with self.read_snapshot() as snapshot:
            return snapshot.history(kind, id)

    def contact(self, kind: Kind, id: str) -> Contact:
        """Personal data of one record, empty when none was given. NotFound for an unknown record."""
        with self.read_snapshot() as snapshot:
            return snapshot.contact(kind, id)

    def changes_since(self, kind: Kind, revision: int) -> Changes:
        """What changed after `revision`, and the revision this brings the caller to."""
        with self.read_snapshot() as snapshot:
            return snapshot.changes_since(kind, revision)

    def audit_lines(self, *, limit: int = 100, before: int | None = None) -> tuple[AuditLine, ...]:
        """The newest audit lines first; `before` continues below that `seq`."""
        with self.read_snapshot() as snapshot:
            return snapshot.audit_lines(limit=limit, before=before)

    def recall(self, key: str, principal: str, body_hash: str) -> str | None:
        """The response remembered for this idempotency key, None when there is none (or it is over a day old).

        IdempotencyMismatch when the key was used for another body.
        """
        with self.read_snapshot() as snapshot:
            return snapshot.recall(key, principal, body_hash, self._clock())

    # ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────
    def add(self, record: Record, *, actor: Actor = SYSTEM) -> Record:
        """File a new record; an empty id gets the next number. Returns it as filed. Conflict when the id exists."""
        with self.writing(actor) as writer:
            return writer.add(record)

    def put(self, record: Record, *, actor: Actor = SYSTEM) -> Change:
        """File or replace. "unchanged" costs no revision and no audit line. An empty contact keeps the stored one."""
        with self.writing(actor) as writer:
            return writer.put(record)

    def put_many(self, records: Iterable[Record], *, actor: Actor = SYSTEM) -> Saved:
        """`put` for many, both kinds mixed if need be, in one commit: all or nothing. Empty ids get numbers."""
        with self.writing(actor) as writer:
            return writer.put_many(records)

    def remove(self, kind: Kind, id: str, *, actor: Actor = SYSTEM) -> None:
        """Erase the record and its contact; a tombstone keeps the id and the revision. NotFound."""
        with self.writing(actor) as writer:
            writer.remove(kind, id)

    def forget_contact(self, kind: Kind, id: str, *, actor: Actor = SYSTEM) -> None:
        """Erase the personal data of one record and keep the record. NotFound."""
        with self.writing(actor) as writer:
            writer.forget_contact(kind, id)

    def next_id(self, kind: Kind) -> str:
        """A number nobody has and nobody else will get: D-000001, S-000001."""
        with self.writing() as writer:
            return writer.next_id(kind)

    def remember(self, key: str, principal: str, body_hash: str, response: str) -> None:
        """Keep a response for a day under its idempotency key; use the Writer's to do it in the effect's commit."""
        with self.writing() as writer:
            writer.remember(key, principal, body_hash, response)

    def audit(
        self,
        action: str,
        object: str,
        *,
        actor: Actor = SYSTEM,
        result: str = "ok",
        detail: str = "",
        reason: str = "",
    ) -> None:
        """One audit line of its own, for an act that changes no record (an export, a look at a contact)."""
        with self.writing(actor) as writer:
            writer.audit(action, object, result=result, detail=detail, reason=reason)

    def audit_end(self) -> Anchor:
        """The last line of the audit, to be kept elsewhere."""
        with self._database.reading() as connection:
            return last_line(connection)

    def verify_audit(self, anchors: Sequence[Anchor] = ()) -> Verdict:
        """Compute the whole chain anew and hold it against the anchors kept elsewhere."""
        with self._database.reading() as connection:
            return verify(connection, anchors)

    # ── imports ─────────────────────────────────────────────────────────────────────────────────────────────────
    @contextmanager
    def importing(self, actor: Actor = SYSTEM, origin: str = "") -> Iterator[tuple[Writer, Imports]]:
        """`writing` with the imports of the same transaction."""
        with self.writing(actor, origin) as writer:
            yield writer, Imports(writer, now=self._clock(), actor=actor)

    @contextmanager
    def read_imports(self) -> Iterator[ImportsRead]:
        """What one snapshot tells about imports."""
        with self.read_snapshot() as snapshot:
            yield ImportsRead(snapshot)

    def undo_import(self, id: str, *, actor: Actor = SYSTEM, keep_edited: bool = False) -> Undone:
        """Bring back what was before a committed import, in one commit. NotFound; Conflict: see matcher.store.undo."""
        with self.importing(actor) as (writer, imports):
            before = imports.allowed(id, "undone")
            done = undo(writer, id, keep_edited=keep_edited)
            imports.move(id, "undone", counts={**before.counts, **done.counts})
            writer.audit("import.undo", f"import:{id}", detail=" ".join(f"{k}={v}" for k, v in done.counts.items()))
        return done

    # ── health ──────────────────────────────────────────────────────────────────────────────────────────────────
    def check(self) -> tuple[str, ...]:
        """Problems found in the whole database file, in Chinese; () when it is sound. Reads everything once."""
        return self._database.check()
