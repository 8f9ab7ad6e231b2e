"""What left the house: every numbered file with who, when, what and why, for administrators."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response

from api.auth import ReadingAudit
from api.pages.paging import PER_PAGE, page_number, paging
from api.pages.people import people
from api.pages.shell import render
from api.parts import Parts
from matcher.store.values import ROLE_NAMES

PATH = "/exports"


def add_routes(app: FastAPI, parts: Parts) -> None:
    @app.get(PATH, include_in_schema=False)
    def exports_page(request: Request, caller: ReadingAudit) -> Response:
        made, total = parts.store.exports.page(offset=(page_number(request) - 1) * PER_PAGE, limit=PER_PAGE)
        return render(
            request,
            "exports.html",
            made=made,
            names=people(request, parts),
            roles=ROLE_NAMES,
            paging=paging(request, total),
        )
