"""What a pilot measured, held against what the demand asked for, by the same reading as any offer's figures."""

from __future__ import annotations

import re
from collections.abc import Iterable

from matcher.engagement import Measure
from matcher.model import Demand, Status
from matcher.profile import texts_of
from matcher.requirements import compare, required

LONGEST = 100
"""Letters of a condition without figures that still makes a row of the table (适应车间粉尘环境)."""

_CLAUSE = re.compile(r"[；;。\n]+")
_NUMBERING = re.compile(r"^\s*(?:[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[)）、.．]\s*)?")


def asked_of(demand: Demand) -> tuple[str, ...]:
    """What a pilot has to show, in the demand's own words: each figure asked for and each condition without figures of
    its requirements, in order, then the figures of its description."""
    fields = texts_of(demand)
    found: list[str] = []
    for clause in _CLAUSE.split(fields.get("needs", "")):
        figures = [indicator.text for indicator in required(clause)]
        found += figures or [_NUMBERING.sub("", clause).strip(" 　，,、")]
    found += [indicator.text for indicator in required(fields.get("body", ""), strict=True)]
    return tuple(dict.fromkeys(text for text in found if 0 < len(text) <= LONGEST))


def measured(requirement: str, result: str) -> Measure:
    """One requirement with its result and the verdict; a bare figure (0.25%) is taken as the requirement's own."""
    requirement, result = requirement.strip(), result.strip()
    if not result:
        return Measure(requirement, "", Status.UNKNOWN, "还没有实测结果")
    names = [indicator.name for indicator in required(requirement) if indicator.name]
    for text in (result, *(f"{name}{result}" for name in names)):
        for found in compare(requirement, text, context=requirement):
            if found.status is not Status.UNKNOWN:
                return Measure(requirement, result, found.status, VERDICTS[found.status])
    return Measure(requirement, result, Status.UNKNOWN, "无法自动判断，请人工填写是否达到")


VERDICTS = {Status.MET: "达到要求", Status.UNMET: "没有达到要求", Status.UNKNOWN: "未测或无法判断"}


def blank_table(demand: Demand) -> tuple[Measure, ...]:
    """The table of a new pilot: every requirement, nothing measured yet."""
    return tuple(measured(text, "") for text in asked_of(demand))


def judged(rows: Iterable[tuple[str, str, Status | None]]) -> tuple[Measure, ...]:
    """Rows of (requirement, result, what people say of it): what people say counts, else the comparison."""
    found = []
    for requirement, result, said in rows:
        measure = measured(requirement, result)
        if said is not None and said is not measure.status:
            measure = Measure(measure.requirement, measure.measured, said, f"人工判断：{VERDICTS[said]}")
        found.append(measure)
    return tuple(found)
