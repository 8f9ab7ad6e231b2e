"""Work that nobody waits for gives way to requests, but not for ever."""

from __future__ import annotations

import threading

import pytest

from api import traffic as module
from api.traffic import Traffic


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses made so far, on a clock on which each takes a tenth of a second."""
    made: list[float] = []
    monkeypatch.setattr(module.time, "monotonic", lambda: 0.1 * len(made))
    return made


class Event(threading.Event):
    """An event whose waiting is counted, not spent; after so many waits it is set, or a request ends."""

    def __init__(self, pauses: list[float], traffic: Traffic, *, set_at: int = 99, end_at: int = 99) -> None:
        super().__init__()
        self._pauses, self._traffic, self._set_at, self._end_at = pauses, traffic, set_at, end_at

    def wait(self, timeout: float | None = None) -> bool:
        self._pauses.append(timeout or 0.0)
        if len(self._pauses) == self._end_at:
            self._traffic.end()
        return len(self._pauses) >= self._set_at


def test_it_goes_on_after_one_pause_when_nobody_waits(pauses: list[float]) -> None:
    traffic = Traffic()
    assert traffic.give_way(Event(pauses, traffic)) is False
    assert pauses == [module.PAUSE_S]


def test_it_waits_for_the_request_to_end_and_a_moment_for_the_next_one(
    pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_S", 60.0)
    monkeypatch.setattr(module, "QUIET_S", 0.25)
    traffic = Traffic()
    traffic.begin()
    assert traffic.give_way(Event(pauses, traffic, end_at=4)) is False
    assert len(pauses) == 7  # ended at the fourth; 0.1 and 0.2 s later another might still come


def test_it_goes_on_in_the_end_under_requests_without_end(pauses: list[float]) -> None:
    traffic = Traffic()
    traffic.begin()
    assert traffic.give_way(Event(pauses, traffic)) is False
    assert len(pauses) * 0.1 == pytest.approx(module.MOST_S)
    assert traffic.running == 1


def test_it_stops_when_told(pauses: list[float]) -> None:
    traffic = Traffic()
    traffic.begin()
    assert traffic.give_way(Event(pauses, traffic, set_at=2)) is True
    assert len(pauses) == 2
