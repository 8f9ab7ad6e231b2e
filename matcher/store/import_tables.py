"""Tables of imports and of what every record was before: who changed what, in which import, and how to go back."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table, Text

from matcher.store.schema import Utc, metadata

history = Table(
    "history",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("revision", BigInteger, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("change", Text, nullable=False),
    Column("origin", Text, nullable=False),  # the import that did it, or ""
    Column("contact", Boolean, nullable=False),  # whether the contact changed too; it is not kept here
    Column("before", Text),  # the record as JSON; none for a new one
)
"""One line per change of a record. What it was afterwards is the next line's `before`, or the record itself."""

past_contacts = Table(
    "past_contacts",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("email", Text, nullable=False),
)
"""Contacts that an import replaced, for its undoing. Personal data: gone with the record or its contact."""

imports = Table(
    "imports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("file", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("counts", Text, nullable=False),  # JSON: name → how many
    Column("message", Text, nullable=False),
)

import_rows = Table(
    "import_rows",
    metadata,
    Column("import_id", Text, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("sheet", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("change", Text, nullable=False),
    Column("codes", Text, nullable=False),
)
"""What became of each row of a committed import. No text of the file is in it."""

header_mappings = Table(
    "header_mappings",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("fields", Text, nullable=False),  # JSON: the form's wording → field
    Column("file", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Utc, nullable=False),
)
"""What staff confirmed about the headers of a form, known again by its fingerprint."""

said = Table(
    "said",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("origin", Text, nullable=False),
    Column("body", Text, nullable=False),
)
"""What a record's last list said of it, where that is not what was filed, since staff had edited it before."""

SAID_SQL: tuple[str, ...] = (
    """CREATE TABLE said (
        kind TEXT NOT NULL,
        id {key} NOT NULL,
        origin {key} NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (kind, id))""",
)

SQL: tuple[str, ...] = (
    """CREATE TABLE history (
        kind TEXT NOT NULL,
        id {key} NOT NULL,
        revision BIGINT NOT NULL,
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        role TEXT NOT NULL,
        change TEXT NOT NULL,
        origin {key} NOT NULL,
        contact BOOLEAN NOT NULL,
        "before" TEXT,
        PRIMARY KEY (kind, id, revision))""",
    "CREATE INDEX history_origin ON history (origin)",
    """CREATE TABLE past_contacts (
        origin {key} NOT NULL,
        kind TEXT NOT NULL,
        id {key} NOT NULL,
        person TEXT NOT NULL,
        phone TEXT NOT NULL,
        email TEXT NOT NULL,
        PRIMARY KEY (origin, kind, id))""",
    """CREATE TABLE imports (
        id {key} NOT NULL PRIMARY KEY,
        number BIGINT NOT NULL,
        file TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        size BIGINT NOT NULL,
        kind TEXT NOT NULL,
        mode TEXT NOT NULL,
        state TEXT NOT NULL,
        actor TEXT NOT NULL,
        role TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL,
        counts TEXT NOT NULL,
        message TEXT NOT NULL)""",
    "CREATE UNIQUE INDEX imports_number ON imports (number)",
    "CREATE INDEX imports_sha256 ON imports (sha256)",
    """CREATE TABLE import_rows (
        import_id {key} NOT NULL,
        n INTEGER NOT NULL,
        sheet TEXT NOT NULL,
        "row" INTEGER NOT NULL,
        verdict TEXT NOT NULL,
        kind TEXT NOT NULL,
        id {key} NOT NULL,
        change TEXT NOT NULL,
        codes TEXT NOT NULL,
        PRIMARY KEY (import_id, n))""",
    """CREATE TABLE header_mappings (
        fingerprint {key} NOT NULL PRIMARY KEY,
        fields TEXT NOT NULL,
        file TEXT NOT NULL,
        actor TEXT NOT NULL,
        at TEXT NOT NULL)""",
)
"""The statements of the schema version that made these tables."""
