"""The letter of questions (补正通知) in words: to whom, what about, what to add, by when. Its layout is elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from matcher.completeness import Completeness
from matcher.errors import Conflict
from matcher.model import Contact, Demand

FIELD_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "title": "需求名称",
        "description": "问题描述",
        "requirements": "指标要求",
        "target": "预期目标",
        "current_base": "现有基础",
        "site": "落地场地",
        "scale": "试点规模",
        "budget": "预算",
        "deadline": "时限",
    }
)
"""Field of a demand → its name on the form."""


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, what stands below it, the columns' names with their share of the width, and the rows."""

    heading: str
    lead: str
    columns: Sequence[tuple[str, float]]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything the page says, from top to bottom."""

    title: str
    greeting: str
    paragraphs: Sequence[str]
    tables: Sequence[Table]
    closing: str
    reply_to: str
    office: str
    day: str


def compose(
    demand: Demand, checked: Completeness, *, office: str, today: date, due: date, contact: Contact | None = None
) -> Letter:
    """The letter about one demand. `contact` is named in it only when given. Conflict when there is nothing to ask."""
    if not checked.questions and not checked.vague:
        raise Conflict("这条需求没有需要补正的内容，不必发补正通知。", id=demand.id)
    name = demand.title.strip() or "（未填名称）"
    return Letter(
        title="应用场景需求补正通知",
        greeting=f"{demand.organization.strip() or '填报单位'}：",
        paragraphs=(
            f"你单位填报的应用场景需求“{name}”（编号：{demand.id}）已收悉，感谢对本中心工作的支持。"
            "为准确理解需求、尽快推荐合适的解决方案，经核对，还有一些内容需要补充说明。",
            f"请于{_said(due)}前将下表中“你单位的答复”一栏填好后发回本中心。"
            "一时难以确定的，请写明大致范围，或注明什么时候能够确定。",
        ),
        tables=tuple(table for table in (_questions(checked), _vague(checked), _figures(checked)) if table.rows),
        closing="如有疑问，请与本中心联系。",
        reply_to=_reached(contact),
        office=office,
        day=_said(today),
    )


def _questions(checked: Completeness) -> Table:
    rows = [(str(n), asked.topic, asked.asks, "") for n, asked in enumerate(checked.questions, 1)]
    columns = (("序号", 0.08), ("事项", 0.16), ("需要补充的内容", 0.44), ("你单位的答复", 0.32))
    return Table("需要补充的内容", "", columns, rows)


def _vague(checked: Completeness) -> Table:
    rows = [
        (str(n), found.text, FIELD_NAMES.get(found.field, found.field), found.asks, "")
        for n, found in enumerate(checked.vague, 1)
    ]
    columns = (("序号", 0.08), ("原文用语", 0.17), ("所在栏目", 0.15), ("请写得更具体", 0.32), ("你单位的答复", 0.28))
    return Table("需要写得更具体的用语", "", columns, rows)


def _figures(checked: Completeness) -> Table:
    rows = [
        (str(n), indicator.quantity or "（未写指标名称）", indicator.text, "")
        for n, indicator in enumerate(checked.requirements, 1)
    ]
    columns = (("序号", 0.08), ("指标", 0.22), ("材料中的写法", 0.42), ("如有出入请更正", 0.28))
    lead = "下列指标是从你单位的材料中读出的，将用于与解决方案逐项比对，请一并核对。"
    return Table("已读出的指标", lead, columns, rows)


def _reached(contact: Contact | None) -> str:
    if contact is None:
        return ""
    ways = (("联系人", contact.person), ("电话", contact.phone), ("邮箱", contact.email))
    return "　".join(f"{name}：{value.strip()}" for name, value in ways if value.strip())


def _said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
