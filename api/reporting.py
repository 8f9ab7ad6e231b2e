"""Import reports and keys as JSON, for answers over HTTP and for the console command alike."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from indexer.report import ImportReport, Problem
from matcher.model import Kind
from matcher.store import KeyInfo, Saved

LISTED = 1000
"""Problems listed in one report; the counts are complete."""

NOTHING = Saved((), 0, 0, 0)
"""What a dry run saves."""


def report_json(report: ImportReport, saved: Saved, *, dry_run: bool = False) -> dict[str, Any]:
    """The report with what became of its records."""
    kinds = [record.kind for record in report.records]
    return {
        "file": report.file,
        "dry_run": dry_run,
        "demands": kinds.count(Kind.DEMAND),
        "solutions": kinds.count(Kind.SOLUTION),
        "created": saved.created,
        "updated": saved.updated,
        "unchanged": saved.unchanged,
        "rejected": len(report.rejected),
        "problems_total": len(report.problems),
        "problems": [_problem(problem) for problem in report.problems[:LISTED]],
    }


def _problem(problem: Problem) -> dict[str, Any]:
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
