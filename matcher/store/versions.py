"""What each schema version did, once and for all: a published version is never edited, only followed by the next.

The SQL is written for SQLite and PostgreSQL at once; the few words they do not share are named in DIALECTS.
"""

from __future__ import annotations

from dataclasses import dataclass

from matcher.store import access_tables, alert_tables, followup_tables, import_tables, repeat_tables, word_tables

DIALECTS: dict[str, dict[str, str]] = {
    # Ids are compared byte by byte on both, so every list has the same order on both.
    "sqlite": {"key": "TEXT COLLATE BINARY", "sequence": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT"},
    "postgresql": {"key": 'TEXT COLLATE "C"', "sequence": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"},
}


@dataclass(frozen=True, slots=True)
class Version:
    """One step of the schema. `shared` runs everywhere, then the statements for one dialect only."""

    number: int
    name: str
    shared: tuple[str, ...]
    sqlite: tuple[str, ...] = ()
    postgresql: tuple[str, ...] = ()

    def statements(self, dialect: str) -> tuple[str, ...]:
        """The SQL to run, in order, for "sqlite" or "postgresql"."""
        own = {"sqlite": self.sqlite, "postgresql": self.postgresql}[dialect]
        words = DIALECTS[dialect]
        return tuple(_fill(statement, words) for statement in self.shared) + own


def _fill(statement: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        statement = statement.replace("{" + name + "}", word)
    return statement


def _records(table: str) -> tuple[str, ...]:
    return (
        f"""CREATE TABLE {table} (
            id {{key}} NOT NULL PRIMARY KEY,
            revision BIGINT NOT NULL,
            deleted BOOLEAN NOT NULL,
            status TEXT NOT NULL,
            batch TEXT NOT NULL,
            source TEXT NOT NULL,
            region TEXT NOT NULL,
            industries TEXT NOT NULL,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            title TEXT NOT NULL,
            owner TEXT NOT NULL,
            words TEXT NOT NULL,
            body TEXT NOT NULL)""",
        f"CREATE INDEX {table}_revision ON {table} (revision)",
        f"CREATE INDEX {table}_live ON {table} (deleted, id)",
    )


VERSIONS: tuple[Version, ...] = (
    Version(
        1,
        "records, keys, audit",
        shared=(
            'CREATE TABLE revision ("only" INTEGER NOT NULL PRIMARY KEY CHECK ("only" = 1), value BIGINT NOT NULL)',
            "INSERT INTO revision VALUES (1, 0)",
            "CREATE TABLE numbering (kind TEXT NOT NULL PRIMARY KEY, last BIGINT NOT NULL)",
            *_records("demands"),
            *_records("solutions"),
            """CREATE TABLE contacts (
                kind TEXT NOT NULL,
                id {key} NOT NULL,
                person TEXT NOT NULL,
                phone TEXT NOT NULL,
                email TEXT NOT NULL,
                PRIMARY KEY (kind, id))""",
            """CREATE TABLE api_keys (
                prefix {key} NOT NULL PRIMARY KEY,
                secret_hash TEXT NOT NULL,
                role TEXT NOT NULL,
                label TEXT NOT NULL,
                created_at TEXT NOT NULL,
                expires_at TEXT NOT NULL,
                revoked BOOLEAN NOT NULL,
                last_used TEXT)""",
            """CREATE TABLE idempotency (
                key {key} NOT NULL,
                principal {key} NOT NULL,
                body_hash TEXT NOT NULL,
                response TEXT NOT NULL,
                created_at TEXT NOT NULL,
                PRIMARY KEY (key, principal))""",
            """CREATE TABLE audit (
                seq {sequence},
                at TEXT NOT NULL,
                actor TEXT NOT NULL,
                role TEXT NOT NULL,
                action TEXT NOT NULL,
                object TEXT NOT NULL,
                result TEXT NOT NULL,
                detail TEXT NOT NULL)""",
        ),
        sqlite=(
            """CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
               BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END""",
            """CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
               BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END""",
        ),
        postgresql=(
            """CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$""",
            """CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
               FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()""",
        ),
    ),
    Version(2, "imports and history", shared=import_tables.SQL),
    Version(
        3,
        "follow-up",
        shared=followup_tables.CREATE,
        sqlite=followup_tables.SQLITE,
        postgresql=followup_tables.POSTGRESQL,
    ),
    Version(4, "the house's own words", shared=word_tables.SQL),
    Version(5, "repeats and merges", shared=repeat_tables.CREATE),
    Version(
        6,
        "accounts, sessions, exports, the audit as a chain",
        shared=(*access_tables.SQL, *access_tables.AUDIT_SQL),
        postgresql=access_tables.AUDIT_POSTGRESQL,
    ),
    Version(7, "what lists said", shared=import_tables.SAID_SQL),
    Version(8, "alerts", shared=alert_tables.CREATE),
    Version(9, "the follow-up of merged records", shared=repeat_tables.PAIRS_SQL),
    Version(
        10,
        "records of one owner",
        shared=tuple(
            f"CREATE INDEX {table}_owner ON {table} (deleted, owner, id)" for table in ("demands", "solutions")
        ),
    ),
)

LATEST = VERSIONS[-1].number
"""The schema this program reads and writes."""
