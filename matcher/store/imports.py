"""Imports as things of their own: what was uploaded, how far it got, what became of each row, and undoing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import Row, delete, func, insert, select, update

from matcher.errors import Conflict, NotFound
from matcher.store.codec import checked, storable
from matcher.store.import_tables import header_mappings, import_rows, imports
from matcher.store.snapshot import Snapshot
from matcher.store.values import Actor
from matcher.store.writer import Writer

State = Literal["reading", "previewed", "committing", "committed", "undone", "failed", "cancelled"]

STATE_NAMES: Mapping[State, str] = {
    "reading": "正在读取",
    "previewed": "待确认",
    "committing": "正在入库",
    "committed": "已入库",
    "undone": "已撤销",
    "failed": "未能读取",
    "cancelled": "已取消",
}

NEXT: Mapping[State, frozenset[State]] = {
    "reading": frozenset({"previewed", "failed", "cancelled"}),
    "previewed": frozenset({"reading", "committing", "cancelled"}),
    "committing": frozenset({"committed", "previewed", "cancelled"}),
    "committed": frozenset({"undone"}),
    "undone": frozenset(),
    "failed": frozenset(),
    "cancelled": frozenset(),
}
"""State → the states an import may go to from there."""

UNFINISHED: Mapping[State, tuple[State, str]] = {
    "reading": ("failed", "读取时服务中断，没有入库；请重新上传。"),
    "committing": ("previewed", "入库时服务中断，没有写入任何数据；可以再次确认入库。"),
}
"""What a restart makes of an import that was being worked on, and what it says."""


@dataclass(frozen=True, slots=True)
class Import:
    """One uploaded file. `counts` names how many rows of each verdict and records of each change there were."""

    id: str
    file: str
    sha256: str
    size: int
    kind: str
    mode: str
    state: State
    actor: str
    role: str
    created_at: datetime
    updated_at: datetime
    counts: Mapping[str, int]
    message: str


@dataclass(frozen=True, slots=True)
class ImportRow:
    """What became of one row of a committed import. `codes` are those of its problems."""

    sheet: str
    row: int
    verdict: str
    kind: str = ""
    id: str = ""
    change: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HeaderMapping:
    """What staff confirmed about the headers of one form: the form's wording → field."""

    fingerprint: str
    fields: Mapping[str, str]
    file: str
    actor: str
    at: datetime


class ImportsRead:
    """What a snapshot tells about imports."""

    def __init__(self, seen: Snapshot) -> None:
        self._connection = seen._connection

    def get(self, id: str) -> Import:
        """NotFound."""
        query = select(imports).where(imports.c.id == id)
        row = self._connection.execute(query).one_or_none() if storable(id) else None
        if row is None:
            raise NotFound(f"没有编号为“{id[:40]}”的导入。", id=id)
        return _import(row)

    def page(self, *, limit: int = 50, offset: int = 0) -> tuple[tuple[Import, ...], int]:
        """(imports, how many there are), the newest first."""
        total = self._connection.execute(select(func.count()).select_from(imports)).scalar_one()
        query = select(imports).order_by(imports.c.number.desc()).limit(limit).offset(offset)
        return tuple(_import(row) for row in self._connection.execute(query)), total

    def committed(self, sha256: str) -> Import | None:
        """The last import of the same bytes that is in effect."""
        query = select(imports).where(imports.c.sha256 == sha256, imports.c.state == "committed")
        row = self._connection.execute(query.order_by(imports.c.number.desc()).limit(1)).one_or_none()
        return _import(row) if row else None

    def rows(self, id: str) -> tuple[ImportRow, ...]:
        """What became of each row; () before the commit."""
        query = select(import_rows).where(import_rows.c.import_id == id).order_by(import_rows.c.n)
        return tuple(
            ImportRow(r.sheet, r.row, r.verdict, r.kind, r.id, r.change, tuple(filter(None, r.codes.split(" "))))
            for r in self._connection.execute(query)
        )

    def mappings(self) -> dict[str, HeaderMapping]:
        """Fingerprint → what was confirmed."""
        return {
            row.fingerprint: HeaderMapping(row.fingerprint, orjson.loads(row.fields), row.file, row.actor, row.at)
            for row in self._connection.execute(select(header_mappings))
        }

    def allowed(self, id: str, to: State) -> Import:
        """The import, if it may go to that state. Conflict, NotFound."""
        now = self.get(id)
        if to not in NEXT[now.state]:
            raise Conflict(
                f"这次导入{STATE_NAMES[now.state]}，不能改为“{STATE_NAMES[to]}”。", id=id, state=now.state, to=to
            )
        return now


class Imports(ImportsRead):
    """The same inside a writing transaction, with what changes them."""

    def __init__(self, writer: Writer, *, now: datetime, actor: Actor) -> None:
        super().__init__(writer)
        self._writer, self._now, self._actor = writer, now, actor

    def create(self, file: str, sha256: str, size: int, *, kind: str, mode: str, state: State = "reading") -> Import:
        """A new import under the next number."""
        number = (self._connection.execute(select(func.max(imports.c.number))).scalar_one_or_none() or 0) + 1
        made = Import(
            id=f"I-{number:06d}",
            file=checked(file),
            sha256=sha256,
            size=size,
            kind=kind,
            mode=mode,
            state=state,
            actor=self._actor.name,
            role=self._actor.role,
            created_at=self._now,
            updated_at=self._now,
            counts={},
            message="",
        )
        row = {name: getattr(made, name) for name in Import.__dataclass_fields__} | {"counts": "{}", "number": number}
        self._connection.execute(insert(imports).values(row))
        self._writer.audit("import.upload", f"import:{made.id}")
        return made

    def move(
        self,
        id: str,
        to: State,
        *,
        counts: Mapping[str, int] | None = None,
        message: str = "",
        kind: str | None = None,
        mode: str | None = None,
    ) -> Import:
        """Bring an import to its next state. Conflict when that is not a next one; NotFound."""
        now = self.allowed(id, to)
        moved = replace(
            now,
            state=to,
            counts=now.counts if counts is None else counts,
            message=checked(message),
            kind=now.kind if kind is None else kind,
            mode=now.mode if mode is None else mode,
            updated_at=self._now,
        )
        values: dict[str, Any] = {
            "state": to,
            "counts": orjson.dumps(dict(moved.counts)).decode(),
            "message": moved.message,
            "kind": moved.kind,
            "mode": moved.mode,
            "updated_at": self._now,
        }
        self._connection.execute(update(imports).where(imports.c.id == id).values(values))
        return moved

    def add_rows(self, id: str, start: int, rows: Sequence[ImportRow]) -> None:
        """What became of rows, numbered from `start`."""
        values = [
            {
                "import_id": id,
                "n": n,
                "sheet": checked(row.sheet),
                "row": row.row,
                "verdict": row.verdict,
                "kind": row.kind,
                "id": row.id,
                "change": row.change,
                "codes": " ".join(row.codes),
            }
            for n, row in enumerate(rows, start)
        ]
        if values:
            self._connection.execute(insert(import_rows), values)

    def settle(self) -> tuple[Import, ...]:
        """After a restart: imports that were being worked on, brought to where they now stand."""
        query = select(imports.c.id, imports.c.state).where(imports.c.state.in_(list(UNFINISHED)))
        found = self._connection.execute(query.order_by(imports.c.number)).all()
        return tuple(self.move(row.id, to, message=says) for row in found for to, says in [UNFINISHED[row.state]])

    def confirm(self, fingerprint: str, fields: Mapping[str, str], file: str) -> None:
        """Remember what the wordings of a form mean, in place of what was remembered before."""
        self._connection.execute(delete(header_mappings).where(header_mappings.c.fingerprint == fingerprint))
        body = orjson.dumps({checked(label): checked(field) for label, field in fields.items()}).decode()
        values = {"fingerprint": checked(fingerprint), "fields": body, "file": checked(file)}
        self._connection.execute(insert(header_mappings).values(**values, actor=self._actor.name, at=self._now))
        self._writer.audit("import.headers", f"form:{fingerprint}")


def _import(row: Row[Any]) -> Import:
    values = {name: row._mapping[name] for name in Import.__dataclass_fields__}
    return Import(**{**values, "counts": orjson.loads(values["counts"])})
