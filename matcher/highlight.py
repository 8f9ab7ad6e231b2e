"""Where the words of a reason stand in the original text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from matcher.model import Profile, Span
from matcher.text import Mapped

MOST_PER_TERM = 3
"""Places marked per term and field: enough to find it, not so many that the page turns yellow."""

Places = list[tuple[int, int]]


class Marked:
    """The texts of one profile, in which terms are found as the analyser spells them, each looked for once."""

    def __init__(self, profile: Profile, side: Literal["query", "candidate"], texts: Sequence[Mapped]) -> None:
        """`texts` are those of the profile's fields, in their order, cleaned."""
        self._side: Literal["query", "candidate"] = side
        self._profile, self._texts = profile, texts
        self._found: dict[str, list[Places]] = {}

    def spans(self, terms: Iterable[str]) -> tuple[Span, ...]:
        """Places of the terms in every field, in field and text order, each place once."""
        found = [self._places(term) for term in dict.fromkeys(terms)]
        spans: list[Span] = []
        for field, *places in zip(self._profile.fields, *found, strict=True):
            if any(places):
                spans += [Span(self._side, field, start, end) for start, end in _joined(places)]
        return tuple(spans)

    def written(self, term: str) -> str:
        """The term as the record writes it, or as the analyser spells it when it cannot be found."""
        for text, places in zip(self._profile.fields.values(), self._places(term), strict=True):
            for start, end in places[:1]:
                return text[start:end]
        return term

    def _places(self, term: str) -> list[Places]:
        """The first places of a term, field by field."""
        places = self._found.get(term)
        if places is None:
            places = self._found[term] = [_places(text, term) if term in text.text else [] for text in self._texts]
        return places


def _places(mapped: Mapped, term: str) -> Places:
    found: Places = []
    at = mapped.text.find(term)
    while at >= 0 and len(found) < MOST_PER_TERM:
        found.append(mapped.span(at, at + len(term)))
        at = mapped.text.find(term, at + len(term))
    return found


def _joined(places: Sequence[Places]) -> Places:
    """All places in order, overlapping and touching ones as one."""
    out: Places = []
    for start, end in sorted({place for of_term in places for place in of_term}):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out
