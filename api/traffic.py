"""How busy the service is with what people wait for, so that work nobody waits for gives way to it."""

from __future__ import annotations

import threading
import time

PAUSE_S = 0.005
"""Between two pieces of background work when nobody waits."""

QUIET_S = 0.1
"""How long after a request the next one is still expected: a page asks for its parts one after the other."""

MOST_S = 0.5
"""How long one piece waits for requests to end: a service that is never idle must catch up some day."""


class Traffic:
    """Counts the requests in work. Python computes on one thread at a time, so a long list that is looked through
    beside the requests would double the time of each."""

    def __init__(self) -> None:
        self.running = 0
        self._last = -QUIET_S

    def begin(self) -> None:
        """A request has come. Told by the event loop alone, as is `end`."""
        self.running += 1

    def end(self) -> None:
        """It has been answered."""
        self.running -= 1
        self._last = time.monotonic()

    def give_way(self, stop: threading.Event) -> bool:
        """Wait before the next piece of background work; True as soon as `stop` is set."""
        ends = time.monotonic() + MOST_S
        while not stop.wait(PAUSE_S):
            now = time.monotonic()
            if now >= ends or (not self.running and now - self._last >= QUIET_S):
                return False
        return True
