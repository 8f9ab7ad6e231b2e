"""The store's own words, on both databases: collected, published, settled, undone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from matcher.errors import Conflict, NotFound
from matcher.store import Actor, Store

FILE = "bridges.tsv"
WANG = Actor("wang", "staff")
A = {"需求方用词": "甲", "方案方用词": "乙", "权重": "0.5"}
B = {**A, "权重": "0.9"}


@pytest.fixture
def store(any_url: str) -> Iterator[Store]:
    with Store.open(any_url, write=True) as opened:
        yield opened


def test_a_change_waits_until_it_is_published(store: Store) -> None:
    edit = store.words.edit(FILE, "甲→乙", A, was=None, reason="王工说的", actor=WANG)
    assert (edit.actor, edit.was, edit.becomes, edit.reason, edit.edition) == ("wang", None, A, "王工说的", 0)
    assert store.words.overlay().tables == {}
    assert store.words.overlay(pending=True).tables == {FILE: {"甲→乙": A}}
    edition = store.words.publish(note="第一批", actor=WANG)
    assert (edition.number, edition.state, edition.edits, edition.actor) == (1, "waiting", 1, "wang")
    assert store.words.overlay().tables == {FILE: {"甲→乙": A}}
    assert store.words.edits() == ()
    store.words.settle(1, "gen-000002")
    assert [(e.number, e.state, e.generation) for e in store.words.editions()] == [(1, "live", "gen-000002")]


def test_a_later_change_of_the_same_row_replaces_the_one_that_waits(store: Store) -> None:
    store.words.edit(FILE, "甲→乙", A, was=None)
    store.words.edit(FILE, "甲→乙", B, was=None)
    assert [edit.becomes for edit in store.words.edits()] == [B]


def test_withdrawing(store: Store) -> None:
    edit = store.words.edit(FILE, "甲→乙", A, was=None)
    store.words.withdraw(edit.seq)
    assert store.words.edits() == ()
    with pytest.raises(NotFound):
        store.words.withdraw(edit.seq)
    with pytest.raises(Conflict):
        store.words.publish()


def test_undoing_brings_back_what_was(store: Store) -> None:
    words = store.words
    words.edit(FILE, "甲→乙", A, was=None)
    words.publish()
    words.settle(1, "gen-1")
    words.edit(FILE, "甲→乙", B, was=A)
    words.edit(FILE, "丙→丁", None, was=A)
    words.publish()
    words.settle(2, "gen-2")
    undone = words.undo(2, actor=WANG)
    assert (undone.number, undone.undoes, undone.edits) == (3, 2, 2)
    assert words.overlay().tables == {FILE: {"甲→乙": A}}
    assert [(e.key, e.was, e.becomes, e.back) for e in words.edits(3)] == [
        ("甲→乙", B, A, False),
        ("丙→丁", None, A, True),
    ]
    words.settle(3, "gen-3")
    words.undo(1)
    assert words.overlay().tables == {}
    assert words.overlay().edition == 4


def test_what_was_changed_since_is_not_undone(store: Store) -> None:
    words = store.words
    words.edit(FILE, "甲→乙", A, was=None)
    words.publish()
    words.settle(1, "gen-1")
    words.edit(FILE, "甲→乙", B, was=A)
    with pytest.raises(Conflict, match="后来又改过"):
        words.undo(1)
    with pytest.raises(NotFound):
        words.undo(9)


def test_one_edition_at_a_time_and_a_refused_one_gives_its_changes_back(store: Store) -> None:
    words = store.words
    words.edit(FILE, "甲→乙", A, was=None)
    words.publish()
    words.edit(FILE, "丙→丁", B, was=None)
    with pytest.raises(Conflict, match="正在生效"):
        words.publish()
    words.settle(1, "", "评测分数低于下限")
    assert [(e.number, e.state, e.message) for e in words.editions()] == [(1, "rejected", "评测分数低于下限")]
    assert words.overlay().tables == {}
    assert [edit.key for edit in words.edits()] == ["甲→乙", "丙→丁"]
    assert words.publish().number == 2


def test_everything_is_in_the_audit(store: Store) -> None:
    edit = store.words.edit(FILE, "甲→乙", A, was=None, actor=WANG)
    store.words.withdraw(edit.seq, actor=WANG)
    store.words.edit(FILE, "甲→乙", A, was=None, actor=WANG)
    store.words.publish(actor=WANG)
    store.words.settle(1, "gen-1")
    store.words.undo(1, actor=WANG)
    lines = [line.action for line in reversed(store.audit_lines()) if line.action.startswith("words.")]
    assert lines == ["words.edit", "words.withdraw", "words.edit", "words.publish", "words.settle", "words.undo"]
