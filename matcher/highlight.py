"""Where the words of a reason stand in the original text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Literal

from matcher.model import Profile, Span
from matcher.text import Mapped, Normaliser

MOST_PER_TERM = 3
"""Places marked per term and field: enough to find it, not so many that the page turns yellow."""


class Highlighter:
    """Finds terms, as the analyser spells them, in text as people wrote it."""

    def __init__(self, normalise: Normaliser) -> None:
        self._mapped = lru_cache(maxsize=4096)(normalise.mapped)

    def spans(self, profile: Profile, terms: Iterable[str], side: Literal["query", "candidate"]) -> tuple[Span, ...]:
        """Places of the terms in every field, in field and text order, each place once."""
        wanted = sorted(set(terms), key=lambda term: (-len(term), term))
        found: list[Span] = []
        for field, text in profile.fields.items():
            mapped = self._mapped(text)
            places = sorted({place for term in wanted for place in _places(mapped, term)})
            found += [Span(side, field, start, end) for start, end in _joined(places)]
        return tuple(found)

    def written(self, profile: Profile, term: str, fields: Mapping[str, str] | None = None) -> str:
        """The term as the record writes it, or as the analyser spells it when it cannot be found."""
        for text in (fields or profile.fields).values():
            for start, end in _places(self._mapped(text), term):
                return text[start:end]
        return term


def _places(mapped: Mapped, term: str) -> Iterator[tuple[int, int]]:
    at = mapped.text.find(term)
    for _ in range(MOST_PER_TERM):
        if at < 0:
            return
        yield mapped.span(at, at + len(term))
        at = mapped.text.find(term, at + len(term))


def _joined(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping and touching places as one."""
    out: list[tuple[int, int]] = []
    for start, end in places:
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out
