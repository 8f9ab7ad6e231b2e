"""One record as an office form: all fields, its state, its contact masked, its history; withdrawing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request, Response

from api.auth import Permission, ReadingContacts, ReadingOwn, Removing, may
from api.caller import Caller
from api.contacts import read_contact, reveal_contact
from api.pages.forms import Sent
from api.pages.people import people
from api.pages.record_fields import FIELDS, owner, shown, standing
from api.pages.records import PATHS
from api.pages.shell import redirect, render, toast
from api.parts import Parts
from api.paths import RecordPath, quoted
from matcher.errors import InvalidInput
from matcher.model import Kind, Record
from matcher.profile import MERGED


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of the page that another module serves at `/demands/{id}/NAME`, fetched once the page stands."""

    name: str
    permission: Permission


SLOTS: Mapping[Kind, tuple[Slot, ...]] = {
    Kind.DEMAND: (Slot("workflow", "followup:read"), Slot("completeness", "match:run")),
    Kind.SOLUTION: (Slot("completeness", "match:run"),),
}
"""In the order shown. A module that serves one adds its line here; members, who see only their own, get none."""


def add_routes(app: FastAPI, parts: Parts) -> None:
    for kind in Kind:
        _add_reading(app, parts, kind)
        _add_contact(app, parts, kind)


def _add_reading(app: FastAPI, parts: Parts, kind: Kind) -> None:
    base = PATHS[kind]

    @app.get(f"{base}/{{id}}", include_in_schema=False, name=f"{kind.value}_page")
    def record_page(request: Request, id: RecordPath, caller: ReadingOwn) -> Response:
        record = parts.store.get(kind, id, owner=caller.organization)
        if record.status == MERGED:
            return redirect(request, f"{base}/{quoted(parts.store.leads_to(kind, id))}")
        return render(
            request,
            "records/record.html",
            kind=kind.value,
            base=base,
            record=record,
            owner=owner(record),
            rows=rows(record),
            state=standing(record),
            contact=read_contact(parts.store, kind, id, caller),
            editable=editable(record, caller),
            slots=[slot for slot in SLOTS[kind] if may(caller.role, slot.permission)],
        )

    @app.get(f"{base}/{{id}}/history", include_in_schema=False, name=f"{kind.value}_history")
    def history_page(request: Request, id: RecordPath, caller: ReadingOwn) -> Response:
        record = parts.store.get(kind, id, owner=caller.organization)
        changes = [(change, _differences(change.before, change.after)) for change in parts.store.history(kind, id)]
        return render(
            request,
            "records/history.html",
            kind=kind.value,
            base=base,
            record=record,
            changes=changes,
            names=people(request, parts),
        )

    @app.post(f"{base}/{{id}}/withdraw", include_in_schema=False, name=f"{kind.value}_withdraw")
    def withdraw(request: Request, id: RecordPath, caller: Removing) -> Response:
        parts.store.remove(kind, id, actor=caller.actor)
        return redirect(request, base, ("success", request.app.state.shell.texts("records.withdrawn", id=id)))


def _add_contact(app: FastAPI, parts: Parts, kind: Kind) -> None:
    @app.post(f"{PATHS[kind]}/{{id}}/reveal", include_in_schema=False, name=f"{kind.value}_reveal")
    def reveal(request: Request, id: RecordPath, form: Sent, caller: ReadingContacts) -> Response:
        values: dict[str, Any] = {"kind": kind.value, "base": PATHS[kind], "id": id}
        try:
            found = reveal_contact(parts.store, kind, id, form["reason"], caller)
        except InvalidInput as error:
            covered = read_contact(parts.store, kind, id, caller)
            return render(
                request, "records/contact.html", status=422, contact=covered, open=False, error=str(error), **values
            )
        answer = render(request, "records/contact.html", contact=found, open=True, error="", **values)
        return toast(answer, request.app.state.shell.texts("records.revealed"), "info")


def rows(record: Record) -> Sequence[tuple[str, str, bool]]:
    """(field, its value for reading, whether it is long), in the form's order."""
    return [(field.name, shown(getattr(record, field.name)), field.long) for field in FIELDS[record.kind]]


def editable(record: Record, caller: Caller) -> bool:
    """Whether this caller may change the record now: a member only until staff have taken its demand over."""
    if not may(caller.role, "records:write"):
        return False
    return not caller.organization or record.status in ("draft", "open", "incomplete")


def _differences(before: Record | None, after: Record | None) -> list[tuple[str, str, str]]:
    """(field, before, after) of every field that changed; () for the first version and for an erased one."""
    if before is None or after is None:
        return []
    pairs = [
        (field.name, shown(getattr(before, field.name)), shown(getattr(after, field.name)))
        for field in FIELDS[before.kind]
    ]
    status = [("status", standing(before)[0], standing(after)[0])]
    return [(name, old, new) for name, old, new in [*pairs, *status] if old != new]
