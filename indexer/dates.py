"""Dates as lists write them, with their precision: `2026.12.31`, `2026年11月`, `2027年1月底`, `46446`, `尽快`."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Literal

from indexer.cells import LONGEST_FIGURE, plain, text
from indexer.numerals import arabic
from indexer.reading import Cell, Confidence, Note, Reading, Rule, Verdict
from matcher.model import Deadline

SERIAL = Note("date_serial", "日期是 Excel 序列号，已换算，请核对")
INVALID = Note("date_invalid", "日期不存在或读不出来，未入库，请改正", Verdict.QUESTION)
OPEN = Note("date_open", "没有写明日期")
GUESSED_YEAR = Note("date_year_guessed", "没有写年份，按文件中的年份推断，请核对", Verdict.QUESTION)
SHORT_YEAR = Note("date_short_year", "年份只写了两位，已按 20×× 年读取，请核对", Verdict.QUESTION)
NO_YEAR = Note("date_no_year", "没有写年份，未入库，请补上年份", Verdict.QUESTION)

BY_CELL = Rule("date_cell", "单元格本身就是日期")
BY_SERIAL = Rule("date_serial", "把 Excel 序列号换算成日期", Confidence.LIKELY)
BY_TEXT = Rule("date_text", "按文字读成日期")
BY_END = Rule("date_period_end", "只写到年、季或月，按最后一天记", Confidence.LIKELY)
BY_GUESS = Rule("date_year_guessed", "没有写年份，用文件中的年份", Confidence.DOUBTFUL)
LEFT_OPEN = Rule("date_open", "没有日期，只留原文")
IN_DOUBT = Rule("date_in_doubt", "日期有疑问，没有取值", Confidence.DOUBTFUL)

Precision = Literal["day", "month", "year", ""]
Parts = Mapping[str, str | None]

_EPOCH = date(1899, 12, 30)
_SERIALS = range(20_000, 80_000)
"""1954 to 2119: five-digit numbers in a date column are serials of this span, never years or day counts."""

_YEAR = r"(?<!\d)(?P<y>20\d\d)"


def _last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _day(parts: Parts) -> date:
    return date(int(parts["y"] or 0), int(parts["m"] or 0), int(parts["d"] or 0))


def _month(parts: Parts) -> date:
    month = int(parts["m"] or 0)
    if not 1 <= month <= 12:
        raise ValueError(month)
    return _last_day(int(parts["y"] or 0), month)


FORMS: tuple[tuple[re.Pattern[str], Precision, Callable[[Parts], date]], ...] = (
    (re.compile(_YEAR + r"(?:年(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]?)(?!\d)"), "day", _day),
    (re.compile(_YEAR + r"(?P<s>[-./])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d)"), "day", _day),
    (re.compile(_YEAR + r"(?P<m>\d\d)(?P<d>\d\d)(?!\d)"), "day", _day),
    (
        re.compile(_YEAR + r"年?第?(?:Q(?P<q1>[1-4])|(?P<q2>[1-4])季度)"),
        "month",
        lambda p: _last_day(int(p["y"] or 0), 3 * int(p["q1"] or p["q2"] or 0)),
    ),
    (re.compile(_YEAR + r"年上半年"), "month", lambda p: date(int(p["y"] or 0), 6, 30)),
    (re.compile(_YEAR + r"年下半年"), "month", lambda p: date(int(p["y"] or 0), 12, 31)),
    (
        re.compile(_YEAR + r"(?:年(?P<m>\d{1,2})月|[-./](?P<m2>\d{1,2})(?![\d]))"),
        "month",
        lambda p: _month({**p, "m": p["m"] or p["m2"]}),
    ),
    (re.compile(_YEAR + r"(?:年|(?!\d))"), "year", lambda p: date(int(p["y"] or 0), 12, 31)),
)
"""Most precise first; a form never reads characters that an earlier one has read."""

_TIME = re.compile(r"[T\s]*(?:[上下]午)?(?<!\d)\d{1,2}[:：]\d{2}(?:[:：]\d{2})?")
_BRACKET = re.compile(r"\([^()]*\)")
_SHORT_YEAR = re.compile(r"(?<!\d)([2-9]\d年\d{1,2}月)")
_RELATIVE = {"今年": 0, "本年": 0, "明年": 1, "后年": 2}
_SHORT_DAY = re.compile(r"(?<![\d.])([2-4]\d)([-./])(\d{1,2})\2(\d{1,2})(?![\d.])")
_NO_YEAR = re.compile(r"(?<!\d)(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})[日号]?)?")


def deadline(cell: Cell, year: int | None = None) -> Reading[Deadline | None]:
    """The date in a cell, of several the last. A blank cell gives None, words without a date a Deadline of raw text.

    `year` is what the file says about itself, for dates written without one.
    """
    raw = text(cell).value
    if not raw:
        return Reading(None)
    if isinstance(cell, datetime):
        return Reading(Deadline(cell.date(), "day", plain(cell)), rule=BY_CELL)
    if isinstance(cell, date):
        return Reading(Deadline(cell, "day", plain(cell)), rule=BY_CELL)
    if re.fullmatch(r"\d{5}", raw) and int(raw) in _SERIALS:
        return Reading(Deadline(_EPOCH + timedelta(days=int(raw)), "day", raw), (SERIAL,), BY_SERIAL)
    if len(raw) > LONGEST_FIGURE:
        return Reading(Deadline(raw=raw), (INVALID,), IN_DOUBT)
    flat = _SHORT_YEAR.sub(r"20\1", _BRACKET.sub("", arabic(_TIME.sub("", raw))))
    short = _SHORT_DAY.search(flat)
    if short:
        flat = _SHORT_DAY.sub(r"20\1\2\3\2\4", flat)
    if year is not None:
        for word, later in _RELATIVE.items():
            if word in flat:
                named = deadline(flat.replace(word, f"{year + later}年"))
                day = named.value and replace(named.value, raw=raw)
                return (
                    Reading(day, (GUESSED_YEAR,), BY_GUESS) if day and day.day else Reading(Deadline(raw=raw), (OPEN,))
                )
    last: tuple[int, re.Match[str], Precision, Callable[[Parts], date]] | None = None
    rest = flat
    for form, precision, read in FORMS:
        for found in form.finditer(rest):
            if last is None or found.start() > last[0]:
                last = (found.start(), found, precision, read)
        rest = form.sub(lambda found: "\0" * len(found[0]), rest)
    if last is None:
        return _without_year(flat, raw, year)
    _, found, precision, read = last
    try:
        when = read(found.groupdict())
    except ValueError:
        return Reading(Deadline(raw=raw), (INVALID,), IN_DOUBT)
    notes = (SHORT_YEAR,) if short else ()
    return Reading(Deadline(when, precision, raw), notes, BY_TEXT if precision == "day" else BY_END)


def _without_year(flat: str, raw: str, year: int | None) -> Reading[Deadline | None]:
    found = _NO_YEAR.search(flat)
    if found is None:
        doubtful = re.search(r"\d{4}", flat)
        return Reading(Deadline(raw=raw), (INVALID if doubtful else OPEN,), IN_DOUBT if doubtful else LEFT_OPEN)
    if year is None:
        return Reading(Deadline(raw=raw), (NO_YEAR,), IN_DOUBT)
    parts = {"y": str(year), "m": found["m"], "d": found["d"]}
    try:
        day, precision = (_day(parts), "day") if found["d"] else (_month(parts), "month")
    except ValueError:
        return Reading(Deadline(raw=raw), (INVALID,), IN_DOUBT)
    return Reading(Deadline(day, "day" if precision == "day" else "month", raw), (GUESSED_YEAR,), BY_GUESS)
