"""The tables of alerts: how well each record is answered, alerts, and what each person did with them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table, Text

from matcher.store.schema import Utc, metadata

outlooks = Table(
    "outlooks",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("counterpart", Text, nullable=False),
    Column("grade", Integer, nullable=False),
    Column("suitable", Boolean, nullable=False),
    Column("suitable_at", Utc),  # when it first had a suitable counterpart; stays
    Column("checked_at", Utc, nullable=False),
    Column("industry", Text, nullable=False),  # where figures count the record; see matcher.placing
    Column("direction", Text, nullable=False),
    Column("city", Text, nullable=False),
)
"""The best counterpart of each record, as it was when anything that matters changed last."""

watched = Table(
    "watched",
    metadata,
    Column("only", Integer, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("version", Text, nullable=False),  # of what grades depend on besides the records
)
"""One row: up to which revision of the records the outlooks are right."""

alerts = Table(
    "alerts",
    metadata,
    Column("number", Integer().with_variant(BigInteger, "postgresql"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("says", Text, nullable=False),
    Column("related", Text, nullable=False),  # JSON: [[kind, id, title, grade], …]
    Column("industries", Text, nullable=False),  # one per line with a line break on both ends, "" for none
    Column("owner", Text, nullable=False),
    Column("raised_at", Utc, nullable=False),
    Column("changed_at", Utc, nullable=False),
    Column("resolved_at", Utc),
)

marks = Table(
    "alert_marks",
    metadata,
    Column("principal", Text, primary_key=True),
    Column("alert", BigInteger, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("until", Utc),  # none: put away for good
)
"""Who put which alert away. It counts until the alert says something new."""

subscriptions = Table(
    "alert_subscriptions",
    metadata,
    Column("principal", Text, primary_key=True),
    Column("facet", Text, primary_key=True),  # "industry": wanted; "kind": not wanted
    Column("value", Text, primary_key=True),
)

CREATE: tuple[str, ...] = (
    """CREATE TABLE outlooks (
        kind TEXT NOT NULL,
        id {key} NOT NULL,
        counterpart {key} NOT NULL,
        grade INTEGER NOT NULL,
        suitable BOOLEAN NOT NULL,
        suitable_at TEXT,
        checked_at TEXT NOT NULL,
        industry TEXT NOT NULL,
        direction TEXT NOT NULL,
        city TEXT NOT NULL,
        PRIMARY KEY (kind, id))""",
    "CREATE INDEX outlooks_counterpart ON outlooks (kind, counterpart)",
    """CREATE TABLE watched (
        "only" INTEGER NOT NULL PRIMARY KEY CHECK ("only" = 1),
        revision BIGINT NOT NULL,
        version TEXT NOT NULL)""",
    "INSERT INTO watched VALUES (1, 0, '')",
    """CREATE TABLE alerts (
        number {sequence},
        kind TEXT NOT NULL,
        subject {key} NOT NULL,
        title TEXT NOT NULL,
        says TEXT NOT NULL,
        related TEXT NOT NULL,
        industries TEXT NOT NULL,
        owner TEXT NOT NULL,
        raised_at TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        resolved_at TEXT,
        UNIQUE (kind, subject))""",
    "CREATE INDEX alerts_open ON alerts (resolved_at, changed_at)",
    """CREATE TABLE alert_marks (
        principal {key} NOT NULL,
        alert BIGINT NOT NULL,
        at TEXT NOT NULL,
        until TEXT,
        PRIMARY KEY (principal, alert))""",
    """CREATE TABLE alert_subscriptions (
        principal {key} NOT NULL,
        facet TEXT NOT NULL,
        value {key} NOT NULL,
        PRIMARY KEY (principal, facet, value))""",
)
"""What schema version "alerts" ran, once and for all."""
