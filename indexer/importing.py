"""A file of demands or solutions in, records and problems out. Nothing disappears silently."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from matcher.model import Kind, Record


class Verdict(StrEnum):
    """What became of what the problem is about."""

    NOTE = "note"  # accepted, with something to look at
    SKIPPED = "skipped"  # not a data row: a subtitle, a repeated header, a remark
    REJECTED = "rejected"  # a data row that was not taken


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to look at. `row` is the user's row in the file (0: the whole sheet), `column` the user's header."""

    row: int
    column: str
    code: str
    found: str
    hint: str
    verdict: Verdict = Verdict.NOTE
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A record and where it stood."""

    record: Record
    row: int
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Every data row is in `accepted` or is the row of a rejecting problem."""

    file: str
    accepted: tuple[Accepted, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def records(self) -> tuple[Record, ...]:
        return tuple(each.record for each in self.accepted)

    @property
    def rejected(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.verdict is Verdict.REJECTED)


def import_file(path: Path, kind: Kind | None = None) -> ImportReport:
    """Read .xlsx, .csv or .jsonl; `kind` None lets the headers decide.

    The same file gives the same ids, so importing it again changes nothing. UnreadableFile when it cannot be read or
    has no header row; TooLarge over a limit of indexer.sheets; InvalidInput when the kind cannot be told.
    """
    raise NotImplementedError
