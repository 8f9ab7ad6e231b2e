"""Rankings given a moment ago. A ranking is a function of the view and the question, so one that was computed need not
be computed again for as long as the view stands: pages are opened twice, reports ask what the page asked."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import ref

View = TypeVar("View")
Found = TypeVar("Found")

MOST = 512
"""Questions remembered; their rankings weigh some tens of kilobytes each."""


class Recall(Generic[View]):
    """What was found lately in one view; another view makes it forget. Safe to call from many threads.

    Questions are answered one at a time: finding is computing in Python, and threads that take turns at every few
    milliseconds answer a third fewer than threads that wait.
    """

    def __init__(self, most: int = MOST) -> None:
        """Raises ValueError when nothing could be remembered."""
        if most < 1:
            raise ValueError("a recall holds at least one answer")
        self._most = most
        self._lock, self._turn = Lock(), Lock()
        self._view: Callable[[], View | None] = lambda: None  # a weak one: rankings must not keep a generation open
        self._found: dict[Hashable, Any] = {}

    def of(self, view: View, question: Hashable, find: Callable[[], Found]) -> Found:
        """The answer to the question in this view, found now unless it is remembered. `find` must not ask this recall
        anything."""
        known = self._known(view, question)
        if known is None:
            with self._turn:
                known = self._known(view, question)  # whoever had the turn before may have asked the same
                if known is None:
                    known = (find(),)
                    self._keep(view, question, known)
        answer: Found = known[0]
        return answer

    def _known(self, view: View, question: Hashable) -> tuple[Any] | None:
        with self._lock:
            if self._view() is not view or question not in self._found:
                return None
            known: tuple[Any] = self._found.pop(question)
            self._found[question] = known  # now the last to be forgotten
            return known

    def _keep(self, view: View, question: Hashable, answer: tuple[Any]) -> None:
        with self._lock:
            if self._view() is not view:
                self._view, self._found = ref(view), {}
            self._found[question] = answer
            if len(self._found) > self._most:
                del self._found[next(iter(self._found))]
