"""The audit as a chain: every change, removal, insertion and swap is found; so is a cut end, with an anchor."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from matcher.model import Demand
from matcher.store import Actor, Anchor, Store
from matcher.store.chain import FIELDS, verify

LINES = 20


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with a chain of LINES lines, closed."""
    path = tmp_path / "s.db"
    with Store.open(f"sqlite:///{path.as_posix()}", write=True) as store:
        store.put(Demand("D1", "焊点检测"), actor=Actor("李工", "staff", "10.0.0.7"))
        for number in range(LINES - 1):
            store.audit("look", f"demand:{number}", actor=Actor("李工", "staff"), reason="回访", detail=f"第{number}次")
    return path


def verdict(path: Path, *anchors: Anchor) -> tuple[int, tuple[str, ...]]:
    with Store.open(f"sqlite:///{path.as_posix()}", write=False) as store:
        found = store.verify_audit(anchors)
    return found.lines, found.faults


def edit(path: Path, *statements: str) -> None:
    """Somebody with the file and the SQL shell, who has removed the triggers first."""
    connection = sqlite3.connect(path)
    for trigger in ("audit_no_update", "audit_no_delete"):
        connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_an_untouched_chain_is_sound(file: Path) -> None:
    """The negative control of everything below."""
    assert verdict(file) == (LINES, ())
    with Store.open(f"sqlite:///{file.as_posix()}", write=False) as store:
        end, newest = store.audit_end(), store.audit_lines(limit=1)[0]
    assert (end.seq, end.hash) == (LINES, newest.hash)
    assert verdict(file, end) == (LINES, ())


@pytest.mark.parametrize("column", FIELDS[1:])
def test_every_column_is_covered(file: Path, column: str) -> None:
    edit(
        file,
        f"UPDATE audit SET {column} = {column} || 'x' WHERE seq = 7"
        if column != "at"
        else "UPDATE audit SET at = '2020-01-01T00:00:00.000000+00:00' WHERE seq = 7",
    )
    assert verdict(file)[1] == ("第 7 行的内容被改动过。",)


def test_hundreds_of_random_attacks_are_all_found(file: Path) -> None:
    rng, source = random.Random(20260301), sqlite3.connect(file)
    with Store.open(f"sqlite:///{file.as_posix()}", write=False) as store:
        end = store.audit_end()
    attacks: tuple[Callable[[int, int], list[str]], ...] = (
        lambda a, b: [f"UPDATE audit SET detail = 'changed' WHERE seq = {a}"],
        lambda a, b: [f"DELETE FROM audit WHERE seq = {a}"],
        lambda a, b: [
            f"UPDATE audit SET seq = -1 WHERE seq = {a}",
            f"UPDATE audit SET seq = {a} WHERE seq = {b}",
            f"UPDATE audit SET seq = {b} WHERE seq = -1",
        ],
        lambda a, b: [f"UPDATE audit SET hash = '' WHERE seq = {a}"],
        lambda a, b: [f"DELETE FROM audit WHERE seq >= {a}"],
        lambda a, b: [f"UPDATE audit SET seq = seq + 1000 WHERE seq = {a}"],
        lambda a, b: ["UPDATE audit SET hash = '', prev_hash = ''"],
    )
    for round in range(300):
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        source.backup(copy)
        copy.executescript("DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete;")
        a, b = rng.sample(range(1, LINES + 1), 2)
        for statement in rng.choice(attacks)(a, b):
            copy.execute(statement)
        copy.commit()
        engine = create_engine("sqlite://", creator=lambda copy=copy: copy, poolclass=StaticPool)
        with engine.connect() as connection:
            assert verify(connection, [end]).faults, (round, a, b)
        copy.close()
    source.close()


def test_a_cut_end_shows_only_against_an_anchor(file: Path) -> None:
    with Store.open(f"sqlite:///{file.as_posix()}", write=False) as store:
        end = store.audit_end()
    edit(file, f"DELETE FROM audit WHERE seq > {LINES - 5}")
    assert verdict(file) == (LINES - 5, ())
    assert verdict(file, end)[1] == (f"校验点记着第 {LINES} 行，现在没有这一行：末尾的记录被删除。",)


def test_lines_from_before_the_chain_are_sealed_by_its_first(file: Path) -> None:
    edit(file, "UPDATE audit SET hash = '', prev_hash = ''")
    with Store.open(f"sqlite:///{file.as_posix()}", write=True) as store:
        store.audit("look", "demand:new")
    assert verdict(file) == (LINES + 1, ())
    edit(file, "UPDATE audit SET detail = 'changed' WHERE seq = 3")
    assert verdict(file)[1] == (f"第 {LINES + 1} 行与前一行接不上：这里有记录被删除、插入或调换。",)


def test_the_triggers_refuse_whoever_comes_through_the_front_door(file: Path) -> None:
    connection = sqlite3.connect(file)
    for statement in ("UPDATE audit SET detail = 'x'", "DELETE FROM audit WHERE seq = 1"):
        with pytest.raises(sqlite3.DatabaseError, match="append-only"):
            connection.execute(statement)
    connection.close()
    assert verdict(file) == (LINES, ())


def test_lines_of_one_commit_follow_each_other(tmp_path: Path) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    with Store.open(f"sqlite:///{tmp_path.as_posix()}/s.db", write=True, clock=lambda: at) as store:
        with store.writing(Actor("李工", "staff", "10.0.0.7")) as writer:
            writer.audit("one", "a")
            writer.audit("two", "b", reason="回访")
        two, one = store.audit_lines(limit=2)
        assert (one.seq, two.seq, two.prev_hash) == (1, 2, one.hash)
        assert (two.source, two.reason, two.at) == ("10.0.0.7", "回访", at)
