"""Where the words of a reason stand in the original text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from matcher.model import Span
from matcher.text import Mapped, Normaliser

MOST_PER_TERM = 3
"""Places marked per term and field: enough to find it, not so many that the page turns yellow."""

Place = tuple[int, int, int]
"""Number of the field, and a stretch of its original text."""


class Page:
    """The texts of one record, cleaned with the way back, as one text that is searched in one go."""

    __slots__ = ("_ends", "_mapped", "_text", "fields", "originals")

    def __init__(self, fields: Mapping[str, str], normalise: Normaliser) -> None:
        self.fields = tuple(fields)
        self.originals = tuple(fields.values())
        self._mapped: tuple[Mapped, ...] = tuple(map(normalise.mapped, self.originals))
        self._text = "\n".join(mapped.text for mapped in self._mapped)  # no term holds a line break
        self._ends: list[int] = []
        for mapped in self._mapped:
            self._ends.append((self._ends[-1] + 1 if self._ends else 0) + len(mapped.text))

    def places(self, term: str) -> list[Place]:
        """The first places of a term in each field, in field and text order."""
        text, ends = self._text, self._ends
        found: list[Place] = []
        at = text.find(term)
        field = here = 0
        while at >= 0:
            while at >= ends[field]:
                field, here = field + 1, 0
            if here == MOST_PER_TERM:
                at = text.find(term, ends[field])
                continue
            mapped = self._mapped[field]
            start = at - ends[field] + len(mapped.text)
            found.append((field, *mapped.span(start, start + len(term))))
            here += 1
            at = text.find(term, at + len(term))
        return found


class Marked:
    """A page in which terms are found as the analyser spells them, each looked for once."""

    def __init__(self, page: Page, side: Literal["query", "candidate"]) -> None:
        self._side: Literal["query", "candidate"] = side
        self._page = page
        self._found: dict[str, list[Place]] = {}

    def spans(self, terms: Iterable[str]) -> tuple[Span, ...]:
        """Places of the terms in every field, in field and text order, each place once; overlapping and touching ones
        as one."""
        places = sorted({place for term in terms for place in self._places(term)})
        out: list[Place] = []
        for place in places:
            field, start, end = place
            if out and out[-1][0] == field and start <= out[-1][2]:
                out[-1] = (field, out[-1][1], max(end, out[-1][2]))
            else:
                out.append(place)
        side, fields = self._side, self._page.fields
        return tuple([Span(side, fields[field], start, end) for field, start, end in out])

    def written(self, term: str) -> str:
        """The term as the record writes it, or as the analyser spells it when it cannot be found."""
        for field, start, end in self._places(term)[:1]:
            return self._page.originals[field][start:end]
        return term

    def _places(self, term: str) -> list[Place]:
        places = self._found.get(term)
        if places is None:
            places = self._found[term] = self._page.places(term)
        return places
