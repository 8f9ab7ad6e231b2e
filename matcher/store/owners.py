"""Whose a record is, however the organisation's name is written: what a member may see."""

from __future__ import annotations

from sqlalchemy import Connection, false, select

from matcher.model import Kind
from matcher.organizations import spelled
from matcher.store import schema
from matcher.store.repeat_tables import names


def known_as(connection: Connection, organization: str) -> frozenset[str]:
    """The organisation's name and the variants that staff confirmed, as `spelled`. Empty for a name without letters."""
    joined = [{spelled(row.name), spelled(row.same_name)} for row in connection.execute(select(names))]
    found, grown = {spelled(organization)}, True
    while grown:
        more = found.union(*(both for both in joined if both & found))
        found, grown = more, more != found
    return frozenset(found - {""})


def written_as(connection: Connection, kind: Kind, organization: str) -> tuple[str, ...]:
    """Every way in which owners of records of this kind are written that means this organisation."""
    known, table = known_as(connection, organization), schema.RECORDS[kind]
    written = connection.execute(select(table.c.owner).where(table.c.deleted == false()).distinct()).scalars().all()
    return tuple(name for name in written if spelled(name) in known)
