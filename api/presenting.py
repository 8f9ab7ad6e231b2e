"""Rankings, records and the rest as JSON. Contacts are in none of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson
from fastapi import Response

from api.attachments import disposition
from api.cards import Card
from api.parts import Parts
from api.rebuild import Job
from matcher.completeness import Completeness
from matcher.fields import differences
from matcher.library import IndexState
from matcher.model import Kind, Match, Profile, Ranking, Record
from matcher.store.codec import to_json
from matcher.store.history import Revision


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The value as an answer. Built here and not by the framework, which would check every number of a ranking."""
    return Response(orjson.dumps(value), status, headers, media_type="application/json")


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(content: bytes, name: str, media_type: str) -> Response:
    """A file to be saved under its own name; it may hold personal data, so nobody keeps a copy on the way."""
    headers = {"Content-Disposition": disposition(name), "Cache-Control": "no-store"}
    return Response(content, headers=headers, media_type=media_type)


def record_json(record: Record) -> orjson.Fragment:
    """All fields of a record but its contact."""
    return orjson.Fragment(to_json(record))


def revision_json(revision: Revision) -> dict[str, Any]:
    """One change of a record, field by field. That the contact changed is said, not how."""
    return {
        "revision": revision.revision,
        "at": revision.at.isoformat(),
        "by": revision.actor,
        "change": revision.change,
        "origin": revision.origin,
        "contact_changed": revision.contact,
        "differences": [asdict(each) for each in differences(revision.before, revision.after)],
    }


def ranking_json(parts: Parts, query: Profile, of: Kind, ranking: Ranking, took_s: float) -> dict[str, Any]:
    """A ranking of records of this kind."""
    return {
        "generation": ranking.generation,
        "suitable": ranking.suitable,
        "took_ms": round(took_s * 1000, 2),
        "filters": list(ranking.filters),
        "notes": list(ranking.notes),
        "query": {"fields": dict(query.fields)},
        "matches": matches_json(parts, of, ranking.matches),
    }


def matches_json(parts: Parts, of: Kind, matches: Sequence[Match]) -> list[dict[str, Any]]:
    """The matches with the records they found; one removed since the search is left out."""
    cards = parts.cards.get(of, [match.id for match in matches])
    found = [(match, cards[match.id]) for match in matches if match.id in cards]
    return [_match(rank, of, match, card, parts) for rank, (match, card) in enumerate(found, 1)]


def _match(rank: int, of: Kind, match: Match, card: Card, parts: Parts) -> dict[str, Any]:
    """Evidence, requirements and spans go out as they are: their fields are the documented ones, in that order."""
    grade = match.grade
    return {
        "rank": rank,
        of.value: card,
        "score": match.score,
        "grade": grade,
        "label": parts.search.label(grade),
        "evidence": match.evidence,
        "requirements": match.requirements,
    }


def job_json(job: Job | None) -> dict[str, Any] | None:
    """A rebuild."""
    if job is None:
        return None
    return {
        "id": job.id,
        "state": job.state,
        "started_at": job.started_at.isoformat(),
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
        "report": dict(job.report) if job.report is not None else None,
        "message": job.message,
    }


def index_json(state: IndexState, weights: str, job: Job | None) -> dict[str, Any]:
    """What is being searched, and the last rebuild."""
    return {
        "generation": state.generation,
        "built_at": state.built_at,
        "revision": state.revision,
        "covered_revision": state.covered,
        "changed_since": sum(state.changed.values()),
        "counts": {kind.value: count for kind, count in state.counts.items()},
        "encoder": state.encoder,
        "analyser": state.analyser,
        "taxonomy": state.taxonomy,
        "weights": weights,
        "stale": state.stale,
        "index_server": state.server,
        "job": job_json(job),
    }


def completeness_json(checked: Completeness) -> dict[str, Any]:
    """What was found, field by field of CompletenessOut."""
    return {
        "score": checked.score,
        "level": checked.level.name,
        "advice": checked.level.advice,
        "items": [
            {"key": item.key, "label": item.label, "points": item.points, "most": item.most, "says": item.says}
            for item in checked.items
        ],
        "missing": list(checked.missing),
        "questions": [
            {"topic": asked.topic, "asks": asked.asks, "weight": asked.weight} for asked in checked.questions
        ],
        "vague": [asdict(found) for found in checked.vague],
        "requirements": [
            {
                "quantity": figure.quantity,
                "text": figure.text,
                "relation": figure.relation,
                "low": figure.low,
                "high": figure.high,
                "dimension": figure.dimension,
            }
            for figure in checked.requirements
        ],
    }
