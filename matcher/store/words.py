"""The house's own words: changes are collected, published together as an edition, and taken back as a whole.

edit … edit → publish → edition, waiting → an index is built with it → live
                                         → the index is refused     → rejected, its changes wait again
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from matcher.errors import Conflict, NotFound
from matcher.overlay import Cells, Overlay
from matcher.store.codec import checked
from matcher.store.database import Database
from matcher.store.values import SYSTEM, Actor
from matcher.store.word_tables import word_editions, word_edits
from matcher.store.writer import Writer

State = Literal["waiting", "live", "rejected"]

Entry = Mapping[str, Cells | None] | None
"""What an overlay says of a row: {"row": cells}, {"row": None} for left out, None for nothing at all."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one row: `was` and `becomes` are the rows in force, None where there was or will be none.

    `edition` is 0 while it waits to be published. `back` says that the row goes back to what the product ships.
    """

    seq: int
    at: datetime
    actor: str
    role: str
    file: str
    key: str
    was: Cells | None
    becomes: Cells | None
    back: bool
    reason: str
    edition: int


@dataclass(frozen=True, slots=True)
class Edition:
    """Changes published together. `undoes` is the edition it takes back, or 0; `edits` counts its changes."""

    number: int
    at: datetime
    actor: str
    role: str
    note: str
    undoes: int
    state: State
    generation: str
    message: str
    edits: int = 0


class Words:
    """All changes ever made. Each method is one transaction."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    def edits(self, edition: int = 0) -> tuple[Edit, ...]:
        """The changes of an edition, or those that wait to be published, oldest first."""
        with self._database.reading() as connection:
            return tuple(map(_edit, _of(connection, edition)))

    def editions(self) -> tuple[Edition, ...]:
        """All editions, newest first."""
        counted = select(word_edits.c.edition, func.count().label("edits")).group_by(word_edits.c.edition).subquery()
        query = (
            select(word_editions, func.coalesce(counted.c.edits, 0).label("edits"))
            .outerjoin(counted, counted.c.edition == word_editions.c.number)
            .order_by(word_editions.c.number.desc())
        )
        with self._database.reading() as connection:
            return tuple(Edition(**row._mapping) for row in connection.execute(query))

    def overlay(self, *, pending: bool = False) -> Overlay:
        """What is published, numbered with its edition; with `pending`, also what waits to be."""
        with self._database.reading() as connection:
            return _overlay(connection, pending)

    def edit(
        self, file: str, key: str, becomes: Cells | None, *, was: Cells | None, reason: str = "", actor: Actor = SYSTEM
    ) -> Edit:
        """Note a change; it replaces one of the same row that waits. `was` is the row in force, for the difference."""
        with self._database.writing() as connection:
            before = _entry(_overlay(connection, pending=False), file, key)
            _drop(connection, file, key)
            values = {"file": checked(file), "key": checked(key), "was": _json(was), "reason": checked(reason)}
            seq = self._note(connection, actor, before=before, after={"row": becomes}, edition=0, **values)
            Writer(connection, self._clock(), actor).audit("words.edit", f"words:{file}", detail=checked(key))
            return _edit(connection.execute(select(word_edits).where(word_edits.c.seq == seq)).one())

    def withdraw(self, seq: int, *, actor: Actor = SYSTEM) -> None:
        """Drop a change that waits. NotFound when it does not, or not any more."""
        with self._database.writing() as connection:
            own = (word_edits.c.seq == seq) & (word_edits.c.edition == 0)
            row = connection.execute(select(word_edits).where(own)).one_or_none()
            if row is None:
                raise NotFound("这条改动已经发布或撤回了。", seq=seq)
            connection.execute(delete(word_edits).where(own))
            Writer(connection, self._clock(), actor).audit("words.withdraw", f"words:{row.file}", detail=row.key)

    def publish(self, *, note: str = "", actor: Actor = SYSTEM) -> Edition:
        """Everything that waits becomes the next edition, to be built. Conflict when nothing waits."""
        with self._database.writing() as connection:
            if not _of(connection, 0):
                raise Conflict("没有待发布的改动。")
            number = self._new_edition(connection, actor, note, undoes=0)
            connection.execute(update(word_edits).where(word_edits.c.edition == 0).values(edition=number))
        return self._edition(number)

    def undo(self, edition: int, *, note: str = "", actor: Actor = SYSTEM) -> Edition:
        """A new edition that takes an earlier one back. NotFound; Conflict where a row was changed again since."""
        with self._database.writing() as connection:
            state = select(word_editions.c.state).where(word_editions.c.number == edition)
            if connection.execute(state).scalar_one_or_none() != "live":
                raise NotFound(f"第 {edition} 版不存在或没有生效，不能撤销。", edition=edition)
            now = _overlay(connection, pending=True)
            rows = _of(connection, edition)
            for row in rows:
                if _entry(now, row.file, row.key) != _entry_of(row.after):
                    raise Conflict(f"“{row.key}”后来又改过，请先撤销后来的改动，或直接修改这一条。", key=row.key)
            number = self._new_edition(connection, actor, note, undoes=edition)
            for row in rows:
                self._note(
                    connection,
                    actor,
                    file=row.file,
                    key=row.key,
                    was=_json(_row_of(_entry_of(row.after))),
                    before=_entry_of(row.after),
                    after=_entry_of(row.before),
                    shown=orjson.loads(row.was),
                    reason=f"撤销第 {edition} 版",
                    edition=number,
                )
        return self._edition(number)

    def settle(self, edition: int, generation: str, message: str = "") -> None:
        """What became of a waiting edition: live in an index, or without one rejected: its changes wait again."""
        with self._database.writing() as connection:
            state = "live" if generation else "rejected"
            waiting = (word_editions.c.number <= edition) & (word_editions.c.state == "waiting")
            if not connection.execute(select(word_editions.c.number).where(waiting)).first():
                return
            numbers = [n for (n,) in connection.execute(select(word_editions.c.number).where(waiting))]
            values = {"state": state, "generation": generation, "message": checked(message)}
            connection.execute(update(word_editions).where(waiting).values(**values))
            if not generation:
                connection.execute(update(word_edits).where(word_edits.c.edition.in_(numbers)).values(edition=0))
            Writer(connection, self._clock(), SYSTEM).audit("words.settle", f"edition:{edition}", result=state)

    def _edition(self, number: int) -> Edition:
        return next(edition for edition in self.editions() if edition.number == number)

    def _new_edition(self, connection: Connection, actor: Actor, note: str, *, undoes: int) -> int:
        """Its number. Conflict while an edition waits for its index."""
        waiting = select(word_editions.c.number).where(word_editions.c.state == "waiting")
        if (busy := connection.execute(waiting).scalar()) is not None:
            raise Conflict(f"第 {busy} 版正在生效，请等它完成。", edition=busy)
        last = connection.execute(select(func.max(word_editions.c.number))).scalar()
        number, now = (last or 0) + 1, self._clock()
        values = {"note": checked(note), "undoes": undoes, "state": "waiting", "generation": "", "message": ""}
        row = {"number": number, "at": now, "actor": actor.name, "role": actor.role, **values}
        connection.execute(insert(word_editions).values(**row))
        action = "words.undo" if undoes else "words.publish"
        Writer(connection, now, actor).audit(action, f"edition:{number}", detail=f"undoes={undoes}" if undoes else "")
        return number

    def _note(
        self, connection: Connection, actor: Actor, *, before: Entry, after: Entry, shown: Any = None, **values: Any
    ) -> int:
        """File one change. `shown` is the row that a change back to what is shipped leads to."""
        kept = orjson.dumps(after if after is not None else {"shipped": shown}).decode()
        row = {"at": self._clock(), "actor": actor.name, "role": actor.role, "before": _json(before), "after": kept}
        done = connection.execute(insert(word_edits).values(**row, **values).returning(word_edits.c.seq))
        return int(done.scalar_one())


def _of(connection: Connection, edition: int) -> Sequence[Row[Any]]:
    query = select(word_edits).where(word_edits.c.edition == edition).order_by(word_edits.c.seq)
    return connection.execute(query).all()


def _drop(connection: Connection, file: str, key: str) -> None:
    same = (word_edits.c.file == file) & (word_edits.c.key == key) & (word_edits.c.edition == 0)
    connection.execute(delete(word_edits).where(same))


def _overlay(connection: Connection, pending: bool) -> Overlay:
    """The changes of all editions that were not rejected, in their order; the pending ones come last."""
    query = select(word_edits.c.file, word_edits.c.key, word_edits.c.after, word_edits.c.edition)
    rows = connection.execute(query.order_by(word_edits.c.edition, word_edits.c.seq)).all()
    rows = [row for row in rows if row.edition] + [row for row in rows if pending and not row.edition]
    tables: dict[str, dict[str, Cells | None]] = {}
    for row in rows:
        entry, own = _entry_of(row.after), tables.setdefault(row.file, {})
        own.pop(row.key, None)
        if entry is not None:
            own[row.key] = entry["row"]
    edition = max((row.edition for row in rows), default=0)
    return Overlay(edition, {file: own for file, own in tables.items() if own})


def _entry(overlay: Overlay, file: str, key: str) -> Entry:
    own = overlay.tables.get(file, {})
    return {"row": own[key]} if key in own else None


def _entry_of(text: str) -> Entry:
    """An overlay's entry as it was kept."""
    kept = orjson.loads(text)
    return kept if kept is not None and "row" in kept else None


def _row_of(entry: Entry) -> Cells | None:
    return entry["row"] if entry is not None else None


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _edit(row: Row[Any]) -> Edit:
    after = orjson.loads(row.after)
    back = "row" not in after
    return Edit(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        role=row.role,
        file=row.file,
        key=row.key,
        was=orjson.loads(row.was),
        becomes=after["shipped"] if back else after["row"],
        back=back,
        reason=row.reason,
        edition=row.edition,
    )
