"""The schema moves forward only, one numbered step after the other, and a step that fails leaves nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from matcher.errors import Unavailable
from matcher.model import Demand, Kind
from matcher.store import Store
from matcher.store.migrations import migrate, require_current, version_of
from matcher.store.versions import DIALECTS, LATEST, VERSIONS, Version

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NEXT = Version(LATEST + 1, "notes", ("CREATE TABLE notes (id {key} NOT NULL PRIMARY KEY)",))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path.as_posix()}/s.db"


def test_versions_are_numbered_without_gaps() -> None:
    assert [version.number for version in VERSIONS] == list(range(1, LATEST + 1))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_placeholder_is_filled(dialect: str) -> None:
    assert [sql for version in VERSIONS for sql in version.statements(dialect) if "{" in sql] == []


def test_opening_again_applies_nothing(url: str) -> None:
    for _ in range(2):
        with Store.open(url, write=True) as store, store._database.reading() as connection:
            rows = connection.execute(text("SELECT version, name FROM schema_version")).all()
            assert [tuple(row) for row in rows] == [(v.number, v.name) for v in VERSIONS]


def test_a_next_version_keeps_the_data_and_is_then_refused_by_this_program(url: str) -> None:
    with Store.open(url, write=True) as store:
        store.add(Demand("a", "t"))
        with store._database.writing() as connection:
            migrate(connection, NOW, (*VERSIONS, NEXT))
            migrate(connection, NOW, (*VERSIONS, NEXT))
            assert version_of(connection) == NEXT.number
            assert "notes" in inspect(connection).get_table_names()
            with pytest.raises(Unavailable, match="不能降级") as refused:
                require_current(connection)
            assert refused.value.details == {"found": NEXT.number, "needed": LATEST}
        assert store.get(Kind.DEMAND, "a") == Demand("a", "t")


def test_a_step_that_fails_leaves_nothing_of_itself(url: str) -> None:
    broken = Version(LATEST + 1, "broken", (*NEXT.shared, "INSERT INTO audit VALUES (1)"))
    with Store.open(url, write=True) as store:
        with pytest.raises(Exception, match="audit"), store._database.writing() as connection:
            migrate(connection, NOW, (*VERSIONS, broken))
        with store._database.reading() as connection:
            assert version_of(connection) == LATEST
            assert "notes" not in inspect(connection).get_table_names()
