"""What a ranking shows of the records it found, ready as JSON for as long as no record changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from matcher.model import Demand, Kind, Record, Solution
from matcher.profile import texts_of
from matcher.store import Store

MOST = 10_000
"""Cards kept; at a few kilobytes each that is a few tens of megabytes."""

Card = orjson.Fragment
_Kept = dict[tuple[Kind, str], Card]


class Cards:
    """Cards by id. Always those of the store's present revision. Safe to call from many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: tuple[int, _Kept] = (-1, {})

    def get(self, kind: Kind, ids: Sequence[str]) -> Mapping[str, Card]:
        """Id → card; ids removed since the search are left out."""
        at, kept = self._held
        if at == self._store.known_revision() and all((kind, id) in kept for id in ids):
            return {id: kept[kind, id] for id in ids}
        with self._store.read_snapshot() as snapshot:
            revision = snapshot.revision
            if self._held[0] != revision or len(self._held[1]) > MOST:
                self._held = (revision, {})
            at, kept = self._held
            # Another thread may have moved on to a later revision, whose cards are not ours to add to.
            kept = kept if at == revision else {}
            missing = [id for id in ids if (kind, id) not in kept]
            if missing:
                for id, record in snapshot.indexed(kind, missing).items():
                    kept[kind, id] = orjson.Fragment(orjson.dumps(_card(record)))
        return {id: kept[kind, id] for id in ids if (kind, id) in kept}


def _card(record: Record) -> dict[str, Any]:
    shared = {
        "id": record.id,
        "title": record.title,
        "region": record.region,
        "industries": record.industries,
        "status": record.status,
        "fields": texts_of(record),
    }
    return shared | (_demand(record) if isinstance(record, Demand) else _solution(record))


def _demand(record: Demand) -> dict[str, Any]:
    return {"organization": record.organization}


def _solution(record: Solution) -> dict[str, Any]:
    return {"vendor": record.vendor, "technologies": record.technologies, "maturity": record.maturity}
