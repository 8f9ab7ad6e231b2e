"""Variants of organisations' names that somebody confirmed to mean the same one. Records keep the name as written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from matcher.errors import Conflict, NotFound
from matcher.organizations import key
from matcher.store.codec import checked
from matcher.store.repeat_tables import names
from matcher.store.snapshot import Snapshot
from matcher.store.writer import Writer


@dataclass(frozen=True, slots=True)
class Variant:
    """A name and the name it stands for, as both were written."""

    name: str
    same_as: str
    actor: str
    at: datetime


def variants(snapshot: Snapshot) -> list[Variant]:
    """All confirmed variants, by the name they stand for and then by name."""
    rows = snapshot.connection.execute(select(names).order_by(names.c.same_as, names.c.key))
    return [Variant(row.name, row.same_name, row.actor, row.at) for row in rows]


def same_names(snapshot: Snapshot) -> Mapping[str, str]:
    """Key of a variant → key of the name it stands for, as `matcher.organizations.likeness` wants it."""
    rows = snapshot.connection.execute(select(names.c.key, names.c.same_as))
    return {row.key: row.same_as for row in rows}


def join(writer: Writer, name: str, same_as: str) -> Variant:
    """Confirm that `name` means the organisation `same_as`; what stood for `name` now stands for that too.

    Conflict when one of them is empty, or when both are compared as the same name anyway.
    """
    mine, theirs = key(checked(name)), key(checked(same_as))
    theirs = same_names(writer).get(theirs, theirs)
    if not mine or not theirs:
        raise Conflict("两个名称都要有可以比较的文字，请填写单位名称。")
    if mine == theirs:
        raise Conflict("这两个名称本来就当作同一单位，不必再合并。")
    connection = writer.connection
    connection.execute(delete(names).where(names.c.key == mine))
    row = {"key": mine, "name": name, "same_as": theirs, "same_name": same_as}
    connection.execute(insert(names).values(**row, actor=writer.actor.name, at=writer.now))
    connection.execute(update(names).where(names.c.same_as == mine).values(same_as=theirs, same_name=same_as))
    writer.audit("join_names", f"name:{mine}", detail=f"same_as={theirs}")
    return Variant(name, same_as, writer.actor.name, writer.now)


def part(writer: Writer, name: str) -> None:
    """Take back that a name is a variant of another one. NotFound when it was not."""
    mine = key(name)
    if not writer.connection.execute(delete(names).where(names.c.key == mine)).rowcount:
        raise NotFound(f"“{name}”没有登记为别的单位的别名。", name=name)
    writer.audit("part_names", f"name:{mine}")
