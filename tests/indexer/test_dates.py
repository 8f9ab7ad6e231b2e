"""Dates as lists write them: golden rows and laws."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.dates import deadline
from indexer.reading import Cell
from matcher.model import Deadline

# (cell, ISO day or "", precision, codes of the notes)
GOLDEN: list[tuple[Cell, str, str, list[str]]] = [
    ("2026.12.31", "2026-12-31", "day", []),
    ("2027/1/31", "2027-01-31", "day", []),
    ("2027-4-10", "2027-04-10", "day", []),
    ("20261231", "2026-12-31", "day", []),
    ("2026年10月15日", "2026-10-15", "day", []),
    ("2026-12-20前", "2026-12-20", "day", []),
    ("2027年3月10日（考前）", "2027-03-10", "day", []),
    ("2026-12-10 00:00:00", "2026-12-10", "day", []),
    ("2026年9月23日 下午3:20", "2026-09-23", "day", []),
    ("二零二六年十二月三十一日", "2026-12-31", "day", []),
    ("2026年11月", "2026-11-30", "month", []),
    ("2028年2月", "2028-02-29", "month", []),
    ("2027年1月底", "2027-01-31", "month", []),
    ("2026.09", "2026-09-30", "month", []),
    ("26年12月", "2026-12-31", "month", []),
    ("2026Q4", "2026-12-31", "month", []),
    ("2026年三季度", "2026-09-30", "month", []),
    ("2026年上半年", "2026-06-30", "month", []),
    ("2026年9月-2027年3月", "2027-03-31", "month", []),
    ("2026.9-2027.3", "2027-03-31", "month", []),
    ("2026年9月1日至2027年底", "2027-12-31", "year", []),
    ("2026", "2026-12-31", "year", []),
    ("2026年底", "2026-12-31", "year", []),
    (46446, "2027-02-28", "day", ["date_serial"]),
    (46446.0, "2027-02-28", "day", ["date_serial"]),
    ("2026-9-31", "", "", ["date_invalid"]),
    ("2026/13", "", "", ["date_invalid"]),
    ("9月22日", "", "", ["date_no_year"]),
    ("尽快", "", "", ["date_open"]),
    ("6个月内", "", "", ["date_open"]),
    ("合同签订后按业主要求" * 30, "", "", ["date_invalid"]),
]


@pytest.mark.parametrize(("cell", "day", "precision", "codes"), GOLDEN, ids=lambda value: str(value)[:20])
def test_golden(cell: Cell, day: str, precision: str, codes: list[str]) -> None:
    reading = deadline(cell)
    assert reading.value is not None
    assert (str(reading.value.day or ""), reading.value.precision) == (day, precision)
    assert reading.value.raw == str(int(cell) if isinstance(cell, float) else cell)
    assert [note.code for note in reading.notes] == codes


def test_date_cells_and_blank_ones() -> None:
    assert deadline(datetime(2027, 3, 31, 15, 20)).value == Deadline(date(2027, 3, 31), "day", "2027-03-31 15:20:00")
    assert deadline(date(2027, 3, 31)).value == Deadline(date(2027, 3, 31), "day", "2027-03-31")
    assert deadline("  ").value is None


def test_a_missing_year_is_taken_from_the_file_and_said() -> None:
    reading = deadline("9月22日", 2026)
    assert reading.value == Deadline(date(2026, 9, 22), "day", "9月22日")
    assert [note.code for note in reading.notes] == ["date_year_guessed"]
    assert deadline("2月30日", 2026).value == Deadline(raw="2月30日")
    assert deadline("11月底", 2026).value == Deadline(date(2026, 11, 30), "month", "11月底")


@settings(deadline=None)
@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_one_day_in_five_spellings(day: date) -> None:
    spellings = [
        day.isoformat(),
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}/{day.month:02}/{day.day:02}",
        f"{day.year} 年 {day.month} 月 {day.day} 日",
        f"{day:%Y%m%d}",
    ]
    assert {deadline(text).value.day for text in spellings if deadline(text).value} == {day}  # type: ignore[union-attr]


@settings(deadline=None)
@given(st.integers(20_000, 79_999))
def test_serials_are_days_since_the_end_of_1899(serial: int) -> None:
    value = deadline(serial).value
    assert value is not None
    assert value.day == date(1899, 12, 30) + timedelta(days=serial)


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="20267年月日底季度Q上半.-/ 前至十一", max_size=14) | st.text(max_size=30))
def test_any_text_is_kept_and_never_raises(text: str) -> None:
    value = deadline(text, 2026).value
    if value is not None:
        assert value.raw
        assert bool(value.day) == bool(value.precision)
