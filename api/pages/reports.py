"""统计分析: the figures as tables with their charts, the same narrowed by batch, city, industry or month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Path, Query, Request, Response

from api.auth import Exporting, ReadingReports
from api.exporting.tabular import Table
from api.figuring import LISTED, Figures, Picture, Scope
from api.handout import Format, Handouts
from api.pages.charts import chart, heat, tiles
from api.pages.forms import Form, Sent
from api.pages.shell import render
from api.parts import Parts
from matcher.errors import InvalidInput
from matcher.journey import DIMENSIONS
from matcher.model import Kind
from matcher.periods import month, month_of, months_back
from matcher.store import utc_now

PATH = "/reports"

TABS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "overview": ("funnel", "trend", "by-batch", "by-city", "by-industry", "by-month"),
        "gaps": ("gaps", "lacking", "idle"),
        "regions": ("regions",),
        "service": ("response-industry", "response-city", "vendors"),
    }
)
"""Tab → its tables, in order."""

MONTHS = 24
"""How far back a monthly report can be asked for."""

Value = Annotated[str, Query(max_length=500)]


def scope(
    batch: Value = "", city: Value = "", industry: Value = "", filed: Annotated[str, Query(alias="month")] = ""
) -> Scope:
    """The filters of a page."""
    return Scope(batch, city, industry, filed)


Scoped = Annotated[Scope, Depends(scope)]


@dataclass(frozen=True)
class Section:
    """One table of a page with its chart, "" for none."""

    name: str
    table: Table
    chart: str


def add_routes(app: FastAPI, parts: Parts) -> None:
    figures = Figures(parts.store, parts.search)
    handouts = Handouts(parts, figures)
    _add_files(app, figures, handouts)
    _add_figures(app, figures)


def _add_figures(app: FastAPI, figures: Figures) -> None:
    @app.get(PATH, include_in_schema=False)
    def reports(request: Request, asked: Scoped, caller: ReadingReports) -> Response:
        return _page(request, figures, "overview", asked)

    @app.get(PATH + "/{tab}", include_in_schema=False)
    def report(
        request: Request, tab: Annotated[str, Path(max_length=40)], asked: Scoped, caller: ReadingReports
    ) -> Response:
        if tab not in TABS:
            raise InvalidInput("没有这一页统计；请从“统计分析”的标签进入。", tab=tab)
        return _page(request, figures, tab, asked)


def _add_files(app: FastAPI, figures: Figures, handouts: Handouts) -> None:
    @app.get(f"{PATH}/files", include_in_schema=False)
    def report_files(request: Request, caller: ReadingReports) -> Response:
        months = [(name, month(name).label) for name in reversed(months_back(month_of(utc_now()), MONTHS))]
        every = ("", request.app.state.shell.texts("reports.all_batches"))
        batches = [every, *((name, name) for name in figures.choices()["batch"])]
        return render(request, "reports/files.html", tab="files", tabs=(*TABS, "files"), months=months, batches=batches)

    @app.post(f"{PATH}/files/table", include_in_schema=False)
    def table_file(form: Sent, caller: Exporting) -> Response:
        return handouts.table(caller, form["table"], _scope_of(form)).response()

    @app.post(f"{PATH}/files/monthly", include_in_schema=False)
    def monthly_file(form: Sent, caller: Exporting) -> Response:
        scope = Scope(batch=form["batch"])
        return handouts.monthly(caller, form["month"], _format(form), scope).response()

    @app.post(f"{PATH}/files/list", include_in_schema=False)
    def list_file(form: Sent, caller: Exporting) -> Response:
        kind = Kind.SOLUTION if form["kind"] == Kind.SOLUTION.value else Kind.DEMAND
        published = form["published_only"] == "yes"
        return handouts.list(caller, kind, _format(form), batch=form["list_batch"], published_only=published).response()

    @app.post(f"{PATH}/files/match", include_in_schema=False)
    def match_file(form: Sent, caller: Exporting) -> Response:
        return handouts.match_report(caller, form["demand"], note=form["note"]).response()


def _page(request: Request, figures: Figures, tab: str, asked: Scope) -> Response:
    picture = figures.picture(asked, utc_now())
    sections = [_section(name, picture) for name in TABS[tab]]
    return render(
        request,
        f"reports/{tab}.html" if tab == "regions" else "reports/figures.html",
        tab=tab,
        tabs=(*TABS, "files"),
        sections=sections,
        headline=picture.headline,
        tiles=tiles(picture.by_city) if tab == "regions" else [],
        asked=asked,
        query=urlencode(asked.query),
        choices=figures.choices(),
        dimensions=DIMENSIONS,
        behind=figures.behind(),
    )


def _section(name: str, picture: Picture) -> Section:
    table = picture.table(name, most=LISTED)
    return Section(name, table, heat(picture.gaps) if name == "gaps" else chart(name, table))


def _scope_of(form: Form) -> Scope:
    return Scope(form["batch"], form["city"], form["industry"], form["month"])


def _format(form: Form) -> Format:
    match form["format"]:
        case "docx":
            return "docx"
        case "xlsx":
            return "xlsx"
    raise InvalidInput("请选择文件格式：Word 或 Excel。", field="format")
