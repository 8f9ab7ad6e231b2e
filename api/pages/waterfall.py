"""The evidence of a match as bars that start where the one before ended, so that the eye adds them up to the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matcher.model import Evidence, Match

WIDTH = 100.0
"""The drawing's own width; the page stretches it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One reason: where its bar lies (0–100), its points as written, and its number among the reasons."""

    number: int
    says: str
    points: str
    x: float
    width: float
    minus: bool
    points_at: bool


@dataclass(frozen=True, slots=True)
class Waterfall:
    """All reasons in order, where zero is, and the bar of their sum."""

    bars: tuple[Bar, ...]
    zero: float
    total: Bar


def waterfall(match: Match) -> Waterfall:
    """The drawing of one match."""
    steps, reached = [], 0.0
    for evidence in match.evidence:
        steps.append((reached, reached + evidence.points))
        reached += evidence.points
    edges = [0.0, *(edge for step in steps for edge in step)]
    low, high = min(edges), max(edges)
    scale = WIDTH / ((high - low) or 1.0)
    bars = tuple(_bar(n, e, step, low, scale) for n, (e, step) in enumerate(zip(match.evidence, steps, strict=True)))
    total = Evidence("total", match.score, "")
    return Waterfall(bars, round(-low * scale, 2), _bar(-1, total, (0.0, reached), low, scale))


def _bar(number: int, evidence: Evidence, step: Sequence[float], low: float, scale: float) -> Bar:
    start, end = min(step), max(step)
    return Bar(
        number=number,
        says=evidence.says,
        points=signed(evidence.points),
        x=round((start - low) * scale, 2),
        width=round(max((end - start) * scale, 0.4), 2),
        minus=evidence.points < 0,
        points_at=bool(evidence.spans),
    )


def signed(points: float) -> str:
    """+1.25 or −0.50, with a true minus."""
    return f"{'−' if points < 0 else '+'}{abs(points):.2f}"
