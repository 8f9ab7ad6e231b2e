"""The pages: self-contained, without inline code, and text is never read as HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from api.routes.pages import FOLDER, TYPES

FILES = sorted(FOLDER.iterdir(), key=lambda file: file.name)
NAMESPACE = "http://www.w3.org/2000/svg"


class Page(HTMLParser):
    """What a page loads, and any code it holds itself."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.inline: list[str] = []
        self.ids: set[str] = set()
        self._open = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        self._open = tag
        self.ids |= {found["id"]} if "id" in found else set()
        self.inline += [f"{tag} {name}" for name in found if name.startswith("on") or name == "style"]
        if tag in ("script", "link", "img"):
            self.loads.append(found.get("src") or found.get("href", ""))

    def handle_data(self, data: str) -> None:
        if self._open in ("script", "style") and data.strip():
            self.inline.append(data)


def read(file: Path) -> Page:
    page = Page()
    page.feed(file.read_text("utf-8"))
    return page


def test_every_file_has_a_type() -> None:
    assert {file.suffix for file in FILES} <= TYPES.keys()
    assert sum(file.stat().st_size for file in FILES) < 200_000


@pytest.mark.parametrize("file", [f for f in FILES if f.suffix == ".html"], ids=lambda f: f.name)
def test_pages_have_no_inline_code_and_load_only_our_files(service: Any, file: Path) -> None:
    page = read(file)
    assert page.inline == []
    assert page.loads
    for address in page.loads:
        assert address.startswith("/static/")
        assert service.client.get(address).status_code == 200


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_nothing_comes_from_elsewhere(file: Path) -> None:
    text = file.read_text("utf-8").replace(NAMESPACE, "")
    assert not re.search(r"https?://|['\"(]//\w", text)
    assert "@import" not in text


@pytest.mark.parametrize("file", [f for f in FILES if f.suffix == ".js"], ids=lambda f: f.name)
def test_scripts_never_read_text_as_html_or_code(file: Path) -> None:
    text = file.read_text("utf-8")
    for danger in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "localStorage",
    ):
        assert danger not in text
    for needed in re.findall(r'from "\./(\w+\.js)"', text):
        assert (FOLDER / needed).is_file()


def test_scripts_use_only_ids_that_the_page_has() -> None:
    for script, html in (("app.js", "index.html"), ("docs.js", "docs.html")):
        used = set(re.findall(r'byId\("([\w-]+)"\)', (FOLDER / script).read_text("utf-8")))
        assert used <= read(FOLDER / html).ids


def test_pages_are_served_with_their_type_and_are_revalidated(service: Any) -> None:
    first = service.client.get("/")
    assert (first.status_code, first.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "场景匹配" in first.text
    again = service.client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert service.client.get("/static/favicon.svg").headers["content-type"] == "image/svg+xml"
    assert service.client.get("/static/nothing.js").status_code == 404
    assert service.client.get("/docs").status_code == 200


@pytest.mark.parametrize("path", ["/", "/openapi.json"])
def test_long_content_is_compressed_for_whoever_reads_that(service: Any, path: str) -> None:
    packed = service.client.get(path, headers={"Accept-Encoding": "gzip"})
    plain = service.client.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
