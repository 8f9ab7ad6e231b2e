"""A report on disk: one line of JSON per row, so that fifty thousand rows are never in memory at once.

The first line says what the whole file came to; rows follow in the file's order. It holds what stood in the file,
telephone numbers included, and is therefore kept no longer than the upload beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from indexer.reading import Confidence, Verdict
from indexer.report import Accepted, Conversion, Form, FormColumn, ImportReport, Outcome, Problem, RowResult
from matcher.model import Contact, Kind
from matcher.store.codec import from_json, to_json


@dataclass(frozen=True, slots=True)
class Head:
    """What the whole file came to: its forms, problems of sheets and headers, rows by outcome, records by kind.

    `sheets` are those with problems, in the file's order.
    """

    file: str
    forms: tuple[Form, ...]
    sheets: tuple[str, ...]
    problems: tuple[Problem, ...]
    outcomes: Mapping[str, int]
    kinds: Mapping[str, int]
    problems_total: int


class ReportFile:
    """A report that was written; reads what it is asked for and nothing else."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def write(cls, path: Path, report: ImportReport) -> ReportFile:
        """The report on disk, in place of what was there."""
        rows = report.rows
        places = {(row.sheet, row.row) for row in rows}
        outcomes = {outcome.value: 0 for outcome in Outcome}
        for row in rows:
            outcomes[row.outcome.value] += 1
        kinds = {kind.value: 0 for kind in Kind}
        for each in report.accepted:
            kinds[each.record.kind.value] += 1
        head = {
            "file": report.file,
            "forms": report.forms,
            "sheets": list(dict.fromkeys(problem.sheet for problem in report.problems)),
            "problems": [problem for problem in report.problems if (problem.sheet, problem.row) not in places],
            "outcomes": outcomes,
            "kinds": kinds,
            "problems_total": len(report.problems),
        }
        with path.open("wb") as file:
            file.write(orjson.dumps(head, default=str) + b"\n")
            for row in rows:
                file.write(orjson.dumps(_plain_row(row), default=str) + b"\n")
        return cls(path)

    def head(self) -> Head:
        """What the whole file came to."""
        with self.path.open("rb") as file:
            said = orjson.loads(file.readline())
        forms, problems = tuple(map(_form, said.pop("forms"))), tuple(map(_problem, said.pop("problems")))
        return Head(forms=forms, problems=problems, sheets=tuple(said.pop("sheets")), **said)

    def rows(self, *, conversions: bool = True) -> Iterator[RowResult]:
        """Every row of which there is something to say, in the file's order; without its conversions for who only
        files it."""
        with self.path.open("rb") as file:
            file.readline()
            for line in file:
                yield _row(orjson.loads(line), conversions=conversions)

    def page(self, outcomes: frozenset[str], *, offset: int, limit: int) -> tuple[tuple[RowResult, ...], int]:
        """(rows, how many there are) with one of these outcomes; all outcomes when empty."""
        found: list[RowResult] = []
        total = 0
        with self.path.open("rb") as file:
            file.readline()
            for line in file:
                if outcomes and _outcome_of(line) not in outcomes:
                    continue
                if offset <= total < offset + limit:
                    found.append(_row(orjson.loads(line)))
                total += 1
        return tuple(found), total

    def report(self) -> ImportReport:
        """The whole report in memory, for small files."""
        head = self.head()
        rows = list(self.rows())
        problems = [*head.problems, *(problem for row in rows for problem in row.problems)]
        order = {sheet: at for at, sheet in enumerate(head.sheets)}
        return ImportReport(
            head.file,
            tuple(row.accepted for row in rows if row.accepted),
            tuple(sorted(problems, key=lambda problem: (order.get(problem.sheet, 0), problem.row))),
            head.forms,
        )


def _outcome_of(line: bytes) -> str:
    """The outcome stands first in its line, so that rows not wanted are not read whole."""
    return line[: line.index(b",")].decode().removeprefix('{"outcome":').strip('"')


def _plain_row(row: RowResult) -> dict[str, Any]:
    return {
        "outcome": row.outcome.value,
        "sheet": row.sheet,
        "row": row.row,
        "accepted": _plain(row.accepted) if row.accepted else None,
        "problems": row.problems,
    }


def _row(said: Mapping[str, Any], *, conversions: bool = True) -> RowResult:
    accepted = _accepted(said["accepted"], said, conversions=conversions) if said["accepted"] else None
    return RowResult(
        said["sheet"], said["row"], Outcome(said["outcome"]), accepted, tuple(map(_problem, said["problems"]))
    )


def _plain(each: Accepted) -> dict[str, Any]:
    contact = each.record.contact
    return {
        "kind": each.record.kind.value,
        "record": to_json(each.record),
        "contact": [contact.person, contact.phone, contact.email],
        "missing": each.missing,
        "conversions": each.conversions,
    }


def _accepted(said: Mapping[str, Any], place: Mapping[str, Any], *, conversions: bool) -> Accepted:
    record = replace(from_json(Kind(said["kind"]), said["record"]), contact=Contact(*said["contact"]))
    read = tuple(
        Conversion(**{**each, "confidence": Confidence(each["confidence"])})
        for each in (said["conversions"] if conversions else ())
    )
    return Accepted(record, place["row"], place["sheet"], tuple(said["missing"]), read)


def _problem(said: Mapping[str, Any]) -> Problem:
    return Problem(**{**said, "verdict": Verdict(said["verdict"])})


def _form(said: Mapping[str, Any]) -> Form:
    columns = tuple(
        FormColumn(**{**column, "suggestions": tuple(map(tuple, column["suggestions"]))}) for column in said["columns"]
    )
    return Form(**{**said, "kind": Kind(said["kind"]), "columns": columns})
