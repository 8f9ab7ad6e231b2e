"""Hostile text in every field of a record is shown as text on every page: it never runs, not even without the policy
that forbids inline code (the pages are looked at with that policy switched off)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any

import pytest

from matcher.model import Demand, Kind, Solution

CALL = "document.title='ran'"
WANTED = 200
# fmt: off
TAGS = (
    "script", "img", "svg", "body", "iframe", "video", "audio", "details", "input", "textarea", "select",
    "math", "object", "embed", "marquee", "a", "form", "button", "style",
)
EVENTS = (
    "onerror", "onload", "onfocus", "ontoggle", "onmouseover", "onanimationstart", "onpointerenter",
    "onbegin",
)
# fmt: on
SHAPES = (
    "<script>{call}</script>",
    "</script><script>{call}</script>",
    '"><script>{call}</script>',
    "'><img src=x onerror={call}>",
    "</textarea><img src=x onerror={call}>",
    "</title><svg onload={call}>",
    '<a href="javascript:{call}" autofocus>x</a>',
    "{{{{constructor.constructor('{call}')()}}}}",
    "${{{call}}}",
    "<svg><animate onbegin={call} attributeName=x dur=1s>",
    '<iframe srcdoc="<script>parent.{call}</script>">',
    "<details open ontoggle={call}>x</details>",
)


def payloads() -> Iterator[str]:
    """WANTED different ones: known shapes, then every tag with every event."""
    yield from (shape.format(call=CALL) for shape in SHAPES)
    for tag in TAGS:
        for event in EVENTS:
            for quote in ("", '"', "'"):
                yield f"{quote}><{tag} src=x autofocus open {event}={CALL}>"


EVERY = list(payloads())[:WANTED]
PAGES = (
    "/desk",
    "/desk/demands/{id}",
    "/desk/solutions/{id}",
    "/demands/{id}/workflow",
    "/words?q={text}",
    "/words/entry?place=bridges&需求方用词={text}",
    "/words/why?demand={id}&solution={id}",
    "/followup?text={text}",
    "/imports/{import}",
)


@pytest.fixture(scope="module")
def hostile(site: Any) -> str:
    """A demand and a solution with all payloads in every text field; their id."""
    everything = "\n".join(EVERY)
    for record in (Demand("X-1", EVERY[0]), Solution("X-1", EVERY[0])):
        texts = {
            f.name: everything for f in fields(record) if f.type == "str" and f.name not in ("id", "title", "status")
        }
        short = dict.fromkeys(texts.keys() & {"region", "batch", "source", "org_type", "maturity"}, everything[:400])
        lists = {f.name: (EVERY[1], EVERY[4]) for f in fields(record) if f.type == "tuple[str, ...]"}
        site.parts.store.put(replace(record, **{**texts, **short, **lists}))
    return "X-1"


def test_there_are_enough_and_all_differ() -> None:
    assert len(set(EVERY)) == WANTED


def test_a_payload_that_is_read_as_html_is_seen(tab: Callable[..., Any]) -> None:
    """The negative control."""
    one = tab("staff", bypass_csp=True)
    one.page.set_content(f"<title>calm</title><p>{EVERY[3]}</p>")
    one.page.wait_for_function("() => document.title === 'ran'", timeout=5_000)


@pytest.mark.parametrize("path", PAGES)
def test_no_payload_runs(kept_hostile_tab: Any, site: Any, hostile: str, path: str) -> None:
    one = kept_hostile_tab
    asked = path.format_map({**site.ids, "id": hostile, "text": EVERY[2].replace("#", "").replace("&", "")})
    assert one.open(asked) < 500
    one.page.wait_for_timeout(100)
    assert one.page.title() != "ran"
    assert not [fault for fault in one.faults if fault.startswith(("dialog", "request to elsewhere"))]
    strangers = one.page.locator("main script, main iframe, main [onerror], main [onload], main [ontoggle]").count()
    assert strangers == 0


@pytest.fixture(scope="module")
def kept_hostile_tab(chromium: Any, site: Any, open_tab: Callable[..., Any]) -> Iterator[Any]:
    one = open_tab(chromium, site, "staff", {"bypass_csp": True})
    yield one
    one.page.context.close()


def test_records_are_filed_as_they_are(site: Any, hostile: str) -> None:
    """Nothing was cleaned away on the way in, so the pages above did show it."""
    assert EVERY[7] in site.parts.store.get(Kind.DEMAND, hostile).description
