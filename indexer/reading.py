"""What a cell says, and what the reader had to assume to read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Generic, TypeVar

Cell = str | int | float | bool | date | datetime | time | timedelta | None
"""One value as a workbook, a CSV file or a JSON line holds it."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Note:
    """One assumption, conversion or doubt. `code` is stable; `hint` tells staff in Chinese what to look at."""

    code: str
    hint: str


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """A value with the notes that came with it."""

    value: T
    notes: tuple[Note, ...] = ()
