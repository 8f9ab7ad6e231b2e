"""The word lists: look up, change, see what it would do, publish, take back; and why a pair matches or does not."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response

from api.auth import ReadingWords, WritingWords
from api.pages.forms import Sent
from api.pages.paging import page_number, paging
from api.pages.shell import redirect, render
from api.parts import Parts
from api.worddesk import WordDesk, place_of
from matcher.errors import InvalidInput, NotFound
from matcher.model import Kind
from matcher.tables import words as listed
from matcher.wordbook import LISTS, PLACES

PATH = "/words"
FIRST = "bridges"
PER_PAGE = 30

Name = Annotated[str, Query(max_length=40)]
Text = Annotated[str, Query(max_length=200)]
Id = Annotated[str, Query(max_length=200)]

INLINE = frozenset({"国标代码"})
"""Columns of several entries that fit one line of a form."""

ASKED = "需求方用词"
"""The column of a bridge that a demander's word goes into."""


def add_routes(app: FastAPI, parts: Parts) -> None:
    desk, previews = WordDesk(parts), parts.previews

    def says(request: Request, name: str, **values: object) -> str:
        return str(request.app.state.shell.texts(f"words.{name}", **values))

    @app.get(PATH, include_in_schema=False)
    def words(
        request: Request, caller: ReadingWords, place: Name = FIRST, q: Text = "", own: Annotated[str, Query()] = ""
    ) -> Response:
        table = place_of(place)
        found = desk.entries(table, q.strip(), own=bool(own))
        pages = paging(request, len(found), PER_PAGE)
        start = (min(page_number(request), pages.pages) - 1) * PER_PAGE
        return render(
            request,
            "words/table.html",
            places=PLACES,
            place=place,
            table=table,
            entries=found[start : start + PER_PAGE],
            paging=pages,
            q=q,
            own=own,
            waiting=len(parts.store.words.edits()),
            lists=LISTS,
            listed=listed,
        )

    @app.get(f"{PATH}/entry", include_in_schema=False)
    def entry(request: Request, caller: WritingWords, place: Name = FIRST, key: Text = "") -> Response:
        table = place_of(place)
        # A link may bring what to fill in: the words that a pair lacks, for instance.
        cells = desk.entry(table, key).cells if key else {c: request.query_params.get(c, "") for c in table.columns}
        return _form(request, place, key, dict(cells))

    @app.post(f"{PATH}/entry", include_in_schema=False)
    def save(request: Request, caller: WritingWords, form: Sent, place: Name = FIRST, key: Text = "") -> Response:
        table = place_of(place)
        given = {column: form[column] for column in table.columns}
        try:
            saved = desk.save(table, key, given, form["reason"], caller.actor)
        except InvalidInput as wrong:
            return _form(request, place, key, given, form["reason"], wrong)
        return redirect(request, f"{PATH}/changes", ("success", says(request, "saved", key=saved)))

    @app.post(f"{PATH}/entry/remove", include_in_schema=False)
    def leave_out(request: Request, caller: WritingWords, form: Sent, place: Name = FIRST, key: Text = "") -> Response:
        desk.leave_out(place_of(place), key, form["reason"], caller.actor)
        return redirect(request, f"{PATH}/changes", ("success", says(request, "left_out", key=key)))

    @app.get(f"{PATH}/changes", include_in_schema=False)
    def changes(request: Request, caller: ReadingWords) -> Response:
        edits = parts.store.words.edits()
        return render(
            request,
            "words/changes.html",
            edits=edits,
            files=_files(),
            stalled=desk.stalled(),
            rebuild=parts.rebuild.last(),
            **_previewed(),
        )

    def _previewed() -> dict[str, Any]:
        job = previews.last()
        report = job.report if job is not None and job.state == "succeeded" else None
        now = parts.store.words.overlay(pending=True).version
        return {"preview": job, "report": report, "outdated": report is not None and report["version"] != now}

    @app.post(f"{PATH}/preview", include_in_schema=False)
    def preview(request: Request, caller: ReadingWords) -> Response:
        previews.start()
        return redirect(request, f"{PATH}/changes#preview")

    @app.get(f"{PATH}/preview", include_in_schema=False)
    def preview_part(request: Request, caller: ReadingWords) -> Response:
        return render(request, "words/preview.html", **_previewed())

    @app.post(f"{PATH}/changes/{{seq}}/withdraw", include_in_schema=False)
    def withdraw(request: Request, seq: int, caller: WritingWords, form: Sent) -> Response:
        parts.store.words.withdraw(seq, actor=caller.actor)
        return redirect(request, f"{PATH}/changes", ("success", says(request, "withdrawn")))

    @app.post(f"{PATH}/publish", include_in_schema=False)
    def publish(request: Request, caller: WritingWords, form: Sent) -> Response:
        number = desk.publish(form["note"], caller.actor)
        return redirect(request, f"{PATH}/editions", ("success", says(request, "published", n=number)))

    @app.post(f"{PATH}/build", include_in_schema=False)
    def build(request: Request, caller: WritingWords, form: Sent) -> Response:
        parts.rebuild.start()
        return redirect(request, f"{PATH}/editions", ("success", says(request, "building")))

    @app.get(f"{PATH}/editions", include_in_schema=False)
    def editions(request: Request, caller: ReadingWords) -> Response:
        every = parts.store.words.editions()
        pages = paging(request, len(every))
        start = (min(page_number(request), pages.pages) - 1) * pages.size
        shown = every[start : start + pages.size]
        return render(
            request,
            "words/editions.html",
            editions=[(edition, parts.store.words.edits(edition.number)) for edition in shown],
            undone={edition.undoes for edition in every if edition.state != "rejected"},
            paging=pages,
            files=_files(),
            in_force=parts.search.words.edition,
            stalled=desk.stalled(),
            running=any(edition.state == "waiting" for edition in every),
        )

    @app.post(f"{PATH}/editions/{{number}}/undo", include_in_schema=False)
    def undo(request: Request, number: int, caller: WritingWords, form: Sent) -> Response:
        new = desk.undo(number, caller.actor)
        return redirect(request, f"{PATH}/editions", ("success", says(request, "undone", n=number, new=new)))

    @app.get(f"{PATH}/why", include_in_schema=False)
    def why(request: Request, caller: ReadingWords, demand: Id = "", solution: Id = "") -> Response:
        demand, solution = demand.strip(), solution.strip()
        values: dict[str, Any] = {"demand": demand, "solution": solution, "found": None, "wrong": ""}
        values["asked_column"] = ASKED
        if demand and solution:
            try:
                values |= _taken_apart(parts, demand, solution)
            except NotFound as lacking:
                values["wrong"] = str(lacking)
        return render(request, "words/why.html", status=404 if values["wrong"] else 200, **values)


def _form(
    request: Request, place: str, key: str, cells: dict[str, str], reason: str = "", wrong: InvalidInput | None = None
) -> Response:
    table = place_of(place)
    return render(
        request,
        "words/entry.html",
        status=422 if wrong else 200,
        place=place,
        table=table,
        key=key,
        cells=cells,
        reason=reason,
        lists=LISTS,
        inline=INLINE,
        wrong=str(wrong) if wrong else "",
        at=wrong.details.get("field", "") if wrong else "",
    )


def _files() -> dict[str, tuple[str, str]]:
    """File → the table's address and its name on the page."""
    return {place.file: (name, place.name) for name, place in PLACES.items()}


def _taken_apart(parts: Parts, demand: str, solution: str) -> dict[str, Any]:
    """The pair in full, and where the solution stands among all. NotFound."""
    asked, offered = parts.store.get(Kind.DEMAND, demand), parts.store.get(Kind.SOLUTION, solution)
    profile = parts.search.profile(asked)
    first = parts.search.hits(profile, k=RANKED)
    return {
        "found": parts.search.why(profile, Kind.SOLUTION, solution),
        "asked": asked,
        "offered": offered,
        "rank": next((hit.rank for hit in first if hit.id == solution), 0),
        "ranked": RANKED,
        "best": first[0] if first else None,
        "label": parts.search.label,
    }


RANKED = 200
"""How far down the ranking the place of a solution is told."""
