"""Keeping watch: whatever is filed or changed is held against the other side at once, and news of it becomes alerts.

It follows the revisions of the records and not the routes that write them, so nothing that is filed by any way is
missed, a restart goes on where it stopped, and no request waits for it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from api.ports import Search
from api.standing import standing_now
from api.traffic import Traffic
from matcher.alerts import Draft, Filed, Related, arrived, arrived_together
from matcher.errors import MatcherError
from matcher.filters import Filter, Without
from matcher.model import Kind, Record, grade_of
from matcher.patience import Patience
from matcher.placing import place
from matcher.profile import takes_part
from matcher.store import Store, utc_now
from matcher.store.alerts import AlertWriter
from matcher.store.outlooks import Dated, Outlook, Outlooks, OutlookWriter, Position

log = logging.getLogger("scenematch.lookout")

DEPTH = 30
"""Counterparts looked at for one record: more than anybody would call about."""

ONE_BY_ONE = 10
"""New records of one kind at once up to which each has an alert of its own; a whole list has one."""

FRESH = timedelta(days=7)
"""How old a record may be to count as news when it is first looked at, after a restart for instance."""

KEPT = timedelta(days=30)
"""How long news stays on the list."""

SWEEP = timedelta(hours=1)
CHUNK = 200


@dataclass
class _Round:
    """What is known while one stretch of changes is worked through."""

    changed: Mapping[Kind, list[Dated]]
    excluded: Mapping[str, frozenset[str]]
    filed: Mapping[Kind, Mapping[str, datetime]]
    before: Mapping[str, Outlook]
    now: datetime
    silent: bool
    outlooks: dict[tuple[Kind, str], Outlook] = field(default_factory=dict)
    gone: dict[Kind, list[str]] = field(default_factory=lambda: {kind: [] for kind in Kind})
    touched: set[str] = field(default_factory=set)
    news: dict[Kind, list[Filed]] = field(default_factory=lambda: {kind: [] for kind in Kind})


class Lookout:
    """`catch_up()` does all there is to do; `start()` does it again and again on a thread of its own."""

    def __init__(self, store: Store, search: Search, patience: Patience, traffic: Traffic) -> None:
        self._store, self._search, self._patience, self._traffic = store, search, patience, traffic
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._seen = -1
        self._excluded: Mapping[str, frozenset[str]] | None = None
        self._swept: datetime | None = None

    def start(self, every_s: float) -> None:
        """Look every so many seconds, until `close`. 0 does nothing."""
        if every_s > 0 and self._thread is None:
            self._thread = threading.Thread(target=self._run, args=(every_s,), name="lookout", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop at the next record; what was begun is done again next time."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def catch_up(self, now: datetime | None = None) -> int:
        """Look at every record changed since the last time, and every demand whose exclusions changed; how many there
        were. The standing alerts follow."""
        now = now or utc_now()
        with self._lock:
            revision, excluded = self._store.known_revision(), self._exclusions()
            looked = 0
            if revision != self._seen or excluded != self._excluded:
                looked = self._follow(now, _differing(self._excluded, excluded))
                self._seen, self._excluded = revision, excluded
            if looked or self._swept is None or now - self._swept >= SWEEP or now < self._swept:
                self._sweep(now)
                self._swept = now
            return looked

    def _run(self, every_s: float) -> None:
        while not self._stop.wait(every_s):
            try:
                self.catch_up()
            except MatcherError as error:
                log.warning("lookout: %s", error)  # the next round begins where this one did
            except Exception:
                log.exception("lookout")

    def _exclusions(self) -> dict[str, frozenset[str]]:
        with self._store.read_snapshot() as snapshot:
            return Outlooks(snapshot).excluded()

    def _follow(self, now: datetime, regrouped: frozenset[str]) -> int:
        """Look at what changed; `regrouped` are demands with other exclusions than before, which change no record."""
        version = f"{self._search.weights} {self._search.taxonomy.version} {self._search.words.edition}"
        with self._store.read_snapshot() as snapshot:
            read, revision = Outlooks(snapshot), snapshot.revision
            was = read.position()
            since = was.revision if was.version == version else 0
            changed = {kind: read.changed(kind, since) for kind in Kind}
            if not any(changed.values()) and not regrouped and was == Position(revision, version):
                return 0
            work = _Round(
                changed,
                read.excluded(),
                {kind: read.filed_at(kind) for kind in Kind},
                read.all(Kind.DEMAND),
                now,
                silent=since < was.revision,
            )
        for kind in (Kind.SOLUTION, Kind.DEMAND):
            for record, dated in self._records(kind, changed[kind], work):
                self._look(record, dated, work)
        self._look_again(work, regrouped)
        if self._stop.is_set():
            return 0
        self._keep(work, Position(revision, version))
        return sum(map(len, changed.values())) + len(regrouped)

    def _records(self, kind: Kind, changed: list[Dated], work: _Round) -> Iterator[tuple[Record, Dated]]:
        """The records still to be matched, a chunk at a time; those that are gone are noted."""
        for start in range(0, len(changed), CHUNK):
            part = {each.id: each for each in changed[start : start + CHUNK]}
            found = self._store.get_many(kind, list(part))
            for id, dated in part.items():
                record = found.get(id)
                if record is None or not takes_part(record):
                    work.gone[kind].append(id)
                elif not self._traffic.give_way(self._stop):
                    yield record, dated

    def _look(self, record: Record, dated: Dated, work: _Round) -> None:
        """Hold one record against the other side."""
        profile = self._search.profile(record)
        hits = self._search.hits(profile, k=DEPTH, filters=self._filters(record, work))
        if record.kind is Kind.SOLUTION:
            barred = work.excluded
            hits = [hit for hit in hits if record.id not in barred.get(hit.id, frozenset())]
        graded = [(hit.id, grade_of(hit.score)) for hit in hits]
        best = graded[0] if graded else ("", 0)
        suits = [(id, grade) for id, grade in graded if grade >= self._search.suitable]
        where = place(record, profile, self._search.taxonomy)
        work.outlooks[record.kind, record.id] = Outlook(record.kind, record.id, *best, bool(suits), place=where)
        if record.kind is Kind.SOLUTION:
            work.touched.update(id for id, _ in suits)
        fresh = dated.filed_at == dated.changed_at
        old = [(id, grade) for id, grade in suits if self._earlier(record.kind.other, id, dated, work)]
        if not work.silent and work.now - dated.changed_at <= FRESH:
            titles = self._store.get_many(record.kind.other, [id for id, _ in old])
            related = tuple(Related(record.kind.other, id, titles[id].title, g) for id, g in old if id in titles)
            before = 0
            if record.kind is Kind.SOLUTION:
                before = sum(not work.before[r.id].suitable for r in related if r.id in work.before)
            industry = place(record, profile, self._search.taxonomy).industry
            filed = Filed(record.kind, record.id, record.title, (industry,) if industry else (), related, before, fresh)
            work.news[record.kind].append(filed)

    def _look_again(self, work: _Round, regrouped: frozenset[str]) -> None:
        """The demands that a changed solution suits, or leaned on one, or with other exclusions: their best answer may
        be another now."""
        changed = {each.id for each in work.changed[Kind.SOLUTION]}
        with self._store.read_snapshot() as snapshot:
            leaning = Outlooks(snapshot).leaning_on(Kind.DEMAND, changed)
        barred = {id for id, out in work.before.items() if out.counterpart in work.excluded.get(id, frozenset())}
        rest = (work.touched | leaning | barred | regrouped) - {id for kind, id in work.outlooks if kind is Kind.DEMAND}
        for start in range(0, len(ids := sorted(rest)), CHUNK):
            for record in self._store.get_many(Kind.DEMAND, ids[start : start + CHUNK]).values():
                if self._traffic.give_way(self._stop):
                    return
                if takes_part(record):
                    profile = self._search.profile(record)
                    hits = self._search.hits(profile, k=1, filters=self._filters(record, work))
                    best = (hits[0].id, grade_of(hits[0].score)) if hits else ("", 0)
                    suitable = bool(hits) and best[1] >= self._search.suitable
                    where = place(record, profile, self._search.taxonomy)
                    outlook = Outlook(Kind.DEMAND, record.id, *best, suitable, place=where)
                    work.outlooks[Kind.DEMAND, record.id] = outlook

    def _keep(self, work: _Round, position: Position) -> None:
        with self._store.writing() as writer:
            outlooks, alerts = OutlookWriter(writer), AlertWriter(writer)
            outlooks.put(list(work.outlooks.values()))
            for kind, ids in work.gone.items():
                outlooks.forget(kind, ids)
            alerts.retire((f"{kind}:{id}" for kind, ids in work.gone.items() for id in ids), before=work.now - KEPT)
            for draft in _drafts(work, position.revision):
                alerts.file(draft)
            outlooks.advance(position)

    def _sweep(self, now: datetime) -> None:
        with self._store.read_snapshot() as snapshot:
            drafts = standing_now(snapshot, self._search.taxonomy, now, self._patience)
        with self._store.writing() as writer:
            AlertWriter(writer).settle(drafts)

    def _filters(self, record: Record, work: _Round) -> tuple[Filter, ...]:
        barred = work.excluded.get(record.id) if record.kind is Kind.DEMAND else None
        return (Without(barred),) if barred else ()

    def _earlier(self, kind: Kind, id: str, dated: Dated, work: _Round) -> bool:
        """Whether that counterpart was on file before this record was: only then is the record news for it."""
        filed = work.filed[kind].get(id)
        return filed is not None and filed < dated.filed_at


def _differing(before: Mapping[str, frozenset[str]] | None, after: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The demands whose exclusions are others than before; none when nothing is known of before."""
    if before is None:
        return frozenset()
    return frozenset(id for id in before.keys() | after.keys() if before.get(id) != after.get(id))


def _drafts(work: _Round, revision: int) -> Iterator[Draft]:
    for kind, filed in work.news.items():
        fresh = [each for each in filed if each.fresh]
        if len(fresh) > ONE_BY_ONE:
            if together := arrived_together(kind, fresh, revision):
                yield together
            filed = [each for each in filed if not each.fresh]
        for each in filed:
            if draft := arrived(each):
                yield draft
