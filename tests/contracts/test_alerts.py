"""One contract for outlooks and alerts, run on SQLite and, where a server program is installed, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from matcher.alerts import AlertKind, Draft, Related
from matcher.errors import InvalidInput, NotFound
from matcher.model import Demand, Kind, Solution
from matcher.store import Actor, Store
from matcher.store.alerts import Alerts, AlertWriter, Subscription
from matcher.store.followup_writer import FollowUpWriter
from matcher.store.outlooks import Outlook, Outlooks, OutlookWriter, Position

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LI = Actor("李经理", "staff")
NEWS = Draft(
    AlertKind.NEW_SOLUTION,
    "solution:S1",
    "视觉检测",
    "新方案可能解决 1 条存量需求。",
    (Related(Kind.DEMAND, "D1", "焊点检测", 88),),
    ("汽车",),
)
LATE = Draft(AlertKind.STALLED, "engagement:E-000001", "焊点 ↔ 视觉", "没有进展。", (), ("养老",), "李经理")


class Clock:
    """Time that moves when told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(any_url: str, clock: Clock) -> Iterator[Store]:
    with Store.open(any_url, write=True, clock=clock) as store:
        store.put_many([Demand("D1", "焊点检测"), Solution("S1", "视觉检测"), Solution("S2", "雷达")])
        yield store


def file(store: Store, *drafts: Draft) -> None:
    with store.writing(LI) as writer:
        for draft in drafts:
            AlertWriter(writer).file(draft)


def shown(store: Store, principal: str, now: datetime, **how: bool) -> list[str]:
    with store.read_snapshot() as snapshot:
        page = Alerts(snapshot).page(principal, now, **how)  # type: ignore[arg-type]
        assert Alerts(snapshot).count(principal, now) == page.total or how
        return [alert.draft.subject for alert in page.items]


def test_an_alert_is_filed_once_and_comes_back_with_something_new(store: Store, clock: Clock) -> None:
    file(store, NEWS)
    clock.now += timedelta(hours=1)
    file(store, NEWS, LATE)
    with store.read_snapshot() as snapshot:
        page = Alerts(snapshot).page("王", clock.now)
    assert [alert.draft for alert in page.items] == [LATE, NEWS]
    assert page.items[1].changed_at == NOW
    assert page.by_kind == {kind: int(kind in (AlertKind.NEW_SOLUTION, AlertKind.STALLED)) for kind in AlertKind}
    with store.writing(LI) as writer:
        AlertWriter(writer).put_away("王", page.items[1].number)
    assert shown(store, "王", clock.now) == ["engagement:E-000001"]
    assert shown(store, "李经理", clock.now) == ["engagement:E-000001", "solution:S1"]
    clock.now += timedelta(hours=1)
    file(store, replace(NEWS, says="改了一个字"))
    assert shown(store, "王", clock.now) == ["engagement:E-000001"]
    file(store, replace(NEWS, related=(*NEWS.related, Related(Kind.DEMAND, "D2", "另一条", 70))))
    assert shown(store, "王", clock.now) == ["solution:S1", "engagement:E-000001"]


def test_put_away_for_some_days_or_brought_back(store: Store, clock: Clock) -> None:
    file(store, NEWS)
    with store.writing(LI) as writer:
        alert = AlertWriter(writer).put_away("王", 1, days=3)
        assert alert.draft == NEWS
    assert shown(store, "王", clock.now + timedelta(days=2)) == []
    assert shown(store, "王", clock.now + timedelta(days=2), away=True) == ["solution:S1"]
    assert shown(store, "王", clock.now + timedelta(days=4)) == ["solution:S1"]
    with store.writing(LI) as writer:
        AlertWriter(writer).bring_back("王", 1)
    assert shown(store, "王", clock.now) == ["solution:S1"]
    assert [line.action for line in store.audit_lines(limit=2)] == ["alert.restore", "alert.snooze"]
    with store.writing(LI) as writer:
        for days in (0, 91):
            with pytest.raises(InvalidInput, match="天数"):
                AlertWriter(writer).put_away("王", 1, days=days)
        with pytest.raises(NotFound):
            AlertWriter(writer).put_away("王", 99)


def test_everybody_sees_what_she_asked_for_and_her_own_pairs(store: Store, clock: Clock) -> None:
    file(store, NEWS, LATE)
    with store.writing(LI) as writer:
        AlertWriter(writer).subscribe("王", Subscription(("汽车",)))
        AlertWriter(writer).subscribe("李经理", Subscription(("汽车",)))
        AlertWriter(writer).subscribe("赵", Subscription((), (AlertKind.STALLED,)))
    assert shown(store, "王", NOW) == ["solution:S1"]
    assert shown(store, "李经理", NOW) == ["engagement:E-000001", "solution:S1"]
    assert shown(store, "赵", NOW) == ["solution:S1"]
    assert shown(store, "赵", NOW, everything=True) == ["engagement:E-000001", "solution:S1"]
    with store.writing(LI) as writer:
        assert AlertWriter(writer).subscription("赵") == Subscription((), (AlertKind.STALLED,))
        AlertWriter(writer).subscribe("赵", Subscription())
        assert AlertWriter(writer).subscription("赵") == Subscription()


def test_standing_alerts_rest_when_things_are_mended(store: Store, clock: Clock) -> None:
    file(store, NEWS)
    with store.writing() as writer:
        AlertWriter(writer).settle([LATE])
    assert shown(store, "王", NOW) == ["engagement:E-000001", "solution:S1"]
    with store.writing() as writer:
        AlertWriter(writer).settle([])
    assert shown(store, "王", NOW) == ["solution:S1"]
    clock.now += timedelta(days=1)
    with store.writing() as writer:
        AlertWriter(writer).settle([LATE])
        again = AlertWriter(writer).page("王", clock.now).items[0]
    assert (again.draft, again.raised_at, again.resolved_at) == (LATE, clock.now, None)
    with store.writing() as writer:
        AlertWriter(writer).retire(["solution:S1"], before=NOW)
    assert shown(store, "王", clock.now) == ["engagement:E-000001"]


def test_news_grows_old(store: Store, clock: Clock) -> None:
    file(store, NEWS)
    clock.now += timedelta(days=31)
    with store.writing() as writer:
        AlertWriter(writer).retire([], before=clock.now - timedelta(days=30))
    assert shown(store, "王", clock.now) == []


def test_outlooks_remember_the_first_time(store: Store, clock: Clock) -> None:
    first = Outlook(Kind.DEMAND, "D1", "S1", 88, True)
    with store.writing() as writer:
        outlooks = OutlookWriter(writer)
        assert outlooks.position() == Position(0, "")
        outlooks.put([first, Outlook(Kind.SOLUTION, "S1", "D1", 87, True)])
        outlooks.advance(Position(7, "v1"))
    clock.now += timedelta(days=1)
    with store.writing() as writer:
        OutlookWriter(writer).put([Outlook(Kind.DEMAND, "D1", "S2", 20, False)])
    with store.read_snapshot() as snapshot:
        read = Outlooks(snapshot)
        assert read.all(Kind.DEMAND) == {"D1": Outlook(Kind.DEMAND, "D1", "S2", 20, False, NOW)}
        assert read.leaning_on(Kind.DEMAND, ["S2", "S1"]) == {"D1"}
        assert read.position() == Position(7, "v1")
        assert [each.id for each in read.changed(Kind.SOLUTION, 0)] == ["S1", "S2"]
        assert read.filed_at(Kind.DEMAND) == {"D1": NOW}
        assert read.excluded() == {}
    with store.writing() as writer:
        OutlookWriter(writer).forget(Kind.DEMAND, ["D1"])
    with store.writing(LI) as writer:
        FollowUpWriter(writer).exclude("D1", "S2", "太贵")
    with store.read_snapshot() as snapshot:
        assert Outlooks(snapshot).all(Kind.DEMAND) == {}
        assert Outlooks(snapshot).excluded() == {"D1": frozenset({"S2"})}
