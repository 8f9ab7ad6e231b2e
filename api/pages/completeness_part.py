"""How complete a record is, as a part of its page: the score, what is missing, what to ask."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response

from api.auth import Reading
from api.pages.records import PATHS
from api.pages.shell import render
from api.parts import Parts
from api.paths import RecordPath
from matcher.model import Kind


def add_routes(app: FastAPI, parts: Parts) -> None:
    for kind in Kind:
        _add_part(app, parts, kind)


def _add_part(app: FastAPI, parts: Parts, kind: Kind) -> None:
    @app.get(f"{PATHS[kind]}/{{id}}/completeness", include_in_schema=False, name=f"{kind.value}_completeness_part")
    def completeness(request: Request, id: RecordPath, caller: Reading) -> Response:
        with parts.store.read_snapshot() as snapshot:
            record, contact = snapshot.get(kind, id), snapshot.contact(kind, id)
        found = parts.checker.check(record, contact)
        return render(request, "records/completeness.html", kind=kind.value, id=id, found=found)
