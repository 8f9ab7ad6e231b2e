"""Filing a record by hand and changing one: nothing typed is lost by a mistake or by somebody else's change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import FastAPI, Request, Response

from api.auth import WritingOwn
from api.caller import Caller
from api.pages.forms import Form, Sent
from api.pages.record import editable
from api.pages.record_fields import CONTACT, FIELDS, OWNER, Field, read, typed
from api.pages.records import PATHS
from api.pages.shell import redirect, render
from api.parts import Parts
from api.paths import RecordPath, quoted
from matcher.errors import Conflict, MatcherError
from matcher.model import Contact, Demand, Kind, Record, Solution

CLASSES: Mapping[Kind, type[Demand] | type[Solution]] = {Kind.DEMAND: Demand, Kind.SOLUTION: Solution}


def add_routes(app: FastAPI, parts: Parts) -> None:
    for kind in Kind:
        _add_new(app, parts, kind)
        _add_edit(app, parts, kind)


def _add_new(app: FastAPI, parts: Parts, kind: Kind) -> None:
    base = PATHS[kind]

    @app.get(f"{base}/new", include_in_schema=False, name=f"{kind.value}_new")
    def new_record(request: Request, caller: WritingOwn) -> Response:
        return _page(request, parts, kind, caller, None, {OWNER[kind]: caller.organization})

    @app.post(base, include_in_schema=False, name=f"{kind.value}_file")
    def file_record(request: Request, form: Sent, caller: WritingOwn) -> Response:
        values, errors = _read(kind, form, None, caller)
        if errors:
            return _page(request, parts, kind, caller, None, form, errors)
        record = CLASSES[kind](**{"id": "", "title": "", **values}, contact=_contact(form))
        with parts.store.writing(caller.actor) as writer:
            filed = writer.add(record)
        says = request.app.state.shell.texts("records.filed", id=filed.id)
        return redirect(request, f"{base}/{quoted(filed.id)}", ("success", says))


def _add_edit(app: FastAPI, parts: Parts, kind: Kind) -> None:
    base = PATHS[kind]

    @app.get(f"{base}/{{id}}/edit", include_in_schema=False, name=f"{kind.value}_edit")
    def edit_record(request: Request, id: RecordPath, caller: WritingOwn) -> Response:
        with parts.store.read_snapshot() as snapshot:
            record = snapshot.get(kind, id, owner=caller.organization)
            revision = snapshot.revisions(kind, [id])[id]
        _refuse_uneditable(record, caller)
        values = {field.name: typed(getattr(record, field.name)) for field in FIELDS[kind]}
        return _page(request, parts, kind, caller, record, {**values, "revision": str(revision)})

    @app.post(f"{base}/{{id}}", include_in_schema=False, name=f"{kind.value}_change")
    def change_record(request: Request, id: RecordPath, form: Sent, caller: WritingOwn) -> Response:
        record = parts.store.get(kind, id, owner=caller.organization)
        values, errors = _read(kind, form, record, caller)
        if errors:
            return _page(request, parts, kind, caller, record, form, errors)
        try:
            with parts.store.writing(caller.actor) as writer:
                now = writer.get(kind, id, owner=caller.organization)
                _refuse_uneditable(now, caller)
                if str(writer.revisions(kind, [id])[id]) != form["revision"]:
                    raise Conflict(request.app.state.shell.texts("records.changed_meanwhile"))
                writer.put(replace(now, **values, contact=_contact(form)))
        except Conflict as error:
            return _page(request, parts, kind, caller, record, form, {"": str(error)}, status=409)
        says = request.app.state.shell.texts("records.saved", id=id)
        return redirect(request, f"{base}/{quoted(id)}", ("success", says))


def _read(kind: Kind, form: Form, record: Record | None, caller: Caller) -> tuple[dict[str, Any], dict[str, str]]:
    """The values sent and what is wrong with them. A field left as it was shown keeps its value to the letter."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for field in FIELDS[kind]:
        if caller.organization and (field.staff_only or field.name == OWNER[kind]):
            continue
        text = form[field.name]
        if record is not None and text == typed(getattr(record, field.name)).strip():
            continue
        try:
            values[field.name] = _blank(field) if not text else read(kind, field, text)
        except (ValueError, MatcherError) as error:
            errors[field.name] = f"{error}。".replace("。。", "。")
    if caller.organization and record is None:
        values[OWNER[kind]] = caller.organization
    said = {name: values.get(name, getattr(record, name, "")) for name in ("title", "description")}
    if not said["title"].strip():
        errors.setdefault("title", "请填写名称。")
    return values, errors


def _blank(field: Field) -> Any:
    return {"words": (), "money": None, "deadline": None, "number": None}.get(field.shape, "")


def _contact(form: Form) -> Contact:
    """What was typed; all blank keeps the stored one, which the form never shows."""
    return Contact(*(form[name] for name in CONTACT))


def _refuse_uneditable(record: Record, caller: Caller) -> None:
    if not editable(record, caller):
        raise Conflict("这条需求已经由中心受理，不能再自行修改；需要修改时请联系中心的场景经理。", id=record.id)


def _page(
    request: Request,
    parts: Parts,
    kind: Kind,
    caller: Caller,
    record: Record | None,
    values: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    status: int = 422,
) -> Response:
    fields = [field for field in FIELDS[kind] if not (caller.organization and field.staff_only)]
    return render(
        request,
        "records/form.html",
        status=status if errors else 200,
        kind=kind.value,
        address=PATHS[kind] if record is None else f"{PATHS[kind]}/{quoted(record.id)}",
        base=PATHS[kind],
        record=record,
        fields=fields,
        fixed=OWNER[kind] if caller.organization else "",
        values=values,
        errors=errors or {},
        offered={name: parts.taxonomy.names[name] for name in {f.offered for f in fields if f.offered}},
        parts=CONTACT,
    )
