"""A dirty list by clicks: dropped in, looked at, put right on the spot, filed, taken back as a whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from matcher.model import Kind

WAIT_MS = 60_000


def test_from_a_dirty_list_to_filed_records_and_back(tab: Callable[..., Any], site: Any, root: Path) -> None:
    file = next(iter(sorted((root / "data" / "samples" / "dirty").glob("解决方案*.xlsx"))))
    staff = tab("staff")
    page = staff.page
    before = site.parts.store.count(Kind.SOLUTION)
    staff.open("/imports")
    page.get_by_label("清单文件").set_input_files(file)
    page.get_by_role("button", name="读取").click()
    page.get_by_role("button", name="确认入库").wait_for(timeout=WAIT_MS)
    assert page.locator(".import-row").count() > 3
    assert "待补正" in page.locator("main").inner_text()
    assert site.parts.store.count(Kind.SOLUTION) == before, "nothing is filed before somebody says so"

    place = page.locator(".import-row details:has(.correct)").first
    place.locator("summary").click()
    place.get_by_role("textbox").fill("更正后的内容")
    place.get_by_role("button", name="更正并重新读取").click()
    page.get_by_role("button", name="确认入库").wait_for(timeout=WAIT_MS)

    pairs, heading = page.locator(".pair-of-filings"), page.locator("#repeats h2")
    undecided = int("".join(filter(str.isdigit, heading.inner_text())))
    assert undecided > 1, "the list repeats what the samples filed"
    assert pairs.locator("ins").count() > 0
    staff.shoot("imports-repeats-staff")
    pairs.first.get_by_role("button", name="不是重复").click()
    page.get_by_text("判断已记下，入库时照办。").wait_for(timeout=WAIT_MS)
    assert heading.inner_text() == f"疑似重复（还有 {undecided - 1} 对没有判断）"

    page.get_by_role("button", name="确认入库").click()
    assert page.get_by_text("已入库：新增").count() == 0, "what is undecided is asked"
    page.get_by_label("先入库，以后再判断").check()
    page.get_by_role("button", name="确认入库").click()
    page.get_by_text("已入库：新增").wait_for(timeout=WAIT_MS)
    filed = site.parts.store.count(Kind.SOLUTION)
    assert filed > before
    staff.shoot("imports-filed-staff")

    page.get_by_role("button", name="撤销整次导入").click()
    page.locator("#confirm-yes").click()
    page.get_by_text("已撤销整次导入").wait_for(timeout=WAIT_MS)
    assert site.parts.store.count(Kind.SOLUTION) == before
    assert not staff.faults, "\n".join(staff.faults)
