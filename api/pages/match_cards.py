"""Matches as the desk shows them: how sure, why, what is met, what is missing, both texts marked, what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.pages.marked import MarkedField, marked_fields
from api.pages.waterfall import Waterfall, waterfall
from api.parts import Parts
from matcher.engagement import Engagement
from matcher.model import Demand, Kind, Match, Money, Profile, Record, Requirement, Solution, Status
from matcher.profile import texts_of
from matcher.store import Snapshot

TONES = {"高度匹配": "high", "较为匹配": "fair", "部分相关": "some"}
MOST_CHIPS = 6


@dataclass(frozen=True, slots=True)
class MatchCard:
    """One match. `pair` is its engagement, when the demand is filed and the two are already on a list."""

    rank: int
    kind: Kind
    id: str
    title: str
    owner: str
    region: str
    maturity: str
    money: Money | None
    qualifications: tuple[str, ...]
    source: str
    chips: tuple[str, ...]
    grade: int
    label: str
    tone: str
    fall: Waterfall
    requirements: tuple[Requirement, ...]
    counts: Mapping[str, int]
    missing: tuple[str, ...]
    ours: tuple[MarkedField, ...]
    theirs: tuple[MarkedField, ...]
    indicators: str
    cases: tuple[str, ...]
    pair: Engagement | None


def match_cards(
    parts: Parts,
    snapshot: Snapshot,
    query: Profile,
    matches: Sequence[Match],
    of: Kind,
    pairs: Mapping[str, Engagement],
) -> tuple[MatchCard, ...]:
    """The matches with the records they found; one removed since the search is left out."""
    records = snapshot.indexed(of, [match.id for match in matches])
    found = [(match, records[match.id]) for match in matches if match.id in records]
    return tuple(
        _card(rank, match, record, query, parts.search.label(match.grade), pairs.get(match.id))
        for rank, (match, record) in enumerate(found, 1)
    )


def _card(rank: int, match: Match, record: Record, query: Profile, label: str, pair: Engagement | None) -> MatchCard:
    reasons = [evidence.spans for evidence in match.evidence] + [each.spans for each in match.requirements]
    solution = record if isinstance(record, Solution) else None
    return MatchCard(
        rank=rank,
        kind=record.kind,
        id=record.id,
        title=record.title,
        owner=record.organization if isinstance(record, Demand) else record.vendor,
        region=record.region,
        maturity=solution.maturity if solution else "",
        money=record.budget if isinstance(record, Demand) else record.price,
        qualifications=solution.qualifications if solution else (),
        source=record.source,
        chips=_chips(record),
        grade=match.grade,
        label=label,
        tone=TONES.get(label, "weak"),
        fall=waterfall(match),
        requirements=match.requirements,
        counts={status.value: sum(each.status is status for each in match.requirements) for status in Status},
        missing=missing(match, solution),
        ours=marked_fields("query", query.fields, reasons),
        theirs=marked_fields("candidate", texts_of(record), reasons),
        indicators=solution.indicators if solution else "",
        cases=tuple(line for line in solution.cases.splitlines() if line.strip()) if solution else (),
        pair=pair,
    )


def missing(match: Match, solution: Solution | None) -> tuple[str, ...]:
    """What stands between this answer and a decision, gravest first, as sentences to ask the vendor about."""
    unmet = [f"{each.text}（不满足）" for each in match.requirements if each.status is Status.UNMET]
    unknown = [f"{each.text}（未说明）" for each in match.requirements if each.status is Status.UNKNOWN]
    blank = []
    if solution is not None:
        for text, says in (
            (solution.cases, "没有写已落地的案例"),
            (solution.indicators, "没有写主要指标"),
            (solution.maturity, "没有写成熟度"),
        ):
            if not text.strip():
                blank.append(says)
    return (*unmet, *unknown, *blank)


def _chips(record: Record) -> tuple[str, ...]:
    words = record.industries if isinstance(record, Demand) else (*record.industries, *record.technologies)
    return tuple(dict.fromkeys(words))[:MOST_CHIPS]
