"""Months and stretches of time as the centre's calendar has them: Beijing time, whatever the machine's zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from matcher.errors import InvalidInput

BEIJING = timezone(timedelta(hours=8), "北京时间")
"""All of China has one time and no summer time."""

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to, not including, `end`; both aware. `label` is how people say it."""

    start: datetime
    end: datetime
    label: str

    def __contains__(self, when: datetime | None) -> bool:
        return when is not None and self.start <= when < self.end


def local_day(when: datetime) -> date:
    """The day on the centre's calendar."""
    return when.astimezone(BEIJING).date()


@lru_cache(maxsize=65_536)
def month_of(when: datetime) -> str:
    """The month on the centre's calendar, "2026-03"."""
    local = when.astimezone(BEIJING)
    return f"{local.year:04d}-{local.month:02d}"


def month(text: str) -> Period:
    """The whole month named "2026-03". InvalidInput for anything else."""
    found = _MONTH.fullmatch(text.strip())
    if found is None or not 2000 <= int(found[1]) <= 2999:
        raise InvalidInput("月份请写成“2026-03”的样子。", month=text[:20])
    year, number = int(found[1]), int(found[2])
    start = datetime(year, number, 1, tzinfo=BEIJING)
    end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=BEIJING)
    return Period(start.astimezone(UTC), end.astimezone(UTC), f"{year}年{number}月")


def year_to(period: Period) -> Period:
    """From the first of January of the period's year to the period's end."""
    first = datetime(period.start.astimezone(BEIJING).year, 1, 1, tzinfo=BEIJING)
    return Period(first.astimezone(UTC), period.end, f"{first.year}年累计")


def months_back(last: str, count: int) -> tuple[str, ...]:
    """`count` months ending with `last`, oldest first."""
    year, number = divmod(int(last[:4]) * 12 + int(last[5:7]) - 1, 12)
    first = year * 12 + number - count + 1
    return tuple(f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(first, first + count))


def days_between(start: datetime, end: datetime) -> float:
    """Days from one moment to the other; 0 when the second came first."""
    return max(0.0, (end - start).total_seconds() / 86400)
