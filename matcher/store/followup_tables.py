"""The tables of the follow-up: pairs, what happened to them, pilots, files, cases, batches, and rankings shown."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table, Text

from matcher.store.schema import Utc, metadata

engagements = Table(
    "engagements",
    metadata,
    Column("number", Text, primary_key=True),
    Column("demand_id", Text, nullable=False),
    Column("solution_id", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("before", Text),
    Column("owner", Text, nullable=False),
    Column("next_step", Text, nullable=False),
    Column("next_on", Text),  # a day, ISO 8601
    Column("reason", Text, nullable=False),
    Column("grade", Integer),
    Column("version", Integer, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("moved_at", Utc, nullable=False),
)
"""One row per pair of demand and solution."""

events = Table(
    "engagement_events",
    metadata,
    Column("seq", Integer().with_variant(BigInteger, "postgresql"), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("demand_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("day", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("start", Text, nullable=False),
    Column("arrived", Text, nullable=False),
    Column("says", Text, nullable=False),
)
"""Append-only: triggers refuse to change or delete a line."""

pilots = Table(
    "pilots",
    metadata,
    Column("number", Text, primary_key=True),
    Column("engagement", Text, nullable=False),
    Column("plan", Text, nullable=False),  # JSON of a PilotPlan
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
)

attachments = Table(
    "attachments",
    metadata,
    Column("number", Text, primary_key=True),
    Column("engagement", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Utc, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("number", Text, primary_key=True),
    Column("engagement", Text, nullable=False),
    Column("demand_id", Text, nullable=False),
    Column("solution_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("published_at", Utc),
)

batches = Table(
    "batches",
    metadata,
    Column("name", Text, primary_key=True),
    Column("publish_on", Text),
    Column("note", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("published_at", Utc),
)

shown = Table(
    "shown",
    metadata,
    Column("seq", Integer().with_variant(BigInteger, "postgresql"), primary_key=True),
    Column("demand_id", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("generation", Text, nullable=False),
    Column("suitable", Boolean, nullable=False),
    Column("matches", Text, nullable=False),  # JSON: [[solution id, grade], …], best first
)

CREATE: tuple[str, ...] = (
    """CREATE TABLE engagements (
        number {key} NOT NULL PRIMARY KEY,
        demand_id {key} NOT NULL,
        solution_id {key} NOT NULL,
        stage TEXT NOT NULL,
        before TEXT,
        owner TEXT NOT NULL,
        next_step TEXT NOT NULL,
        next_on TEXT,
        reason TEXT NOT NULL,
        grade INTEGER,
        version INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL,
        moved_at TEXT NOT NULL,
        UNIQUE (demand_id, solution_id))""",
    "CREATE INDEX engagements_solution ON engagements (solution_id)",
    "CREATE INDEX engagements_stage ON engagements (stage, number)",
    """CREATE TABLE engagement_events (
        seq {sequence},
        subject {key} NOT NULL,
        demand_id {key} NOT NULL,
        kind TEXT NOT NULL,
        at TEXT NOT NULL,
        day TEXT NOT NULL,
        actor TEXT NOT NULL,
        start TEXT NOT NULL,
        arrived TEXT NOT NULL,
        says TEXT NOT NULL)""",
    "CREATE INDEX engagement_events_subject ON engagement_events (subject, seq)",
    "CREATE INDEX engagement_events_arrived ON engagement_events (arrived, demand_id)",
    """CREATE TABLE pilots (
        number {key} NOT NULL PRIMARY KEY,
        engagement {key} NOT NULL,
        plan TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL)""",
    "CREATE INDEX pilots_engagement ON pilots (engagement, number)",
    """CREATE TABLE attachments (
        number {key} NOT NULL PRIMARY KEY,
        engagement {key} NOT NULL,
        name TEXT NOT NULL,
        type TEXT NOT NULL,
        size BIGINT NOT NULL,
        sha256 TEXT NOT NULL,
        actor TEXT NOT NULL,
        at TEXT NOT NULL)""",
    "CREATE INDEX attachments_engagement ON attachments (engagement, number)",
    """CREATE TABLE cases (
        number {key} NOT NULL PRIMARY KEY,
        engagement {key} NOT NULL,
        demand_id {key} NOT NULL,
        solution_id {key} NOT NULL,
        title TEXT NOT NULL,
        text TEXT NOT NULL,
        state TEXT NOT NULL,
        created_at TEXT NOT NULL,
        published_at TEXT)""",
    "CREATE INDEX cases_solution ON cases (solution_id, number)",
    "CREATE INDEX cases_engagement ON cases (engagement, number)",
    """CREATE TABLE batches (
        name {key} NOT NULL PRIMARY KEY,
        publish_on TEXT,
        note TEXT NOT NULL,
        created_at TEXT NOT NULL,
        published_at TEXT)""",
    """CREATE TABLE shown (
        seq {sequence},
        demand_id {key} NOT NULL,
        at TEXT NOT NULL,
        generation TEXT NOT NULL,
        suitable BOOLEAN NOT NULL,
        matches TEXT NOT NULL)""",
    "CREATE INDEX shown_demand ON shown (demand_id, seq)",
)
"""What schema version "follow-up" ran, once and for all."""

SQLITE: tuple[str, ...] = (
    """CREATE TRIGGER engagement_events_no_update BEFORE UPDATE ON engagement_events
       BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    """CREATE TRIGGER engagement_events_no_delete BEFORE DELETE ON engagement_events
       BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
)

POSTGRESQL: tuple[str, ...] = (
    """CREATE FUNCTION engagement_events_are_append_only() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$""",
    """CREATE TRIGGER engagement_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON engagement_events
       FOR EACH STATEMENT EXECUTE FUNCTION engagement_events_are_append_only()""",
)
