"""What the app is made of, built once by api.wiring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from api.cards import Cards
from api.entrance import Entrance
from api.jobs import Jobs
from api.lookout import Lookout
from api.metrics import Metrics
from api.ports import Search
from api.rebuild import Rebuild
from api.repeat_watch import Watch
from api.shown import ShownLog
from api.traffic import Traffic
from api.verified import Verified
from api.warming import Warming
from indexer.intake import Intake
from matcher.completeness import Checker
from matcher.settings import Settings
from matcher.store import Store
from matcher.taxonomy import Taxonomy


@dataclass(frozen=True)
class Parts:
    """One service's parts. No other module keeps any of them in a global."""

    settings: Settings
    store: Store
    search: Search
    rebuild: Rebuild
    previews: Rebuild
    metrics: Metrics
    verified: Verified
    entrance: Entrance
    cards: Cards
    shown: ShownLog
    repeats: Watch
    lookout: Lookout
    traffic: Traffic
    warming: Warming
    cut: Callable[[str], Sequence[str]]
    intake: Intake
    jobs: Jobs

    @property
    def taxonomy(self) -> Taxonomy:
        """The words records are sorted by; they change when staff publish others."""
        return self.search.taxonomy

    @property
    def checker(self) -> Checker:
        """The completeness check with the words in force now."""
        return self.search.checker

    def close(self) -> None:
        """Stop what runs beside the requests, then checkpoint and release the database."""
        self.jobs.close()
        self.rebuild.close()
        self.repeats.close()
        self.lookout.close()
        self.warming.close()
        self.previews.close()
        self.store.close()
