"""One contract for histories, imports and their undoing, on every kind of store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from matcher.errors import Conflict, NotFound
from matcher.model import Contact, Demand, Kind, Record, Solution
from matcher.store import Actor, Store
from matcher.store.imports import NEXT, UNFINISHED, ImportRow, State
from matcher.store.undo import Undone

D, S = Kind.DEMAND, Kind.SOLUTION
STAFF = Actor("sm0001", "staff")
LIU, MA = Contact("刘工", "13800000000"), Contact("马工", "13900000000")
OLD = Demand("a", "焊缝检测", "甲厂", description="靠人看")


@pytest.fixture
def store(any_url: str) -> Iterator[Store]:
    with Store.open(any_url, write=True, clock=lambda: datetime(2026, 3, 1, tzinfo=UTC)) as store:
        yield store


def file(store: Store, *records: Record) -> str:
    """One committed import of these records."""
    with store.importing(STAFF) as (_, imports):
        made = imports.create("清单.xlsx", "0" * 64, 9, kind="", mode="good")
        for state in ("previewed", "committing", "committed"):
            imports.move(made.id, state)
    with store.writing(STAFF, made.id) as writer:
        for kind in Kind:
            writer.file(kind, [record for record in records if record.kind is kind])
    return made.id


def test_a_history_tells_each_change_with_both_sides(store: Store) -> None:
    store.put(OLD)
    store.put(replace(OLD, title="焊缝检测二期"), actor=STAFF)
    store.put(replace(OLD, title="焊缝检测二期", contact=LIU))
    lines = store.history(D, "a")
    assert [(line.revision, line.actor, line.change, line.contact) for line in lines] == [
        (3, "system", "updated", True),
        (2, "sm0001", "updated", False),
        (1, "system", "created", False),
    ]
    second = replace(OLD, title="焊缝检测二期")
    assert [(line.before, line.after) for line in lines] == [(second, second), (OLD, second), (None, OLD)]


def test_a_removed_record_leaves_no_text_in_its_history(store: Store) -> None:
    origin = file(store, replace(OLD, contact=LIU))
    second = file(store, replace(OLD, title="改", contact=MA))
    store.remove(D, "a")
    lines = store.history(D, "a")
    assert [(line.change, line.before, line.after) for line in lines] == [
        ("removed", None, None),
        ("updated", None, None),
        ("created", None, None),
    ]
    with store.read_snapshot() as snapshot:
        assert [snapshot.past.replaced_contacts(D, each) for each in (origin, second)] == [{}, {}]
    with pytest.raises(NotFound):
        store.history(D, "nobody")


def test_several_changes_in_one_commit_are_one_line(store: Store) -> None:
    store.put_many([OLD, replace(OLD, title="二"), replace(OLD, title="三")])
    assert [(line.before, line.after) for line in store.history(D, "a")] == [(None, replace(OLD, title="三"))]


def test_undoing_restores_what_was_and_removes_what_was_not(store: Store) -> None:
    store.put_many([replace(OLD, contact=LIU), Demand("b", "搬运")])
    new = Solution("s", "视觉检测", contact=MA)
    origin = file(store, replace(OLD, title="改", contact=MA), Demand("b", "搬运", contact=MA), new)
    assert store.undo_import(origin, actor=STAFF) == Undone(removed=1, restored=2, kept=())
    assert (store.get(D, "a"), store.contact(D, "a")) == (OLD, LIU)
    assert (store.get(D, "b"), store.contact(D, "b")) == (Demand("b", "搬运"), Contact())
    assert store.count(S) == 0
    with store.read_imports() as imports:
        assert imports.get(origin).state == "undone"
    with pytest.raises(Conflict, match="已撤销"):
        store.undo_import(origin)
    assert store.audit_lines(limit=1)[0].action == "import.undo"


def test_records_edited_since_are_named_and_never_lost(store: Store) -> None:
    store.put(OLD)
    origin = file(store, replace(OLD, title="改"), Demand("b", "搬运"), Demand("c", "巡检"))
    store.put(Demand("b", "搬运", description="人工补充"))
    store.remove(D, "c")
    revision = store.revision()
    with pytest.raises(Conflict, match="需求 b、需求 c") as refused:
        store.undo_import(origin)
    assert refused.value.details["edited"] == [{"kind": "demand", "id": "b"}, {"kind": "demand", "id": "c"}]
    assert store.revision() == revision
    done = store.undo_import(origin, keep_edited=True)
    assert done == Undone(removed=0, restored=1, kept=((D, "b"), (D, "c")))
    assert (store.get(D, "a"), store.get(D, "b").description) == (OLD, "人工补充")


def test_what_a_record_was_after_its_last_import(store: Store) -> None:
    file(store, OLD, Demand("b", "搬运"))
    assert store_imported(store) == {}
    store.put(replace(OLD, title="人工改名"))
    assert store_imported(store) == {"a": "焊缝检测"}
    file(store, replace(OLD, title="再次导入"))
    assert store_imported(store) == {}


def store_imported(store: Store) -> dict[str, str]:
    import orjson

    with store.read_snapshot() as snapshot:
        return {id: orjson.loads(body)["title"] for id, body in snapshot.past.imported(D, ["a", "b"]).items()}


def test_an_import_goes_the_ways_of_the_table_only(store: Store) -> None:
    with store.importing(STAFF) as (_, imports):
        ids: dict[State, str] = {}
        for state in NEXT:
            ids[state] = imports.create("a.csv", "1" * 64, 1, kind="demand", mode="good", state=state).id
    for state, allowed in NEXT.items():
        for to in NEXT:
            if to in allowed:
                continue
            with pytest.raises(Conflict), store.importing(STAFF) as (_, imports):
                imports.move(ids[state], to)
    with pytest.raises(NotFound), store.importing(STAFF) as (_, imports):
        imports.move("I-999999", "failed")


def test_imports_are_listed_newest_first_and_found_by_their_bytes(store: Store) -> None:
    first, second = file(store, OLD), file(store, OLD)
    with store.read_imports() as imports:
        found, total = imports.page(limit=1)
        assert ([each.id for each in found], total) == ([second], 2)
        last = imports.committed("0" * 64)
        assert last is not None
        assert (last.id, last.actor, last.file) == (second, "sm0001", "清单.xlsx")
        assert imports.committed("2" * 64) is None
    store.undo_import(second)
    with store.read_imports() as imports:
        again = imports.committed("0" * 64)
        assert again is not None
        assert again.id == first


def test_a_restart_settles_what_was_unfinished(store: Store) -> None:
    with store.importing() as (_, imports):
        ids = [imports.create("a.csv", "1" * 64, 1, kind="", mode="good", state=state).id for state in UNFINISHED]
    with store.importing() as (_, imports):
        settled = imports.settle()
    assert [(each.id, each.state) for each in settled] == list(zip(ids, ("failed", "previewed"), strict=True))
    assert all("服务中断" in each.message for each in settled)
    with store.importing() as (_, imports):
        assert imports.settle() == ()


def test_rows_and_mappings_come_back_as_they_went(store: Store) -> None:
    rows = (
        ImportRow("表", 4, "noted", "demand", "a", "created", ("money_open", "phone_many")),
        ImportRow("表", 5, "x"),
    )
    with store.importing(STAFF) as (_, imports):
        made = imports.create("a.csv", "1" * 64, 1, kind="", mode="good")
        imports.add_rows(made.id, 0, rows[:1])
        imports.add_rows(made.id, 1, rows[1:])
        imports.confirm("f1", {"诉求": "description"}, "a.csv")
        imports.confirm("f1", {"诉求": "title"}, "b.csv")
    with store.read_imports() as imports:
        assert imports.rows(made.id) == rows
        (kept,) = imports.mappings().values()
        assert (kept.fingerprint, kept.fields, kept.file, kept.actor) == ("f1", {"诉求": "title"}, "b.csv", "sm0001")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("甲乙"), st.booleans()), max_size=8), st.booleans())
def test_undoing_a_whole_import_is_as_if_it_had_not_been(
    store: Store, rows: list[tuple[str, str, bool]], before: bool
) -> None:
    with store.writing() as writer:
        for name in ("demands", "contacts"):
            writer._connection.execute(text(f"DELETE FROM {name}"))
    if before:
        store.put_many([replace(OLD, contact=LIU), Demand("b", "乙")])
    old = {id: (record, store.contact(D, id)) for id, record in store.get_many(D, list("abcd")).items()}
    unique = {id: Demand(id, title, contact=MA if told else Contact()) for id, title, told in rows}
    store.undo_import(file(store, *unique.values()))
    assert {id: (r, store.contact(D, id)) for id, r in store.get_many(D, list("abcd")).items()} == old
