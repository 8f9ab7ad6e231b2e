"""提醒: what somebody should look at today, and the rules that say so. Nothing here knows a database or a clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from matcher.engagement import Engagement
from matcher.model import Demand, Kind
from matcher.patience import Patience
from matcher.periods import local_day
from matcher.workflow import ACTIVE


class AlertKind(StrEnum):
    """What an alert is about."""

    NEW_SOLUTION = "new_solution"
    NEW_DEMAND = "new_demand"
    UNANSWERED = "unanswered"
    DEADLINE = "deadline"
    STALLED = "stalled"
    NEXT_STEP = "next_step"


ALERT_NAMES: Mapping[AlertKind, str] = MappingProxyType(
    {
        AlertKind.NEW_SOLUTION: "新方案可用",
        AlertKind.NEW_DEMAND: "新需求有方案",
        AlertKind.UNANSWERED: "缺少合适方案",
        AlertKind.DEADLINE: "期限提醒",
        AlertKind.STALLED: "对接无进展",
        AlertKind.NEXT_STEP: "下一步到期",
    }
)

STANDING = frozenset({AlertKind.UNANSWERED, AlertKind.DEADLINE, AlertKind.STALLED, AlertKind.NEXT_STEP})
"""Kinds that hold for as long as the state of things does, and are gone when it is mended."""

MOST_RELATED = 50
"""Records that one alert names; it counts all of them."""


@dataclass(frozen=True, slots=True)
class Related:
    """A record that an alert points to, with its grade where there is one."""

    kind: Kind
    id: str
    title: str
    grade: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An alert before it is filed. There is one for each `kind` and `subject`.

    `subject` is "demand:ID", "solution:ID", "engagement:NUMBER" or "filing:REVISION". `owner` is who follows the pair
    up. Nobody's personal data is in it.
    """

    kind: AlertKind
    subject: str
    title: str
    says: str
    related: tuple[Related, ...] = ()
    industries: tuple[str, ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """A filed alert. `changed_at` is when it last said something new, which brings it back to who dismissed it."""

    number: int
    draft: Draft
    raised_at: datetime
    changed_at: datetime
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """A record just filed or changed, and what suits it on the other side, best first.

    `before` of the related had no suitable counterpart until now.
    """

    kind: Kind
    id: str
    title: str
    industries: tuple[str, ...]
    suits: tuple[Related, ...]
    before: int = 0
    fresh: bool = True


def arrived(each: Filed) -> Draft | None:
    """The alert for one record: a new solution for demands on file, or a new demand with solutions on file.

    A solution that was only changed is worth one when it helps a demand that had nothing suitable.
    """
    if not each.suits or not (each.fresh or (each.kind is Kind.SOLUTION and each.before)):
        return None
    count = len(each.suits)
    if each.kind is Kind.SOLUTION:
        what = "新方案" if each.fresh else "方案更新后"
        says = f"{what}可能解决 {count} 条存量需求"
        says += f"，其中 {each.before} 条此前没有合适方案。" if each.before else "。"
        kind = AlertKind.NEW_SOLUTION
    else:
        says = f"新需求已有 {count} 个合适方案，最高 {each.suits[0].grade} 分。"
        kind = AlertKind.NEW_DEMAND
    return Draft(kind, f"{each.kind}:{each.id}", each.title, says, each.suits[:MOST_RELATED], each.industries)


def arrived_together(kind: Kind, filed: Sequence[Filed], revision: int) -> Draft | None:
    """One alert for a whole list; its related are the new records that suit something."""
    useful = [each for each in filed if each.suits and each.fresh]
    if not useful:
        return None
    industries = tuple(dict.fromkeys(name for each in useful for name in each.industries))
    shown = tuple(Related(kind, each.id, each.title, each.suits[0].grade) for each in useful[:MOST_RELATED])
    if kind is Kind.SOLUTION:
        helped = len({related.id for each in useful for related in each.suits})
        title = f"新登记 {len(filed)} 个方案"
        says = f"其中 {len(useful)} 个可能解决 {helped} 条存量需求。"
        return Draft(AlertKind.NEW_SOLUTION, f"filing:{revision}", title, says, shown, industries)
    title = f"新登记 {len(filed)} 条需求"
    rest = len(filed) - len(useful)
    says = f"其中 {len(useful)} 条已有合适方案" + (f"，{rest} 条还没有。" if rest else "。")
    return Draft(AlertKind.NEW_DEMAND, f"filing:{revision}", title, says, shown, industries)


@dataclass(frozen=True, slots=True)
class OpenDemand:
    """A demand in work, as the standing rules need it. `best` is the nearest solution; () before it was looked for."""

    demand: Demand
    filed_at: datetime
    industries: tuple[str, ...] = ()
    answered: bool = False
    best: tuple[Related, ...] = ()
    landed: bool = False


def standing(
    demands: Iterable[OpenDemand],
    pairs: Iterable[tuple[Engagement, str, tuple[str, ...]]],
    now: datetime,
    patience: Patience,
) -> Iterator[Draft]:
    """Every alert that the state of things calls for at this moment.

    `pairs` are (engagement, what the pair is called, industries of its demand).
    """
    today = local_day(now)
    for each in demands:
        if each.landed:
            continue
        if each.best and not each.answered and now - each.filed_at >= timedelta(days=patience.unanswered):
            yield _unanswered(each, patience.unanswered)
        day = each.demand.deadline.day if each.demand.deadline else None
        if day is not None and day - today <= timedelta(days=patience.deadline):
            yield _deadline(each, day, today)
    for engagement, name, industries in pairs:
        if engagement.stage not in ACTIVE:
            continue
        subject = f"engagement:{engagement.number}"
        related = (Related(Kind.DEMAND, engagement.demand_id, name),)
        if now - engagement.updated_at >= timedelta(days=patience.stalled):
            says = f"停在“{engagement.stage}”已超过 {patience.stalled} 天没有进展。"
            yield Draft(AlertKind.STALLED, subject, name, says, related, industries, engagement.owner)
        if engagement.next_on is not None and engagement.next_on <= today:
            when = "今天" if engagement.next_on == today else f"{engagement.next_on.isoformat()} "
            says = f"下一步“{engagement.next_step}”{when}到期。" if engagement.next_step else f"下一步{when}到期。"
            yield Draft(AlertKind.NEXT_STEP, subject, name, says, related, industries, engagement.owner)


def _unanswered(each: OpenDemand, days: int) -> Draft:
    nearest = each.best[0]
    says = f"登记超过 {days} 天，仍没有合适方案；最接近的是“{nearest.title}”（{nearest.grade} 分）。"
    return Draft(
        AlertKind.UNANSWERED, f"demand:{each.demand.id}", each.demand.title, says, each.best[:3], each.industries
    )


def _deadline(each: OpenDemand, day: date, today: date) -> Draft:
    if day < today:
        says = f"期限（{day.isoformat()}）已过，还没有落地；请与需求单位确认是否延期或关闭。"
    else:
        says = f"期限为 {day.isoformat()}，还没有落地。"
    return Draft(AlertKind.DEADLINE, f"demand:{each.demand.id}", each.demand.title, says, (), each.industries)
