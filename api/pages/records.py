"""The lists of demands and of solutions: found by words, filtered, page by page; a member sees its own."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI, Request, Response

from api.auth import ReadingOwn
from api.pages.paging import PER_PAGE, page_number, paging
from api.pages.record_fields import SOLUTION_STATES, owner, standing
from api.pages.shell import render
from api.parts import Parts
from matcher.model import Kind
from matcher.workflow import CODES

PATHS: Mapping[Kind, str] = {Kind.DEMAND: "/demands", Kind.SOLUTION: "/solutions"}

FILTERS = ("text", "industry", "region", "status", "batch")

STATES: Mapping[Kind, tuple[tuple[str, str], ...]] = {
    Kind.DEMAND: tuple((code, state.value) for state, code in CODES.items()),
    Kind.SOLUTION: tuple(SOLUTION_STATES.items()),
}


def add_routes(app: FastAPI, parts: Parts) -> None:
    for kind in Kind:
        _add_list(app, parts, kind)


def _add_list(app: FastAPI, parts: Parts, kind: Kind) -> None:
    @app.get(PATHS[kind], include_in_schema=False, name=f"{kind.value}_list")
    def records(request: Request, caller: ReadingOwn) -> Response:
        given = {name: request.query_params.get(name, "").strip()[:200] for name in FILTERS}
        number = page_number(request)
        found = parts.store.page(
            kind, **given, owner=caller.organization, offset=(number - 1) * PER_PAGE, limit=PER_PAGE
        )
        return render(
            request,
            "records/list.html",
            kind=kind.value,
            base=PATHS[kind],
            records=found.items,
            paging=paging(request, found.total),
            given=given,
            filtered=any(given.values()),
            states=STATES[kind],
            industries=parts.taxonomy.names["industry"],
            regions=parts.taxonomy.names["region"],
            owner=owner,
            standing=standing,
        )
