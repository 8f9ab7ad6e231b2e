"""Every page for every role: accessible, no fault in the console, nothing from elsewhere, small, and kept to look at.

The list of pages is the app's own routes and who may see them the table of permissions, so a new page is covered by
itself; a page whose address has a place in it ({id}) needs a line in ADDRESSES, or these tests say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from unittest.mock import MagicMock

import pytest
from fastapi.routing import APIRoute

from api.app import create_app
from api.auth import GRANTS, PERMISSIONS, Permit, Public, needs

MOST_BYTES = 150_000
"""What a page may transfer after the first one, by which time the browser holds the common files."""

ADDRESSES: Mapping[str, str] = {
    "/accounts/{login}": "/accounts/staff-account",
    "/desk/demands/{id}": "/desk/demands/{demand}",
    "/desk/solutions/{id}": "/desk/solutions/{solution}",
    "/followup/{number}": "/followup/{engagement}",
    "/imports/{id}": "/imports/{import}",
    "/reports/{tab}": "/reports/gaps",
    **{
        f"/{kind}s/{{id}}{path}": f"/{kind}s/{{{kind}}}{path}"
        for kind in ("demand", "solution")
        for path in ("", "/edit", "/history")
    },
}
"""A page whose address has a place → the address of one that there is."""

FILLED: Mapping[str, tuple[str, ...]] = {
    "/imports/{id}": ("?outcome=accepted&outcome=noted", "?outcome=rejected&skip=x:3"),
    "/words": ("?place=industries", "?q=没有这样的词"),
    "/words/entry": ("?place=bridges&key=上山巡→无人机巡检", "?place=technologies"),
    "/words/why": ("?demand={demand}&solution={solution}", "?demand={demand}&solution=nobody-has-this"),
}
"""Page → what a user asks of it beside opening it."""

MISSING = frozenset({"?demand={demand}&solution=nobody-has-this"})
"""Questions that have no answer: 404, and a page all the same."""

PARTS = frozenset(
    {
        "/words/preview",
        "/imports/{id}/progress",
        "/alerts/bell",
        "/demands/{id}/workflow",
        "/demands/{id}/completeness",
        "/solutions/{id}/completeness",
    }
)
"""Addresses that htmx puts into a page; seen there."""

ELSEWHERE = frozenset({"/setup", "/followup-files/{number}"})
"""No pages: the first set-up once there are accounts, and files to download."""


def pages() -> Iterator[tuple[str, Permit | Public]]:
    """The addresses that answer with a page: read by people, outside the API, no file; and what they need."""
    app = create_app(MagicMock())
    need = needs(app)
    for route in app.routes:
        if not isinstance(route, APIRoute) or "GET" not in (route.methods or ()) or route.include_in_schema:
            continue
        if "." not in route.path.rpartition("/")[2] and route.path not in PARTS | ELSEWHERE:
            yield route.path, need["GET", route.path]


def sees(need: Permit | Public, role: str) -> bool:
    """What the table of grants says."""
    if isinstance(need, Public):
        return role == NOBODY
    reach = GRANTS[need.permission].get(role)
    return reach == "all" or (reach == "own" and need.own)


NOBODY = "nobody"
CASES = [(path, role) for path, need in pages() for role in (NOBODY, *PERMISSIONS) if sees(need, role)]
REFUSED = [
    (path, role) for path, need in pages() for role in PERMISSIONS if isinstance(need, Permit) and not sees(need, role)
]


@pytest.fixture(scope="module")
def looked_at() -> set[tuple[str, str]]:
    """(address, content) that was looked at for some role: roles that see the same need no second look."""
    return set()


@pytest.mark.parametrize(("path", "role"), CASES)
def test_a_page(
    kept_tab: Callable[[str], Any], site: Any, looked_at: set[tuple[str, str]], path: str, role: str
) -> None:
    one = kept_tab(role)
    name = re.sub(r"[/{}]+", "-", path).strip("-") or "start"
    for at, query in enumerate(("", *FILLED.get(path, ()))):
        asked = site.address(ADDRESSES.get(path, path) + query)
        wanted = 404 if query in MISSING else 200
        assert one.open(asked) == wanted
        if one.transferred() > MOST_BYTES:  # the first page with charts also brings their library, which is kept
            one.open(asked)
        assert one.transferred() <= MOST_BYTES, f"{one.transferred()} bytes"
        faults = [fault for fault in one.faults if wanted == 200 or f"status of {wanted}" not in fault]
        assert not faults, "\n".join(faults)
        one.faults.clear()
        content = (asked, one.main())
        if content in looked_at:
            continue
        looked_at.add(content)
        violations = one.axe()
        assert not violations, "\n".join(violations)
        one.shoot(f"{name}-{at}-{role}" if at else f"{name}-{role}")
        assert not one.overflows(), f"{one.overflows()} px wider than a telephone"


@pytest.mark.parametrize(("path", "role"), REFUSED)
def test_a_page_that_is_not_for_this_role(kept_tab: Callable[[str], Any], site: Any, path: str, role: str) -> None:
    """It says so, in words."""
    one = kept_tab(role)
    assert one.open(site.address(ADDRESSES.get(path, path))) == 403
    assert one.page.locator("h1").inner_text()
