"""The fields of a record as staff know them: their Chinese names in the order of a form, their values in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matcher.model import Deadline, Kind, Money, Record

_BOTH_ENDS = (("source", "来源"), ("batch", "批次"), ("status", "状态"))

NAMES: Mapping[Kind, Mapping[str, str]] = {
    Kind.DEMAND: dict(
        (
            ("id", "需求编号"),
            ("title", "需求名称"),
            ("organization", "需求单位"),
            ("org_type", "单位性质"),
            ("industries", "行业领域"),
            ("region", "所在地区"),
            ("site", "具体地点"),
            ("description", "需求描述"),
            ("requirements", "指标要求"),
            ("target", "预期目标"),
            ("current_base", "现有基础"),
            ("scale", "试点规模"),
            ("budget", "预算"),
            ("deadline", "期望完成时间"),
            ("cooperation", "合作方式"),
            ("keywords", "关键词"),
            *_BOTH_ENDS,
        )
    ),
    Kind.SOLUTION: dict(
        (
            ("id", "方案编号"),
            ("title", "方案名称"),
            ("vendor", "供应商"),
            ("industries", "适用行业"),
            ("technologies", "关键技术"),
            ("region", "所在地区"),
            ("description", "方案简介"),
            ("scenes", "适用场景"),
            ("indicators", "主要指标"),
            ("cases", "典型案例"),
            ("maturity", "成熟度"),
            ("trl", "技术就绪度"),
            ("price", "参考价格"),
            ("delivery", "交付周期"),
            ("qualifications", "企业资质"),
            *_BOTH_ENDS,
        )
    ),
}
"""Field → its name on forms, in their order. The contact is not among them."""

CURRENCIES: Mapping[str, str] = {
    "CNY": "万元",
    "HKD": "万港元",
    "MOP": "万澳门元",
    "USD": "万美元",
    "EUR": "万欧元",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of two states of a record, in words."""

    field: str
    name: str
    before: str
    after: str


def shown(value: object) -> str:
    """A field's value as a form shows it: amounts and dates as they were written, lists with 、, nothing as ""."""
    if isinstance(value, Money):
        return value.raw or _amount(value)
    if isinstance(value, Deadline):
        return value.raw or (value.day.isoformat() if value.day else "")
    if isinstance(value, tuple):
        return "、".join(value)
    return "" if value is None else str(value)


def differences(before: Record | None, after: Record | None) -> tuple[Difference, ...]:
    """The fields in which two states of a record differ, in the order of the form; None is a record that is not there.

    Amounts and dates that are written alike but were read otherwise count as different, and show how they were read.
    """
    known = before or after
    if known is None:
        return ()
    found = []
    for field, name in NAMES[known.kind].items():
        old, new = getattr(before, field, None), getattr(after, field, None)
        if old == new or (shown(old) == "" and shown(new) == ""):
            continue
        texts = shown(old), shown(new)
        if texts[0] == texts[1]:
            texts = _read(old), _read(new)
        found.append(Difference(field, name, *texts))
    return tuple(found)


def _read(value: object) -> str:
    """How an amount or a date was understood."""
    if isinstance(value, Money):
        return f"{value.raw}（{_amount(value)}）"
    if isinstance(value, Deadline):
        day = value.day.isoformat() if value.day else "没有日期"
        return f"{value.raw}（{day}）"
    return shown(value)


def _amount(value: Money) -> str:
    unit = CURRENCIES.get(value.currency, f"万{value.currency}") + (f"/{value.per}" if value.per else "")
    if value.low is None or value.high is None:
        return "面议"
    figures = f"{value.low:g}" if value.low == value.high else f"{value.low:g}-{value.high:g}"
    return figures + unit
