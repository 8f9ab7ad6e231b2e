"""Two records side by side, field by field: which words are the same, left out, new or exchanged."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import Literal

from matcher.model import Deadline, Money, Record

Change = Literal["same", "removed", "added", "changed"]
_CHANGES: Mapping[str, Change] = MappingProxyType(
    {"equal": "same", "delete": "removed", "insert": "added", "replace": "changed"}
)

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "title": "名称",
        "organization": "需求单位",
        "vendor": "供应商",
        "org_type": "单位性质",
        "industries": "行业",
        "technologies": "技术方向",
        "region": "地区",
        "site": "落地场地",
        "description": "说明",
        "requirements": "指标要求",
        "indicators": "主要指标",
        "scenes": "适用场景",
        "cases": "案例",
        "target": "预期目标",
        "current_base": "现有基础",
        "scale": "试点规模",
        "budget": "预算",
        "price": "报价",
        "deadline": "时限",
        "maturity": "成熟度",
        "delivery": "交付周期",
        "qualifications": "资质",
        "cooperation": "合作方式",
        "keywords": "关键词",
        "source": "来源",
        "batch": "批次",
    }
)
"""Field of a record → its Chinese name, in the order shown."""

_PIECE = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z]+|[0-9]+(?:[.,][0-9]+)*|\s+|.", re.DOTALL)
_HAN = re.compile(r"[\u4e00-\u9fff]")
LONGEST = 20_000
"""Letters of a field compared word by word; a longer one is compared as one piece."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of both texts: `a` is what the first has there, `b` what the second has."""

    change: Change
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field of two records. The pieces' `a` join to the first's text, their `b` to the second's."""

    field: str
    label: str
    pieces: tuple[Piece, ...]

    @property
    def same(self) -> bool:
        return all(piece.change == "same" for piece in self.pieces)


def difference(a: Record, b: Record, cut: Callable[[str], Sequence[str]]) -> tuple[FieldDifference, ...]:
    """Every field that at least one of the two fills. `cut` cuts a run of Han characters into words that join to it."""
    found = []
    for field, label in LABELS.items():
        texts = [shown(getattr(record, field, "")) for record in (a, b)]
        if any(texts):
            found.append(FieldDifference(field, label, pieces(texts[0], texts[1], cut)))
    return tuple(found)


def shown(value: object) -> str:
    """A field's value as text: amounts and dates as written, lists joined by 、."""
    if isinstance(value, tuple):
        return "、".join(value)
    if isinstance(value, Money):
        return value.raw or "～".join(dict.fromkeys(f"{n:g}" for n in (value.low, value.high) if n is not None))
    if isinstance(value, Deadline):
        return value.raw or (value.day.isoformat() if value.day else "")
    return str(value) if value else ""


def pieces(a: str, b: str, cut: Callable[[str], Sequence[str]]) -> tuple[Piece, ...]:
    """The two texts as one row of pieces, whole words each."""
    if max(len(a), len(b)) > LONGEST:
        return (Piece("same" if a == b else "changed", a, b),)
    ours, theirs = words(a, cut), words(b, cut)
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    return tuple(
        Piece(_CHANGES[tag], "".join(ours[i:j]), "".join(theirs[m:n])) for tag, i, j, m, n in matcher.get_opcodes()
    )


def words(text: str, cut: Callable[[str], Sequence[str]]) -> list[str]:
    """The words of a text, which join to it again."""
    return [
        word
        for piece in _PIECE.findall(text)
        for word in (cut(piece) if _HAN.match(piece) and len(piece) > 1 else [piece])
    ]


def filled(kept: Record, gone: Record) -> Record:
    """The kept record with its empty fields taken from the other. Text is never joined or overwritten."""
    own = {f.name for f in fields(kept)} - {"id", "contact", "status"}
    taken = {name: getattr(gone, name) for name in own if not getattr(kept, name) and getattr(gone, name, None)}
    return replace(kept, **taken)
