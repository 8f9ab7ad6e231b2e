"""What a ranking shows of the records it found, ready as JSON for as long as the record does not change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from matcher.model import Demand, Kind, Record, Solution
from matcher.profile import texts_of
from matcher.store import Store

MOST = 32_768
"""Cards kept, of both sides; at a kilobyte or two each that is some tens of megabytes."""

Card = orjson.Fragment


@dataclass(frozen=True, slots=True)
class _Kept:
    """A card, the revision of its record, and the store's revision up to which that is known to be the last one."""

    card: Card
    revision: int
    seen: int


class Cards:
    """Cards by id. Always those of the store's present revision. Safe to call from many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[tuple[Kind, str], _Kept] = {}

    def get(self, kind: Kind, ids: Sequence[str]) -> Mapping[str, Card]:
        """Id → card; ids removed since the search are left out."""
        now = self._store.known_revision()
        found = {id: kept for id in ids if (kept := self._kept.get((kind, id))) is not None and kept.seen == now}
        if len(found) < len(ids):
            found |= self._looked_up(kind, [id for id in ids if id not in found])
        return {id: found[id].card for id in ids if id in found}

    def _looked_up(self, kind: Kind, ids: Sequence[str]) -> dict[str, _Kept]:
        """Made anew only where the record changed: most commits change records that nobody is looking at."""
        with self._store.read_snapshot() as snapshot:
            now, revisions = snapshot.revision, snapshot.revisions(kind, ids)
            old = {id: kept for id in revisions if (kept := self._kept.get((kind, id))) is not None}
            found = {id: replace(kept, seen=now) for id, kept in old.items() if kept.revision == revisions[id]}
            for id, record in snapshot.indexed(kind, [id for id in revisions if id not in found]).items():
                found[id] = _Kept(orjson.Fragment(orjson.dumps(_card(record))), revisions[id], now)
        if len(self._kept) + len(found) > MOST:
            self._kept = {}
        self._kept.update({(kind, id): kept for id, kept in found.items()})
        return found


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
