"""Repeated filings watched for beside the requests: what is new or changed is compared, a little at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from api.traffic import Traffic
from matcher.engine import View
from matcher.errors import StaleIndex
from matcher.model import Kind, Record
from matcher.store import SYSTEM, Store
from matcher.store.names import same_names
from matcher.store.repeats import Cursor, RepeatBook, RepeatWriter
from matcher.suspects import Finder, Suspicion

log = logging.getLogger("scenematch.api")

AT_ONCE = 1
"""Records compared between two looks at the clock and at who is waiting: one takes as long as two answers."""


class Watch:
    """Compares every record once with those stored, and again when it changed. Safe to call from many threads."""

    def __init__(self, store: Store, now: Callable[[], tuple[Finder, View]], traffic: Traffic) -> None:
        """`now` gives what finds repeats, and the index at this moment."""
        self._store, self._now, self._traffic = store, now, traffic
        self._lock = threading.Lock()
        self._done: int | None = None
        self._closing = threading.Event()

    def find(self, records: Sequence[Record]) -> list[Suspicion]:
        """Probable repeats of records that need not be stored, among the stored ones and among each other."""
        finder, view = self._now()
        with self._store.read_snapshot() as snapshot:
            return finder.find(records, view, snapshot.get_many, same_names(snapshot))

    def catch_up(self, seconds: float = float("inf")) -> bool:
        """Compare what waits, for about this long. True when nothing waits any more, False while others compare."""
        if self._done == self._store.known_revision():
            return True
        if not self._lock.acquire(blocking=False):
            return False
        try:
            ends = time.monotonic() + seconds
            revision = self._store.known_revision()
            for kind in Kind:
                while self._some(kind):
                    if time.monotonic() > ends or self._traffic.give_way(self._closing):
                        return False
            self._done = revision
            return True
        except StaleIndex as error:
            log.warning("repeats: %s", error)
            return True
        finally:
            self._lock.release()

    def close(self) -> None:
        """Stop, and wait for the comparison that is going on."""
        self._closing.set()
        with self._lock:
            pass

    def _some(self, kind: Kind) -> bool:
        """Compare the next few records of a kind; whether there were any."""
        finder, view = self._now()
        with self._store.read_snapshot() as snapshot:
            book = RepeatBook(snapshot)
            cursor = book.cursor(kind)
            anew = cursor.judge != finder.name
            waiting = book.waiting(kind, Cursor("", 0, "") if anew else cursor, AT_ONCE)
            records = [record for record, _ in waiting]
            found = finder.find(records, view, snapshot.get_many, same_names(snapshot))
        if not waiting and not anew:
            return False
        with self._store.writing(SYSTEM) as writer:
            book = RepeatWriter(writer)
            if anew:
                book.begin_anew(kind, finder.name)
            if waiting:
                last, revision = waiting[-1]
                reached = Cursor(finder.name, revision, last.id)
                book.found(kind, [record.id for record in records], found, reached)
        return bool(waiting)
