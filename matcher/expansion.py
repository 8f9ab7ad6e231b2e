"""Words that a query is asked with beside its own, because the house's word lists say they mean the same.

Asked with means: as if the author had written the other word too, counted with the entry's weight. It touches the
asking side only, so no record is indexed anew, and it can bring a record up but never hides one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from matcher.cues import SHORTEST, Cues
from matcher.model import Kind
from matcher.tables import Row

SYNONYM = 0.8
"""Weight of a synonym: a little less than the word itself. A bridge brings its own weight."""

_FACET = "word:"

Words = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Added:
    """`word` stands in the text, so it is asked for `meaning` too, which counts `weight` times the word itself."""

    word: str
    meaning: str
    weight: float


class Expansion:
    """The entries in force for each asking side. Bridges lead from a demand's words to a solution's and, for a
    solution that looks for demands, back; synonyms lead everywhere."""

    def __init__(self, words: Mapping[Kind, Mapping[str, Mapping[str, float]]]) -> None:
        self._words = words
        self._cues = {
            kind: Cues({word: [_FACET + word] for word in own if len(word) >= SHORTEST}) for kind, own in words.items()
        }

    @classmethod
    def of(cls, synonyms: Iterable[Row], bridges: Iterable[Row]) -> Expansion:
        """From rows of the two tables, which have been checked."""
        words: dict[Kind, Words] = {kind: {} for kind in Kind}
        for row in synonyms:
            group = [word.casefold() for word in row.words("词组")]
            for kind in Kind:
                for word in group:
                    words[kind].setdefault(word, {}).update({other: SYNONYM for other in group if other != word})
        for row in bridges:
            weight, asked = float(row["权重"]), row["需求方用词"].casefold()
            for offered in map(str.casefold, row.words("方案方用词")):
                words[Kind.DEMAND].setdefault(asked, {})[offered] = weight
                words[Kind.SOLUTION].setdefault(offered, {})[asked] = weight
        return cls({kind: MappingProxyType(own) for kind, own in words.items() if own})

    def __bool__(self) -> bool:
        return bool(self._words)

    def added(self, kind: Kind, text: str) -> tuple[Added, ...]:
        """What a normalised text of this side is also asked with, in text order; of overlapping words the longest,
        and none that the text denies."""
        if kind not in self._words:
            return ()
        found = [tag[len(_FACET) :] for tag in dict.fromkeys(self._cues[kind].find(text))]
        return tuple(
            Added(word, meaning, weight)
            for word in found
            for meaning, weight in self._words[kind][word].items()
            if meaning not in text
        )


NOTHING = Expansion({})
"""No entry at all."""
