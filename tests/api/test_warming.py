"""What the reasons need is made ready beside the requests, once for each index."""

from __future__ import annotations

import gc
import threading
from typing import Any

import pytest

from api import warming as module
from api.recall import Recall
from api.traffic import Traffic
from api.warming import Warming
from indexer.build import build
from matcher.model import Kind


class Search:
    """An index of so many records, of which it is noted which were made ready."""

    def __init__(self, records: int) -> None:
        self.waiting = [(Kind.DEMAND if n % 5 == 0 else Kind.SOLUTION, f"R{n}") for n in range(records)]
        self.prepared: list[str] = []

    def preparing(self) -> Any:
        for kind, id in self.waiting:
            self.prepared.append(id)
            yield kind, id
        self.waiting = []


class Cards:
    def __init__(self) -> None:
        self.made: list[tuple[Kind, str]] = []

    def get(self, kind: Kind, ids: list[str]) -> dict[str, object]:
        self.made += [(kind, id) for id in ids]
        return {}


@pytest.fixture(autouse=True)
def thawed() -> Any:
    """The collector sees everything again after the test."""
    yield
    gc.unfreeze()


def test_every_record_is_made_ready_once_with_its_card() -> None:
    search, cards = Search(20), Cards()
    expected = sorted(search.waiting, key=lambda each: each[1])
    warming = Warming(search, cards, Traffic())  # type: ignore[arg-type]
    assert (warming.catch_up(), warming.ready) == (20, 20)
    assert search.prepared == [f"R{n}" for n in range(20)]
    assert sorted(cards.made, key=lambda each: each[1]) == expected
    assert (warming.catch_up(), warming.ready) == (0, 20)


def test_what_stays_is_taken_out_of_the_collectors_rounds() -> None:
    gc.unfreeze()
    warming = Warming(Search(1), Cards(), Traffic())  # type: ignore[arg-type]
    assert gc.get_freeze_count() == 0
    warming.catch_up()
    assert gc.get_freeze_count() > 1000


def test_it_stops_between_two_handfuls_and_begins_again_later() -> None:
    search = Search(3 * module.AT_ONCE)

    class Busy(Traffic):
        def give_way(self, stop: threading.Event) -> bool:
            return True

    stopped = Warming(search, Cards(), Busy())  # type: ignore[arg-type]
    assert stopped.catch_up() == module.AT_ONCE
    assert Warming(search, Cards(), Traffic()).catch_up() == 3 * module.AT_ONCE  # type: ignore[arg-type]


def test_it_begins_by_itself_a_moment_after_the_start() -> None:
    search = Search(3)
    warming = Warming(search, Cards(), Traffic())  # type: ignore[arg-type]
    warming.start(0.01)
    for _ in range(500):
        if warming.ready == 3:
            break
        threading.Event().wait(0.01)
    warming.close()
    assert search.prepared == ["R0", "R1", "R2"]


def test_a_failure_is_no_end(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Search):
        def preparing(self) -> Any:
            if not self.prepared:
                self.prepared.append("tried")
                raise ValueError("broken")
            return super().preparing()

    search = Broken(2)
    warming = Warming(search, Cards(), Traffic())  # type: ignore[arg-type]
    warming.start(0.01)
    for _ in range(500):
        if warming.ready == 2:
            break
        threading.Event().wait(0.01)
    warming.close()
    assert search.prepared == ["tried", "R0", "R1"]
    assert "warming" in caplog.text


def test_answers_are_the_same_before_and_after(make_service: Any) -> None:
    service = make_service()
    assert service.parts.warming.catch_up() == 0  # no index yet: what is searched exactly is few
    build(service.parts.settings)
    service.parts.search.refresh()
    asked = {"description": "焊点靠人眼看不过来，漏检率要控制在0.1%以内。"}

    def answer() -> Any:
        found = service.call("POST", "/api/v1/match", json=asked).json()
        found.pop("took_ms")
        return found

    with pytest.MonkeyPatch.context() as patched:  # not from memory
        patched.setattr(service.parts.search, "_recall", Recall())
        cold = answer()
    assert service.parts.warming.catch_up() == 7
    assert service.parts.warming.catch_up() == 0
    assert answer() == cold
    assert "scenematch_records_prepared 7.0" in service.call("GET", "/metrics", "admin").text
