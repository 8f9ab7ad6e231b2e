"""What was found in a view is given again, and never in another view."""

from __future__ import annotations

import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from weakref import ref

import pytest

from api.recall import Recall
from matcher.filters import Without
from matcher.model import Demand, Kind
from matcher.store import utc_now


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


def test_questions_are_answered_one_at_a_time_and_the_same_one_once() -> None:
    recall, view = Recall[View](), View()
    lock, found, together = threading.Lock(), list[str](), list[int]()
    running = 0

    def find(question: str) -> str:
        nonlocal running
        with lock:
            running += 1
            together.append(running)
        time.sleep(0.002)
        with lock:
            running -= 1
            found.append(question)
        return f"{question}!"

    def ask(question: str) -> str:
        return recall.of(view, question, lambda: find(question))

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, "abcabcabcabc"))
    assert answers == [f"{question}!" for question in "abcabcabcabc"]
    assert sorted(found) == ["a", "b", "c"]
    assert max(together) == 1


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


def test_the_service_remembers_a_ranking_for_the_same_question_only(make_service: Any) -> None:
    service = make_service()
    search, store = service.parts.search, service.parts.store
    demand = Demand("", "焊点外观检测", description="焊点靠人工目检，夜班容易漏检。", region="广州")
    query = search.profile(demand)
    ranking = search.match(query)
    assert search.match(search.profile(demand)) is ranking
    others = (
        search.match(query, k=9),
        search.match(query, filters=[Without(frozenset({ranking.matches[0].id}))]),
        search.similar(query),
        search.match(replace(query, id="D1")),
        search.match(replace(query, tags=frozenset())),
        search.match(replace(query, fields={**query.fields, "title": "另一个标题"})),
        search.survey(query)[0],
    )
    assert len({id(found) for found in (ranking, *others)}) == 8
    assert others[1].matches[0].id == ranking.matches[1].id
    store.keys.create("staff", 1, now=utc_now())  # a commit that changes no record
    assert search.match(query) is ranking
    best = ranking.matches[0].id
    store.remove(Kind.SOLUTION, best)
    assert [match.id for match in search.match(query).matches] == [m.id for m in ranking.matches if m.id != best]
