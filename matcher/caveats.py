"""What an offer says it does not do, where the demand speaks of it: told beside the requirements, never counted."""

from __future__ import annotations

from collections.abc import Iterator

from matcher.analyser import Analyser
from matcher.matter import CLAUSE, EXCLUDED, exclusions
from matcher.model import Profile, Requirement, Span, Status

OFFERING = ("body", "needs", "cases")
ASKING = ("title", "body", "needs")
MOST = 3
"""Caveats told of one match."""


def caveats(demand: Profile, offer: Profile, analyser: Analyser, *, offered_by_query: bool) -> tuple[Requirement, ...]:
    """One entry per exclusion that shares a word with the demand: the demand's clause, unknown, and what the offer
    says. `offered_by_query` tells which of the two is asking, for the spans."""
    asking, offering = ("candidate", "query") if offered_by_query else ("query", "candidate")
    found: list[Requirement] = []
    for field, start, said in _exclusions(offer):
        words = [term for term in analyser.counts(said) if _telling(term, analyser)]
        if words and (place := _mentioned(demand, words, analyser)):
            name, at, end, word = place
            text = demand.fields[name]
            clause = next(c for c in CLAUSE.finditer(text) if c.end() > at)
            spans = (
                Span(asking, name, at, end),  # type: ignore[arg-type]
                Span(offering, field, start, start + len(said)),  # type: ignore[arg-type]
            )
            says = f"方案写明“{said}”，需求提到“{word}”，请向方案方核实"
            found.append(Requirement(clause[0].strip(" ，,。；;\n"), Status.UNKNOWN, says, spans))
        if len(found) == MOST:
            break
    return tuple(found)


def _exclusions(offer: Profile) -> Iterator[tuple[str, int, str]]:
    """Field, place and words of every exclusion."""
    for field in OFFERING:
        yield from ((field, start, said) for start, said in exclusions(offer.fields.get(field, "")))


def _telling(term: str, analyser: Analyser) -> bool:
    """Whether a word names a matter: not the negation itself, nor a word of forms."""
    return len(term) > 1 and analyser.is_word(term) and not EXCLUDED.search(term) and not analyser.is_form_word(term)


def _mentioned(demand: Profile, words: list[str], analyser: Analyser) -> tuple[str, int, int, str] | None:
    """Where the demand first uses one of the words: field, start, end, and the word as written there."""
    for name in ASKING:
        if not (text := demand.fields.get(name)):
            continue
        mapped = analyser.normalise.mapped(text)
        for word in words:
            at = mapped.text.find(word)
            if at >= 0:
                start, end = mapped.span(at, at + len(word))
                return name, start, end, text[start:end]
    return None
