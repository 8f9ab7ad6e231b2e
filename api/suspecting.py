"""Suspected repeats side by side, filed or in a list: who filed first, and which words are different."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from indexer.reportfile import ReportFile
from indexer.suspected import Place, Suspected
from matcher.difference import difference
from matcher.model import Kind, Record
from matcher.store import Store
from matcher.store.codec import owner_of
from matcher.store.repeats import DECISION_NAMES, Pair, RepeatBook

Cut = Callable[[str], Sequence[str]]
"""A run of Han characters cut into words."""


def suspected_json(store: Store, report: ReportFile, pairs: Sequence[Suspected], cut: Cut) -> list[dict[str, Any]]:
    """The pairs with both records and their difference; one whose filed record was removed meanwhile is left out."""
    rows = _rows(report, {place for pair in pairs for place in (pair.at, pair.before) if place})
    filed: dict[tuple[Kind, str], tuple[Record, str]] = {}
    with store.read_snapshot() as snapshot:
        for kind in Kind:
            ids = [pair.older for pair in pairs if pair.kind is kind and pair.before is None]
            at = RepeatBook(snapshot).filed_at(kind, ids)
            filed |= {(kind, id): (r, at[id].isoformat()) for id, r in snapshot.get_many(kind, ids).items()}
    items = []
    for pair in pairs:
        known = (rows[pair.before], None) if pair.before else filed.get((pair.kind, pair.older))
        if known:
            items.append(_shown(pair, known[0], known[1], rows[pair.at], cut))
    return items


def _rows(report: ReportFile, places: set[Place]) -> Mapping[Place, Record]:
    if not places:
        return {}
    rows = report.rows(conversions=False)
    return {(r.sheet, r.row): r.accepted.record for r in rows if r.accepted and (r.sheet, r.row) in places}


def _shown(pair: Suspected, older: Record, filed_at: str | None, newer: Record, cut: Cut) -> dict[str, Any]:
    return {
        "kind": pair.kind.value,
        "older": _side(older, filed_at, pair.before),
        "newer": _side(newer, None, pair.at),
        **suspicion_json(pair),
        "fields": difference_json(older, newer, cut),
    }


def suspicion_json(pair: Pair | Suspected) -> dict[str, Any]:
    """How sure a suspicion is and what was decided, whether the newer record is filed or stands in a list."""
    return {
        "probability": round(pair.probability, 4),
        "exact": pair.exact,
        "says": pair.says,
        "decision": pair.decision,
        "decision_name": DECISION_NAMES[pair.decision],
        "note": pair.note,
    }


def side_json(record: Record) -> dict[str, Any]:
    """What tells people which record it is."""
    return {"id": record.id, "title": record.title, "owner": owner_of(record), "region": record.region}


def difference_json(older: Record, newer: Record, cut: Cut) -> list[dict[str, Any]]:
    """Two records field by field, word by word."""
    return [{**asdict(found), "same": found.same} for found in difference(older, newer, cut)]


def _side(record: Record, filed_at: str | None, place: Place | None) -> dict[str, Any]:
    return {
        **side_json(record),
        "filed_at": filed_at,
        "sheet": place[0] if place else None,
        "row": place[1] if place else None,
    }
