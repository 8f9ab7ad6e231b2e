"""A judged collection: demands, solutions, and who answers whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matcher.metrics import Qrels
from matcher.model import Demand, Solution


@dataclass(frozen=True, slots=True)
class Collection:
    """Demands, solutions and graded judgments. Public retrieval sets have the same shape: a query is a demand with
    nothing but a description, a passage a solution with nothing but a description."""

    name: str
    demands: Mapping[str, Demand]
    solutions: Mapping[str, Solution]
    qrels: Qrels
    no_answer: frozenset[str] = frozenset()

    @property
    def level(self) -> int:
        """The grade from which a solution counts as an answer: 2, or 1 where judgments are only yes and no."""
        raise NotImplementedError


def read_collection(folder: Path) -> Collection:
    """Read demands.jsonl, solutions.jsonl, qrels.tsv and, if there, no_answer.txt; or corpus.jsonl.gz, queries.jsonl.gz
    and qrels.tsv. InvalidInput names file and line: unknown id, id given twice, grade outside 0–3."""
    raise NotImplementedError
