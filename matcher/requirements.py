"""A demand's measurable requirements held against an offer: met, not met or unknown, the two sentences side by side.

Met and not met are said only when certain: same indicator, same kind of unit, same object and circumstances, and the
whole of what the offer states lies inside (or outside) what is asked. Everything else is unknown, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from matcher.clauses import Clause, clauses
from matcher.indicators import Indicator, parse
from matcher.limits import Hold, backwards, flattering, hold
from matcher.marks import Mark
from matcher.measures import Direction, Way
from matcher.model import Requirement, Span, Status
from matcher.numerals import fold
from matcher.objects import alike, mentioned
from matcher.units import COUNT

__all__ = ["Clause", "Indicator", "clauses", "compare", "parse", "required"]

Side = Literal["query", "candidate"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One indicator of the offer and the profile field it stands in."""

    field: str
    indicator: Indicator


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one statement, or several, answer to one requirement; `why` completes the Chinese sentence."""

    status: Status
    why: str
    statements: tuple[Statement, ...] = ()


MET, UNMET = "满足", "不满足"
PARTLY = "可能满足，方案写明的范围只有一部分达到要求，请向方案方核实"
AT_BEST = "可能满足，方案写的是最好情况或平均值，请向方案方核实"
DOUBTFUL = "可能满足，方案写的是目标值、有前提的数值或适配条件，请向方案方核实"
OTHER_OBJECT = "所说的对象不一定相同，无法判断"
OTHER_CONDITION = "所说的条件不同，无法判断"
OTHER_UNIT = "单位不同，无法比较"
ODD_DEMAND = "要求的写法可作两种理解，请先核实要求"
DISAGREE = "说法不一，无法判断"

_NOT_ASKED = frozenset({Mark.PRESENT, Mark.PAST, Mark.OTHERS, Mark.DENIED})
_NOT_OFFERED = frozenset({Mark.PAST, Mark.OTHERS})
_DOUBTS = frozenset({Mark.GOAL, Mark.DENIED, Mark.PARTIAL, Mark.UNCLEAR})


def required(text: str, strict: bool = False) -> tuple[Indicator, ...]:
    """The indicators of a demand's text that ask for something, in order, repetitions left out.

    What is said of today, of the past or of others is no requirement (目前漏检率约5%), nor is a bare figure without a
    name. `strict` is for running text such as a description: there only a written comparison (不低于, 以内) in a
    sentence that asks for something counts.
    """
    found: dict[tuple[object, ...], Indicator] = {}
    for indicator in parse(text):
        if _asks(indicator, strict):
            key = (indicator.quantity or indicator.text, indicator.low, indicator.high, indicator.objects)
            found.setdefault((*key, indicator.conditions, indicator.dimension), indicator)
    return tuple(found.values())


def _asks(indicator: Indicator, strict: bool) -> bool:
    if indicator.marks & _NOT_ASKED or indicator.way is Way.SCALE:
        return False
    if "best" in indicator.extremes and not indicator.explicit:
        return False
    if strict:
        return bool(indicator.quantity) and indicator.explicit and indicator.asked
    if not indicator.quantity:
        return indicator.explicit and indicator.relation != "≈" and not indicator.dimension.startswith(COUNT)
    if indicator.direction is Direction.NEUTRAL and indicator.way is not Way.ENVELOPE:
        return indicator.explicit and indicator.relation not in ("=", "≈")
    return True


def compare(
    demand: str,
    offer: Mapping[str, str] | str,
    *,
    field: str = "needs",
    context: str = "",
    side: Side = "query",
) -> tuple[Requirement, ...]:
    """Every measurable requirement of `demand` held against the offer, in the order of the demand's text.

    `demand`   the text of the demand's profile field `field`; of "needs" every named figure is a requirement, of any
               other field only what is plainly asked for
    `offer`    profile field → text, or one text, taken as its "needs"
    `context`  other words of the demand (title, description): they tell whether 车牌识别率 is about its object
    `side`     the side of the match on which the demand stands, for the spans
    """
    asked = required(demand, strict=field != "needs")
    if not asked:
        return ()
    fields = {"needs": offer} if isinstance(offer, str) else offer
    statements = tuple(
        Statement(name, indicator)
        for name, text in fields.items()
        for indicator in parse(text)
        if not (indicator.marks & _NOT_OFFERED and Mark.REACHED not in indicator.marks)
    )
    judge = _Judge(statements, f"{demand}\n{context}", fields)
    return tuple(_requirement(indicator, judge.verdict(indicator), field, side) for indicator in asked)


def _requirement(asked: Indicator, verdict: Verdict, field: str, side: Side) -> Requirement:
    other: Side = "candidate" if side == "query" else "query"
    if verdict.statements:
        quotes = "和".join(f"“{s.indicator.text}”" for s in verdict.statements)
        says = f"要求“{asked.text}”；方案{quotes}：{verdict.why}"
    else:
        says = f"方案未写明“{asked.name or asked.quantity or asked.text}”"
    spans = (
        Span(side, field, asked.start, asked.end),
        *(Span(other, s.field, s.indicator.start, s.indicator.end) for s in verdict.statements),
    )
    return Requirement(asked.text, verdict.status, says, spans)


class _Judge:
    """Everything the offer states, and both sides' words, to judge requirement by requirement."""

    def __init__(self, statements: tuple[Statement, ...], demand: str, offer: Mapping[str, str]) -> None:
        self._statements = statements
        self._demand = fold(demand)
        self._offer = fold("\n".join(offer.values()))
        self._title = fold(offer.get("title", ""))

    def verdict(self, asked: Indicator) -> Verdict:
        same = tuple(s for s in self._statements if asked.quantity and s.indicator.quantity == asked.quantity)
        if not same:
            return Verdict(Status.UNKNOWN, "")
        comparable = tuple(s for s in same if _same_unit(asked, s.indicator))
        if not comparable:
            return Verdict(Status.UNKNOWN, OTHER_UNIT, same[:1])
        fitting = tuple(s for s in comparable if s.indicator.conditions == asked.conditions)
        if not fitting:
            return Verdict(Status.UNKNOWN, OTHER_CONDITION, comparable[:1])
        near = self._nearest(asked, fitting)
        if not near:
            return Verdict(Status.UNKNOWN, OTHER_OBJECT, fitting[:2])
        return _together([_answer(asked, s) for s in near])

    def _nearest(self, asked: Indicator, statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
        """The statements whose object words are closest to the requirement's, all of them when several are."""
        distances = [self._distance(asked, s.indicator) for s in statements]
        best = min(distances)
        return tuple(s for s, d in zip(statements, distances, strict=True) if d == best) if best < _FAR else ()

    def _distance(self, asked: Indicator, offered: Indicator) -> int:
        """0 the same object by name, or none on either side; 1 named on one side and known to the other; else _FAR."""
        if asked.objects and offered.objects:
            return 0 if any(alike(a, b) for a in asked.objects for b in offered.objects) else _FAR
        if asked.objects:
            return 1 if asked.way is not Way.GENERIC and mentioned(asked.objects, self._offer) else _FAR
        if asked.way is Way.GENERIC:
            return _FAR
        if not offered.objects:
            return 0
        whole = offered.way in (Way.WHOLE, Way.CAPACITY, Way.ENVELOPE)
        known = mentioned(offered.objects, self._demand) or (whole and mentioned(offered.objects, self._title))
        return 1 if known else _FAR


_FAR = 9


def _same_unit(asked: Indicator, offered: Indicator) -> bool:
    return asked.dimension == offered.dimension and len(asked.parts) == len(offered.parts)


def _together(verdicts: list[Verdict]) -> Verdict:
    """One verdict of several equally close statements: plain ones before doubtful ones; they must agree."""
    plain = [v for v in verdicts if v.why not in (AT_BEST, DOUBTFUL)] or verdicts
    if len({v.status for v in plain}) == 1:
        return plain[0]
    first = plain[0]
    second = next(v for v in plain if v.status is not first.status)
    return Verdict(Status.UNKNOWN, DISAGREE, first.statements + second.statements)


_ANSWERS = {Hold.INSIDE: (Status.MET, MET), Hold.OUTSIDE: (Status.UNMET, UNMET), Hold.OPEN: (Status.UNKNOWN, PARTLY)}


def _answer(asked: Indicator, statement: Statement) -> Verdict:
    offered = statement.indicator
    if Mark.UNCLEAR in asked.marks or backwards(asked):
        return Verdict(Status.UNKNOWN, ODD_DEMAND, (statement,))
    if offered.marks & _DOUBTS or (backwards(offered) and offered.way is not Way.CAPACITY):
        return Verdict(Status.UNKNOWN, DOUBTFUL, (statement,))
    status, why = _ANSWERS[hold(asked, offered)]
    best = status is Status.UNKNOWN and flattering(offered)
    return Verdict(status, AT_BEST if best else why, (statement,))
