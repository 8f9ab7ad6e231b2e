"""Alerts as they are kept: filed once for each kind and subject, put away by each person for herself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, or_, select, true, update

from matcher.alerts import STANDING, Alert, AlertKind, Draft, Related
from matcher.errors import InvalidInput, NotFound
from matcher.model import Kind
from matcher.store.alert_tables import alerts, marks, subscriptions
from matcher.store.codec import checked
from matcher.store.snapshot import Snapshot
from matcher.store.writer import Writer

LONGEST_SNOOZE = 90
MOST = 100
INDUSTRY, MUTED = "industry", "kind"


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one person wants to see. No industries means all; an alert about her own pairs is always shown."""

    industries: tuple[str, ...] = ()
    muted: tuple[AlertKind, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertPage:
    """Alerts, the newest first, how many there are altogether, and how many of each kind."""

    items: tuple[Alert, ...]
    total: int
    by_kind: Mapping[AlertKind, int]


class Alerts:
    """Reading; good inside the block of the snapshot only. `principal` is an account's or a key's name."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._connection = snapshot.connection

    def page(
        self,
        principal: str,
        now: datetime,
        *,
        kind: AlertKind | None = None,
        away: bool = False,
        everything: bool = False,
        limit: int = 20,
        offset: int = 0,
    ) -> AlertPage:
        """What this person is to see. `away` gives instead what she put away and still holds; `everything` leaves her
        subscription out of account. InvalidInput for a limit outside 1–100."""
        if not 1 <= limit <= MOST or offset < 0:
            raise InvalidInput(f"每页条数应在 1 到 {MOST} 之间，起始位置不能是负数。")
        kept = self._shown(principal, now, away=away, everything=everything)
        counted = select(alerts.c.kind, func.count()).where(*kept).group_by(alerts.c.kind)
        by_kind = {AlertKind(name): count for name, count in self._connection.execute(counted)}
        wanted = [*kept, alerts.c.kind == kind.value] if kind else kept
        query = select(alerts).where(*wanted).order_by(alerts.c.changed_at.desc(), alerts.c.number.desc())
        rows = self._connection.execute(query.limit(limit).offset(offset))
        total = by_kind.get(kind, 0) if kind else sum(by_kind.values())
        return AlertPage(tuple(map(_alert, rows)), total, {each: by_kind.get(each, 0) for each in AlertKind})

    def count(self, principal: str, now: datetime) -> int:
        """How many alerts the bell shows."""
        query = select(func.count()).select_from(alerts).where(*self._shown(principal, now))
        return self._connection.execute(query).scalar_one()

    def get(self, number: int) -> Alert:
        """One alert. NotFound."""
        row = self._connection.execute(select(alerts).where(alerts.c.number == number)).one_or_none()
        if row is None:
            raise NotFound(f"没有编号为 {number} 的提醒。", number=number)
        return _alert(row)

    def subscription(self, principal: str) -> Subscription:
        """What this person wants to see; everything when she never said."""
        query = select(subscriptions.c.facet, subscriptions.c.value).where(subscriptions.c.principal == principal)
        rows = self._connection.execute(query.order_by(subscriptions.c.value)).all()
        return Subscription(
            tuple(row.value for row in rows if row.facet == INDUSTRY),
            tuple(AlertKind(row.value) for row in rows if row.facet == MUTED and row.value in set(AlertKind)),
        )

    def _shown(
        self, principal: str, now: datetime, *, away: bool = False, everything: bool = False
    ) -> list[ColumnElement[bool]]:
        put_away = (
            select(marks.c.alert)
            .where(
                marks.c.principal == principal,
                marks.c.alert == alerts.c.number,
                marks.c.at >= alerts.c.changed_at,
                or_(marks.c.until.is_(None), marks.c.until > now),
            )
            .exists()
        )
        kept = [alerts.c.resolved_at.is_(None), put_away if away else ~put_away]
        if not everything:
            kept.append(self._wanted(principal))
        return kept

    def _wanted(self, principal: str) -> ColumnElement[bool]:
        own = self.subscription(principal)
        wanted: ColumnElement[bool] = true()
        if own.muted:
            wanted = and_(wanted, alerts.c.kind.not_in([kind.value for kind in own.muted]))
        if own.industries:
            named = [alerts.c.industries.contains(f"\n{name}\n", autoescape=True) for name in own.industries]
            wanted = and_(wanted, or_(alerts.c.owner == principal, *named))
        return wanted


class AlertWriter(Alerts):
    """Writing; good inside the block of the writer only."""

    def __init__(self, writer: Writer) -> None:
        super().__init__(writer)
        self._writer, self._now = writer, writer.now

    def file(self, draft: Draft) -> None:
        """File or renew. An alert that names a record it did not name before, or comes back, is new to everybody."""
        row = self._connection.execute(
            select(alerts).where(alerts.c.kind == draft.kind.value, alerts.c.subject == draft.subject)
        ).one_or_none()
        values = _values(draft)
        if row is None:
            values |= {"kind": draft.kind.value, "subject": draft.subject}
            self._connection.execute(insert(alerts).values(raised_at=self._now, changed_at=self._now, **values))
            return
        known = {related.id for related in _related(row.related)}
        again = row.resolved_at is not None
        more = draft.kind not in STANDING and any(each.id not in known for each in draft.related)
        if again or more:
            values["changed_at"] = self._now
        if again:
            values |= {"resolved_at": None, "raised_at": self._now}
        self._connection.execute(update(alerts).where(alerts.c.number == row.number).values(values))

    def settle(self, drafts: Sequence[Draft]) -> None:
        """These are all alerts of the standing kinds that hold now: file them, and let the others rest."""
        for draft in drafts:
            self.file(draft)
        held = {(draft.kind.value, draft.subject) for draft in drafts}
        query = select(alerts.c.number, alerts.c.kind, alerts.c.subject).where(
            alerts.c.resolved_at.is_(None), alerts.c.kind.in_([kind.value for kind in STANDING])
        )
        self._rest(row.number for row in self._connection.execute(query).all() if (row.kind, row.subject) not in held)

    def retire(self, subjects: Iterable[str], *, before: datetime) -> None:
        """Let rest what was said about records that are gone, and news older than `before`."""
        gone = list(subjects)
        news = [kind.value for kind in AlertKind if kind not in STANDING]
        for start in range(0, len(gone), 500):
            query = select(alerts.c.number).where(
                alerts.c.resolved_at.is_(None), alerts.c.subject.in_(gone[start : start + 500])
            )
            self._rest(self._connection.execute(query).scalars().all())
        old = (alerts.c.resolved_at.is_(None)) & alerts.c.kind.in_(news) & (alerts.c.changed_at < before)
        self._connection.execute(update(alerts).where(old).values(resolved_at=self._now))

    def put_away(self, principal: str, number: int, *, days: int | None = None) -> Alert:
        """Off this person's list, for `days` or until the alert says something new. NotFound; InvalidInput."""
        if days is not None and not 1 <= days <= LONGEST_SNOOZE:
            raise InvalidInput(f"稍后提醒的天数应在 1 到 {LONGEST_SNOOZE} 之间。", days=days)
        found = self.get(number)
        self._unmark(principal, number)
        until = None if days is None else self._now + timedelta(days=days)
        self._connection.execute(insert(marks).values(principal=principal, alert=number, at=self._now, until=until))
        self._writer.audit("alert.snooze" if days else "alert.dismiss", f"alert:{number}")
        return found

    def bring_back(self, principal: str, number: int) -> Alert:
        """Back on this person's list. NotFound."""
        found = self.get(number)
        self._unmark(principal, number)
        self._writer.audit("alert.restore", f"alert:{number}")
        return found

    def subscribe(self, principal: str, wanted: Subscription) -> None:
        """What this person wants to see from now on."""
        self._connection.execute(delete(subscriptions).where(subscriptions.c.principal == principal))
        told = [(INDUSTRY, checked(name)) for name in wanted.industries] + [
            (MUTED, kind.value) for kind in wanted.muted
        ]
        rows = [{"principal": principal, "facet": facet, "value": value} for facet, value in dict.fromkeys(told)]
        if rows:
            self._connection.execute(insert(subscriptions), rows)
        self._writer.audit("alert.subscribe", "alerts")

    def _unmark(self, principal: str, number: int) -> None:
        self._connection.execute(delete(marks).where(marks.c.principal == principal, marks.c.alert == number))

    def _rest(self, numbers: Iterable[int]) -> None:
        chosen = list(numbers)
        for start in range(0, len(chosen), 500):
            part = alerts.c.number.in_(chosen[start : start + 500])
            self._connection.execute(update(alerts).where(part).values(resolved_at=self._now))


def _values(draft: Draft) -> dict[str, Any]:
    return {
        "title": checked(draft.title),
        "says": checked(draft.says),
        "related": orjson.dumps([[r.kind.value, r.id, r.title, r.grade] for r in draft.related]).decode(),
        "industries": "\n".join(["", *draft.industries, ""]) if draft.industries else "",
        "owner": draft.owner,
    }


def _related(text: str) -> tuple[Related, ...]:
    return tuple(Related(Kind(kind), id, title, grade) for kind, id, title, grade in orjson.loads(text))


def _alert(row: Row[Any]) -> Alert:
    industries = tuple(row.industries.strip("\n").split("\n")) if row.industries else ()
    draft = Draft(AlertKind(row.kind), row.subject, row.title, row.says, _related(row.related), industries, row.owner)
    return Alert(row.number, draft, row.raised_at, row.changed_at, row.resolved_at)
