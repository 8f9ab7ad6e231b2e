"""Personal data on its way out, for the API and the pages alike: masked for everybody, whole for a reason."""

from __future__ import annotations

from api.caller import Caller
from matcher.errors import InvalidInput
from matcher.masking import masked
from matcher.model import Contact, Kind
from matcher.store import Store

SHORTEST, LONGEST = 2, 200
"""Letters of a reason."""


def read_contact(store: Store, kind: Kind, id: str, caller: Caller) -> Contact:
    """The contact of a record, masked. NotFound, for a member also for everybody else's records."""
    with store.read_snapshot() as snapshot:
        snapshot.get(kind, id, owner=caller.organization)
        return masked(snapshot.contact(kind, id))


def reveal_contact(store: Store, kind: Kind, id: str, reason: str, caller: Caller) -> Contact:
    """The whole contact. Who looked and why is committed before it is handed out. NotFound; InvalidInput."""
    reason = reason.strip()
    if not SHORTEST <= len(reason) <= LONGEST:
        raise InvalidInput(f"请写明为什么要看联系方式，{SHORTEST} 到 {LONGEST} 个字。", field="reason")
    with store.writing(caller.actor) as writer:
        found = writer.contact(kind, id)
        writer.audit("reveal_contact", f"{kind.value}:{id}", reason=reason)
    return found
