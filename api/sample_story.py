"""What became of the sample lists: reviews, batches, pairs, pilots and a case, told to a store that holds the lists.

Whoever tries the product then finds a board, alerts and reports with something on them. The steps stand in
data/samples/followup.jsonl, each so many days `ago`; every step is one that staff take, checked as theirs are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from api.pages.formats import BEIJING
from matcher.engagement import Outcome, PilotPlan
from matcher.errors import InvalidInput
from matcher.measuring import judged
from matcher.model import Status
from matcher.store import Actor, Store, Writer, utc_now
from matcher.store.cases import CaseWriter
from matcher.store.demand_states import DemandStates
from matcher.store.followup_writer import FollowUpWriter
from matcher.workflow import DemandState, Stage

FILE = "followup.jsonl"
IMPORTED = 80
"""Days ago on which the sample lists count as received: before every step."""

Step = Mapping[str, Any]


class Calendar:
    """The store's clock: the day of the step that is being told, else now."""

    def __init__(self) -> None:
        self._ago = timedelta()

    def __call__(self) -> datetime:
        return utc_now() - self._ago

    def turn(self, days_ago: int) -> None:
        """That many days back from now; 0 is now."""
        self._ago = timedelta(days=days_ago)

    def day(self, days_ago: int) -> date:
        """The day, that many days before the one that is being told."""
        return (self().astimezone(BEIJING) - timedelta(days=days_ago)).date()


def tell(store: Store, calendar: Calendar, folder: Path, actor: Actor) -> int:
    """Take every step of the file in `folder`, in order; how many there were. `calendar` is the store's clock.

    InvalidInput for a step without a row in STEPS; all else as the store says.
    """
    steps = list(read(folder / FILE))
    try:
        for step in steps:
            calendar.turn(step["ago"])
            take = STEPS.get(step["do"])
            if take is None:
                raise InvalidInput(f"示例对接经过里没有“{step['do']}”这种步骤。")
            with store.writing(actor) as writer:
                take(writer, step, calendar)
    finally:
        calendar.turn(0)
    return len(steps)


def read(file: Path) -> Iterable[Step]:
    """The steps, in order."""
    return (json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip())


def _approve(writer: Writer, step: Step, calendar: Calendar) -> None:
    for id in step["demands"]:
        DemandStates(writer).move(id, DemandState.READY)


def _send_back(writer: Writer, step: Step, calendar: Calendar) -> None:
    for id in step["demands"]:
        DemandStates(writer).move(id, DemandState.INCOMPLETE, reason=step["reason"])


def _batch(writer: Writer, step: Step, calendar: Calendar) -> None:
    states = DemandStates(writer)
    states.put_batch(step["batch"], publish_on=calendar.day(-step.get("publish_in", 0)))
    states.assign(step["batch"], tuple(step["demands"]))


def _publish(writer: Writer, step: Step, calendar: Calendar) -> None:
    _batch(writer, step, calendar)
    DemandStates(writer).publish_batch(step["batch"])


def _shortlist(writer: Writer, step: Step, calendar: Calendar) -> None:
    FollowUpWriter(writer).shortlist(step["demand"], step["solution"], note=step.get("note", ""))


def _exclude(writer: Writer, step: Step, calendar: Calendar) -> None:
    FollowUpWriter(writer).exclude(step["demand"], step["solution"], step["reason"])


def _move(writer: Writer, step: Step, calendar: Calendar) -> None:
    FollowUpWriter(writer).move(
        _pair(writer, step),
        Stage(step["to"]),
        reason=step.get("reason", ""),
        next_step=step.get("next_step", ""),
        next_on=calendar.day(-step["next_in"]) if "next_in" in step else None,
    )


def _note(writer: Writer, step: Step, calendar: Calendar) -> None:
    FollowUpWriter(writer).note(_pair(writer, step), step["text"])


def _pilot(writer: Writer, step: Step, calendar: Calendar) -> None:
    rows = ((wanted, got, Status(said) if said else None) for wanted, got, said in step["measures"])
    plan = PilotPlan(
        place=step["place"],
        scale=step["scale"],
        begins=calendar.day(step["begins"] - step["ago"]),
        ends=calendar.day(step["ends"] - step["ago"]) if "ends" in step else None,
        outcome=Outcome(step["outcome"]),
        measures=judged(rows),
    )
    FollowUpWriter(writer).add_pilot(_pair(writer, step), plan)


def _case(writer: Writer, step: Step, calendar: Calendar) -> None:
    cases = CaseWriter(writer)
    cases.publish(cases.draft(_pair(writer, step), step["title"], step["text"]).number)


def _pair(writer: Writer, step: Step) -> str:
    """The number of the step's pair. InvalidInput when nobody shortlisted it before."""
    found = FollowUpWriter(writer).pair(step["demand"], step["solution"])
    if found is None:
        raise InvalidInput(f"示例对接经过里，{step['demand']} 与 {step['solution']} 还没有列为候选。")
    return found.number


STEPS: Mapping[str, Callable[[Writer, Step, Calendar], None]] = MappingProxyType(
    {
        "approve": _approve,
        "send_back": _send_back,
        "batch": _batch,
        "publish": _publish,
        "shortlist": _shortlist,
        "exclude": _exclude,
        "move": _move,
        "note": _note,
        "pilot": _pilot,
        "case": _case,
    }
)
"""What a line of the file may say → what is done."""
