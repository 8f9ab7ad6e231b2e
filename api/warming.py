"""What the first to be shown a record would wait for, made ready while nobody waits.

Of an index that fits into what is kept, the material of every reason and the card of every record: after a start or a
rebuild the first answers are then as quick as the later ones.
"""

from __future__ import annotations

import gc
import logging
import threading
from itertools import groupby, islice
from operator import itemgetter

from api.cards import Cards
from api.ports import Search
from api.traffic import Traffic
from matcher.errors import MatcherError

log = logging.getLogger("scenematch.api")

AT_ONCE = 8
"""Records made ready between two looks at who is waiting: some milliseconds."""

EVERY_S = 2.0
"""Between two looks whether another index is in use."""


class Warming:
    """`catch_up()` does all there is to do; `start()` does it again and again on a thread of its own."""

    def __init__(self, search: Search, cards: Cards, traffic: Traffic) -> None:
        self._search, self._cards, self._traffic = search, cards, traffic
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.ready = 0

    def start(self, every_s: float = EVERY_S) -> None:
        """Look every so many seconds, until `close`."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, args=(every_s,), name="warming", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop after the records at hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def catch_up(self) -> int:
        """Make ready what is not; how many records that were."""
        waiting = self._search.preparing()
        done = 0
        while some := list(islice(waiting, AT_ONCE)):
            for kind, records in groupby(some, key=itemgetter(0)):
                self._cards.get(kind, [id for _, id in records])
            done += len(some)
            self.ready = done
            if self._traffic.give_way(self._stop):
                break
        if done:
            _settle()
        return done

    def _run(self, every_s: float) -> None:
        if self._stop.wait(every_s):  # whoever waited for the start asks first
            return
        _settle()
        while True:
            try:
                self.catch_up()
            except MatcherError as error:
                log.warning("warming: %s", error)  # answers are slower for it, not wrong
            except Exception:
                log.exception("warming")
            if self._stop.wait(every_s):
                return


def _settle() -> None:
    """Take what lives as long as the index out of the collector's rounds: each round over it would cost the request
    that happens to start it half a second. What an earlier index left behind is collected first."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
