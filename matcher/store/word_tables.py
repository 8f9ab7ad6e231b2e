"""Tables of the house's own words: every change with who, when and why, and the editions that published them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from matcher.store.schema import Utc, metadata

word_editions = Table(
    "word_editions",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("undoes", Integer, nullable=False),  # the edition it takes back, or 0
    Column("state", Text, nullable=False),
    Column("generation", Text, nullable=False),  # the first index built with it, or ""
    Column("message", Text, nullable=False),
)

word_edits = Table(
    "word_edits",
    metadata,
    Column("seq", Integer().with_variant(BigInteger, "postgresql"), primary_key=True),
    Column("at", Utc, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("was", Text, nullable=False),  # the row in force before, as JSON; for people
    Column("before", Text, nullable=False),  # the overlay's entry before and after, as JSON; null where it had none
    Column("after", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("edition", Integer, nullable=False),  # 0 until it is published
)

SQL: tuple[str, ...] = (
    """CREATE TABLE word_editions (
        number INTEGER NOT NULL PRIMARY KEY,
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        role TEXT NOT NULL,
        note TEXT NOT NULL,
        undoes INTEGER NOT NULL,
        state TEXT NOT NULL,
        generation TEXT NOT NULL,
        message TEXT NOT NULL)""",
    """CREATE TABLE word_edits (
        seq {sequence},
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        role TEXT NOT NULL,
        file TEXT NOT NULL,
        key TEXT NOT NULL,
        was TEXT NOT NULL,
        "before" TEXT NOT NULL,
        "after" TEXT NOT NULL,
        reason TEXT NOT NULL,
        edition INTEGER NOT NULL)""",
    "CREATE INDEX word_edits_edition ON word_edits (edition)",
)
"""The statements of the schema version that made these tables."""
