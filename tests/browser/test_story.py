"""The whole work by clicks: a dirty list becomes a published demand, the demand a landed pair and a typical case, and
the month's report tells of it; beside that a member files its own demand and sees nobody else's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from matcher.model import Demand, Kind, Solution
from matcher.periods import month_of
from matcher.store import utc_now

WAIT_MS = 60_000
TITLE = "冲床上下料防断指改造"
"""What staff put in for the title that row 42 of the list lacks."""

BATCH = "第七批"
OURS = "某康养服务中心"
"""The organisation of the member who logs in here."""

PASSWORD = "Qiao-Liang-2026-tong"
PLACE = "揭阳市榕城区冲压车间二号线"
CASE = "不锈钢冲压线人手不进模具"


@pytest.fixture
def story(tab: Callable[..., Any]) -> Iterator[Any]:
    """The tab of a scene manager; what it did that no page may do fails the test at the end."""
    staff = tab("staff")
    yield staff
    assert not staff.faults, "\n".join(staff.faults)


def step(page: Any, name: str, **fields: str) -> None:
    """Take one step of a workflow: a click, or a small form with its fields."""
    said = page.locator(".moves").first
    if not fields:
        said.get_by_role("button", name=name, exact=True).click()
        return
    said.locator("summary", has_text=name).first.click()
    form = said.locator("details[open] form")
    for label, value in fields.items():
        form.get_by_label(label, exact=True).fill(value)
    form.get_by_role("button", name=f"确认{name}").click()


def file_the_list(staff: Any, root: Path, site: Any) -> str:
    """The dirty list read, put right and filed; the id of the demand that was put right."""
    page, file = staff.page, next(iter(sorted((root / "data" / "samples" / "dirty").glob("需求*.xlsx"))))
    staff.open("/imports")
    page.get_by_label("清单文件").set_input_files(file)
    page.get_by_role("button", name="读取").click()
    page.get_by_role("button", name="确认入库").wait_for(timeout=WAIT_MS)
    row = page.locator(".import-row", has_text="第 42 行")
    assert "没有填名称" in row.inner_text()
    row.locator("details:has(.correct) summary").first.click()
    row.get_by_role("textbox").fill(TITLE)
    row.get_by_role("button", name="更正并重新读取").click()
    page.get_by_text("第 42 行已更正，并重新读取。").wait_for(timeout=WAIT_MS)
    page.get_by_role("button", name="确认入库").wait_for(timeout=WAIT_MS)
    staff.shoot("story-1-corrected")
    page.get_by_label("先入库，以后再判断").check()
    page.get_by_role("button", name="确认入库").click()
    page.get_by_text("已入库：新增").wait_for(timeout=WAIT_MS)
    found = site.parts.store.page(Kind.DEMAND, text=TITLE).items
    assert [(each.title, each.status) for each in found] == [(TITLE, "open")]
    return str(found[0].id)


def publish(staff: Any, demand: str, title: str) -> None:
    """From the list to the published demand."""
    page = staff.page
    staff.open(f"/demands?text={title}")
    page.get_by_role("link", name=title, exact=True).click()
    page.get_by_role("button", name="审核通过").click()
    page.get_by_text("需求已变为“已完善”。").wait_for()
    step(page, "发布", 批次=BATCH)
    page.get_by_text("需求已变为“已发布”。").wait_for()
    assert page.locator("h1").inner_text() == title
    assert page.locator(".heading .badge").inner_text() == "已发布"
    assert page.url.endswith(f"/demands/{demand}")


def land(staff: Any, demand: str, site: Any) -> tuple[str, str]:
    """From the ranking to the published case; (number of the pair, title of the solution)."""
    page = staff.page
    page.get_by_role("link", name="找方案").first.click()
    best = page.locator("#match-1")
    solution = best.locator("h3").inner_text()
    assert "为什么是它" in best.inner_text()
    staff.shoot("story-2-desk")
    best.get_by_role("button", name="列为候选").click()
    page.get_by_text("已列为候选").wait_for()
    best.get_by_role("link", name="看对接").click()
    page.wait_for_url("**/followup/E-*")
    number = page.url.rpartition("/")[2]

    step(page, "推荐给需求方")
    page.get_by_text("已变为“已推荐”。").wait_for()
    soon = (date.today() + timedelta(days=7)).isoformat()
    step(page, "开始对接", 下一步="约供应商上门看冲压线", 下一步日期=soon)
    page.get_by_text("已变为“对接中”。").wait_for()
    page.get_by_placeholder("打了电话").fill("双方在车间见面，同意先在二号线试 4 台。")
    page.get_by_role("button", name="记下来").click()
    page.get_by_text("已记下。").wait_for()
    step(page, "进入验证", 下一步="试用一个月后测数据", 下一步日期=soon)
    page.get_by_text("已变为“验证中”。").wait_for()

    form = page.locator("#pilots form").first
    form.get_by_label("地点").fill(PLACE)
    form.get_by_label("规模").fill("4 台冲床")
    form.get_by_label("结论").select_option("通过")
    asked = [each.input_value() for each in form.locator("input[name^=requirement-]").all()]
    assert asked == ["人手不伸进模具", "一条线4台冲床先做", "换模快", "便宜耐用", "", ""]
    form.get_by_label("实测结果 1").fill("全程机械手上下料，安全光幕联锁")
    form.get_by_label("是否达到 1").select_option("达到")
    form.get_by_label("实测结果 2").fill("4台")
    form.get_by_label("指标要求 5").fill("换模时间≤20分钟")
    form.get_by_label("实测结果 5").fill("14分钟")
    form.get_by_role("button", name="保存验证记录").click()
    page.get_by_text("验证记录已保存。").wait_for()
    measured = [each.inner_text().split("\t")[1:] for each in page.locator(".pilot-record tbody tr").all()]
    assert measured[0] == ["全程机械手上下料，安全光幕联锁", "达到"]
    assert measured[4] == ["14分钟", "达到"], "the figure is held against the requirement without being asked"

    step(page, "确认落地")
    page.get_by_text("已变为“已落地”。").wait_for()
    form = page.locator("#cases form").first
    form.get_by_label("案例名称").fill(CASE)
    form.get_by_label("案例内容").fill("四台冲床改为机械手上下料，人手不再伸进模具，换模时间14分钟，试用期零工伤。")
    form.get_by_role("button", name="发布").click()
    page.get_by_text("案例已发布").wait_for()
    assert not staff.axe()
    staff.shoot("story-3-landed")
    kept = site.parts.store.get(Kind.DEMAND, demand)
    assert isinstance(kept, Demand)
    assert (kept.batch, kept.status) == (BATCH, "published")
    return number, solution


def funnel(page: Any) -> dict[str, str]:
    """Step → count, as the first table of the report shows them."""
    rows = page.locator("main table").first.locator("tbody tr").all()
    return {cells[0]: cells[1] for row in rows if (cells := row.inner_text().split("\t"))}


def downloaded(page: Any, button: Any) -> tuple[str, Any]:
    """What a click on this button brings: the file's name and the document."""
    with page.expect_download() as waiting:
        button.click()
    return waiting.value.suggested_filename, Document(BytesIO(Path(waiting.value.path()).read_bytes()))


def hand_out(staff: Any, demand: str, solution: str) -> None:
    """The match report for the demander, from the demand's own page."""
    staff.open(f"/demands/{demand}")
    name, paper = downloaded(staff.page, staff.page.get_by_role("button", name="匹配报告"))
    assert TITLE in name
    text = "\n".join(paragraph.text for paragraph in paper.paragraphs)
    cells = {cell.text for table in paper.tables for row in table.rows for cell in row.cells}
    assert TITLE in cells
    assert f"（1）{solution}" in text


def report(staff: Any, solution: str) -> None:
    """The batch's figures on the page, and the month's paper."""
    page = staff.page
    staff.open(f"/reports?batch={BATCH}")
    assert funnel(page) == dict.fromkeys(("收集", "有效", "发布", "有候选", "对接", "验证", "落地", "案例"), "1")
    assert not staff.axe()
    staff.shoot("story-4-report")
    staff.open("/reports/files")
    card = page.locator(".card", has_text="各环节本月新增与累计")
    card.get_by_label("批次").select_option(BATCH)
    name, paper = downloaded(page, card.get_by_role("button", name="生成 Word"))
    assert name.endswith(".docx")
    assert "月报" in name
    text = "\n".join(paragraph.text for paragraph in paper.paragraphs)
    assert "新收集需求 1 条、发布 1 条、新对接 1 条、进入验证 1 条、落地 1 条" in text
    assert f"批次：{BATCH}" in text
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in paper.tables]
    landed = next(table for table in tables if table[0][0] == "落地日期")
    assert [row[1:4] for row in landed[1:]] == [[TITLE, "揭阳市榕城区鑫利来不锈钢制品厂", solution]]
    steps = next(table for table in tables if table[0][:2] == ["环节", "本月新增"])
    assert [row[:4] for row in steps[1:]] == [
        [each, "1", "1", "1"] for each in ("收集", "有效", "发布", "有候选", "对接", "验证", "落地", "案例")
    ]
    assert month_of(utc_now())[:4] in paper.paragraphs[0].text


def test_from_a_dirty_list_to_the_months_report(story: Any, tab: Callable[..., Any], site: Any, root: Path) -> None:
    demand = file_the_list(story, root, site)
    publish(story, demand, TITLE)
    number, solution = land(story, demand, site)
    hand_out(story, demand, solution)
    report(story, solution)
    story.open("/followup?view=list&stage=已落地")
    assert number in story.page.locator("main").inner_text()
    admin = tab("admin")
    admin.open("/exports")
    rows = [row.inner_text().split("\t") for row in admin.page.locator("tbody tr").all()]
    assert [(row[2].split("\n")[0], "月报" in row[3] or "匹配报告" in row[3]) for row in rows[:2]] == [
        ("李经理", True)
    ] * 2
    admin.shoot("story-7-exports")


@pytest.fixture
def logged_in(tab: Callable[..., Any], site: Any) -> Any:
    """A member who logged in with name and password."""
    hashed = site.parts.entrance.passwords.accept(PASSWORD, "kangyang")
    site.parts.store.accounts.create(
        "kangyang", "康养填报员", "member", hashed, now=utc_now(), organization=OURS, must_change=False
    )
    site.parts.store.put_many(
        [
            Demand("STORY-OTHER", "别家的需求", organization="另一家单位"),
            Solution("STORY-S", "别家的方案", vendor="另一家"),
        ]
    )
    member = tab("nobody")
    member.open("/")
    member.page.get_by_label("用户名").fill("kangyang")
    member.page.get_by_label("密码").fill(PASSWORD)
    member.page.get_by_role("button", name="登录").click()
    member.page.wait_for_url("**/demands")
    return member


def test_a_member_files_its_own_demand_and_sees_only_that(logged_in: Any, story: Any) -> None:
    page = logged_in.page
    assert f"这里只有{OURS}填报的内容" in page.locator("main").inner_text()
    assert "别家的需求" not in page.locator("main").inner_text()
    page.get_by_role("link", name="新建需求").first.click()
    page.get_by_label("名称").fill("夜间离床无人值守看护")
    page.get_by_label("要解决的问题").fill("夜间值班人手少，老人离床、跌倒常常天亮才发现。")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("已保存，编号").wait_for()
    demand = page.url.rpartition("/")[2]
    logged_in.shoot("story-5-member-filed")
    assert page.locator("main").get_by_text(OURS).first.is_visible()

    publish(story, demand, "夜间离床无人值守看护")
    logged_in.open("/demands")
    rows = [row.inner_text() for row in page.locator("main tbody tr").all()]
    assert len(rows) == 1
    assert "夜间离床无人值守看护" in rows[0]
    assert "已发布" in rows[0]
    page.get_by_role("link", name="夜间离床无人值守看护").click()
    assert page.get_by_text("已发布").first.is_visible()
    assert page.get_by_role("link", name="修改", exact=True).count() == 0, "staff took it over"
    assert not logged_in.axe()
    logged_in.shoot("story-6-member-published")
    assert not logged_in.faults, "\n".join(logged_in.faults)
    for path in ("/demands/STORY-OTHER", "/solutions/STORY-S"):
        assert logged_in.open(path) == 404
    for path in ("/desk", "/followup", "/reports", f"/desk/demands/{demand}"):
        assert logged_in.open(path) == 403
