"""The tables of repeated filings: suspected pairs and what was decided, merges, names that mean one organisation."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, Boolean, Column, Connection, Float, Table, Text, select

from matcher.model import Kind
from matcher.store.codec import storable
from matcher.store.schema import Utc, metadata

repeats = Table(
    "repeats",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("older", Text, primary_key=True),  # filed first
    Column("newer", Text, primary_key=True),
    Column("probability", Float, nullable=False),
    Column("exact", Boolean, nullable=False),
    Column("says", Text, nullable=False),
    Column("found_at", Utc, nullable=False),
    Column("decision", Text, nullable=False),  # "" while open
    Column("note", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", Utc),
)
"""One row per suspected pair. A decision stays, whatever is found or reindexed later."""

repeat_scans = Table(
    "repeat_scans",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("judge", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("id", Text, nullable=False),
)
"""How far the comparison has come: every row up to (revision, id) has been compared by this judge."""

merges = Table(
    "merges",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("gone", Text, primary_key=True),
    Column("kept", Text, nullable=False),
    Column("status", Text, nullable=False),  # of the one that is gone, before
    Column("before", Text, nullable=False),  # the kept one as JSON
    Column("after", Text, nullable=False),
    Column("contact_filled", Boolean, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("pairs", Text, nullable=False),  # JSON: what became of the follow-up, see matcher.store.handover
)
"""Which record leads to which: an id that was merged away finds the kept one."""

names = Table(
    "organization_names",
    metadata,
    Column("key", Text, primary_key=True),  # the name as it is compared
    Column("name", Text, nullable=False),
    Column("same_as", Text, nullable=False),  # the key it stands for
    Column("same_name", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Utc, nullable=False),
)
"""Variants of names that somebody confirmed."""

CREATE: tuple[str, ...] = (
    """CREATE TABLE repeats (
        kind TEXT NOT NULL,
        older {key} NOT NULL,
        newer {key} NOT NULL,
        probability DOUBLE PRECISION NOT NULL,
        exact BOOLEAN NOT NULL,
        says TEXT NOT NULL,
        found_at TEXT NOT NULL,
        decision TEXT NOT NULL,
        note TEXT NOT NULL,
        decided_by TEXT NOT NULL,
        decided_at TEXT,
        PRIMARY KEY (kind, older, newer))""",
    "CREATE INDEX repeats_newer ON repeats (kind, newer)",
    """CREATE TABLE repeat_scans (
        kind TEXT NOT NULL PRIMARY KEY,
        judge TEXT NOT NULL,
        revision BIGINT NOT NULL,
        id {key} NOT NULL)""",
    """CREATE TABLE merges (
        kind TEXT NOT NULL,
        gone {key} NOT NULL,
        kept {key} NOT NULL,
        status TEXT NOT NULL,
        "before" TEXT NOT NULL,
        "after" TEXT NOT NULL,
        contact_filled BOOLEAN NOT NULL,
        actor TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (kind, gone))""",
    """CREATE TABLE organization_names (
        key {key} NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        same_as {key} NOT NULL,
        same_name TEXT NOT NULL,
        actor TEXT NOT NULL,
        at TEXT NOT NULL)""",
)

PAIRS_SQL = ("ALTER TABLE merges ADD COLUMN pairs TEXT NOT NULL DEFAULT '[]'",)
"""What a later schema version added."""

CHUNK = 500


def merged_into(connection: Connection, kind: Kind, ids: Sequence[str]) -> dict[str, str]:
    """Merged id → the id it was merged into, one step; ids that were not merged are left out."""
    found: dict[str, str] = {}
    known = [id for id in ids if storable(id)]
    for start in range(0, len(known), CHUNK):
        mine = merges.c.gone.in_(known[start : start + CHUNK])
        rows = connection.execute(select(merges.c.gone, merges.c.kept).where(merges.c.kind == kind.value, mine))
        found.update({row.gone: row.kept for row in rows})
    return found


def leads_to(connection: Connection, kind: Kind, id: str) -> str:
    """The id that this one leads to after all merges; itself when it was not merged."""
    seen = {id}
    while (kept := merged_into(connection, kind, [id]).get(id)) is not None and kept not in seen:
        seen.add(kept)
        id = kept
    return id
