"""The fields of a record as an office form has them: their order, how each is shown, and how a form's text is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from api.pages.formats import deadline, listed, money
from indexer.jsonl import KEYS
from matcher.model import Deadline, Demand, Kind, Money, Record, Solution
from matcher.profile import MERGED
from matcher.workflow import state_of

Shape = Literal["line", "text", "words", "money", "deadline", "number"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in the record, how it is shown, and which words are offered while it is typed."""

    name: str
    shape: Shape
    offered: str = ""
    staff_only: bool = False

    @property
    def long(self) -> bool:
        """Whether it takes the whole width and several lines."""
        return self.shape == "text"


FIELDS: Mapping[Kind, tuple[Field, ...]] = {
    Kind.DEMAND: (
        Field("title", "line"),
        Field("organization", "line"),
        Field("org_type", "line"),
        Field("industries", "words", "industry"),
        Field("region", "line", "region"),
        Field("site", "line"),
        Field("description", "text"),
        Field("requirements", "text"),
        Field("target", "text"),
        Field("current_base", "text"),
        Field("scale", "line"),
        Field("budget", "money"),
        Field("deadline", "deadline"),
        Field("cooperation", "words"),
        Field("keywords", "words"),
        Field("source", "line", staff_only=True),
        Field("batch", "line", staff_only=True),
    ),
    Kind.SOLUTION: (
        Field("title", "line"),
        Field("vendor", "line"),
        Field("industries", "words", "industry"),
        Field("technologies", "words", "technology"),
        Field("region", "line", "region"),
        Field("description", "text"),
        Field("scenes", "text"),
        Field("indicators", "text"),
        Field("cases", "text"),
        Field("maturity", "line", "maturity"),
        Field("trl", "number"),
        Field("price", "money"),
        Field("delivery", "line"),
        Field("qualifications", "words", "qualification"),
        Field("source", "line", staff_only=True),
        Field("batch", "line", staff_only=True),
    ),
}

OWNER: Mapping[Kind, str] = {Kind.DEMAND: "organization", Kind.SOLUTION: "vendor"}

CONTACT = ("person", "phone", "email")

SOLUTION_STATES: Mapping[str, str] = {
    "open": "在库",
    "incomplete": "待补正",
    "closed": "已停用",
    "withdrawn": "已撤回",
    "void": "作废",
}


def shown(value: object) -> str:
    """A field's value for reading."""
    if isinstance(value, Money):
        return money(value)
    if isinstance(value, Deadline):
        return deadline(value)
    return typed(value)


def typed(value: object) -> str:
    """A field's value as it stands in the form: what somebody once wrote, where that is known."""
    if value is None:
        return ""
    if isinstance(value, Money):
        return value.raw or money(value)
    if isinstance(value, Deadline):
        return value.raw or deadline(value)
    return listed(value) if isinstance(value, tuple) else str(value)


def read(kind: Kind, field: Field, text: str) -> Any:
    """What a form's text means. ValueError says in Chinese what was expected."""
    if field.shape == "number":
        if not (text.isascii() and text.isdigit()):
            raise ValueError("应为 1 到 9 的整数")
        return KEYS[kind][field.name][1](int(text)).value
    return KEYS[kind][field.name][1](text).value


def standing(record: Record) -> tuple[str, str]:
    """The state of a record in words, and the tone of its badge."""
    if record.status == MERGED:
        return "已合并", "secondary"
    if isinstance(record, Solution):
        return SOLUTION_STATES.get(record.status, record.status), "success" if record.status == "open" else "secondary"
    state = state_of(record.status)
    return state.value, {"published": "success", "ready": "success", "incomplete": "warning"}.get(record.status, "info")


def owner(record: Record) -> str:
    """Who has the need, or offers the solution."""
    return record.organization if isinstance(record, Demand) else record.vendor
