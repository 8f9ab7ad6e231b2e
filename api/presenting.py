"""Rankings, records and the rest as JSON. Contacts are in none of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from fastapi import Response

from api.parts import Parts
from api.rebuild import Job
from matcher.library import IndexState
from matcher.model import Demand, Kind, Match, Profile, Ranking, Record, Solution, Span
from matcher.profile import texts_of
from matcher.store.codec import to_json


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The value as an answer. Built here and not by the framework, which would check every number of a ranking."""
    return Response(orjson.dumps(value), status, headers, media_type="application/json")


def record_json(record: Record) -> orjson.Fragment:
    """All fields of a record but its contact."""
    return orjson.Fragment(to_json(record))


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
    records = parts.store.get_many(of, [match.id for match in matches])
    found = [(match, records[match.id]) for match in matches if match.id in records]
    return [_match(rank, match, record, parts) for rank, (match, record) in enumerate(found, 1)]


def _match(rank: int, match: Match, record: Record, parts: Parts) -> dict[str, Any]:
    grade = match.grade
    return {
        "rank": rank,
        record.kind.value: _card(record),
        "score": match.score,
        "grade": grade,
        "label": parts.search.label(grade),
        "evidence": [
            {"source": e.source, "points": e.points, "says": e.says, "spans": _spans(e.spans)} for e in match.evidence
        ],
        "requirements": [
            {"text": r.text, "status": r.status.value, "says": r.says, "spans": _spans(r.spans)}
            for r in match.requirements
        ],
    }


def _spans(spans: Sequence[Span]) -> list[dict[str, Any]]:
    return [{"side": s.side, "field": s.field, "start": s.start, "end": s.end} for s in spans]


def _card(record: Record) -> dict[str, Any]:
    shared = {
        "id": record.id,
        "title": record.title,
        "region": record.region,
        "industries": list(record.industries),
        "status": record.status,
        "fields": dict(texts_of(record)),
    }
    return shared | (_demand(record) if isinstance(record, Demand) else _solution(record))


def _demand(record: Demand) -> dict[str, Any]:
    return {"organization": record.organization}


def _solution(record: Solution) -> dict[str, Any]:
    return {"vendor": record.vendor, "technologies": list(record.technologies), "maturity": record.maturity}


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
        "job": job_json(job),
    }
