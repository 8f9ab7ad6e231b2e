"""Vague wording (先进水平, 越高越好, 面议) with its place in the original, where no figure beside it makes it clear."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from matcher.clauses import clauses
from matcher.marks import asks
from matcher.quantities import quantities
from matcher.text import Mapped

_WISHED = re.compile("想|希望|要求|需要|需求|拟|求|期望|达到|实现|做到|力争|目标")
_ALWAYS = re.compile(
    "领先|先进水平|一流|越.越好|尽可能|尽量|面议|待定|视.*而定|根据|看情况|不详|不清楚|未说明|另行|协商"
)
"""Wording that is vague wherever it stands; the rest (一批, 近期, 实时) is so only in a wish."""


@dataclass(frozen=True, slots=True)
class Vague:
    """One vague wording: `text == original[start:end]` of the record's field, and what to ask about it."""

    field: str
    text: str
    start: int
    end: int
    asks: str


class Vagueness:
    """Finds the listed wordings. `words` maps a wording, simplified, to the question; `clean` maps text to clean text
    with a way back."""

    def __init__(self, words: Mapping[str, str], clean: Callable[[str], Mapped]) -> None:
        self._words, self._clean = words, clean
        ordered = sorted(words, key=lambda word: (-len(word), word))
        self._pattern = re.compile("|".join(map(re.escape, ordered)) or r"(?!)")

    def find(self, field: str, original: str, *, wishes_only: bool) -> tuple[Vague, ...]:
        """In order of place, each wording once a field. A wording counts unless its clause holds a figure, and with
        `wishes_only` (running text such as a description) only in a clause that wishes, but for the plainest ones."""
        if not original:
            return ()
        mapped = self._clean(original)
        found: dict[str, Vague] = {}
        for clause in clauses(mapped.text):
            for match in self._pattern.finditer(clause.text):
                word = match[0]
                if word in found or quantities(_around(clause.text, match.start(), match.end())):
                    continue
                before = clause.text[: match.start()]
                if wishes_only and not (_ALWAYS.search(word) or _WISHED.search(before) or asks(before)):
                    continue
                start, end = mapped.span(clause.start + match.start(), clause.start + match.end())
                found[word] = Vague(field, original[start:end], start, end, self._words[word])
        return tuple(found.values())


def _around(clause: str, start: int, end: int) -> str:
    """The stretch between two commas around a place, without the place: 一批 is no figure of its own."""
    low = max(clause.rfind(mark, 0, start) for mark in "，,、") + 1
    highs = [at for mark in "，,、" if (at := clause.find(mark, end)) >= 0]
    return f"{clause[low:start]} {clause[end : min(highs, default=len(clause))]}"
