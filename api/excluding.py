"""Pairs that staff excluded stay out of each other's rankings, and every ranking says which and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

from matcher.engagement import Engagement
from matcher.filters import Filter, Without
from matcher.model import Kind, Ranking
from matcher.store import Snapshot
from matcher.store.followup import FollowUp
from matcher.workflow import Stage

NAMED = 5
SHORT = 30


@dataclass(frozen=True, slots=True)
class Excluded:
    """What is left out of the ranking of one record: ids of the other side, and the sentence that says so."""

    ids: frozenset[str] = frozenset()
    says: str = ""

    @classmethod
    def of(cls, snapshot: Snapshot, kind: Kind, id: str) -> Excluded:
        """Those excluded for this demand, or the demands this solution was excluded for."""
        book = FollowUp(snapshot)
        pairs = book.of_demand(id) if kind is Kind.DEMAND else book.of_solution(id)
        out = {_other(kind, pair): pair.reason for pair in pairs if pair.stage is Stage.EXCLUDED}
        if not out:
            return cls()
        titles = {other: record.title for other, record in snapshot.get_many(kind.other, list(out)).items()}
        told = "、".join(
            f"{titles.get(other, other)}（{_short(reason)}）" for other, reason in list(out.items())[:NAMED]
        )
        what = "个方案" if kind is Kind.DEMAND else "条需求"
        return cls(frozenset(out), f"已排除的 {len(out)} {what}不在其中：{told}{'等' if len(out) > NAMED else ''}。")

    def filters(self) -> tuple[Filter, ...]:
        """The filter that leaves them out, if any."""
        return (Without(self.ids),) if self.ids else ()

    def told(self, ranking: Ranking) -> Ranking:
        """The ranking with the sentence among its notes."""
        return replace(ranking, notes=(*ranking.notes, self.says)) if self.says else ranking


def _other(kind: Kind, pair: Engagement) -> str:
    return pair.solution_id if kind is Kind.DEMAND else pair.demand_id


def _short(reason: str) -> str:
    return reason if len(reason) <= SHORT else reason[:SHORT] + "…"
