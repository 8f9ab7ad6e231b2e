"""Settings in, everything the app is made of out. The one place at the door that chooses parts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Hashable, Iterator, Sequence
from threading import Lock
from typing import TypeVar
from weakref import WeakSet

from api.cards import Cards
from api.entrance import Entrance, Recent
from api.jobs import Jobs
from api.lookout import Lookout
from api.metrics import Metrics
from api.parts import Parts
from api.passwords import Passwords, policy_of
from api.rebuild import Rebuild, environment
from api.recall import Recall
from api.repeat_watch import Watch
from api.shown import ShownLog
from api.traffic import Traffic
from api.verified import Verified
from api.warming import Warming
from indexer.intake import Intake
from indexer.workshop import Workshop, checker, finder, published_words, workshop
from matcher.completeness import Checker
from matcher.engine import Engine, View
from matcher.filters import Filter
from matcher.library import IndexState, Library
from matcher.material import KEPT
from matcher.model import Hit, Kind, Profile, Ranking, Record
from matcher.overlay import Overlay
from matcher.settings import Settings
from matcher.shelf import Shelf
from matcher.store import Store, utc_now
from matcher.suspects import Finder
from matcher.taxonomy import Taxonomy
from matcher.why import Tools, Why, why
from matcher.wordbook import fitting

Found = TypeVar("Found")

PREVIEW = (sys.executable, "-m", "api", "words", "preview", "--json")
"""What changes of the word lists would do, told by a process of its own."""


class _Opened:
    """What serves one edition of the house's words: the parts, the index they were built with, and the engine."""

    def __init__(self, shop: Workshop, store: Store) -> None:
        self.shop = shop
        self.generation = shop.generations.current()
        self.library = Library(shop.generations, store, shop.parts, shop.server)
        self.engine = shop.engine(self.library.view)
        self.finder = finder(shop)
        self.checker = checker(shop)


class LibrarySearch:
    """The engine over the index as it stands at each moment."""

    def __init__(self, shop: Workshop, store: Store) -> None:
        """Opens the published generation; raises BrokenGeneration when a file of it is damaged."""
        self._store = store
        self._opened = _Opened(shop, store)
        self._refreshing = Lock()
        self._prepared: WeakSet[Shelf] = WeakSet()
        self._recall: Recall[View] = Recall()

    def match(self, query: Profile, *, k: int = 10, filters: Sequence[Filter] = ()) -> Ranking:
        question = ("match", k, *filters, *_asked(query))
        return self._recalled(question, lambda engine: engine.match(query, k=k, filters=filters))

    def similar(self, query: Profile, *, k: int = 5) -> Ranking:
        return self._recalled(("similar", k, *_asked(query)), lambda engine: engine.similar(query, k=k))

    def why(self, query: Profile, kind: Kind, id: str) -> Why:
        opened = self._opened
        parts = opened.shop.parts
        tools = Tools(parts.analyser, parts.encoder, parts.taxonomy, opened.shop.weights, parts.context)
        reading = opened.engine.reading(query, kind, id)
        return why(query, kind, id, opened.library.view(), tools, reading)

    def hits(self, query: Profile, *, k: int = 10, filters: Sequence[Filter] = ()) -> list[Hit]:
        return self._opened.engine.hits(query, k=k, filters=filters)

    def survey(
        self, query: Profile, *, k: int = 10, filters: Sequence[Filter] = ()
    ) -> tuple[Ranking, Sequence[frozenset[str]]]:
        question = ("survey", k, *filters, *_asked(query))
        return self._recalled(question, lambda engine: engine.survey(query, k=k, filters=filters))

    def preparing(self) -> Iterator[tuple[Kind, str]]:
        opened = self._opened
        for kind, side in opened.library.view().sides.items():
            shelf = side.base
            if shelf in self._prepared or len(shelf) > KEPT:
                continue
            for row, id in enumerate(shelf.ids):
                opened.engine.prepare(shelf, row)
                yield kind, id
            self._prepared.add(shelf)

    def profile(self, record: Record) -> Profile:
        return self._opened.shop.parts.profile(record)

    def label(self, grade: int) -> str:
        return self._opened.shop.weights.label(grade)

    def repeats(self) -> tuple[Finder, View]:
        """What finds repeated filings, and the index at this moment."""
        opened = self._opened
        return opened.finder, opened.library.view()

    def cut(self, run: str) -> list[str]:
        """A run of Han characters cut into words."""
        return self._opened.shop.parts.analyser.words(run)

    def describe(self) -> IndexState:
        return self._opened.library.state()

    @property
    def suitable(self) -> int:
        return self._opened.shop.weights.suitable

    @property
    def weights(self) -> str:
        return self._opened.shop.weights.version

    @property
    def taxonomy(self) -> Taxonomy:
        return self._opened.shop.parts.taxonomy

    @property
    def checker(self) -> Checker:
        return self._opened.checker

    @property
    def words(self) -> Overlay:
        return self._opened.shop.overlay

    def refresh(self) -> bool:
        with self._refreshing:
            opened = self._opened
            name = opened.shop.generations.current()
            if name == opened.generation:
                return False
            settings = opened.shop.settings
            words, _ = fitting(published_words(opened.shop.generations), settings.data)
            if words == opened.shop.overlay:
                opened.library.refresh()
                opened.generation = name
            else:  # load first, then swap: a failed load changes nothing
                self._opened = _Opened(workshop(settings, words), self._store)
            self.settle_words()
            return True

    def _recalled(self, question: Hashable, find: Callable[[Engine], Found]) -> Found:
        """What was found a moment ago, or is found now. View and engine are of one edition of the words, whatever is
        published meanwhile."""
        opened = self._opened
        return self._recall.of(opened.library.view(), question, lambda: find(opened.engine))

    def settle_words(self) -> None:
        """Tell the store which edition of the house's words is in use."""
        edition, generation = self.words.edition, self._opened.generation
        if edition and generation:
            self._store.words.settle(edition, generation)


def _asked(query: Profile) -> tuple[Hashable, ...]:
    """Everything of a profile that a ranking depends on."""
    return query.kind, query.id, tuple(query.fields.items()), query.tags


def open_parts(settings: Settings) -> Parts:
    """All parts of a service, to be closed when done.

    Raises Unavailable when another process writes to the database, UnsafeModel, BrokenGeneration, InvalidInput.
    """
    store = Store.open(settings.database_url, write=True)
    traffic = Traffic()
    try:
        shop = workshop(settings)
        search = LibrarySearch(shop, store)
        search.settle_words()
        repeats = Watch(store, search.repeats, traffic)
        intake = Intake(store, settings.uploads_folder, utc_now, repeats.find)
        intake.settle()
    except BaseException:
        store.close()
        raise
    cards = Cards(store)
    return Parts(
        settings=settings,
        store=store,
        search=search,
        rebuild=Rebuild(
            environment(settings, os.environ),
            done=search.refresh,
            failed=lambda message: store.words.settle(store.words.overlay().edition, "", message),
        ),
        previews=Rebuild(
            environment(settings, os.environ), lambda: None, command=PREVIEW, busy="预览正在进行，请等它完成。"
        ),
        metrics=Metrics(),
        verified=Verified(store.keys),
        entrance=Entrance(store, Passwords(policy_of(settings)), settings.https, Recent()),
        cards=cards,
        shown=ShownLog(store),
        repeats=repeats,
        lookout=Lookout(store, search, settings.patience, traffic),
        traffic=traffic,
        warming=Warming(search, cards, traffic),
        cut=search.cut,
        intake=intake,
        jobs=Jobs(),
    )


def open_search(settings: Settings, store: Store) -> LibrarySearch:
    """Only the search, for a command that answers one question."""
    return LibrarySearch(workshop(settings), store)
