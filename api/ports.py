"""What the door needs of the engine, so that routes and tests depend on its contract and not on its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from matcher.completeness import Checker
from matcher.filters import Filter
from matcher.library import IndexState
from matcher.model import Hit, Kind, Profile, Ranking, Record
from matcher.overlay import Overlay
from matcher.taxonomy import Taxonomy
from matcher.why import Why


class Search(Protocol):
    """Ranks records for a record. Safe to call from many threads; every answer reflects the store's last commit."""

    def match(self, query: Profile, *, k: int = 10, filters: Sequence[Filter] = ()) -> Ranking:
        """The other side's shelf: solutions for a demand, demands for a solution."""
        ...

    def similar(self, query: Profile, *, k: int = 5) -> Ranking:
        """The same side's shelf, without the record itself."""
        ...

    def why(self, query: Profile, kind: Kind, id: str) -> Why:
        """One pair taken apart: the query and the record of that shelf. NotFound."""
        ...

    def hits(self, query: Profile, *, k: int = 10, filters: Sequence[Filter] = ()) -> list[Hit]:
        """The order and scores of `match` without a word of explanation."""
        ...

    def survey(
        self, query: Profile, *, k: int = 10, filters: Sequence[Filter] = ()
    ) -> tuple[Ranking, Sequence[frozenset[str]]]:
        """`match`, and the tags of the 50 best records without the filters, best first."""
        ...

    def preparing(self) -> Iterator[tuple[Kind, str]]:
        """Makes ready what the reasons for the indexed records are taken from, record by record, and names each. Ends
        at once when all are ready, or are too many to be kept."""
        ...

    def profile(self, record: Record) -> Profile:
        """The face of a record, stored or not."""
        ...

    def label(self, grade: int) -> str:
        """A grade in Chinese: 高度匹配, 较为匹配 …"""
        ...

    def describe(self) -> IndexState:
        """What is being searched at this moment."""
        ...

    @property
    def suitable(self) -> int:
        """The grade from which a match is suitable."""
        ...

    @property
    def weights(self) -> str:
        """The version of the ranker's weights."""
        ...

    @property
    def taxonomy(self) -> Taxonomy:
        """The words records are sorted by, as they are in force now."""
        ...

    @property
    def checker(self) -> Checker:
        """The check of how complete a record is, with the words in force now."""
        ...

    @property
    def words(self) -> Overlay:
        """The house's own words in force now."""
        ...

    def refresh(self) -> bool:
        """Pick up a newly published generation; True when there was one."""
        ...
