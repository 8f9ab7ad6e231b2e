"""How far each demand and each pair came, and when: the facts that every figure of the report is counted from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from types import MappingProxyType

from matcher.engagement import Fact, Milestone
from matcher.periods import month_of

UNNAMED = "未注明"
"""The row of a breakdown for those that do not say; without it the rows would not add up to the total."""


class Step(IntEnum):
    """The milestones that centres publish figures about, as numbers so that one can be past another."""

    COLLECTED = 1
    VALID = 2
    PUBLISHED = 3
    CANDIDATES = 4
    CONTACT = 5
    PILOT = 6
    LANDED = 7
    CASE = 8

    @property
    def label(self) -> str:
        """The step as staff say it."""
        return Milestone[self.name].value


MEANINGS: Mapping[Step, str] = MappingProxyType(
    {
        Step.COLLECTED: "登记在库的需求，包括后来撤回、关闭的，不包括已删除的",
        Step.VALID: "通过审核的需求；草稿、待审核、待补正的不算",
        Step.PUBLISHED: "已发布，或未经发布就已进入对接的需求",
        Step.CANDIDATES: "已发布且至少有一个合适的方案，或已进入对接的需求",
        Step.CONTACT: "至少与一家供应商对接过的需求",
        Step.PILOT: "至少有一个方案进入过现场验证的需求",
        Step.LANDED: "至少有一个方案落地的需求",
        Step.CASE: "落地后已整理为典型案例的需求",
    }
)
"""What each step counts, as the page and the report say it."""

Reached = Mapping[Step, datetime]
"""Step → when it was first reached, aware. A step without an entry was not recorded."""


@dataclass(frozen=True, slots=True)
class Journey:
    """One demand's way. `industry`, `city` and `batch` are each one name or "", so that breakdowns add up."""

    id: str
    batch: str = ""
    city: str = ""
    industry: str = ""
    reached: Reached = field(default_factory=lambda: MappingProxyType({}))
    furthest: Step = field(init=False, compare=False)
    """The last step that counts. What staff did implies the steps before it: nobody lands an invalid demand.

    That the engine found a candidate is no act of staff, so it counts only after publishing and implies nothing."""

    def __post_init__(self) -> None:
        acts = max((step for step in self.reached if step is not Step.CANDIDATES), default=Step.COLLECTED)
        found = Step.CANDIDATES if acts is Step.PUBLISHED and Step.CANDIDATES in self.reached else acts
        object.__setattr__(self, "furthest", found)  # asked for by every figure, so counted once

    def passed(self, step: Step) -> bool:
        """Whether this demand counts at `step`."""
        return self.furthest >= step


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to break figures down: its name on the page and the one row that a demand falls into."""

    label: str
    key: Callable[[Journey], str]


def _month(journey: Journey) -> str:
    when = journey.reached.get(Step.COLLECTED)
    return month_of(when) if when else ""


DIMENSIONS: Mapping[str, Dimension] = MappingProxyType(
    {
        "batch": Dimension("批次", lambda journey: journey.batch),
        "city": Dimension("地市", lambda journey: journey.city),
        "industry": Dimension("行业", lambda journey: journey.industry),
        "month": Dimension("收集月份", _month),
    }
)
"""Name in addresses → dimension."""


def reached(facts: Iterable[Fact]) -> dict[str, dict[Step, datetime]]:
    """Demand id → when it first reached each step it has a fact for."""
    found: dict[str, dict[Step, datetime]] = {}
    for fact in facts:
        found.setdefault(fact.demand_id, {})[Step[fact.milestone.name]] = fact.at
    return found
