"""Imports, their rows and keys as JSON, for answers over HTTP and for the console command alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any

from api.jobs import Progress
from api.presenting import record_json
from indexer.filing import Looked
from indexer.report import OUTCOME_NAMES, Problem
from indexer.reportfile import Head, ReportFile
from matcher.fields import differences
from matcher.model import Kind, Record
from matcher.store import KeyInfo
from matcher.store.imports import STATE_NAMES, Import

LISTED = 1000
"""Problems listed in one report; the counts are complete."""

ACTIONS: Mapping[str, tuple[str, ...]] = {
    "reading": ("cancel",),
    "previewed": ("corrections", "commit", "cancel"),
    "committing": ("cancel",),
    "committed": ("undo",),
}
"""State of an import → what may be done with it."""


def report_json(
    report: ReportFile, counts: Mapping[str, int], *, dry_run: bool = False, imported: Import | None = None
) -> dict[str, Any]:
    """What was read and what became of it, or would."""
    head = report.head()
    rows = (problem for row in report.rows(conversions=False) for problem in row.problems)
    problems = [*head.problems, *islice(rows, LISTED)]
    return {
        "id": imported.id if imported else None,
        "file": head.file,
        "dry_run": dry_run,
        "demands": head.kinds[Kind.DEMAND.value],
        "solutions": head.kinds[Kind.SOLUTION.value],
        **{name: counts[name] for name in ("created", "updated", "unchanged")},
        **{name: head.outcomes[name] for name in ("accepted", "noted", "incomplete", "rejected", "skipped")},
        "problems_total": head.problems_total,
        "problems": [problem_json(problem) for problem in problems[:LISTED]],
    }


def import_json(made: Import, progress: Progress | None, head: Head | None = None) -> dict[str, Any]:
    """An import; with what was read of it where that is at hand."""
    return {
        "id": made.id,
        "file": made.file,
        "sha256": made.sha256,
        "size": made.size,
        "kind": made.kind,
        "mode": made.mode,
        "state": made.state,
        "state_name": STATE_NAMES[made.state],
        "by": made.actor,
        "created_at": made.created_at.isoformat(),
        "updated_at": made.updated_at.isoformat(),
        "counts": dict(made.counts),
        "message": made.message,
        "progress": asdict(progress) if progress else None,
        "actions": list(ACTIONS.get(made.state, ())),
        "forms": [asdict(form) for form in head.forms] if head else [],
        "problems": [problem_json(problem) for problem in head.problems] if head else [],
    }


def rows_json(rows: Iterable[Looked], stored: Mapping[Kind, Mapping[str, Record]]) -> list[dict[str, Any]]:
    """Rows with their records, what filing does to each, and how it would differ from what is filed."""
    return [_row(each, stored) for each in rows]


def _row(each: Looked, stored: Mapping[Kind, Mapping[str, Record]]) -> dict[str, Any]:
    row, planned = each.row, each.planned
    record = planned.record if planned else None
    before = stored[record.kind].get(record.id) if record else None
    return {
        "sheet": row.sheet,
        "row": row.row,
        "outcome": row.outcome.value,
        "outcome_name": OUTCOME_NAMES[row.outcome],
        "kind": record.kind.value if record else "",
        "id": record.id if record else "",
        "title": record.title if record else "",
        "change": planned.change if planned else "",
        "missing": list(row.accepted.missing) if row.accepted else [],
        "conflicts": list(planned.conflicts) if planned else [],
        "problems": [problem_json(problem) for problem in row.problems],
        "conversions": [asdict(conversion) for conversion in row.accepted.conversions] if row.accepted else [],
        "differences": [asdict(each) for each in differences(before, record)] if before else [],
        "record": record_json(record) if record else None,
    }


def problem_json(problem: Problem) -> dict[str, Any]:
    """One thing to look at."""
    return {**asdict(problem), "verdict": problem.verdict.value}


def key_json(key: KeyInfo) -> dict[str, Any]:
    """A key without its secret."""
    return {
        "prefix": key.prefix,
        "role": key.role,
        "label": key.label,
        "created_at": key.created_at.isoformat(),
        "expires_at": key.expires_at.isoformat(),
        "revoked": key.revoked,
        "last_used": key.last_used.isoformat() if key.last_used else None,
    }
