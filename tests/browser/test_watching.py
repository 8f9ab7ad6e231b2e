"""The watchers see what they watch for: each is shown a page that does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

BAD: dict[str, tuple[str, str]] = {
    "script": ("<script>throw new Error('broken')</script>", "script: broken"),
    "console": ("<script>console.error('oh')</script>", "console error: oh"),
    "elsewhere": (
        "<img alt='' src='http://elsewhere.example/a.png'>",
        "request to elsewhere: http://elsewhere.example",
    ),
    "dialog": ("<script>alert('hello')</script>", "dialog: hello"),
}


@pytest.mark.parametrize("what", BAD)
def test_faults_are_seen(tab: Callable[..., Any], what: str) -> None:
    html, said = BAD[what]
    one = tab()
    one.page.set_content(html)
    one.page.wait_for_timeout(50)
    assert any(fault.startswith(said) for fault in one.faults), one.faults


def test_axe_sees_violations(tab: Callable[..., Any]) -> None:
    one = tab()
    one.page.set_content(
        "<html lang='zh-CN'><title>页</title><main><h1 style='color:#bbb'>颜色太淡的标题</h1><input></main></html>"
    )
    assert [fault.partition(":")[0] for fault in one.axe()] == ["color-contrast", "label"]


def test_a_page_too_wide_is_seen(tab: Callable[..., Any]) -> None:
    one = tab()
    one.page.set_content("<div style='width:2000px'>宽</div>")
    assert one.overflows() > 600


def test_bytes_are_counted(tab: Callable[..., Any]) -> None:
    """The second time the common files come from the cache, and only the questions about them are sent."""
    one = tab()
    one.open("/docs")
    first = one.transferred()
    one.open("/docs")
    assert 1_000 < one.transferred() < first / 2
