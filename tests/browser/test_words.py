"""The word lists by clicks: a word is added, looked at beforehand, published, seen at work, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from matcher.model import Demand, Solution

ASKING = Demand("W-D1", "蛋品车间老师傅凭手掂蛋分等", description="手掂蛋全凭老师傅，一天下来手都酸了。")
ANSWER = Solution("W-S1", "禽产品称重分级一体机", description="皮带输送，逐件称重分级，按重量落格。")
WAIT_MS = 120_000
"""How long a preview or an index may take on a busy machine; a quiet one needs some seconds."""


@pytest.fixture
def filed(site: Any) -> None:
    site.parts.store.put_many([ASKING, ANSWER])


def test_from_a_missing_word_to_a_published_one_and_back(tab: Callable[..., Any], site: Any, filed: None) -> None:
    staff = tab("staff")
    page = staff.page
    staff.open(f"/words/why?demand={ASKING.id}&solution={ANSWER.id}")
    before = page.locator("tfoot .figure b").inner_text()
    page.get_by_role("link", name="添加对应词 手掂蛋").or_(
        page.get_by_role("link", name="添加对应词 老师傅")
    ).first.click()

    page.get_by_label("需求方用词").fill("手掂蛋")
    page.get_by_label("方案方用词").fill("手掂蛋")
    page.get_by_role("button", name="保存，待发布").click()
    assert "指向自身" in page.locator(".alert-danger").inner_text()
    assert page.get_by_label("需求方用词").input_value() == "手掂蛋", "what was filled in is not lost"
    staff.faults.clear()  # the console names every answer of 422
    page.get_by_label("方案方用词").fill("称重分级")
    page.get_by_label("权重").fill("1")
    page.get_by_label("改动原因").fill("蛋品企业都这样说")
    page.get_by_role("button", name="保存，待发布").click()
    assert "手掂蛋→称重分级" in page.locator("table").inner_text()

    page.get_by_role("button", name="开始预览").click()
    page.get_by_text("条的前三名会变化").wait_for(timeout=WAIT_MS)
    assert not staff.axe()
    staff.shoot("words-changes-full-staff")

    checked_with = site.parts.checker
    page.get_by_label("说明").fill("第一批")
    page.get_by_role("button", name="发布 1 处改动").click()
    page.locator("#confirm-yes").click()
    page.get_by_text("正在使用").wait_for(timeout=WAIT_MS)
    assert site.parts.checker is not checked_with, "the completeness check has the words in force"
    assert not staff.axe()
    staff.shoot("words-editions-full-staff")

    staff.open(f"/words/why?demand={ASKING.id}&solution={ANSWER.id}")
    assert float(page.locator("tfoot .figure b").inner_text()) > float(before) + 0.5
    assert "手掂蛋 → 称重分级" in page.locator("main").inner_text()
    staff.shoot("words-why-entry-staff")

    staff.open("/words/editions")
    page.get_by_role("button", name="撤销这一版").click()
    page.locator("#confirm-yes").click()
    page.get_by_role("heading", name="第 2 版 已生效 正在使用").wait_for(timeout=WAIT_MS)
    staff.open(f"/words/why?demand={ASKING.id}&solution={ANSWER.id}")
    assert page.locator("tfoot .figure b").inner_text() == before
    assert not staff.faults, "\n".join(staff.faults)
