"""Which rankings were shown for stored demands: for the funnel, for the list of gaps, and to learn from later."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from starlette.background import BackgroundTask

from matcher.errors import MatcherError
from matcher.model import Match, Ranking
from matcher.store import Actor, Store, Writer
from matcher.store.followup_writer import FollowUpWriter

log = logging.getLogger("scenematch.api")

MOST = 10_000
"""Demands of which it is known what was shown last, so that showing it again costs nothing."""

DEPTH = 10
"""Matches remembered of a ranking."""

_Seen = tuple[bool, tuple[tuple[str, int], ...]]


class ShownLog:
    """Remembers a ranking when it differs from the one shown last. Safe to call from many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._last: dict[str, _Seen] = {}

    def later(self, demand_id: str, ranking: Ranking, actor: Actor) -> BackgroundTask | None:
        """What is to be done once the ranking has been sent; None when the same was shown last."""
        if self._last.get(demand_id) == _seen(ranking):
            return None
        return BackgroundTask(self.remember, demand_id, ranking, actor)

    def remember(self, demand_id: str, ranking: Ranking, actor: Actor) -> None:
        """Keep it in a commit of its own. Trouble is logged: nobody waits for this."""
        try:
            with self._store.writing(actor) as writer:
                self.write(writer, demand_id, ranking)
        except MatcherError as error:
            log.error("shown: %s", error)

    def write(self, writer: Writer, demand_id: str, ranking: Ranking) -> None:
        """Keep it in the caller's commit."""
        suitable, matches = _seen(ranking)
        FollowUpWriter(writer).remember_shown(demand_id, ranking.generation, suitable, matches)
        if len(self._last) >= MOST:
            self._last = {}
        self._last[demand_id] = suitable, matches


def _seen(ranking: Ranking) -> _Seen:
    return ranking.suitable, shown_of(ranking.matches)


def shown_of(matches: Sequence[Match]) -> tuple[tuple[str, int], ...]:
    """(id, grade) of the matches that count as shown, best first."""
    return tuple((match.id, match.grade) for match in matches[:DEPTH])
