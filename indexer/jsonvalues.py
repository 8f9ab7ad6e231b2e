"""Values of JSON keys, each read and checked. ValueError says in Chinese what was expected."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from indexer import cells, dates
from indexer import money as amounts
from indexer.reading import Reading
from matcher.model import Contact, Deadline, Money

_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_CURRENCY = re.compile(r"[A-Z]{3}")
_PRECISIONS: Mapping[str, dates.Precision] = {"day": "day", "month": "month", "year": "year", "": ""}


def text(value: Any) -> Reading[str]:
    """Text exactly as it was sent."""
    if not isinstance(value, str):
        raise ValueError("应为文字")
    if not value.isprintable() and _UNSTORABLE.search(value):
        raise ValueError("含有无法保存的字符（空字符或不成对的代理码）")
    return Reading(value)


def identifier(value: Any) -> Reading[str]:
    """An id; white space around it does not belong to it."""
    return Reading(text(value).value.strip())


def words(value: Any) -> Reading[tuple[str, ...]]:
    """A list of texts, or one text that separates its entries itself."""
    return cells.words(text(value).value) if isinstance(value, str) else _texts(value)


def phrases(value: Any) -> Reading[tuple[str, ...]]:
    """The same for entries that may hold a slash."""
    return cells.phrases(text(value).value) if isinstance(value, str) else _texts(value)


def _texts(value: Any) -> Reading[tuple[str, ...]]:
    if not isinstance(value, list | tuple):
        raise ValueError("应为文字，或由文字组成的列表")
    return Reading(tuple(text(entry).value for entry in value))


def trl(value: Any) -> Reading[int]:
    """Technology readiness, 1 to 9."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 9:
        raise ValueError("应为 1 到 9 的整数")
    return Reading(value)


def money(value: Any) -> Reading[Money | None]:
    """万元 as a number, an amount as people write it, or the fields of Money."""
    if isinstance(value, Money):
        return Reading(value)
    if isinstance(value, str):
        return amounts.money(text(value).value)
    if isinstance(value, Mapping):
        return Reading(_money(_fields(value, Money)))
    return amounts.money(_figure(value))


def deadline(value: Any) -> Reading[Deadline | None]:
    """A date as people write it, or the fields of Deadline."""
    if isinstance(value, Deadline):
        return Reading(value)
    if isinstance(value, str):
        return dates.deadline(text(value).value)
    if not isinstance(value, Mapping):
        raise ValueError("应为日期文字，例如 2026-12-31")
    given = _fields(value, Deadline)
    try:
        day = date.fromisoformat(text(given["day"]).value) if given.get("day") else None
    except ValueError:
        raise ValueError("day 应为日期，例如 2026-12-31") from None
    precision = given.get("precision") or ("day" if day else "")
    if not isinstance(precision, str) or precision not in _PRECISIONS or bool(precision) != bool(day):
        raise ValueError("precision 应为 day、month 或 year，没有日期时留空")
    return Reading(Deadline(day, _PRECISIONS[precision], text(given.get("raw") or "").value))


def contact(value: Any) -> Reading[Contact]:
    """The fields of Contact."""
    if isinstance(value, Contact):
        return Reading(value)
    if not isinstance(value, Mapping):
        raise ValueError("应为含 person、phone、email 的对象")
    return Reading(Contact(**{name: text(part).value for name, part in _fields(value, Contact).items()}))


def _money(given: dict[str, Any]) -> Money:
    figures = [_figure(given[name]) for name in ("low", "high") if given.get(name) is not None]
    if len(figures) == 1 or (figures and figures[0] > figures[1]):
        raise ValueError("low 和 high 应同时填写，且 low 不大于 high")
    low, high = figures or (None, None)
    currency = text(given.get("currency") or "CNY").value
    if not _CURRENCY.fullmatch(currency):
        raise ValueError("currency 应为三个大写字母，例如 CNY、HKD、MOP")
    return Money(low, high, currency, text(given.get("per") or "").value, text(given.get("raw") or "").value)


def _figure(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("应为数字（万元）或文字")
    if not 0 <= value <= amounts.ABSURD or not math.isfinite(value):
        raise ValueError("应为不小于 0 的合理金额")
    return float(value)


def _fields(value: Mapping[str, Any], of: type[Money] | type[Deadline] | type[Contact]) -> dict[str, Any]:
    """The given fields that are not null; ValueError for one the class does not have."""
    names = of.__dataclass_fields__
    for name in value:
        if name not in names:
            raise ValueError(f"不认识的字段 {name}，可用：{'、'.join(names)}")
    return {name: part for name, part in value.items() if part is not None}
