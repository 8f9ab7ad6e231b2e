"""What a file came to: records with where they stood and how they were read, problems with their places, forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from indexer.reading import Confidence, Verdict
from matcher.model import Kind, Record


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to look at.

    row         the user's row in the file; 0: the whole sheet
    column      the user's header
    field       the record's field behind the column, "" for none: what a correction names
    suggestion  what would be put right if staff agree (indexer.answers.Answers.agreed), "" where only they can know
    """

    row: int
    column: str
    code: str
    found: str
    hint: str
    verdict: Verdict = Verdict.NOTE
    sheet: str = ""
    field: str = ""
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Conversion:
    """How one cell became a value: what stood there, what was made of it, by which rule, how surely."""

    column: str
    field: str
    raw: str
    value: str
    rule: str
    says: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Accepted:
    """A record, where it stood, how its cells were read; `missing` names mandatory items that staff must ask for."""

    record: Record
    row: int
    sheet: str = ""
    missing: tuple[str, ...] = ()
    conversions: tuple[Conversion, ...] = ()


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column of a form: the user's wording, the field it was read as ("" unknown, "ignored" not imported).

    `suggestions` are fields an unknown wording may mean, the likeliest first: (field, its Chinese name, likeness 0–1).
    They are questions: nothing is imported from the column before somebody confirms one.
    """

    at: int
    label: str
    field: str
    name: str = ""
    suggestions: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A table of the file. Forms with the same header wordings have the same `fingerprint`, whatever file they came
    in; that is the key under which a confirmed mapping (label → field) is kept and given to the next import."""

    sheet: str
    kind: Kind
    fingerprint: str
    first: int
    last: int
    columns: tuple[FormColumn, ...]

    @property
    def mapping(self) -> Mapping[str, str]:
        """Header wording → field, as this import understood it; unknown ones are ""."""
        return {column.label: column.field for column in self.columns}

    @property
    def questions(self) -> tuple[FormColumn, ...]:
        """The unknown columns that resemble something known."""
        return tuple(column for column in self.columns if column.suggestions)


class Outcome(StrEnum):
    """What became of a row."""

    ACCEPTED = "accepted"
    NOTED = "noted"
    INCOMPLETE = "incomplete"
    REJECTED = "rejected"
    SKIPPED = "skipped"


OUTCOME_NAMES: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.ACCEPTED: "已接收",
        Outcome.NOTED: "已接收，有提示",
        Outcome.INCOMPLETE: "待补正",
        Outcome.REJECTED: "未接收",
        Outcome.SKIPPED: "非数据行",
    }
)


@dataclass(frozen=True, slots=True)
class RowResult:
    """A row with its outcome, its record if there is one, and its problems in the order of the columns."""

    sheet: str
    row: int
    outcome: Outcome
    accepted: Accepted | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Every data row is in `accepted` or is the row of a rejecting problem; `problems` are in the file's order."""

    file: str
    accepted: tuple[Accepted, ...] = ()
    problems: tuple[Problem, ...] = ()
    forms: tuple[Form, ...] = ()

    @property
    def records(self) -> tuple[Record, ...]:
        return tuple(each.record for each in self.accepted)

    @property
    def rejected(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.verdict is Verdict.REJECTED)

    @property
    def rows(self) -> tuple[RowResult, ...]:
        """Every row of which there is something to say, in the file's order; blank rows and headers are not listed."""
        heads = {(form.sheet, row) for form in self.forms for row in range(form.first, form.last + 1)}
        taken = {(each.sheet, each.row): each for each in self.accepted}
        told: dict[tuple[str, int], list[Problem]] = {}
        for problem in self.problems:
            if problem.row and (problem.sheet, problem.row) not in heads:
                told.setdefault((problem.sheet, problem.row), []).append(problem)
        sheets = {sheet: at for at, sheet in enumerate(dict.fromkeys(s for s, _ in [*taken, *told]))}
        places = sorted(taken.keys() | told.keys(), key=lambda place: (sheets[place[0]], place[1]))
        return tuple(
            RowResult(
                *place, _outcome(taken.get(place), told.get(place, [])), taken.get(place), tuple(told.get(place, []))
            )
            for place in places
        )


def _outcome(accepted: Accepted | None, problems: list[Problem]) -> Outcome:
    if accepted is None:
        rejected = any(problem.verdict is Verdict.REJECTED for problem in problems)
        return Outcome.REJECTED if rejected else Outcome.SKIPPED
    if accepted.missing:
        return Outcome.INCOMPLETE
    return Outcome.NOTED if problems else Outcome.ACCEPTED
