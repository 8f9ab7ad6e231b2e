"""Which queries of a collection count: all, the half that is tuned on, or the half that is reported."""

from __future__ import annotations

from collections.abc import Sequence

from matcher.errors import InvalidInput
from matcher.evaluate import halves

SPLITS = {"all": "全部", "tune": "调参的一半", "report": "报告的一半"}
"""Split → what it is called."""


def chosen(ids: Sequence[str], split: str) -> tuple[str, ...]:
    """The ids of a split, in order; halves as in `matcher.evaluate.halves`. InvalidInput for another word."""
    if split not in SPLITS:
        raise InvalidInput(f"没有“{split}”这种划分；可用：{'、'.join(SPLITS)}。", split=split)
    tune, report = halves(ids)
    return {"all": tuple(ids), "tune": tune, "report": report}[split]
