"""What a text says of its matter: without sentences that only fill forms, and without what an offer excludes.

A bag of words cannot tell "不支持方言" from "支持方言", and two thousand characters of company history drown two
hundred of need. So neither is counted. The text itself is kept and shown as it is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from matcher.lexicon import BASE

SENTENCE = re.compile(r"[^。！？；!?;\n]+[。！？；!?;\n]*")
CLAUSE = re.compile(r"[^，,。！？；!?;\n]+[，,。！？；!?;\n]*")
EXCLUDED = re.compile(
    r"(?:不(?:包含|包括|含|支持|提供|负责|涉及|适用|替代|覆盖|承担)|(?:暂|尚)(?:不|无|未)|未(?:覆盖|包含|支持|适配|验证))"
)
"""How an offer says what it does not do. Not 无需, 不需, 不停机: those are merits."""

LEAST = 10
"""Sentences with fewer characters are always counted: there is too little to judge them by."""

SHORT = 200
"""A text with fewer characters is counted whole: what little filler it holds drowns nothing, and looking costs time."""


@dataclass(frozen=True, slots=True)
class Matter:
    """Term → occurrences of what is counted, and the sentences that are not because they say nothing."""

    counts: Mapping[str, int]
    left_out: tuple[str, ...] = ()


def sentences(text: str) -> Iterator[str]:
    """The text in pieces, each with its closing mark; together they are the text, but for leading line breaks."""
    return (found[0] for found in SENTENCE.finditer(text))


def exclusions(text: str) -> Iterator[tuple[int, str]]:
    """Where an offer says what it does not do, and its words: from the negation to the end of its clause, without the
    closing mark."""
    if not EXCLUDED.search(text):
        return
    for clause in CLAUSE.finditer(text):
        if at := EXCLUDED.search(clause[0]):
            yield clause.start() + at.start(), clause[0][at.start() :].rstrip(" ，,。！？；!?;\n")


def without_exclusions(text: str) -> str:
    """The text up to each negation; what its clause says from there on is left out."""
    if not EXCLUDED.search(text):
        return text
    return "\n".join(EXCLUDED.split(clause[0], maxsplit=1)[0] for clause in CLAUSE.finditer(text))


def is_filler(terms: Mapping[str, int], scores: Mapping[str, float]) -> bool:
    """Whether a sentence of these terms says nothing of the matter, by the scores of `Lexicon.filler`."""
    if not terms or not scores:
        return False
    total = sum(scores.get(term, 0.0) for term in terms)
    return total / math.sqrt(len(terms)) + scores[BASE] > 0
