"""What values a requirement accepts, what values an offer's statement allows, and whether the one holds the other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from matcher.indicators import Indicator
from matcher.measures import Direction, Way

ABOUT = 0.1
"""约 is read as within a tenth, both ways."""


class Hold(StrEnum):
    """How an offer's statement stands to what is asked. `OPEN`: part of it could be either."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Interval:
    """All values from low to high; an end marked open is not itself included."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    def within(self, other: Interval) -> bool:
        """Whether every value of this one is a value of the other."""
        low = self.low > other.low or (self.low == other.low and (self.low_open or not other.low_open))
        high = self.high < other.high or (self.high == other.high and (self.high_open or not other.high_open))
        return low and high

    def apart(self, other: Interval) -> bool:
        """Whether no value belongs to both."""
        first, second = (self, other) if (self.low, self.high) <= (other.low, other.high) else (other, self)
        return first.high < second.low or (first.high == second.low and (first.high_open or second.low_open))


EVERYTHING = Interval()


def literal(indicator: Indicator) -> Interval:
    """The values that the written comparison names."""
    low = -math.inf if indicator.low is None else indicator.low
    high = math.inf if indicator.high is None else indicator.high
    if indicator.relation == "≈":
        return Interval(low - ABOUT * abs(low), high + ABOUT * abs(high))
    return Interval(low, high, indicator.relation == ">", indicator.relation == "<")


def backwards(indicator: Indicator) -> bool:
    """Whether the comparison bounds the good side (识别率≤98%): a slip, or meant otherwise than it reads."""
    bad = {Direction.HIGHER: ("≤", "<"), Direction.LOWER: ("≥", ">"), Direction.NEUTRAL: ()}
    return indicator.relation in bad[indicator.direction]


def accepted(asked: Indicator) -> tuple[Interval, Interval]:
    """The values that surely satisfy a requirement, and those that may (wider only for 约). A bare figure or a range is
    the worst that is accepted, where one side is better."""
    exact, wide = literal(asked), literal(asked)
    if asked.relation == "≈" and asked.low is not None and asked.high is not None:
        exact = Interval(asked.low, asked.high)
    if asked.direction is Direction.HIGHER:
        return Interval(exact.low, low_open=exact.low_open), Interval(wide.low, low_open=wide.low_open)
    if asked.direction is Direction.LOWER:
        return Interval(high=exact.high, high_open=exact.high_open), Interval(high=wide.high, high_open=wide.high_open)
    return exact, wide


def flattering(indicator: Indicator) -> bool:
    """Whether the figure is only the best case or an average, so that worse is to be expected too."""
    if indicator.way is Way.CAPACITY:
        return "mean" in indicator.extremes
    good = {Direction.HIGHER: "max", Direction.LOWER: "min"}.get(indicator.direction)
    return bool(indicator.extremes & {"best", "mean", good})


def stated(offered: Indicator, asked: Indicator) -> Interval:
    """The values that a statement of the offer allows for what is asked."""
    if offered.way is Way.CAPACITY and offered.relation in ("≤", "<") and offered.high is not None:
        return Interval(offered.high, offered.high)
    said = literal(offered)
    if not offered.extremes or offered.extremes == asked.extremes:
        return said
    if offered.way is Way.CAPACITY and not flattering(offered):
        return said
    if offered.direction is Direction.NEUTRAL:
        return EVERYTHING
    higher = offered.direction is Direction.HIGHER
    worse_is_lower = higher is flattering(offered)
    return (
        Interval(high=said.high, high_open=said.high_open)
        if worse_is_lower
        else Interval(said.low, low_open=said.low_open)
    )


def hold(asked: Indicator, offered: Indicator) -> Hold:
    """How the offer's statement stands to the requirement. Both must be of one indicator and one dimension."""
    if asked.way is Way.ENVELOPE:
        return _covers(asked, offered)
    if asked.dimension == "protection":
        return _protects(asked, offered)
    if asked.parts:
        return _fits(asked, offered)
    surely, possibly = accepted(asked)
    values = stated(offered, asked)
    if values.within(surely):
        return Hold.INSIDE
    return Hold.OUTSIDE if values.apart(possibly) else Hold.OPEN


def _covers(asked: Indicator, offered: Indicator) -> Hold:
    """A working range: the offer's must hold the whole of the demand's, with both ends of both written."""
    if offered.relation != "range" or None in (asked.low, asked.high) or asked.relation == "≈":
        return Hold.INSIDE if offered.relation == asked.relation and literal(offered) == literal(asked) else Hold.OPEN
    return Hold.INSIDE if literal(asked).within(literal(offered)) else Hold.OUTSIDE


def _protects(asked: Indicator, offered: Indicator) -> Hold:
    """IP codes digit by digit; a digit not stated (X) proves nothing, and one not asked for needs no proof."""
    if asked.relation in ("≤", "<", "≈") or offered.relation in ("≤", "<", "≈"):
        return Hold.OPEN
    wanted = [(w, h) for w, h in zip(asked.parts, offered.parts, strict=True) if w >= 0]
    if all(has >= want for want, has in wanted):
        return Hold.INSIDE if asked.relation != ">" else Hold.OPEN
    fixed = offered.relation == "="
    return Hold.OUTSIDE if fixed and any(0 <= has < want for want, has in wanted) else Hold.OPEN


def _fits(asked: Indicator, offered: Indicator) -> Hold:
    """Sizes side by side, longest first: a box fits when every side does."""
    pairs = list(zip(asked.parts, offered.parts, strict=True))
    if asked.relation not in ("≤", "≥") or offered.relation not in ("=", asked.relation):
        return Hold.OPEN
    sign = 1 if asked.relation == "≤" else -1
    if all(sign * has <= sign * want for want, has in pairs):
        return Hold.INSIDE
    return Hold.OUTSIDE if offered.relation == "=" else Hold.OPEN
