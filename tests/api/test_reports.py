"""Figures over a small history: pages, tables and files say the same numbers, and they add up."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from docx import Document
from openpyxl import load_workbook

from api.figuring import TABLES, Figures, Scope
from api.handout import Handouts
from api.pages.charts import TILES, tiles
from api.pages.reports import TABS
from matcher.gaps import Cell
from matcher.journey import DIMENSIONS
from matcher.placing import cities
from matcher.store import Actor
from matcher.store.demand_states import DemandStates
from matcher.store.followup_writer import FollowUpWriter
from matcher.taxonomy import Taxonomy
from matcher.workflow import DemandState, Stage
from tests.api.conftest import EMAIL, PERSON, PHONE, Service

LI = Actor("李经理", "staff")
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def service(make_service: Callable[[], Service]) -> Service:
    """D1 landed with S1, D2 published and recommended S1, D3 not yet reviewed."""
    made = make_service()
    store = made.parts.store
    made.parts.lookout.catch_up()
    with store.writing(LI) as writer:
        states = DemandStates(writer)
        for id in ("D1", "D2"):
            states.move(id, DemandState.READY)
            states.move(id, DemandState.PUBLISHED, batch="第一批")
        pairs = FollowUpWriter(writer)
        first = pairs.shortlist("D1", "S1", owner="李经理", grade=90)
        pairs.move(first.number, Stage.CONTACTING, next_step="看现场")
        pairs.move(first.number, Stage.VERIFYING, next_step="装样机")
        pairs.move(first.number, Stage.LANDED)
        second = pairs.shortlist("D2", "S1")
        pairs.move(second.number, Stage.RECOMMENDED)
    made.parts.lookout.catch_up()
    return made


def table(service: Service, name: str, **query: str) -> dict[str, Any]:
    answer = service.call("GET", f"/api/v1/reports/{name}", "viewer", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_funnel(service: Service) -> None:
    rows = [(row[0], row[1]) for row in table(service, "funnel")["rows"]]
    assert rows == [
        ("收集", 3),
        ("有效", 2),
        ("发布", 2),
        ("有候选", 2),
        ("对接", 1),
        ("验证", 1),
        ("落地", 1),
        ("案例", 0),
    ]


@pytest.mark.parametrize("name", list(TABLES))
def test_every_table_adds_up(service: Service, name: str) -> None:
    found = table(service, name)
    if found["total"] is None or name == "gaps":
        return
    for at, column in enumerate(found["columns"]):
        if column["form"] == "count":
            assert sum(row[at] or 0 for row in found["rows"]) == found["total"][at], column


@pytest.mark.parametrize("dimension", list(DIMENSIONS))
def test_narrowing_by_every_value_gives_the_rows(service: Service, dimension: str) -> None:
    """What the page says of one batch is what the row of that batch says."""
    for row in table(service, f"by-{dimension}")["rows"]:
        narrowed = table(service, "funnel", **{dimension: row[0]})["rows"]
        assert [line[1] for line in narrowed] == row[1:9]


def test_both_sides_of_the_map_of_gaps(service: Service) -> None:
    assert table(service, "gaps")["total"][-4:] == [0, 3, 3, 4]
    assert table(service, "lacking")["rows"] == []
    assert {row[0] for row in table(service, "idle")["rows"]} == {"S2", "S3", "2025/03-12"}
    regions = {row[0]: row[1:] for row in table(service, "regions")["rows"]}
    assert regions["广州"] == [1, 1, 1, 1, 0, 1, 1]
    assert regions["佛山"] == [1, 0, 0, 0, 0, 0, 0]


def test_vendors(service: Service) -> None:
    assert table(service, "vendors")["rows"][0][:6] == ["甲视觉科技", 1, 2, 1, 1, 1]


def test_what_is_no_table(service: Service) -> None:
    assert service.call("GET", "/api/v1/reports/nonsense", "viewer").status_code == 404
    assert service.visit("GET", "/reports/nonsense").status_code == 422


@pytest.mark.parametrize("tab", list(TABS))
def test_pages_hold_the_tables_and_what_charts_are_drawn_from(service: Service, tab: str) -> None:
    page = service.visit("GET", f"/reports/{tab}", "viewer")
    assert page.status_code == 200
    for name in TABS[tab]:
        assert f'id="{name}"' in page.text
        assert table(service, name)["title"] in page.text
    assert "data-chart" in page.text or tab == "regions"
    assert "导出表格" not in page.text  # a viewer makes no files
    assert " style=" not in page.text
    assert "导出表格" in service.visit("GET", f"/reports/{tab}", "staff").text


def test_the_page_of_files(service: Service) -> None:
    page = service.visit("GET", "/reports/files", "staff").text
    for words in ("月报", "机会清单", "能力清单", "匹配报告", "第一批"):
        assert words in page
    assert "不能导出文件" in service.visit("GET", "/reports/files", "viewer").text


def sent(service: Service, what: str, **form: str) -> bytes:
    answer = service.visit("POST", f"/reports/files/{what}", "staff", data=form)
    assert answer.status_code == 200, answer.text[:300]
    assert "attachment" in answer.headers["content-disposition"]
    return answer.content


def words(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    parts = [document.element.body, *(section.footer._element for section in document.sections)]
    return "\n".join(node.text or "" for part in parts for node in part.iter() if node.tag.endswith("}t"))


def test_a_file_of_one_table_is_the_table(service: Service) -> None:
    sheet = load_workbook(io.BytesIO(sent(service, "table", table="by-city", batch="第一批"))).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    want = table(service, "by-city", batch="第一批")
    assert [row[:9] for row in rows[: len(want["rows"])]] == [row[:9] for row in want["rows"]]


def test_the_monthly_report_says_what_the_page_says(service: Service) -> None:
    name = f"{NOW + timedelta(hours=8):%Y-%m}"
    text = words(sent(service, "monthly", month=name, format="docx"))
    for part in (
        "一、总体情况",
        "新收集需求 3 条、发布 2 条、新对接 1 条、进入验证 1 条、落地 1 条",
        "车身焊点外观检测",
        "导出编号",
    ):
        assert part in text
    book = load_workbook(io.BytesIO(sent(service, "monthly", month=name, format="xlsx")))
    progress = book["各环节进展"]
    assert [[cell.value for cell in row[:4]] for row in progress.iter_rows(min_row=3, max_row=5)] == [
        ["收集", 3, 3, 3],
        ["有效", 2, 2, 2],
        ["发布", 2, 2, 2],
    ]
    assert book["本月落地项目"]["B3"].value == "车身焊点外观检测"
    quiet = words(sent(service, "monthly", month="2020-01", format="docx"))
    assert "本月没有新增落地项目" in quiet
    assert service.visit("POST", "/reports/files/monthly", data={"month": "x", "format": "docx"}).status_code == 422
    assert service.visit("POST", "/reports/files/monthly", data={"month": name}).status_code == 422


def test_the_lists_hold_what_may_be_published_and_no_contact(service: Service) -> None:
    published = words(sent(service, "list", kind="demand", format="docx", published_only="yes"))
    every = words(sent(service, "list", kind="demand", format="docx"))
    capabilities = words(sent(service, "list", kind="solution", format="docx"))
    assert "白车身焊点检测升级" in published
    assert "养老院夜间看护" not in published
    assert "养老院夜间看护" in every
    assert "河道水面清洁无人船" in capabilities
    for text in (published, every, capabilities):
        assert not any(secret in text for secret in (PHONE, EMAIL, PERSON))


def test_a_match_report_is_of_the_shortlist(service: Service) -> None:
    text = words(sent(service, "match", demand="D1", note="建议尽快看样机"))
    assert "焊点视觉检测系统" in text
    assert "已落地" in text
    assert "建议尽快看样机" in text
    assert "仓库搬运机器人" not in text
    assert service.visit("POST", "/reports/files/match", data={"demand": "nobody"}).status_code == 404


def test_every_file_is_numbered_and_recorded(service: Service) -> None:
    before = service.parts.store.exports.page()[0][0].number
    answer = service.call("POST", "/api/v1/exports", "staff", json={"what": "opportunities", "format": "xlsx"})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    last = service.parts.store.exports.page()[0][0]
    assert (last.number, last.what, last.rows, last.contacts) == (before + 1, "应用场景机会清单", 3, False)
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    assert last.label in (sheet.oddFooter.left.text or "")
    assert service.call("POST", "/api/v1/exports", "staff", json={"what": "match"}).status_code == 422


def test_figures_are_read_again_only_when_something_changed(service: Service) -> None:
    figures = Figures(service.parts.store, service.parts.search)
    first = figures.picture(Scope(), NOW).facts
    assert figures.picture(Scope(), NOW).facts is first
    assert figures.behind() == 0
    assert Handouts(service.parts, figures) is not None
    with service.parts.store.writing(LI) as writer:
        FollowUpWriter(writer).shortlist("D3", "S2")
    assert figures.picture(Scope(), NOW).facts is not first


def test_the_map_has_every_city_once(taxonomy: Taxonomy) -> None:
    assert set(TILES) == set(cities(taxonomy))
    assert len(set(TILES.values())) == len(TILES)
    shades = {tile.name: tile.shade for tile in tiles({"广州": Cell(demands=8), "佛山": Cell(demands=1, solutions=3)})}
    assert (shades["广州"], shades["佛山"], shades["深圳"]) == (4, 1, 0)
    assert {tile.shade for tile in tiles({})} == {0}


def test_chart_data_is_plain_json(service: Service) -> None:
    page = service.visit("GET", "/reports", "viewer").text
    start = page.index('data-chart="') + len('data-chart="')
    told = page[start : page.index('"', start)].replace("&#34;", '"').replace("&quot;", '"')
    assert orjson.loads(told)["labels"][0] == "收集"
