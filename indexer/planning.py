"""What filing a list would do to each record: the same plan is shown before the commit and carried out by it.

A list that comes a second time, corrected, meets records that staff have edited meanwhile. So three states are held
against each other, field by field: as the last import left the record, as it is now, as the list says. What only staff
changed stays, what only the list changed is taken; where both did, the list wins and the field is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from matcher.model import Contact, Kind, Record
from matcher.store import Change, Snapshot
from matcher.store.codec import from_json, to_json

SETTLED = ("source", "status")
"""Fields with rules of their own: where a record first came from stays, and so does what became of it."""

BLANK = ("", (), None)
"""A cell left blank erases nothing: many lists have fewer columns than what is filed already."""

OPEN = ("open", "incomplete")
"""Statuses that a list decides: whether the record is complete. Any other was given by staff."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A record as it will be filed, what that does, and the fields that staff and the list both changed.

    `said` is what the list says of it, where that is something else because staff edited it.
    """

    record: Record
    change: Change
    conflicts: tuple[str, ...] = ()
    said: Record | None = None


def plan(
    seen: Snapshot,
    kind: Kind,
    records: Sequence[Record],
    *,
    source: str,
    again: bool = False,
    merges: Mapping[str, str] | None = None,
) -> list[Planned]:
    """One plan per record, in order. Records of one kind with distinct ids.

    source  the file's name, which records have as theirs that named no other
    again   these very bytes are already filed: contacts, of which no earlier state is known, are left alone
    merges  id of a record → id of the filed one that it only repeats; it fills what is blank there
    """
    merged = merges or {}
    ids = [merged.get(record.id, record.id) for record in records]
    stored, contacts = seen.get_many(kind, ids), seen.contacts(kind, ids)
    left = {id: from_json(kind, body) for id, body in seen.past.imported(kind, list(stored)).items()}
    plans = []
    for id, record in zip(ids, records, strict=True):
        old = stored.get(id)
        if old is None:
            plans.append(Planned(record, "created"))
            continue
        known = contacts.get(id, Contact())
        if record.id in merged:
            new, conflicts = filled(old, record), tuple[str, ...]()
            contact = record.contact if known == Contact() else Contact()
        else:
            new, conflicts = joined(left.get(id), old, record, source)
            contact = Contact() if again else record.contact
        same = to_json(new) == to_json(old) and contact in (Contact(), known)
        differs = record.id not in merged and any(
            getattr(record, name) not in (*BLANK, getattr(new, name)) for name in _names(new)
        )
        plans.append(
            Planned(
                replace(new, contact=contact),
                "unchanged" if same else "updated",
                conflicts,
                record if differs else None,
            )
        )
    return plans


def joined(left: Record | None, now: Record, said: Record, source: str) -> tuple[Record, tuple[str, ...]]:
    """The record as it will be, and the fields that both sides changed. `left` is None when nobody edited it since."""
    values, conflicts = dict[str, Any](), list[str]()
    for name in _names(now):
        mine, theirs = getattr(now, name), getattr(said, name)
        base = getattr(left, name) if left else mine
        if theirs in BLANK or (left is not None and theirs == base):
            values[name] = mine
        else:
            values[name] = theirs
            if left is not None and mine not in (base, theirs):
                conflicts.append(name)
    values["source"] = now.source if said.source == source else said.source
    values["status"] = said.status if now.status in OPEN else now.status
    return replace(now, **values), tuple(conflicts)


def filled(now: Record, said: Record) -> Record:
    """The record with what is blank in it taken from one that repeats it."""
    blank = {name: getattr(said, name) for name in _names(now) if getattr(now, name) in BLANK}
    return replace(now, **blank)


def _names(record: Record) -> tuple[str, ...]:
    return tuple(f.name for f in fields(record) if f.name not in ("id", "contact", *SETTLED))
