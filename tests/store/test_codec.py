"""Laws of storing: nothing is lost, nothing changes by itself, and changes add up."""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.model import Contact, Deadline, Demand, Kind, Money, Record, Solution
from matcher.store import Store
from matcher.store.codec import CLASSES, fold, from_json, storable, to_json, to_row

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
ids = st.text(string.ascii_letters + string.digits + "-_/中é·", min_size=1, max_size=12)
words = st.lists(texts, max_size=3).map(tuple)
amounts = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(0, 10**9)
money = st.none() | st.builds(Money, amounts, amounts, texts, texts, texts)
deadlines = st.none() | st.builds(
    Deadline, st.none() | st.dates(), st.sampled_from(["day", "month", "year", ""]), texts
)
contacts = st.builds(Contact, texts, texts, texts)

demands = st.builds(
    Demand,
    ids,
    texts,
    *[texts] * 2,
    words,
    *[texts] * 7,
    money,
    deadlines,
    words,
    words,
    contacts,
    *[texts] * 3,
)
solutions = st.builds(
    Solution,
    ids,
    texts,
    texts,
    words,
    words,
    *[texts] * 6,
    st.none() | st.integers(1, 9),
    money,
    texts,
    words,
    contacts,
    *[texts] * 3,
)
records = demands | solutions


def bare(record: Record) -> Record:
    return replace(record, contact=Contact())


@settings(deadline=None)
@given(records)
def test_json_and_back_is_the_record_without_its_contact(record: Record) -> None:
    assert from_json(record.kind, to_json(record)) == bare(record)
    assert type(from_json(record.kind, to_json(record))) is CLASSES[record.kind]


@settings(deadline=None)
@given(records, contacts)
def test_the_contact_never_enters_the_row(record: Record, contact: Contact) -> None:
    assert to_row(replace(record, contact=contact)) == to_row(record)


def test_folding() -> None:
    assert fold("　ＡＧＶ\n调度  Ⅲ ") == "agv 调度 iii"


def test_storable() -> None:
    assert [storable(t) for t in ("", "中\U0001f600\uffff\x01", "\0", "\ud800", "a\udfff")] == [True, True] + [
        False
    ] * 3


def test_the_body_is_readable() -> None:
    demand = Demand(
        "a", "标题", budget=Money(80, None, raw="80万起"), deadline=Deadline(date(2026, 5, 31), "month", "五月")
    )
    assert '"title":"标题"' in to_json(demand)
    assert '"budget":{"low":80.0,"high":null,"currency":"CNY","per":"","raw":"80万起"}' in to_json(demand)
    assert '"deadline":{"day":"2026-05-31","precision":"month","raw":"五月"}' in to_json(demand)
    assert "contact" not in to_json(demand)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('codec').as_posix()}/s.db", write=True) as store:
        yield store


@settings(deadline=None, max_examples=60)
@given(batch=st.lists(records, max_size=5))
def test_what_was_put_is_there_and_putting_it_again_changes_nothing(store: Store, batch: list[Record]) -> None:
    store.put_many(batch)
    last = {(record.kind, record.id): record for record in batch}
    for (kind, id), record in last.items():
        assert store.get(kind, id) == bare(record)
        if record.contact != Contact():
            assert store.contact(kind, id) == record.contact
    before = store.revision()
    assert store.put_many(last.values()).unchanged == len(last)
    assert store.revision() == before


steps = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["put 1", "put 2", "remove"])),
    max_size=12,
)


@settings(deadline=None, max_examples=40)
@given(steps=steps)
def test_changes_since_any_revision_lead_to_the_present(store: Store, steps: list[tuple[str, str]]) -> None:
    """A reader that holds the state of some revision and applies `changes_since` holds the present state."""
    for id in store.get_many(Kind.DEMAND, "abc"):
        store.remove(Kind.DEMAND, id)
    state: dict[str, Record] = {}
    history = [(store.revision(), dict(state))]
    for id, step in steps:
        if step == "remove":
            if id in state:
                store.remove(Kind.DEMAND, id)
                del state[id]
        else:
            state[id] = Demand(id, step)
            store.put(state[id])
        history.append((store.revision(), dict(state)))
    assert [revision for revision, _ in history] == sorted(revision for revision, _ in history)
    for revision, held in history:
        changes = store.changes_since(Kind.DEMAND, revision)
        assert changes.revision == history[-1][0]
        assert not {record.id for record in changes.upserts} & set(changes.removed)
        for record in changes.upserts:
            held[record.id] = record
        for id in changes.removed:
            held.pop(id, None)
        assert {id: held[id] for id in held if id in "abc"} == state
