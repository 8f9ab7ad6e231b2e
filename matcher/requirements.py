"""A demand's measurable requirements held against an offer: met, not met or unknown, the two sentences side by side.

Met and not met are said only when certain: same indicator, same kind of unit, same object and circumstances, and the
whole of what the offer states lies inside (or outside) what is asked. Everything else is unknown, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from matcher.clauses import Clause, clauses
from matcher.indicators import Indicator, parse, sentences, stated
from matcher.limits import Hold, backwards, flattering, hold
from matcher.marks import MAY_ASK, Mark
from matcher.measures import Direction, Way, shipped
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
DENIED = "方案的说法带有否定或假设，无法判断"
RELATIVE = "升降幅度与原有水平有关，请结合现场核实"
OTHER_OBJECT = "所说的对象不一定相同，无法判断"
OTHER_CONDITION = "所说的条件不同，无法判断"
OTHER_UNIT = "单位不同，无法比较"
ODD_DEMAND = "要求的写法可作两种理解，请先核实要求"
DISAGREE = "说法不一，无法判断"

_NOT_ASKED = frozenset({Mark.PRESENT, Mark.PAST, Mark.OTHERS, Mark.DENIED})
_DOUBTS = frozenset({Mark.GOAL, Mark.PARTIAL, Mark.UNCLEAR})
_TOLD = re.compile(
    r"不足|不到|不满|还不|仅|才(?!能)|只有|高达|多达|动辄|突破|逾|起码|一度|(?<![不得应能可宜要未会])超过?(?![声高宽长限])"
)
"""Words of a complaint or a report, not of a requirement, unless the sentence asks (要求单产突破11吨)."""
_FIRM = re.compile(
    r"[≤≥<>±]|不[得应能可宜要]?[高大低少小短长晚迟慢超多]|(?:以|之)[内里]|至少|[0-9一-龥]内(?![部存容置外])"
)
"""Comparisons used for requirements even where no word says that something is wanted."""
_MAY_ASK = re.compile(rf"{MAY_ASK}|[≤≥<>±]|不[得应能可宜要]?[高大低少小短长晚迟慢超多]|[以之][内里]|至少|内")
"""Any sentence of running text of which an indicator asks for something has one of these; most have none."""
_DIGIT = re.compile(r"[0-9]")


@lru_cache(maxsize=1024)
def required(text: str, strict: bool = False) -> tuple[Indicator, ...]:
    """The indicators of a demand's text that ask for something, in order, repetitions left out.

    What is said of today, of the past or of others is no requirement (目前漏检率约5%), nor is a complaint (不足三成), a
    bare figure without a name, or one in Chinese numerals that nothing asks for (测一件二十分钟). `strict` is for
    running text such as a description: there a bare figure, or a mere 以上, counts only in a sentence that asks.
    """
    found: dict[tuple[object, ...], Indicator] = {}
    folded = fold(text)
    for start, sentence in sentences(text):
        if strict and not _MAY_ASK.search(folded, start, start + len(sentence)):
            continue
        for indicator in stated(sentence, start):
            if _asks(indicator, strict):
                key = (indicator.quantity or indicator.text, indicator.low, indicator.high, indicator.objects)
                found.setdefault((*key, indicator.conditions, indicator.dimension), indicator)
    return tuple(found.values())


def _asks(indicator: Indicator, strict: bool) -> bool:
    words = fold(indicator.text)
    wished = indicator.asked and Mark.WISH in indicator.marks
    if indicator.marks & _NOT_ASKED or indicator.way is Way.SCALE or (_TOLD.search(words) and not wished):
        return False
    if indicator.relation == "≈" and not wished:
        return False
    if not indicator.explicit and not wished and ("best" in indicator.extremes or not _DIGIT.search(words)):
        return False
    if strict and not (indicator.explicit and (_FIRM.search(words) or indicator.asked)):
        return False
    if not indicator.quantity:
        bounded = indicator.explicit and indicator.relation != "="
        return not strict and bounded and not indicator.dimension.startswith(COUNT)
    if indicator.direction is Direction.NEUTRAL and indicator.way is not Way.ENVELOPE:
        return indicator.explicit and indicator.relation not in ("=", "≈")
    return True


def _offers(indicator: Indicator) -> bool:
    """Whether a figure is the offer's own: not of others, nor of the time before (unless it is what came of it)."""
    past = Mark.PAST in indicator.marks and Mark.REACHED not in indicator.marks
    return not past and Mark.OTHERS not in indicator.marks


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
    wanted = [(indicator.quantity, fold(indicator.name)) for indicator in asked if indicator.quantity]
    statements = tuple(
        Statement(name, indicator)
        for name, text in fields.items()
        for indicator in _answering(text, wanted)
        if _offers(indicator)
    )
    judge = _Judge(statements, f"{demand}\n{context}", fields)
    return tuple(_requirement(indicator, judge.verdict(indicator), field, side) for indicator in asked)


def read_ahead(offer: Mapping[str, str]) -> None:
    """Read the figures of an offer before any demand is held against it; they are remembered by sentence."""
    for text in offer.values():
        for start, sentence, folded in _cut(text)[1]:
            if _DIGIT.search(folded):
                stated(sentence, start)


def _answering(text: str, wanted: Sequence[tuple[str, str]]) -> Iterator[Indicator]:
    """The indicators of those sentences that may say something about a quantity asked, or under its name: reading a
    sentence takes a hundred times as long as seeing that it does not."""
    folded, cut = _cut(text)
    if _may_answer(folded, wanted):
        for start, sentence, own in cut:
            if _may_answer(own, wanted):
                yield from stated(sentence, start)


@lru_cache(maxsize=1 << 16)
def _cut(text: str) -> tuple[str, tuple[tuple[int, str, str], ...]]:
    """An offer's text folded, and its sentences: where each starts, as written, folded. The same offers are
    held against demand after demand."""
    folded = fold(text)
    cut = ((start, sentence, folded[start : start + len(sentence)]) for start, sentence in sentences(text))
    return folded, tuple(cut)


def _may_answer(folded: str, wanted: Sequence[tuple[str, str]]) -> bool:
    """False where parsing cannot give a statement about any quantity asked, or under its name."""
    unsaid = shipped().unsaid
    return any(not unsaid(quantity, name, folded) for quantity, name in wanted)


def _requirement(asked: Indicator, verdict: Verdict, field: str, side: Side) -> Requirement:
    other: Side = "candidate" if side == "query" else "query"
    if verdict.statements:
        quotes = "和".join(f"“{s.indicator.text}”" for s in verdict.statements)
        says = f"要求“{asked.text}”；方案{quotes}：{verdict.why}"
    else:
        label = _label(asked)
        says = "方案没有写明这一项" if label == asked.text else f"方案未写明“{label}”"
    spans = (
        Span(side, field, asked.start, asked.end),
        *(Span(other, s.field, s.indicator.start, s.indicator.end) for s in verdict.statements),
    )
    return Requirement(asked.text, verdict.status, says, spans)


def _label(asked: Indicator) -> str:
    """What the offer should have named: the indicator's name, or the whole requirement where it has none (单件≤6秒)."""
    if not asked.name or asked.name[0] in "单每":
        return asked.text
    word = fold(asked.name)
    if word in asked.quantity:
        return asked.quantity
    short = len(word) == 2 and asked.quantity.endswith("率") and not word.endswith("率")
    return f"{word}率" if short else asked.name


class _Judge:
    """Everything the offer states, and both sides' words, to judge requirement by requirement."""

    def __init__(self, statements: tuple[Statement, ...], demand: str, offer: Mapping[str, str]) -> None:
        self._statements = statements
        self._both = demand, offer

    @cached_property
    def _demand(self) -> str:
        return fold(self._both[0])

    @cached_property
    def _offer(self) -> str:
        return fold("\n".join(self._both[1].values()))

    @cached_property
    def _title(self) -> str:
        return fold(self._both[1].get("title", ""))

    def verdict(self, asked: Indicator) -> Verdict:
        same = tuple(s for s in self._statements if asked.quantity and _same_name(asked, s.indicator))
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


def _same_name(asked: Indicator, offered: Indicator) -> bool:
    """The same indicator, or the same word for another one (续航 in hours and in kilometres), which tells the unit."""
    return asked.quantity == offered.quantity or (asked.name != "" and fold(asked.name) == fold(offered.name))


def _same_unit(asked: Indicator, offered: Indicator) -> bool:
    same = asked.quantity == offered.quantity and asked.dimension == offered.dimension
    return same and len(asked.parts) == len(offered.parts)


def _together(verdicts: list[Verdict]) -> Verdict:
    """One verdict of several equally close statements: plain ones before doubtful ones; they must agree."""
    plain = [v for v in verdicts if v.why not in (AT_BEST, DOUBTFUL, DENIED)] or verdicts
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
    if Mark.DENIED in offered.marks:
        return Verdict(Status.UNKNOWN, DENIED, (statement,))
    if offered.marks & _DOUBTS:
        return Verdict(Status.UNKNOWN, DOUBTFUL, (statement,))
    if asked.way is Way.CHANGE:
        return Verdict(Status.UNKNOWN, RELATIVE, (statement,))
    status, why = _ANSWERS[hold(asked, offered)]
    best = status is Status.UNKNOWN and flattering(offered)
    return Verdict(status, AT_BEST if best else why, (statement,))
