"""How long the centre waits before it wants to be reminded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """After how many days something is worth an alert; for a deadline, how many days ahead of it."""

    unanswered: int = 7
    deadline: int = 14
    stalled: int = 14
