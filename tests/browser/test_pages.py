"""Every page: accessible, no fault in the console, nothing from elsewhere, small, and kept to look at.

The list of pages is the app's own routes, so a new page is covered by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import MagicMock

import pytest
from fastapi.routing import APIRoute

from api.app import create_app

MOST_BYTES = 150_000
"""What a page may transfer after the first one, by which time the browser holds the common files."""


OUTSIDE = frozenset({"/login", "/setup"})
"""Pages for people who are not logged in."""

PARTS: frozenset[str] = frozenset()
"""Addresses that answer with a part of a page."""


def pages() -> list[str]:
    """The addresses that answer with a page: read by people, outside the API, no file."""
    routes = [route for route in create_app(MagicMock()).routes if isinstance(route, APIRoute)]
    return [
        route.path
        for route in routes
        if "GET" in route.methods
        and not route.include_in_schema
        and not {".", "{"} & set(route.path.rpartition("/")[2])
        and route.path not in PARTS
    ]


@pytest.mark.parametrize("path", pages())
def test_a_page(tab: Callable[..., Any], path: str) -> None:
    one = tab(None if path in OUTSIDE else "admin")
    one.open("/login")
    assert one.open(path) == 200
    transferred = one.transferred()
    violations = one.axe()
    one.shoot(path.strip("/").replace("/", "-") or "start")
    wide = one.overflows()
    assert not one.faults, "\n".join(one.faults)
    assert not violations, "\n".join(violations)
    assert not wide, f"{wide} px wider than a telephone"
    assert transferred <= MOST_BYTES
