"""What was found in a view is given again, and never in another view."""

from __future__ import annotations

import gc
from weakref import ref

import pytest

from matcher.recall import Recall


class View:
    """Something that can be told apart and weakly referred to."""


def asked(recall: Recall[View], view: View, question: str, found: list[str]) -> str:
    """The answer; `found` gets the question when it had to be found."""

    def find() -> str:
        found.append(question)
        return f"{question}!"

    return recall.of(view, question, find)


def test_the_same_question_is_found_once() -> None:
    recall, view, found = Recall[View](), View(), list[str]()
    assert [asked(recall, view, question, found) for question in "aba"] == ["a!", "b!", "a!"]
    assert found == ["a", "b"]


def test_another_view_forgets_everything() -> None:
    recall, found = Recall[View](), list[str]()
    first, second = View(), View()
    for view in (first, second, first):
        asked(recall, view, "a", found)
    assert found == ["a", "a", "a"]


def test_the_question_unasked_the_longest_is_forgotten_first() -> None:
    recall, view, found = Recall[View](2), View(), list[str]()
    for question in "abaca":
        asked(recall, view, question, found)
    assert found == ["a", "b", "c"]  # c pushed out b, as a had been asked again
    asked(recall, view, "b", found)
    assert found == ["a", "b", "c", "b"]


def test_an_answer_that_failed_is_not_remembered() -> None:
    recall, view = Recall[View](), View()
    with pytest.raises(ZeroDivisionError):
        recall.of(view, "a", lambda: 1 / 0)
    assert recall.of(view, "a", lambda: 1) == 1


def test_it_keeps_no_view_alive() -> None:
    recall, view = Recall[View](), View()
    asked(recall, view, "a", [])
    gone = ref(view)
    del view
    gc.collect()
    assert gone() is None


def test_it_must_hold_something() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Recall[View](0)
