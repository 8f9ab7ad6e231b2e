"""Texts cut where reasons point into them, so that a template can mark each piece and say which reasons it serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from matcher.model import FIELDS, Span


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and the numbers of the reasons that point at it; none for plain text."""

    text: str
    reasons: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class MarkedField:
    """One field of a record: its name in FIELDS and its text in pieces, which joined are the text."""

    name: str
    pieces: tuple[Piece, ...]


def marked_fields(side: str, fields: Mapping[str, str], reasons: Sequence[Sequence[Span]]) -> tuple[MarkedField, ...]:
    """The fields that have text, in the order of FIELDS; `reasons[n]` are the spans of reason n."""
    found = []
    for name in FIELDS:
        if text := fields.get(name, ""):
            spans = [
                (max(0, span.start), min(span.end, len(text)), number)
                for number, own in enumerate(reasons)
                for span in own
                if span.side == side and span.field == name
            ]
            found.append(MarkedField(name, cut(text, [span for span in spans if span[0] < span[1]])))
    return tuple(found)


def cut(text: str, spans: Sequence[tuple[int, int, int]]) -> tuple[Piece, ...]:
    """The text in pieces; `spans` are (start, end, reason), with 0 ≤ start < end ≤ length. They may overlap."""
    places = sorted({0, len(text), *(start for start, _, _ in spans), *(end for _, end, _ in spans)})
    pieces = []
    for start, end in pairwise(places):
        owners = {reason for begin, stop, reason in spans if begin <= start and end <= stop}
        pieces.append(Piece(text[start:end], tuple(sorted(owners))))
    return tuple(pieces)
