"""A real browser before a real service: Debian's Chromium, one server for all tests here, everything it does watched.

These tests run after all others: the browser's driver keeps an event loop on the main thread as long as it lives.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.commands.importing import import_files
from api.parts import Parts
from api.wiring import open_parts
from matcher.model import Demand, Kind
from matcher.settings import Settings
from matcher.store import ACCOUNT_ROLES, SYSTEM, Actor, Role, utc_now
from matcher.store.followup_writer import FollowUpWriter

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
SCREENSHOTS = ROOT / "build" / "screenshots"
AXE = HERE / "vendor" / "axe.min.js"

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Names the browser goes by; the environment's CHROMIUM comes first."""

FLAGS = (
    "--no-sandbox",  # continuous integration runs as root
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

VIEWS: dict[str, tuple[int, int]] = {"desktop": (1366, 768), "phone": (390, 844)}
"""The office's usual notebook, and a telephone: width × height in CSS pixels."""

MEMBER = "东莞市某精密五金有限公司"
"""The organisation of the member."""

LONGEST_SHOT = 4_000
"""CSS pixels of a long page that are kept."""

START_S = 30


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: HERE in item.path.parents)


@dataclass
class Tab:
    """One tab and what it did that no page may do, in words."""

    page: Any
    home: str
    faults: list[str] = field(default_factory=list)
    answered: list[Any] = field(default_factory=list)

    @classmethod
    def watch(cls, page: Any, home: str) -> Tab:
        """From now on: script errors, messages of the console, requests to elsewhere, dialogs, answers of 5xx."""
        tab = cls(page, home)
        page.on("pageerror", lambda error: tab.faults.append(f"script: {error}"))
        page.on("console", tab._console)
        page.on("request", tab._request)
        page.on("requestfinished", tab._finished)
        page.on("response", tab._response)
        page.on("dialog", tab._dialog)
        return tab

    def open(self, path: str) -> int:
        """Go there; the HTTP status. Returns when the page has been still for a moment."""
        self.answered.clear()
        answer = self.page.goto(self.home + path, wait_until="load")
        self.page.wait_for_load_state("networkidle")
        return int(answer.status)

    def transferred(self) -> int:
        """Bytes over the wire since the last `open`, headers included; what came from the cache costs nothing."""
        total = 0
        for request in self.answered:
            sizes = request.sizes()
            total += max(sizes["responseBodySize"], 0) + max(sizes["responseHeadersSize"], 0)
        return total

    def main(self) -> str:
        """The page's own part as HTML, without what is new at every opening."""
        html = str(self.page.evaluate("() => (document.querySelector('main') || document.body).innerHTML"))
        return re.sub(r'name="csrf_token" value="[^"]*"', "", html)

    def axe(self) -> list[str]:
        """Violations of WCAG 2.2 AA and of good practice, one line each with the first places."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{one['id']}: {one['help']}: {node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
            for one in found["violations"]
            for node in one["nodes"][:3]
        ]

    def shoot(self, name: str) -> None:
        """Keep what is seen, the whole page long, at every size."""
        for view, (width, height) in VIEWS.items():
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.evaluate("() => scrollTo({top: 0, behavior: 'instant'})")
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            high = min(self.page.evaluate("() => document.documentElement.scrollHeight"), LONGEST_SHOT)
            clip = {"x": 0, "y": 0, "width": width, "height": max(high, height)}
            self.page.screenshot(path=SCREENSHOTS / f"{name}-{view}.png", full_page=True, clip=clip)

    def overflows(self) -> int:
        """CSS pixels by which the page is wider than the window: a reader would have to scroll sideways."""
        wide = self.page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return int(wide)

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console {message.type}: {message.text} {message.location.get('url', '')}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.home + "/", "data:", "blob:", "about:")):
            self.faults.append(f"request to elsewhere: {request.url}")

    def _finished(self, request: Any) -> None:
        self.answered.append(request)

    def _response(self, response: Any) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status}: {response.url}")

    def _dialog(self, dialog: Any) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()


@dataclass(frozen=True)
class Site:
    """The service the browser looks at, with the sample lists filed.

    `secrets` maps a role to the secret of a session, `ids` names a record or pair for each kind of place.
    """

    url: str
    app: FastAPI
    parts: Parts
    secrets: Mapping[str, str]
    ids: Mapping[str, str]

    def address(self, path: str) -> str:
        """A path with its places filled in. KeyError for one that nothing here fits."""
        return path.format_map(self.ids)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, light_data: Path) -> Iterator[Site]:
    """One server for all tests here, on a thread of its own."""
    home = tmp_path_factory.mktemp("browser")
    parts = open_parts(Settings.from_env({"SCENEMATCH_HOME": str(home), "SCENEMATCH_DATA": str(light_data)}))
    reports, errors = import_files(parts.store, sorted((ROOT / "data" / "samples").glob("*.xlsx")))
    assert not errors, errors
    assert reports
    app = create_app(parts)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, lifespan="on", ws="none", log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="site", daemon=True)
        thread.start()
        until = time.monotonic() + START_S
        while not server.started:
            assert thread.is_alive(), "the server stopped"
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.02)
        secrets = {role: _log_in(parts, role) for role in ACCOUNT_ROLES}
        ids = _hand_to_member(parts)
        with parts.store.writing(Actor("staff-account", "staff")) as writer:
            ids["engagement"] = FollowUpWriter(writer).shortlist(ids["demand"], ids["solution"]).number
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        ids["import"] = _read_in(parts)
        yield Site(url, app, parts, secrets, ids)
        server.should_exit = True
        thread.join(START_S)


def _hand_to_member(parts: Parts) -> dict[str, str]:
    """The first record of each kind, from now on the member's own, so that there is one that every role may see."""
    ids = {}
    with parts.store.writing(Actor("staff-account", "staff")) as writer:
        for kind in Kind:
            record = parts.store.get(kind, parts.store.page(kind, limit=1).items[0].id)
            owned = (
                replace(record, organization=MEMBER) if isinstance(record, Demand) else replace(record, vendor=MEMBER)
            )
            writer.put(owned)
            ids[kind.value] = record.id
    return ids


def _read_in(parts: Parts) -> str:
    """An import of the dirty sample list, read and waiting to be filed."""
    file = next(iter(sorted((ROOT / "data" / "samples" / "dirty").glob("需求*.xlsx"))))
    made = parts.intake.receive(file.name, file.read_bytes(), None, SYSTEM)
    return parts.intake.read(made.id, SYSTEM).id


def _log_in(parts: Parts, role: Role) -> str:
    """A session of a new account with this role; its password is nobody's."""
    now, names = utc_now(), {"viewer": "周查看", "staff": "李经理", "admin": "陈管理", "member": "会员单位"}
    parts.store.accounts.create(
        f"{role}-account", names[role], role, "no hash", now=now, organization=MEMBER, must_change=False
    )
    return parts.store.sessions.open(f"{role}-account", now=now, source="127.0.0.1", agent="Chromium")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser; tests are skipped, visibly, where there is none."""
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    names = [name for name in (os.environ.get("CHROMIUM"), *BROWSERS) if name]
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium on this machine (apt install chromium fonts-noto-cjk)")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


OpenTab = Callable[..., Tab]


@pytest.fixture(scope="session")
def kept_tab(chromium: Any, site: Site) -> Iterator[OpenTab]:
    """kept_tab("staff"): one tab a role for all tests that only look, so that common files are loaded once."""
    tabs: dict[str, Tab] = {}

    def get(role: str) -> Tab:
        if role not in tabs:
            tabs[role] = _tab(chromium, site, role, {})
            tabs[role].open("/docs")
        tabs[role].faults.clear()
        return tabs[role]

    yield get
    for tab in tabs.values():
        tab.page.context.close()


def _tab(chromium: Any, site: Site, role: str, options: dict[str, Any]) -> Tab:
    width, height = VIEWS["desktop"]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai", **options
    )
    if role in site.secrets:
        context.add_cookies([{"name": "scenematch", "value": site.secrets[role], "url": site.url}])
    return Tab.watch(context.new_page(), site.url)


@pytest.fixture(scope="session")
def open_tab() -> Callable[[Any, Site, str, dict[str, Any]], Tab]:
    """Opens one tab; whoever asks closes its context."""
    return _tab


@pytest.fixture
def tab(chromium: Any, site: Site) -> Iterator[OpenTab]:
    """Opens tabs in contexts of their own, all closed at the end: tab("staff"), tab("nobody"), tab().

    More options are those of a browser context.
    """
    tabs = []

    def make(role: str = "nobody", **options: Any) -> Tab:
        tabs.append(_tab(chromium, site, role, options))
        return tabs[-1]

    yield make
    for each in tabs:
        each.page.context.close()
