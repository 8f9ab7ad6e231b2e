"""Every file of records that leaves the system has a number, printed in it and kept here with who and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select

from matcher.errors import InvalidInput
from matcher.store.access_tables import exports
from matcher.store.codec import checked
from matcher.store.database import Database
from matcher.store.writer import Writer


@dataclass(frozen=True, slots=True)
class Export:
    """One file that was handed out. `what` says in Chinese what is in it; `rows` counts its records."""

    number: int
    at: datetime
    actor: str
    role: str
    what: str
    rows: int
    contacts: bool
    reason: str

    @property
    def label(self) -> str:
        """The number as it is printed in the file: 导出-000042."""
        return label(self.number)


def label(number: int) -> str:
    """An export's number as people write it."""
    return f"导出-{number:06d}"


def record_export(writer: Writer, what: str, rows: int, *, contacts: bool = False, reason: str = "") -> str:
    """Number an export, in the transaction of `store.writing(actor)`; the label to print in the file comes back.

    InvalidInput when contacts leave without a reason.
    """
    if contacts and not reason.strip():
        raise InvalidInput("导出联系方式必须写明用途。", field="reason")
    number = (writer.connection.execute(select(func.max(exports.c.number))).scalar_one() or 0) + 1
    values = {"what": checked(what), "rows": rows, "contacts": contacts, "reason": checked(reason).strip()}
    who = {"actor": writer.actor.name, "role": writer.actor.role}
    writer.connection.execute(insert(exports).values(number=number, at=writer.now, **who, **values))
    detail = f"{what} rows={rows}" + (" contacts" if contacts else "")
    writer.audit("export", f"export:{number}", reason=reason.strip(), detail=detail)
    return label(number)


class Exports:
    """What was handed out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, *, offset: int = 0, limit: int = 50) -> tuple[tuple[Export, ...], int]:
        """Exports, the newest first, and how many there are."""
        with self._database.reading() as connection:
            total = connection.execute(select(func.count()).select_from(exports)).scalar_one()
            query = select(exports).order_by(exports.c.number.desc()).offset(offset).limit(limit)
            return tuple(Export(**row._mapping) for row in connection.execute(query)), total
