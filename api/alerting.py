"""What routes and pages do with alerts: each method one transaction, for one caller."""

from __future__ import annotations

from collections.abc import Sequence

from api.caller import Caller
from api.parts import Parts
from matcher.alerts import Alert, AlertKind
from matcher.errors import InvalidInput
from matcher.store import utc_now
from matcher.store.alerts import AlertPage, Alerts, AlertWriter, Subscription


class Alerting:
    """The alerts of one service. All methods block, so they belong in the thread pool."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._store = parts, parts.store

    def page(
        self,
        caller: Caller,
        *,
        kind: AlertKind | None = None,
        away: bool = False,
        everything: bool = False,
        limit: int = 20,
        offset: int = 0,
    ) -> AlertPage:
        """What the caller is to see, or (`away`) put away herself."""
        with self._store.read_snapshot() as snapshot:
            return Alerts(snapshot).page(
                caller.principal, utc_now(), kind=kind, away=away, everything=everything, limit=limit, offset=offset
            )

    def count(self, caller: Caller) -> int:
        """The number on the bell."""
        with self._store.read_snapshot() as snapshot:
            return Alerts(snapshot).count(caller.principal, utc_now())

    def put_away(self, caller: Caller, number: int, *, days: int | None = None) -> Alert:
        """Off the caller's list, for good or for some days. NotFound, InvalidInput."""
        with self._store.writing(caller.actor) as writer:
            return AlertWriter(writer).put_away(caller.principal, number, days=days)

    def bring_back(self, caller: Caller, number: int) -> Alert:
        """Back on the caller's list. NotFound."""
        with self._store.writing(caller.actor) as writer:
            return AlertWriter(writer).bring_back(caller.principal, number)

    def subscription(self, caller: Caller) -> Subscription:
        """What the caller asked to see."""
        with self._store.read_snapshot() as snapshot:
            return Alerts(snapshot).subscription(caller.principal)

    def subscribe(self, caller: Caller, industries: Sequence[str], muted: Sequence[str]) -> Subscription:
        """See these from now on. InvalidInput for an industry the taxonomy does not know, or an unknown kind."""
        names = []
        for word in industries:
            name = self._parts.taxonomy.resolve("industry", word)
            if name is None:
                raise InvalidInput(f"行业里没有“{word[:40]}”；可用的行业见 /api/v1/vocabulary。", field="industries")
            names.append(name)
        unknown = [word for word in muted if word not in set(AlertKind)]
        if unknown:
            raise InvalidInput(f"没有“{unknown[0][:40]}”这一类提醒。", field="muted")
        wanted = Subscription(tuple(sorted(set(names))), tuple(AlertKind(word) for word in dict.fromkeys(muted)))
        with self._store.writing(caller.actor) as writer:
            AlertWriter(writer).subscribe(caller.principal, wanted)
        return wanted
