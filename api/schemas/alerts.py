"""Alerts as they go in and out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.schemas.base import WHOLE, In, Out, Word

Kinds = Literal["new_solution", "new_demand", "unanswered", "deadline", "stalled", "next_step"]


class RelatedOut(Out):
    """提醒涉及的一条记录；grade 是它的匹配分数，没有时为 null。"""

    kind: Literal["demand", "solution"]
    id: str
    title: str
    grade: int | None


class AlertOut(Out):
    """一条提醒。subject 是它说的对象，如 demand:D-000001、engagement:E-000003。"""

    number: int
    kind: Kinds
    kind_name: str
    subject: str
    title: str
    says: str
    related: list[RelatedOut]
    industries: list[str]
    owner: Annotated[str, Field(description="对接的跟进人；没有时为空")]
    raised_at: str
    changed_at: str


class AlertPageOut(Out):
    """一页提醒，最新的在前；by_kind 是各类提醒的条数。"""

    items: list[AlertOut]
    total: int
    by_kind: dict[str, int]
    limit: int
    offset: int


class SnoozeIn(In):
    """过几天再提醒。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"days": 3}]})

    days: Annotated[int, Field(ge=1, le=90, description="天数"), WHOLE]


class SubscriptionIn(In):
    """想看哪些提醒。行业留空表示全部行业；自己跟进的对接总会提醒。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"industries": ["汽车", "家电"], "muted": ["new_demand"]}]}
    )

    industries: Annotated[list[Word], Field(default_factory=list, max_length=100, description="只看这些行业")]
    muted: Annotated[list[Kinds], Field(default_factory=list, max_length=10, description="不看这几类")]


class SubscriptionOut(Out):
    """现在的订阅。"""

    industries: list[str]
    muted: list[Kinds]
