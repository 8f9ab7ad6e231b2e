"""Dates, amounts and lists as a Chinese office writes them; filters of the templates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from urllib.parse import urlencode

from matcher.model import Deadline, Money

BEIJING = timezone(timedelta(hours=8), "北京时间")
"""China keeps one time all year; a fixed offset needs no time-zone tables, which Windows lacks."""

CURRENCIES: Mapping[str, str] = {"CNY": "万元", "HKD": "万港元", "MOP": "万澳门元", "USD": "万美元", "EUR": "万欧元"}


def day(value: datetime | date | None) -> str:
    """2026-03-01, in Beijing time; "" for none."""
    if value is None:
        return ""
    local = value.astimezone(BEIJING).date() if isinstance(value, datetime) else value
    return local.isoformat()


def moment(value: datetime | None) -> str:
    """2026-03-01 16:30, in Beijing time; "" for none."""
    return "" if value is None else f"{value.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def number(value: float | None) -> str:
    """12,345 or 0.25: thousands apart, no needless zeros; "" for none."""
    if value is None:
        return ""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0").rstrip(".")


def money(value: Money | None) -> str:
    """80–180万元/套; the raw text when it names no figure; "" for none."""
    if value is None:
        return ""
    if value.low is None or value.high is None:
        return value.raw
    span = number(value.low) if value.low == value.high else f"{number(value.low)}–{number(value.high)}"
    unit = CURRENCIES.get(value.currency, f"万 {value.currency}")
    return f"{span}{unit}" + (f"/{value.per}" if value.per else "")


def deadline(value: Deadline | None) -> str:
    """2026-12-31, 2026年12月, 2026年, or the raw text when it names no date; "" for none."""
    if value is None:
        return ""
    if value.day is None:
        return value.raw
    shapes = {"month": f"{value.day.year}年{value.day.month}月", "year": f"{value.day.year}年"}
    return shapes.get(value.precision, value.day.isoformat())


def listed(values: Iterable[str]) -> str:
    """甲、乙、丙."""
    return "、".join(values)


FILTERS: Mapping[str, Callable[..., str]] = {
    "day": day,
    "moment": moment,
    "number": number,
    "money": money,
    "deadline": deadline,
    "listed": listed,
    "query": urlencode,
}
