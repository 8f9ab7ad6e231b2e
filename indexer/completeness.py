"""The gold demands of the completeness check: what a scenario manager would ask, held against what the check asks.

`data/gold/completeness.jsonl` names, for 40 demands, what is missing, what the text already says, and what may be asked
or not (optional); everything else would be a silly question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.jsonl import lines, parse_line, record_from_json
from matcher.completeness import Checker, Completeness
from matcher.errors import InvalidInput
from matcher.model import Demand, Kind
from matcher.tables import text

GOLD = "completeness.jsonl"
ELSEWHERE = ("dev", "lists")
"""Gold collections that a line may take its demand from, by id."""

FORM = frozenset({"需求名称", "需求单位", "所属行业", "所在地", "联系方式"})
"""Items that only look whether a form field is filled; they are left out of the figures."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One demand and what a person says about it."""

    demand: Demand
    missing: frozenset[str]
    present: frozenset[str]
    optional: frozenset[str]


def read_judged(gold: Path) -> list[Judged]:
    """In file order. InvalidInput names the line at fault."""
    known = {d.id: d for name in ELSEWHERE for d in _demands(gold / name / "demands.jsonl")}
    found = []
    for number, line in lines(text(gold / GOLD).splitlines()):
        raw = parse_line(line, number)
        own = raw.get("demand")
        demand = record_from_json(Kind.DEMAND, own, number) if isinstance(own, dict) else known.get(str(raw.get("id")))
        sets = [frozenset(map(str, raw.get(name, ()))) for name in ("missing", "present", "optional")]
        if not isinstance(demand, Demand) or sets[0] & sets[1] or sets[0] & sets[2] or sets[1] & sets[2]:
            raise InvalidInput(f"{GOLD} 第 {number} 行：没有这条需求，或同一项写在了两处", line=number)
        found.append(Judged(demand, *sets))
    return found


def _demands(path: Path) -> list[Demand]:
    records = [record_from_json(Kind.DEMAND, parse_line(line, n), n) for n, line in lines(text(path).splitlines())]
    return [record for record in records if isinstance(record, Demand)]


def asked_of(checked: Completeness) -> tuple[frozenset[str], frozenset[str]]:
    """What is asked, and the general items whose question the asked ones replace; form fields left out."""
    asked = frozenset(question.topic for question in checked.questions) - FORM
    return asked, frozenset(label for question in checked.questions for label in question.instead_of)


def measured_completeness(checker: Checker, judged: Sequence[Judged]) -> Mapping[str, Any]:
    """{"demands", "precision", "recall", "silly", "asked", "missing", "kept"} over all demands together.

    precision  of what is asked and not optional, the share that is missing
    recall     of what is missing, the share that is asked, by itself or by a question that says it more precisely
    silly      share of all questions that fit neither list: never sensible for this demand
    kept       of what the text already says, the share that is not asked
    """
    right = wrong = silly = found = missing = kept = present = asked_all = 0
    for each in judged:
        asked, replaced = asked_of(checker.check(each.demand, each.demand.contact))
        right += len(asked & each.missing)
        wrong += len(asked - each.missing - each.optional)
        silly += len(asked - each.missing - each.optional - each.present)
        found += len(each.missing & (asked | replaced))
        missing += len(each.missing)
        kept += len(each.present - asked)
        present += len(each.present)
        asked_all += len(asked)
    return {
        "demands": len(judged),
        "asked": asked_all,
        "missing": missing,
        "precision": right / (right + wrong) if right + wrong else 1.0,
        "recall": found / missing if missing else 1.0,
        "kept": kept / present if present else 1.0,
        "silly": silly / asked_all if asked_all else 0.0,
    }
