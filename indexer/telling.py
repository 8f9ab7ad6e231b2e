"""Values in a few Chinese words, for people to hold against what stood in the cell."""

from __future__ import annotations

from matcher.model import Contact, Deadline, Money

CURRENCIES = {"CNY": "元", "HKD": "港元", "MOP": "澳门元", "USD": "美元", "EUR": "欧元"}
PRECISIONS = {"month": "（精确到月）", "year": "（精确到年）"}


def told(value: object) -> str:
    """The value as staff would say it; "" for what is empty."""
    if isinstance(value, Money):
        return _money(value)
    if isinstance(value, Deadline):
        return f"{value.day.isoformat()}{PRECISIONS.get(value.precision, '')}" if value.day else ""
    if isinstance(value, Contact):
        return " ".join(filter(None, (value.person, value.phone, value.email)))
    if isinstance(value, tuple):
        return "、".join(map(str, value))
    return "" if value is None else str(value)


def _money(value: Money) -> str:
    if value.low is None or value.high is None:
        return ""
    figure = f"{value.low:.10g}" if value.low == value.high else f"{value.low:.10g}–{value.high:.10g}"
    unit = CURRENCIES.get(value.currency, value.currency)
    return f"{figure} 万{unit}" + (f"/{value.per}" if value.per else "")
