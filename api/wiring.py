"""Settings in, everything the app is made of out. The one place at the door that chooses parts."""

from __future__ import annotations

import os
from collections.abc import Sequence

from api.cards import Cards
from api.metrics import Metrics
from api.parts import Parts
from api.rebuild import Rebuild, environment
from api.shown import ShownLog
from api.verified import Verified
from indexer.workshop import Workshop, checker, workshop
from matcher.filters import Filter
from matcher.library import IndexState, Library
from matcher.model import Profile, Ranking, Record
from matcher.settings import Settings
from matcher.store import Store


class LibrarySearch:
    """The engine over the index as it stands at each moment."""

    def __init__(self, shop: Workshop, store: Store) -> None:
        """Opens the published generation; raises BrokenGeneration when a file of it is damaged."""
        self._shop = shop
        self._library = Library(shop.generations, store, shop.parts)
        self._engine = shop.engine(self._library.view)

    def match(self, query: Profile, *, k: int = 10, filters: Sequence[Filter] = ()) -> Ranking:
        return self._engine.match(query, k=k, filters=filters)

    def similar(self, query: Profile, *, k: int = 5) -> Ranking:
        return self._engine.similar(query, k=k)

    def profile(self, record: Record) -> Profile:
        return self._shop.parts.profile(record)

    def label(self, grade: int) -> str:
        return self._shop.weights.label(grade)

    def describe(self) -> IndexState:
        return self._library.state()

    @property
    def weights(self) -> str:
        return self._shop.weights.version

    def refresh(self) -> bool:
        return self._library.refresh()


def open_parts(settings: Settings) -> Parts:
    """All parts of a service, to be closed when done.

    Raises Unavailable when another process writes to the database, UnsafeModel, BrokenGeneration, InvalidInput.
    """
    store = Store.open(settings.database_url, write=True)
    try:
        shop = workshop(settings)
        search = LibrarySearch(shop, store)
    except BaseException:
        store.close()
        raise
    return Parts(
        settings=settings,
        store=store,
        search=search,
        taxonomy=shop.parts.taxonomy,
        rebuild=Rebuild(environment(settings, os.environ), search.refresh),
        metrics=Metrics(),
        verified=Verified(store.keys),
        cards=Cards(store),
        checker=checker(shop),
        shown=ShownLog(store),
    )


def open_search(settings: Settings, store: Store) -> LibrarySearch:
    """Only the search, for a command that answers one question."""
    return LibrarySearch(workshop(settings), store)
