"""Rows of a list as they are filed: what filing each would do, shown before the commit and carried out by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from indexer.planning import Planned, plan
from indexer.report import RowResult
from indexer.suspected import Place
from matcher.model import Kind, Record
from matcher.store import Snapshot, Writer
from matcher.store.codec import to_json
from matcher.store.imports import ImportRow


@dataclass(frozen=True, slots=True)
class Decisions:
    """What staff decided about rows: leave out, or take as a repeat of a filed record, by its id; and whether suspected
    repeats may be filed now and decided later."""

    skip: frozenset[Place] = frozenset()
    merge: Mapping[Place, str] = field(default_factory=dict)
    later: bool = False


NO_DECISIONS = Decisions()


@dataclass(frozen=True, slots=True)
class Looked:
    """A row as it was read, and what filing it would do; no plan for a row without a record."""

    row: RowResult
    planned: Planned | None


def looked(
    seen: Snapshot,
    rows: Sequence[RowResult],
    source: str,
    decisions: Decisions = NO_DECISIONS,
    *,
    again: bool = False,
) -> Iterator[Looked]:
    """Each row with what filing it would do; rows that staff leave out have no plan."""
    taken = [row for row in rows if row.accepted and (row.sheet, row.row) not in decisions.skip]
    plans: dict[Place, Planned] = {}
    for kind in Kind:
        own = [(row, row.accepted.record) for row in taken if row.accepted and row.accepted.record.kind is kind]
        merges = {
            record.id: decisions.merge[row.sheet, row.row]
            for row, record in own
            if (row.sheet, row.row) in decisions.merge
        }
        records: list[Record] = [record for _, record in own]
        planned = plan(seen, kind, records, source=source, again=again, merges=merges)
        plans |= {(row.sheet, row.row): each for (row, _), each in zip(own, planned, strict=True)}
    for row in rows:
        yield Looked(row, plans.get((row.sheet, row.row)))


def file_rows(
    writer: Writer, origin: str, rows: Sequence[RowResult], source: str, decisions: Decisions, *, again: bool
) -> Iterator[ImportRow]:
    """File a batch; what became of each of its rows."""
    seen = list(looked(writer, rows, source, decisions, again=again))
    for kind in Kind:
        own = [each for _, each in with_plans(seen) if each.record.kind is kind]
        writer.file(kind, [each.record for each in own if each.change != "unchanged"])
        known = [each.record.id for each in own if each.change != "created"]
        writer.past.say(kind, origin, known, {p.record.id: to_json(p.said) for p in own if p.said})
    for each in seen:
        row, planned = each.row, each.planned
        codes = tuple(dict.fromkeys(problem.code for problem in row.problems))
        if planned:
            record = planned.record
            yield ImportRow(row.sheet, row.row, row.outcome.value, record.kind.value, record.id, planned.change, codes)
        else:
            left = "left_out" if row.accepted else row.outcome.value
            yield ImportRow(row.sheet, row.row, left, codes=codes)


def with_plans(seen: Iterable[Looked]) -> Iterator[tuple[RowResult, Planned]]:
    """The rows that would be filed, each with what that does."""
    return ((each.row, each.planned) for each in seen if each.planned)
