"""Two records side by side, field by field: which words are the same, left out, new or exchanged."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import Literal

from matcher.fields import NAMES, shown
from matcher.model import Record

Change = Literal["same", "removed", "added", "changed"]
_CHANGES: Mapping[str, Change] = MappingProxyType(
    {"equal": "same", "delete": "removed", "insert": "added", "replace": "changed"}
)

_OF_THE_FILE = frozenset({"id", "status"})
"""What tells where a record stands and is none of its content."""

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
    """Every field that at least one of two records of a kind fills, in the order of the form.

    `cut` cuts a run of Han characters into words that join to it.
    """
    found = []
    for field, label in NAMES[a.kind].items():
        if field in _OF_THE_FILE:
            continue
        texts = [shown(getattr(record, field, "")) for record in (a, b)]
        if any(texts):
            found.append(FieldDifference(field, label, pieces(texts[0], texts[1], cut)))
    return tuple(found)


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
