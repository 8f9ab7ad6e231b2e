"""Two records made one, and taken apart again: the kept one fills its empty fields and takes over the follow-up, the
other's id leads to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select

from matcher.difference import filled
from matcher.errors import Conflict, NotFound
from matcher.model import Contact, Kind, Record
from matcher.profile import MERGED
from matcher.store import repeat_tables as tables
from matcher.store.codec import from_json, to_json
from matcher.store.handover import hand_back, hand_over
from matcher.store.repeats import Pair, RepeatWriter
from matcher.store.snapshot import chunks
from matcher.store.writer import Writer


def merge(writer: Writer, kind: Kind, a: str, b: str, note: str = "") -> Pair:
    """Keep the record that was filed first and let the other one's id lead to it, in the caller's transaction.

    The other record stays stored, with the state "merged", but is neither matched nor found. NotFound without such a
    pair or record, Conflict when one of the two has been merged already.
    """
    book = RepeatWriter(writer)
    pair = book.pair(kind, a, b)
    kept, gone = writer.get(kind, pair.older), writer.get(kind, pair.newer)
    if tables.merged_into(writer.connection, kind, [kept.id, gone.id]):
        raise Conflict("其中一条已经合并到别的记录，请先刷新列表。", older=kept.id, newer=gone.id)
    contacts = writer.contacts(kind, [kept.id, gone.id])
    lent = contacts.get(gone.id) if kept.id not in contacts else None
    after = filled(kept, gone)
    row = {"kind": kind.value, "gone": gone.id, "kept": kept.id, "status": gone.status, "actor": writer.actor.name}
    bodies = {"before": to_json(kept), "after": to_json(after)}
    filled_in = lent is not None
    writer.file(kind, [replace(after, contact=lent or Contact()), replace(gone, status=MERGED)])
    pairs = hand_over(writer, kind, gone.id, kept.id)
    told = {"contact_filled": filled_in, "at": writer.now, "pairs": pairs}
    writer.connection.execute(insert(tables.merges).values(**row, **bodies, **told))
    writer.audit("merge", f"{kind.value}:{gone.id}", detail=f"into={kept.id}")
    return book.decide(kind, a, b, "merge", note)


def take_apart(writer: Writer, kind: Kind, gone: str) -> str:
    """Undo a merge; the id of the record it had been merged into. NotFound when this id was not merged.

    Fields of the kept record that were filled by the merge and not edited since become empty again.
    """
    table = tables.merges
    mine = (table.c.kind == kind.value) & (table.c.gone == gone)
    row = writer.connection.execute(select(table).where(mine)).one_or_none()
    if row is None:
        raise NotFound(f"“{gone}”没有合并到别的记录，不必撤销。", id=gone)
    writer.connection.execute(delete(table).where(mine))
    records: list[Record] = []
    back = writer.get_many(kind, [row.kept, gone])
    if row.kept in back:
        records.append(_before(back[row.kept], kind, row))
    if gone in back:
        records.append(replace(back[gone], status=row.status))
    lent = row.contact_filled and writer.contacts(kind, [row.kept, gone])
    forget = {row.kept} if lent and lent.get(row.kept) == lent.get(gone) else set[str]()
    writer.restore(kind, records, forget=forget)
    hand_back(writer, kind, gone, row.kept, row.pairs)
    writer.audit("unmerge", f"{kind.value}:{gone}", detail=f"from={row.kept}")
    RepeatWriter(writer).decide(kind, row.kept, gone, "")
    return str(row.kept)


def forget(writer: Writer, kind: Kind, ids: Sequence[str]) -> None:
    """Forget the merges of records that are taken back with their import, and that somebody decided to merge them."""
    for chunk in chunks(ids):
        gone = tables.merges.c.gone.in_(chunk)
        writer.connection.execute(delete(tables.merges).where(tables.merges.c.kind == kind.value, gone))
        pairs = tables.repeats
        either = or_(pairs.c.older.in_(chunk), pairs.c.newer.in_(chunk))
        writer.connection.execute(delete(pairs).where(pairs.c.kind == kind.value, pairs.c.decision == "merge", either))


def _before(now: Record, kind: Kind, row: Row[Any]) -> Record:
    before, after = from_json(kind, row.before), from_json(kind, row.after)
    lent = [f.name for f in fields(before) if getattr(before, f.name) != getattr(after, f.name)]
    untouched = {name: getattr(before, name) for name in lent if getattr(now, name) == getattr(after, name)}
    return replace(now, **untouched)
