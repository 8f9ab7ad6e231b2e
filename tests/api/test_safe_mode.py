"""After three failed starts in a row the service comes up, only to be read, and says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import serve as serving
from api.safe import WHY
from api.serve import serve
from api.starts import MOST, Starts
from matcher.errors import BrokenGeneration, InUse
from matcher.model import Demand
from matcher.settings import Settings
from matcher.store import Store, utc_now


class Answering:
    """Takes the server's place: says that it answers, and keeps the app."""

    apps: list[Any]

    def __init__(self, config: Any, ready: Callable[[], None]) -> None:
        self.apps.append(config.app)
        self._ready = ready

    def run(self, sockets: object) -> None:
        self._ready()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The apps that came up."""
    Answering.apps = []
    monkeypatch.setattr(serving, "_Server", Answering)
    return Answering.apps


@pytest.fixture
def here(settings: Settings) -> Settings:
    """An installation with one demand."""
    with Store.open(settings.database_url, write=True) as store:
        store.put(Demand("D1", "巡检", description="夜里没人看"))
    return settings


def fails(error: Exception) -> Callable[[Settings], Any]:
    def open_parts(settings: Settings) -> Any:
        raise error

    return open_parts


def test_three_failures_and_then_safe(here: Settings, started: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(here.database_url, write=True) as store:
        token = store.keys.create("staff", 1, now=utc_now())[1]
    monkeypatch.setattr(serving, "open_parts", fails(BrokenGeneration("坏了")))
    for _ in range(MOST):
        with pytest.raises(BrokenGeneration):
            serve(here)
    assert started == []
    serve(here)
    key = {"Authorization": f"Bearer {token}"}
    with TestClient(started[0], base_url="http://localhost") as client:
        assert client.get("/livez").status_code == 200
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["checks"]) == (503, {"database": "ok", "index": WHY})
        assert [d["id"] for d in client.get("/api/v1/demands", headers=key).json()["items"]] == ["D1"]
        for method, path in (("POST", "/api/v1/match"), ("DELETE", "/api/v1/demands/D1")):
            refused = client.request(method, path, headers=key)
            assert (refused.status_code, refused.json()["error"]["code"]) == (503, "safe_mode")
        page = client.get("/", headers={"Accept": "text/html"})
        assert page.status_code == 503
        assert "安全模式" in page.text
    with pytest.raises(BrokenGeneration):  # the next start tries once more …
        serve(here)
    serve(here)  # … and one failure is enough
    assert len(started) == 2


def test_a_start_that_answers_clears_the_count(here: Settings, started: list[Any]) -> None:
    starts = Starts(here.home)
    for _ in range(MOST - 1):
        starts.begin()
    serve(here)
    assert starts.failed() == 0
    with TestClient(started[0], base_url="http://localhost") as client:
        assert "安全模式" not in client.get("/", headers={"Accept": "text/html"}).text


def test_a_database_in_use_is_no_failure(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "open_parts", fails(InUse("占用")))
    for _ in range(MOST + 1):
        with pytest.raises(InUse):
            serve(here)
    assert Starts(here.home).failed() == 0


def test_a_database_that_cannot_be_read(settings: Settings, started: list[Any]) -> None:
    settings.home.mkdir(parents=True, exist_ok=True)
    settings.home.joinpath("scenematch.db").write_bytes(b"no database at all" * 100)
    for _ in range(MOST):
        Starts(settings.home).begin()
    serve(settings)
    with TestClient(started[0], base_url="http://localhost") as client:
        assert client.get("/readyz").json()["checks"]["index"] == WHY
        listed = client.get("/api/v1/demands", headers={"Authorization": "Bearer sm_x.y"})
        assert (listed.status_code, listed.json()["error"]["code"]) == (503, "safe_mode")
