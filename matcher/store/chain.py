"""The audit table as a chain: every line holds the hash of the line before it, so no line can change or go unseen.

`append` runs inside the writing transaction, where writers take turns anyway, so the chain has one order and costs one
read and one insert. Lines written before the chain existed have no hash; the first line of the chain seals them with
the hash of them all. Cutting off the newest lines leaves a sound chain: the anchors kept elsewhere show it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select

from matcher.store import schema
from matcher.store.schema import utc_text

FIELDS = ("seq", "at", "actor", "role", "source", "action", "object", "result", "reason", "detail")
"""What a hash covers, in this order."""

START = "0" * 64


@dataclass(frozen=True, slots=True)
class Anchor:
    """The chain's last line at some moment, kept where whoever changes the database does not reach."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the whole chain found: how many lines, the last one, and every fault as a Chinese sentence."""

    lines: int
    last: Anchor
    faults: tuple[str, ...]


def append(connection: Connection, line: Mapping[str, Any]) -> Anchor:
    """Write one line behind the last one. `line` has all FIELDS but the number."""
    table = schema.audit
    last = connection.execute(select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)).one_or_none()
    if last is None:
        number, before = 1, START
    else:
        number, before = last.seq + 1, last.hash or _sealed(_lines(connection))
    full = {"seq": number, **line}
    found = _hash(before, full)
    connection.execute(insert(table).values(**full, prev_hash=before, hash=found))
    return Anchor(number, found)


def last_line(connection: Connection) -> Anchor:
    """The end of the chain; number 0 for an empty one."""
    table = schema.audit
    row = connection.execute(select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)).one_or_none()
    return Anchor(row.seq, row.hash) if row else Anchor(0, START)


def verify(connection: Connection, anchors: Sequence[Anchor] = ()) -> Verdict:
    """Compute every hash anew. At most the first 20 faults are told."""
    kept = {anchor.seq: anchor.hash for anchor in anchors if anchor.seq}
    faults: list[str] = []
    early = hashlib.sha256()
    chained, number, before = False, 0, START
    for row in _lines(connection):
        if number and row["seq"] != number + 1 and chained:
            faults.append(f"第 {number} 行之后应是第 {number + 1} 行，却是第 {row['seq']} 行：中间有记录被删除或改号。")
        if not row["hash"] and not chained:
            early.update(_canonical(row))
        else:
            if not chained and number:
                before = early.hexdigest()
            elif not chained and row["seq"] != 1:
                faults.append(f"最早的记录应是第 1 行，却是第 {row['seq']} 行：前面的记录被删除。")
            chained = True
            if row["prev_hash"] != before:
                faults.append(f"第 {row['seq']} 行与前一行接不上：这里有记录被删除、插入或调换。")
            if row["hash"] != _hash(row["prev_hash"], row):
                faults.append(f"第 {row['seq']} 行的内容被改动过。")
            before = row["hash"]
        number = row["seq"]
        if number in kept and kept.pop(number) != row["hash"]:
            faults.append(f"第 {number} 行与另存的校验点不一致：这一行或它之前的记录被整体改写过。")
    faults += [f"校验点记着第 {seq} 行，现在没有这一行：末尾的记录被删除。" for seq in sorted(kept)]
    return Verdict(number, Anchor(number, before if chained else ""), tuple(faults[:20]))


def _lines(connection: Connection) -> Iterator[dict[str, Any]]:
    query = select(schema.audit).order_by(schema.audit.c.seq)
    for row in connection.execute(query, execution_options={"yield_per": 1000}):
        yield dict(row._mapping)


def _sealed(lines: Iterator[Mapping[str, Any]]) -> str:
    """One hash over the lines from before the chain."""
    total = hashlib.sha256()
    for line in lines:
        total.update(_canonical(line))
    return total.hexdigest()


def _canonical(line: Mapping[str, Any]) -> bytes:
    """The line as bytes that are the same on every machine and database."""
    return orjson.dumps([_text(line[name]) for name in FIELDS])


def _text(value: object) -> object:
    return utc_text(value) if isinstance(value, datetime) else value


def _hash(before: str, line: Mapping[str, Any]) -> str:
    return hashlib.sha256(before.encode() + b"\n" + _canonical(line)).hexdigest()
