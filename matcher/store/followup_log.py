"""What every change of the follow-up leaves behind: a line in the events, one in the audit table, and numbers."""

from __future__ import annotations

from datetime import date, timedelta, timezone

from sqlalchemy import insert, select, update

from matcher.engagement import EventKind
from matcher.errors import InvalidInput
from matcher.store import followup_tables as tables
from matcher.store import schema
from matcher.store.codec import checked
from matcher.store.writer import Writer

CHINA = timezone(timedelta(hours=8), "北京时间")
"""The day an office means by "today"."""

LONGEST = 2000
"""Letters of a note, a reason or a next step."""


def today(writer: Writer) -> date:
    """The day of this transaction in China."""
    return writer.now.astimezone(CHINA).date()


def said(text: str, name: str, *, needed: bool = False) -> str:
    """The text without space around it. InvalidInput when too long, unstorable, or missing where needed."""
    text = checked(text.strip())
    if len(text) > LONGEST:
        raise InvalidInput(f"{name}太长，最多 {LONGEST} 个字。")
    if needed and not text:
        raise InvalidInput(f"请填写{name}。")
    return text


def log(
    writer: Writer,
    kind: EventKind,
    subject: str,
    demand_id: str,
    *,
    start: str = "",
    to: str = "",
    says: str = "",
    on: date | None = None,
) -> None:
    """One event, and its line in the audit table without the words, which may name people.

    InvalidInput for a day in the future: what has not happened is a next step.
    """
    day = on or today(writer)
    if day > today(writer):
        raise InvalidInput("发生日期不能晚于今天；还没有发生的事请写在“下一步”里。", on=day.isoformat())
    row = {"subject": subject, "demand_id": demand_id, "kind": kind, "start": start, "arrived": to, "says": says}
    writer.connection.execute(
        insert(tables.events).values(at=writer.now, day=day.isoformat(), actor=checked(writer.actor.name), **row)
    )
    object = subject if subject.startswith("demand:") else f"engagement:{subject}"
    writer.audit(f"followup.{kind}", object, detail=f"{start}→{to}" if to and start else to)


def next_number(writer: Writer, kind: str, letter: str) -> str:
    """A number that nobody has and nobody else will get: E-000001."""
    table = schema.numbering
    last = writer.connection.execute(select(table.c.last).where(table.c.kind == kind)).scalar_one_or_none()
    if last is None:
        writer.connection.execute(insert(table).values(kind=kind, last=1))
    else:
        writer.connection.execute(update(table).where(table.c.kind == kind).values(last=last + 1))
    return f"{letter}-{(last or 0) + 1:06d}"
