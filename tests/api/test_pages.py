"""The pages' files and templates: self-contained, without inline code, and text is never read as HTML."""

from __future__ import annotations

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from api.assets import FOLDER as STATIC
from api.assets import FOREVER, TYPES, Assets
from api.pages.shell import WEB
from api.pages.texts import Texts

FILES = sorted(file for file in STATIC.rglob("*") if file.is_file())
OWN = [file for file in FILES if "vendor" not in file.parts]
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
NAMESPACE = "http://www.w3.org/2000/svg"
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
HTML = {"Accept": "text/html"}


class Page(HTMLParser):
    """What a page loads, and any code it holds itself."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.inline: list[str] = []
        self.ids: list[str] = []
        self._open = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        self._open = tag
        self.ids += [found["id"]] if "id" in found else []
        self.inline += [f"{tag} {name}" for name in found if name.startswith(("on", "hx-on")) or name == "style"]
        if tag in ("script", "link", "img"):
            self.loads.append(found.get("src") or found.get("href", ""))

    def handle_data(self, data: str) -> None:
        if self._open in ("script", "style") and data.strip():
            self.inline.append(data)


def parsed(text: str) -> Page:
    page = Page()
    page.feed(text)
    return page


def test_every_file_has_a_type() -> None:
    assert {file.suffix for file in FILES} <= TYPES.keys()
    assert sum(file.stat().st_size for file in OWN) < 300_000


def test_what_comes_from_others_has_its_licence_and_version() -> None:
    told = (STATIC / "vendor" / "versions.json").read_text("utf-8")
    for file in FILES:
        if "vendor" in file.parts and file.suffix in (".js", ".css"):
            assert f'"{file.name}"' in told
            assert (file.parent / f"{file.name.partition('.')[0]}.LICENSE.txt").is_file(), file.name


@pytest.mark.parametrize("file", [f for f in FILES if f.suffix == ".html"], ids=lambda f: f.name)
def test_files_have_no_inline_code_and_load_only_ours(service: Any, file: Path) -> None:
    page = parsed(file.read_text("utf-8"))
    assert page.inline == []
    assert page.loads
    for address in page.loads:
        assert address.startswith("/static/")
        assert service.client.get(address).status_code == 200


@pytest.mark.parametrize("file", [*OWN, *TEMPLATES], ids=lambda f: f.name)
def test_nothing_comes_from_elsewhere(file: Path) -> None:
    text = file.read_text("utf-8").replace(NAMESPACE, "")
    assert not re.search(r"https?://|['\"(]//\w", text)
    assert "@import" not in text


@pytest.mark.parametrize("file", [f for f in OWN if f.suffix == ".js"], ids=lambda f: f.name)
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
        assert (STATIC / needed).is_file()


def test_scripts_use_only_ids_that_the_page_has() -> None:
    used = set(re.findall(r'byId\("([\w-]+)"\)', (STATIC / "docs.js").read_text("utf-8")))
    assert used
    assert used <= set(parsed((STATIC / "docs.html").read_text("utf-8")).ids)


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda f: f.relative_to(WEB).as_posix())
def test_templates_leave_escaping_and_texts_where_they_belong(file: Path) -> None:
    """No text of its own, so that another language is another folder; nothing escapes the escaping; no inline code."""
    text = COMMENT.sub("", file.read_text("utf-8"))
    assert not re.search(r"\|\s*safe\b|autoescape|hx-on|\bstyle=|javascript:|\son\w+=", text)
    assert not re.findall(r"[\u4e00-\u9fff]+", text), "a text of the catalogue"
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style", text)


def test_every_text_that_is_asked_for_is_in_the_catalogue() -> None:
    texts = Texts.read()
    pages = [file for file in (WEB.parent / "pages").rglob("*.py") if file.name != "texts.py"]
    called = re.compile(r"""\b(?:t|texts)\(\s*["']([\w.]+)["']\s*[,)]""")
    asked = {
        (file.name, name)
        for file in [*TEMPLATES, *pages]
        for name in called.findall(COMMENT.sub("", file.read_text("utf-8")))
    }
    assert [each for each in sorted(asked) if each[1] not in texts] == []


def test_files_are_served_with_their_type_and_a_lasting_address(service: Any) -> None:
    address = Assets.read().address("console.css")
    first = service.client.get(address, headers={"Accept-Encoding": "gzip"})
    assert (first.status_code, first.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert (first.headers["cache-control"], first.headers["content-encoding"]) == (FOREVER, "gzip")
    assert first.content == (STATIC / "console.css").read_bytes()
    again = service.client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = service.client.get("/static/console.css?v=old", headers={"Accept-Encoding": "identity"})
    assert (plain.headers["cache-control"], plain.headers.get("content-encoding")) == ("no-cache", None)
    assert service.client.get("/static/favicon.svg").headers["content-type"] == "image/svg+xml"
    assert service.client.get("/static/nothing.js").status_code == 404
    assert service.client.get("/static/../auth.py").status_code == 404
    assert service.client.get("/docs").status_code == 200


@pytest.mark.parametrize("path", ["/static/console.css", "/openapi.json"])
def test_long_content_is_compressed_for_whoever_reads_that(service: Any, path: str) -> None:
    packed = service.client.get(path, headers={"Accept-Encoding": "gzip"})
    plain = service.client.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


def test_a_page_stands_in_the_shell(service: Any) -> None:
    answer = service.call("GET", "/system", "viewer", headers={**HTML, "Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers["content-encoding"] == "gzip"
    page = parsed(answer.text)
    assert page.inline == []
    assert len(page.ids) == len(set(page.ids))
    assert "/system/rebuild" not in answer.text
    assert "/system/rebuild" in service.call("GET", "/system", "staff", headers=HTML).text
    for address in page.loads:
        assert service.client.get(address).headers["cache-control"] == FOREVER
    assert len(gzip.compress(answer.content)) < 20_000


@pytest.mark.parametrize(
    ("path", "role", "status", "says"),
    [
        ("/nowhere", "admin", 404, "没有找到"),
        ("/system/rebuild", "admin", 405, "不能这样打开"),
    ],
)
def test_trouble_is_a_page_for_people(service: Any, path: str, role: str, status: int, says: str) -> None:
    answer = service.call("GET", path, role, headers=HTML)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert f"<h1>{says}</h1>" in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert service.call("GET", path, role).json()["error"]["message"]


def test_no_permission_is_a_page_and_a_message(service: Any) -> None:
    answer = service.call("POST", "/system/rebuild", "viewer", headers=HTML)
    assert answer.status_code == 403
    assert "<h1>没有权限</h1>" in answer.text
    part = service.call("POST", "/system/rebuild", "viewer", headers={"HX-Request": "true"})
    assert (part.status_code, part.text.count("<html")) == (403, 0)
    assert "toast" in part.headers["hx-trigger"]


def test_without_a_session_the_login_page_follows(service: Any) -> None:
    answer = service.call("GET", "/system?a=1", None, headers=HTML, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fsystem%3Fa%3D1")
    part = service.call("GET", "/system", None, headers={"HX-Request": "true"}, follow_redirects=False)
    assert (part.status_code, part.headers["hx-redirect"]) == (204, "/login?next=%2Fsystem")
