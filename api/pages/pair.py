"""One pair: what happened, what comes next, the trial on site, files, and the case that comes of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import FastAPI, Path, Request, Response

from api.auth import ReadingFollowUp, WritingFollowUp
from api.following import Following
from api.pages.forms import Form, Sent
from api.pages.people import people
from api.pages.shell import redirect, render
from api.parts import Parts
from api.routes.engagements import send_file, today
from api.schemas.followup import MeasureIn, PilotIn
from matcher.engagement import Outcome
from matcher.errors import InvalidInput
from matcher.measuring import blank_table
from matcher.model import Demand
from matcher.store.cases import CaseWriter
from matcher.store.followup_writer import FollowUpWriter
from matcher.workflow import WITH_FILES_AND_PILOTS, Stage

PATH = "/followup"

Number = Annotated[str, Path(max_length=20, pattern=r"^[A-Z]-\d{6,}$")]


def add_routes(app: FastAPI, parts: Parts) -> None:
    following = Following(parts)
    _add_page(app, parts, following)
    _add_steps(app, parts)
    _add_pilots(app, following)
    _add_files(app, parts, following)
    _add_cases(app, parts)


def _add_page(app: FastAPI, parts: Parts, following: Following) -> None:
    @app.get(PATH + "/{number}", include_in_schema=False)
    def pair_page(request: Request, number: Number, caller: ReadingFollowUp) -> Response:
        detail = following.detail(number, caller.role)
        demand = detail.demand
        return render(
            request,
            "followup/pair.html",
            detail=detail,
            pair=detail.engagement,
            names=people(request, parts),
            today=today(),
            outcomes=tuple(Outcome),
            blank=blank_table(demand) if isinstance(demand, Demand) else (),
            may_try=detail.engagement.stage in WITH_FILES_AND_PILOTS,
            landed=detail.engagement.stage is Stage.LANDED,
            overdue=detail.engagement.next_on is not None and detail.engagement.next_on < today(),
        )


def _add_steps(app: FastAPI, parts: Parts) -> None:
    @app.post(PATH + "/{number}/move", include_in_schema=False)
    def move_pair(request: Request, number: Number, caller: WritingFollowUp, form: Sent) -> Response:
        with parts.store.writing(caller.actor) as writer:
            moved = FollowUpWriter(writer).move(
                number,
                Stage(form["to"]) if form["to"] in set(Stage) else _unknown(form["to"]),
                reason=form["reason"],
                next_step=form["next_step"],
                next_on=_day(form, "next_on"),
                on=_day(form, "on"),
                version=_version(form),
            )
        back = PATH if form["from"] == "board" else f"{PATH}/{number}"
        return _done(request, back, "followup.moved", stage=moved.stage.value)

    @app.post(PATH + "/{number}/note", include_in_schema=False)
    def note_pair(request: Request, number: Number, caller: WritingFollowUp, form: Sent) -> Response:
        with parts.store.writing(caller.actor) as writer:
            FollowUpWriter(writer).note(number, form["text"], on=_day(form, "on"))
        return _done(request, f"{PATH}/{number}", "followup.noted")

    @app.post(PATH + "/{number}/arrange", include_in_schema=False)
    def arrange_pair(request: Request, number: Number, caller: WritingFollowUp, form: Sent) -> Response:
        with parts.store.writing(caller.actor) as writer:
            FollowUpWriter(writer).arrange(
                number,
                owner=form["owner"],
                next_step=form["next_step"],
                next_on=_day(form, "next_on"),
                version=_version(form),
            )
        return _done(request, f"{PATH}/{number}", "followup.arranged")


def _add_pilots(app: FastAPI, following: Following) -> None:
    @app.post(PATH + "/{number}/pilot", include_in_schema=False)
    def save_pilot(request: Request, number: Number, caller: WritingFollowUp, form: Sent) -> Response:
        plan = _pilot(form)
        if form["pilot"]:
            following.change_pilot(form["pilot"], plan, caller.actor)
        else:
            following.add_pilot(number, plan, caller.actor)
        return _done(request, f"{PATH}/{number}#pilots", "followup.pilot_saved")


def _add_files(app: FastAPI, parts: Parts, following: Following) -> None:
    @app.post(PATH + "/{number}/files", include_in_schema=False)
    def upload_file(request: Request, number: Number, caller: WritingFollowUp, form: Sent) -> Response:
        files = form.files("file")
        if not files:
            raise InvalidInput("请先选择要上传的文件。")
        for file in files:
            following.attach(number, file.filename or "", file.file, caller.actor)
        return _done(request, f"{PATH}/{number}#files", "followup.uploaded", n=len(files))

    @app.get("/followup-files/{number}", include_in_schema=False)
    def download_file(number: Number, caller: ReadingFollowUp) -> Response:
        return send_file(parts, following, number)

    @app.post(PATH + "/{number}/files/{file}/delete", include_in_schema=False)
    def remove_file(request: Request, number: Number, file: Number, caller: WritingFollowUp, form: Sent) -> Response:
        following.detach(file, caller.actor)
        return _done(request, f"{PATH}/{number}#files", "followup.file_removed")


def _add_cases(app: FastAPI, parts: Parts) -> None:
    @app.post(PATH + "/{number}/case", include_in_schema=False)
    def save_case(request: Request, number: Number, caller: WritingFollowUp, form: Sent) -> Response:
        with parts.store.writing(caller.actor) as writer:
            cases = CaseWriter(writer)
            if form["case"]:
                case = cases.rewrite(form["case"], form["title"], form["text"])
            else:
                case = cases.draft(number, form["title"], form["text"])
            if form["publish"]:
                cases.publish(case.number)
        says = "followup.case_published" if form["publish"] else "followup.case_saved"
        return _done(request, f"{PATH}/{number}#cases", says)

    @app.post(PATH + "/{number}/case/{case}/withdraw", include_in_schema=False)
    def withdraw_case_page(
        request: Request, number: Number, case: Number, caller: WritingFollowUp, form: Sent
    ) -> Response:
        with parts.store.writing(caller.actor) as writer:
            CaseWriter(writer).withdraw(case)
        return _done(request, f"{PATH}/{number}#cases", "followup.case_withdrawn")


def _done(request: Request, path: str, says: str, **values: Any) -> Response:
    return redirect(request, path, ("success", request.app.state.shell.texts(says, **values)))


def _unknown(stage: str) -> Stage:
    raise InvalidInput(f"没有“{stage[:20]}”这个阶段。")


def _day(form: Form, name: str) -> date | None:
    if not form[name]:
        return None
    try:
        return date.fromisoformat(form[name])
    except ValueError:
        raise InvalidInput("日期写法不对，应像 2026-12-31。") from None


def _version(form: Form) -> int | None:
    given = form["version"]
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def _pilot(form: Form) -> PilotIn:
    """The plan that a form sent; its rows are numbered fields."""
    for name in ("begins", "ends"):
        _day(form, name)
    if not form["place"]:
        raise InvalidInput("请填写验证地点。")
    if form["outcome"] not in set(Outcome):
        raise InvalidInput("请选择验证结论。")
    count = int(form["rows"]) if form["rows"].isdigit() and len(form["rows"]) < 4 else 0
    measures = [
        MeasureIn(
            requirement=form[f"requirement-{n}"],
            measured=form[f"measured-{n}"],
            status=form[f"status-{n}"] or None,  # type: ignore[arg-type]
        )
        for n in range(min(count, 100))
        if form[f"requirement-{n}"]
    ]
    return PilotIn(
        place=form["place"],
        scale=form["scale"],
        begins=form["begins"] or None,
        ends=form["ends"] or None,
        outcome=form["outcome"],  # type: ignore[arg-type]
        remark=form["remark"],
        measures=measures,
    )
