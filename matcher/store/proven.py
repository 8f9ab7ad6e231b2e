"""A solution's published cases, joined to what its vendor wrote: the record as the index reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from matcher.engagement import CaseState
from matcher.model import Kind, Record, Solution
from matcher.store import followup_tables as tables

HEADING = "【典型案例】"


def with_cases(connection: Connection, kind: Kind, records: Sequence[Record]) -> tuple[Record, ...]:
    """The same records; a solution's `cases` are followed by its published cases, a line each, in order of number."""
    if kind is Kind.DEMAND or not records:
        return tuple(records)
    table = tables.cases
    query = select(table.c.solution_id, table.c.title, table.c.text).where(table.c.state == CaseState.PUBLISHED.value)
    if len(records) == 1:
        query = query.where(table.c.solution_id == records[0].id)
    told: dict[str, list[str]] = {}
    for id, title, text in connection.execute(query.order_by(table.c.number)):
        told.setdefault(id, []).append(f"{HEADING}{title}：{text}")
    return tuple(_joined(record, told[record.id]) if record.id in told else record for record in records)


def _joined(record: Record, told: list[str]) -> Record:
    assert isinstance(record, Solution)
    return replace(record, cases="\n".join([*([record.cases] if record.cases.strip() else []), *told]))
