"""What an explanation needs of a record, whoever asks for it: made once per record and kept while it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary, ref

from matcher.alignment import Bag
from matcher.asked import adds_up
from matcher.highlight import Page
from matcher.model import Profile
from matcher.ports import BagEncoder, Encoder
from matcher.shelf import Shelf
from matcher.text import Normaliser

KEPT, KEPT_OF_MANY = 12_288, 4_096
"""Records of one shelf whose material is kept, some ten kilobytes each: all of a shelf of this size, and fewer of a
larger one, whose index needs the memory."""


@dataclass(frozen=True, eq=False)
class Material:
    """A record's profile, its tags by facet, its texts to mark words in, and its telling words where an encoder adds
    up words."""

    profile: Profile
    facets: Mapping[str, frozenset[str]]
    page: Page
    bag: Bag | None

    @classmethod
    def of(cls, profile: Profile, bag: Bag | None, normalise: Normaliser) -> Material:
        """Everything but the words is taken from the profile."""
        facets: dict[str, set[str]] = {}
        for tag in profile.tags:
            facet, _, value = tag.partition(":")
            facets.setdefault(facet, set()).add(value)
        return cls(
            profile,
            {facet: frozenset(values) for facet, values in facets.items()},
            Page(profile.fields, normalise),
            bag,
        )

    def tagged(self, facet: str) -> frozenset[str]:
        """As Profile.tagged."""
        return self.facets.get(facet, frozenset())


class Materials:
    """The material of the records on shelves. A shelf that is no longer used takes its material with it."""

    def __init__(self, normalise: Normaliser, encoder: Encoder, telling: Callable[[str], bool]) -> None:
        """`telling` says which terms tell a reader anything."""
        self._normalise, self._telling = normalise, telling
        self._encoder: BagEncoder | None = encoder if adds_up(encoder) else None
        self._kept: WeakKeyDictionary[Shelf, Callable[[int], Material]] = WeakKeyDictionary()

    def of(self, shelf: Shelf, row: int) -> Material:
        """The material of the record in a row."""
        known = self._kept.get(shelf)
        if known is None:
            known = self._kept[shelf] = self._remembering(shelf)
        return known(row)

    def asking(self, profile: Profile, counts: Mapping[str, int]) -> Material:
        """The material of a record that is on no shelf, from its counted terms."""
        return Material.of(profile, self._bag(counts, self._telling), self._normalise)

    def _bag(self, counts: Mapping[str, int], telling: Callable[[str], bool]) -> Bag | None:
        return Bag.of(counts, self._encoder, telling) if self._encoder else None

    def _remembering(self, shelf: Shelf) -> Callable[[int], Material]:
        weak = ref(shelf)  # what is kept for a shelf must not keep the shelf

        @lru_cache(maxsize=KEPT if len(shelf) <= KEPT else KEPT_OF_MANY)
        def material(row: int) -> Material:
            shelf = weak()
            assert shelf is not None, "whoever asks holds the shelf"
            words = shelf.lexical.words(row, self._telling) if self._encoder else {}
            return Material.of(shelf.profiles[row], self._bag(words, lambda term: True), self._normalise)

        return material
