"""What a cell says, by which rule it was read, and what the reader had to assume."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

Cell = str | int | float | bool | date | datetime | time | timedelta | None
"""One value as a workbook, a CSV file or a JSON line holds it."""

T = TypeVar("T")


class Verdict(StrEnum):
    """What became of what a note is about."""

    NOTE = "note"  # accepted, with something to look at
    QUESTION = "question"  # accepted on an assumption, or left blank: somebody has to answer
    MISSING = "missing"  # a mandatory item is not there: the row is taken as 待补正
    SKIPPED = "skipped"  # not a data row: a subtitle, a repeated header, a remark
    REJECTED = "rejected"  # a data row that was not taken


class Confidence(StrEnum):
    """How sure a conversion is."""

    CERTAIN = "certain"  # only one reading is possible
    LIKELY = "likely"  # a convention was applied: the unit of the header, the last day of a month
    DOUBTFUL = "doubtful"  # a guess or a loss, always with a question


@dataclass(frozen=True, slots=True)
class Note:
    """One assumption, conversion or doubt. `code` is stable; `hint` tells staff in Chinese what to look at.

    `suggestion` is what the importer would do about it if somebody agrees.
    """

    code: str
    hint: str
    verdict: Verdict = Verdict.NOTE
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """How a cell was turned into a value. `code` is stable; `says` names it in Chinese."""

    code: str
    says: str
    confidence: Confidence = Confidence.CERTAIN


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """A value with the rule that made it (None: it is what stood there) and the notes that came with it."""

    value: T
    notes: tuple[Note, ...] = ()
    rule: Rule | None = None
