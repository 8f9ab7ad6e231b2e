"""The tables as queries see them. What creates them is in `versions.py`; a test holds the two together."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import BigInteger, Boolean, Column, Dialect, Integer, MetaData, Table, Text, TypeDecorator

from matcher.model import Kind


class Utc(TypeDecorator[datetime]):
    """An aware datetime kept as ISO 8601 text in UTC, always 32 characters, so text order is time order."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else utc_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


def utc_text(value: datetime) -> str:
    """A time as it is stored."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")


metadata = MetaData()

schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("applied_at", Utc, nullable=False),
)

revision = Table(
    "revision",
    metadata,
    Column("only", Integer, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""One row. Updated inside the transaction that writes, so its numbers follow the order of commits."""

numbering = Table(
    "numbering",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
)
"""The last number given to a record that was filed without an id."""


def _records(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", Text, primary_key=True),
        Column("revision", BigInteger, nullable=False),
        Column("deleted", Boolean, nullable=False),
        Column("status", Text, nullable=False),
        Column("batch", Text, nullable=False),
        Column("source", Text, nullable=False),
        Column("region", Text, nullable=False),  # folded, for filters
        Column("industries", Text, nullable=False),  # folded, one per line with a line break on both ends
        Column("created_at", Utc, nullable=False),
        Column("updated_at", Utc, nullable=False),
        Column("title", Text, nullable=False),
        Column("owner", Text, nullable=False),
        Column("words", Text, nullable=False),  # folded id, title, owner and description, for the text filter
        Column("body", Text, nullable=False),  # the whole record as JSON, without its contact
    )


demands = _records("demands")
solutions = _records("solutions")

RECORDS: dict[Kind, Table] = {Kind.DEMAND: demands, Kind.SOLUTION: solutions}

contacts = Table(
    "contacts",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("email", Text, nullable=False),
)
"""Personal data, kept apart: no other table holds any."""

api_keys = Table(
    "api_keys",
    metadata,
    Column("prefix", Text, primary_key=True),
    Column("secret_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("last_used", Utc),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("key", Text, primary_key=True),
    Column("principal", Text, primary_key=True),
    Column("body_hash", Text, nullable=False),
    Column("response", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer().with_variant(BigInteger, "postgresql"), primary_key=True),
    Column("at", Utc, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
"""Append-only: triggers refuse to change or delete a line."""
