"""Imports on pages: drop a list in, see what was made of it, put it right on the spot, file it, take it back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Path, Query, Request, Response

from api.auth import Importing
from api.importing import ImportDesk
from api.pages.forms import Sent
from api.pages.paging import page_number, paging
from api.pages.people import people
from api.pages.shell import redirect, render
from api.parts import Parts
from api.reporting import ACTIONS, import_json, problem_json, rows_json
from indexer.answers import Answers
from indexer.filing import Decisions, Looked
from indexer.report import OUTCOME_NAMES
from matcher.errors import InvalidInput, MatcherError
from matcher.fields import NAMES
from matcher.model import Kind
from matcher.store.imports import STATE_NAMES, Import

PATH = "/imports"
ROWS, SHOWN_FIRST = 30, ("rejected", "incomplete", "noted")
"""Rows on a page; the outcomes that staff want to see first."""

PAIRS = 20
"""Suspected repeats on a page, each with its difference."""

WAIT_S = 2.0
"""How long a page waits for a short list before it shows progress instead."""

BUSY = frozenset({"reading", "committing"})

ImportId = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,40}$")]
Outcomes = Annotated[list[str] | None, Query(max_length=5)]
Skips = Annotated[list[str] | None, Query(max_length=200)]


def add_routes(app: FastAPI, parts: Parts) -> None:
    desk = ImportDesk.of(parts)
    _add_looking(app, parts, desk)
    _add_doing(app, parts, desk)


def _add_looking(app: FastAPI, parts: Parts, desk: ImportDesk) -> None:
    @app.get(PATH, include_in_schema=False)
    def imports_page(request: Request, caller: Importing) -> Response:
        return _start(request, parts)

    @app.get(PATH + "/{id}", include_in_schema=False)
    def import_page(
        request: Request,
        id: ImportId,
        caller: Importing,
        outcome: Outcomes = None,
        skip: Skips = None,
    ) -> Response:
        made = parts.intake.get(id)
        values: dict[str, Any] = {"made": made, "states": STATE_NAMES, "actions": ACTIONS.get(made.state, ())}
        if made.state in BUSY:
            return render(request, "imports/busy.html", progress=parts.jobs.progress(id), **values)
        if not parts.intake.has_report(id):
            return render(request, "imports/closed.html", **values)
        return render(
            request,
            "imports/report.html",
            repeats=desk.suspected(id, PAIRS, 0),
            **values,
            **_report(request, parts, made, outcome or [], skip or []),
        )

    @app.get(PATH + "/{id}/progress", include_in_schema=False)
    def import_progress(request: Request, id: ImportId, caller: Importing) -> Response:
        made = parts.intake.get(id)
        if made.state not in BUSY:
            return redirect(request, f"{PATH}/{id}")
        return render(request, "imports/progress.html", made=made, progress=parts.jobs.progress(id), states=STATE_NAMES)


def _add_doing(app: FastAPI, parts: Parts, desk: ImportDesk) -> None:
    def says(request: Request, name: str, **values: object) -> str:
        return str(request.app.state.shell.texts(f"imports.{name}", **values))

    @app.post(PATH, include_in_schema=False)
    def upload_list(request: Request, form: Sent, caller: Importing) -> Response:
        files = form.files("file")
        if not files:
            return _start(request, parts, says(request, "no_file"))
        kind = Kind(form["kind"]) if form["kind"] in set(Kind) else None
        try:
            id = desk.receive(files[0], kind, "good", caller, WAIT_S)
        except MatcherError as wrong:
            return _start(request, parts, str(wrong))
        return redirect(request, f"{PATH}/{id}")

    @app.post(PATH + "/{id}/cell", include_in_schema=False)
    def correct_cell(request: Request, id: ImportId, form: Sent, caller: Importing) -> Response:
        cell = (form["sheet"], _row_number(form["row"]), form["field"])
        desk.correct(id, Answers(corrections={cell: form["value"]}), caller, remember=False)
        return redirect(request, f"{PATH}/{id}", ("success", says(request, "corrected", row=form["row"])))

    @app.post(PATH + "/{id}/agree", include_in_schema=False)
    def agree(request: Request, id: ImportId, form: Sent, caller: Importing) -> Response:
        agreed = frozenset({(form["sheet"], _row_number(form["row"]), form["code"])})
        desk.correct(id, Answers(agreed=agreed), caller, remember=False)
        return redirect(request, f"{PATH}/{id}", ("success", says(request, "corrected", row=form["row"])))

    @app.post(PATH + "/{id}/headers", include_in_schema=False)
    def confirm_headers(request: Request, id: ImportId, form: Sent, caller: Importing) -> Response:
        mapping = {label: form[f"to:{label}"] for label in form.all("label") if form[f"to:{label}"]}
        if not mapping:
            raise InvalidInput(says(request, "no_header"))
        desk.correct(id, Answers({form["form"]: mapping}), caller, remember=True)
        return redirect(request, f"{PATH}/{id}", ("success", says(request, "headers_done")))

    @app.post(PATH + "/{id}/commit", include_in_schema=False)
    def commit(request: Request, id: ImportId, form: Sent, caller: Importing) -> Response:
        skip = frozenset(_place(text) for text in form.all("skip"))
        desk.commit(id, form["mode"] or "good", Decisions(skip, later=form["later"] == "yes"), caller)
        return redirect(request, f"{PATH}/{id}")

    @app.post(PATH + "/{id}/repeats", include_in_schema=False)
    def decide_repeat(request: Request, id: ImportId, form: Sent, caller: Importing) -> Response:
        kind = Kind.SOLUTION if form["kind"] == Kind.SOLUTION.value else Kind.DEMAND
        desk.decide(id, {(kind, form["older"], form["newer"]): (form["decision"], "")})
        return redirect(request, f"{PATH}/{id}#repeats", ("success", says(request, "decided")))

    @app.post(PATH + "/{id}/undo", include_in_schema=False)
    def undo(request: Request, id: ImportId, form: Sent, caller: Importing) -> Response:
        desk.undo(id, caller, keep_edited=form["keep_edited"] == "yes")
        return redirect(request, f"{PATH}/{id}", ("success", says(request, "undone")))

    @app.post(PATH + "/{id}/cancel", include_in_schema=False)
    def cancel(request: Request, id: ImportId, form: Sent, caller: Importing) -> Response:
        desk.cancel(id, caller)
        return redirect(request, PATH, ("success", says(request, "cancelled")))


def _start(request: Request, parts: Parts, wrong: str = "") -> Response:
    """The form, and what was imported before."""
    with parts.store.read_imports() as imports:
        size = 20
        items, total = imports.page(limit=size, offset=(page_number(request) - 1) * size)
    listed = [import_json(each, parts.jobs.progress(each.id)) for each in items]
    status = 422 if wrong else 200
    made = [(each, json) for each, json in zip(items, listed, strict=True)]
    return render(
        request,
        "imports/start.html",
        status=status,
        made=made,
        names=people(request, parts),
        paging=paging(request, total),
        wrong=wrong,
    )


def _report(request: Request, parts: Parts, made: Import, outcome: list[str], skip: list[str]) -> dict[str, Any]:
    """What was read, row by row; without a choice the rows that want a look."""
    head = parts.intake.report(made.id).head()
    wanted = [name for name in outcome if name in OUTCOME_NAMES] or [n for n in SHOWN_FIRST if head.outcomes.get(n)]
    start = (page_number(request) - 1) * ROWS
    rows, total = parts.intake.look(made.id, frozenset(wanted), limit=ROWS, offset=start)
    return {
        "head": head,
        "problems": [problem_json(problem) for problem in head.problems],
        "rows": rows_json(rows, _stored(parts, rows)),
        "paging": paging(request, total, ROWS),
        "outcomes": [(name.value, says, head.outcomes.get(name.value, 0)) for name, says in OUTCOME_NAMES.items()],
        "wanted": wanted,
        "skip": [text for text in skip if _is_place(text)],
        "fields": {kind.value: NAMES[kind] for kind in Kind},
        "unknown": [form for form in head.forms if any(not c.field and c.label for c in form.columns)],
    }


def _stored(parts: Parts, rows: tuple[Looked, ...]) -> dict[Kind, Any]:
    """The records as they are filed now, for the difference."""
    with parts.store.read_snapshot() as snapshot:
        return {
            kind: snapshot.get_many(
                kind, [r.planned.record.id for r in rows if r.planned and r.planned.record.kind is kind]
            )
            for kind in Kind
        }


def _row_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise InvalidInput("行号不对，请刷新页面后再试。")
    return int(text)


def _is_place(text: str) -> bool:
    row = text.rpartition(":")[2]
    return row.isascii() and row.isdigit() and len(row) < 9


def _place(text: str) -> tuple[str, int]:
    """Sheet and row as a page writes them: 需求汇总:12."""
    sheet, _, row = text.rpartition(":")
    return sheet, _row_number(row)
