"""The index over HTTP, rebuilding beside the requests, health and figures."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from api.rebuild import Job, Rebuild, environment
from api.schemas.service import Health, IndexOut, RebuildOut
from matcher.errors import Conflict
from matcher.settings import Settings


def waited(rebuild: Rebuild, seconds: float = 20) -> Job:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job = rebuild.last()
        if job is not None and job.state != "running":
            return job
        time.sleep(0.02)
    raise AssertionError("the job did not end")


@pytest.fixture
def rebuilding(request: pytest.FixtureRequest) -> Any:
    """A Rebuild that runs a line of Python instead of a build."""
    made: list[Rebuild] = []

    def make(code: str, done: Callable[[], object] = lambda: None) -> Rebuild:
        made.append(Rebuild({}, done, command=(sys.executable, "-c", code)))
        return made[-1]

    yield make
    for rebuild in made:
        rebuild.close()


def test_a_build_that_succeeds_is_picked_up_before_its_job_says_so(rebuilding: Any) -> None:
    states: list[str] = []
    rebuild = rebuilding('print(\'{"generation": "gen-7"}\')', lambda: states.append(rebuild.last().state))
    assert rebuild.last() is None
    assert rebuild.start().state == "running"
    job = waited(rebuild)
    assert (job.state, job.report, job.message) == ("succeeded", {"generation": "gen-7"}, "")
    assert states == ["running"]
    assert job.finished_at >= job.started_at


def test_a_build_that_fails_says_why(rebuilding: Any) -> None:
    code = "import json,sys; print(json.dumps({'error': {'code': 'x', 'message': '索引正被占用'}})); sys.exit(1)"
    rebuild = rebuilding(code, lambda: pytest.fail("nothing to pick up"))
    rebuild.start()
    job = waited(rebuild)
    assert (job.state, job.message, job.report) == ("failed", "索引正被占用", None)


@pytest.mark.parametrize("code", ["import os; os._exit(3)", "print('[1]'); raise SystemExit(1)", "raise ValueError"])
def test_a_build_that_dies_says_what_to_do(rebuilding: Any, code: str) -> None:
    rebuild = rebuilding(code)
    rebuild.start()
    assert "scenematch doctor" in waited(rebuild).message


def test_one_build_at_a_time_and_the_next_afterwards(rebuilding: Any) -> None:
    rebuild = rebuilding("import sys; sys.stdin.read(); import time; time.sleep(0.4); print('{}')")
    first = rebuild.start()
    with pytest.raises(Conflict, match="正在重建"):
        rebuild.start()
    waited(rebuild)
    assert rebuild.start().id != first.id


def test_stopping_ends_a_running_build(rebuilding: Any) -> None:
    rebuild = rebuilding("import time; time.sleep(60)")
    rebuild.start()
    begun = time.monotonic()
    rebuild.close()
    assert time.monotonic() - begun < 5
    assert waited(rebuild).state == "failed"


def test_the_child_gets_the_same_settings(settings: Settings) -> None:
    assert Settings.from_env(environment(settings, {})) == settings


def test_rebuilding_over_http(make_service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    service = make_service()
    code = 'import time; time.sleep(0.5); print(\'{"generation": "gen-1"}\')'
    monkeypatch.setattr(service.parts.rebuild, "_command", (sys.executable, "-c", code))
    answer = service.call("POST", "/api/v1/index/rebuild", "staff")
    RebuildOut.model_validate(answer.json())
    assert (answer.status_code, answer.json()["job"]["state"]) == (202, "running")
    assert service.parts.store.audit_lines(limit=1)[0].action == "index.rebuild"
    again = service.call("POST", "/api/v1/index/rebuild", "staff")
    assert (again.status_code, again.json()["error"]["details"]["job"]) == (409, answer.json()["job"]["id"])
    assert service.call("POST", "/api/v1/match", json={"description": "焊点检测"}).status_code == 200
    waited(service.parts.rebuild)
    state = service.call("GET", "/api/v1/index", "viewer").json()
    IndexOut.model_validate(state)
    assert (state["job"]["state"], state["job"]["report"]) == ("succeeded", {"generation": "gen-1"})


def test_the_index_says_what_is_searched(service: Any) -> None:
    state = service.call("GET", "/api/v1/index", "viewer").json()
    assert state["counts"] == {"demand": 3, "solution": 4}
    assert (state["generation"], state["covered_revision"], state["changed_since"]) == (None, 0, 7)
    assert state["revision"] == service.parts.store.revision()
    assert state["encoder"]
    assert state["weights"]


def test_health(service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert service.client.get("/livez").json() == {"status": "ok", "checks": {}}
    answer = service.client.get("/readyz")
    Health.model_validate(answer.json())
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "ok"
    assert "scenematch build" in answer.json()["checks"]["index"]
    state = replace(service.parts.search.describe(), generation="gen-000001")
    monkeypatch.setattr(service.parts.search, "describe", lambda: state)
    for path in ("/readyz", "/healthz"):
        answer = service.client.get(path)
        assert (answer.status_code, answer.json()) == (
            200,
            {"status": "ok", "checks": {"database": "ok", "index": "ok"}},
        )


def figures(service: Any) -> dict[str, float]:
    text = service.call("GET", "/metrics", "viewer").text
    return {
        name: float(value) for name, _, value in (line.rpartition(" ") for line in text.splitlines() if line[0] != "#")
    }


def test_figures_count_what_happened(make_service: Any) -> None:
    service = make_service()
    assert service.call("GET", "/metrics", None).status_code == 401
    before = figures(service)
    for text in ("焊点虚焊自动检测", "寻找失传的昆曲手抄乐谱"):
        service.call("POST", "/api/v1/match", json={"description": text})
    service.call("GET", "/api/v1/demands/D1", "viewer")
    service.call("GET", "/api/v1/demands/D2", "viewer")
    service.call("GET", "/wp-login.php", None)
    after = figures(service)

    def grown(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert grown('scenematch_requests_total{method="POST",route="/api/v1/match",status="200"}') == 2
    assert grown('scenematch_requests_total{method="GET",route="/api/v1/demands/{id}",status="200"}') == 2
    assert grown('scenematch_requests_total{method="GET",route="(none)",status="404"}') == 1
    assert grown('scenematch_request_seconds_count{route="/api/v1/match"}') == 2
    assert grown('scenematch_matches_total{of="solution"}') == 2
    assert grown("scenematch_matches_without_suitable_total") >= 1
    assert (
        after["scenematch_store_revision"] == after["scenematch_index_revision_lag"] == service.parts.store.revision()
    )
    assert after["scenematch_index_changed_records"] == 7
    assert after['scenematch_records{kind="solution"}'] == 4
    assert not any("D1" in name or "焊" in name for name in after)


def test_a_search_without_a_shared_term_is_counted(make_service: Any) -> None:
    service = make_service()
    service.call("POST", "/api/v1/match", json={"description": "qqqqzzzz"})
    assert figures(service)["scenematch_matches_without_shared_terms_total"] == 1
    service.call("POST", "/api/v1/match", json={"description": "焊点检测"})
    assert figures(service)["scenematch_matches_without_shared_terms_total"] == 1


def test_an_index_server_that_cannot_be_used_is_told_and_no_reason_for_503(
    service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = replace(service.parts.search.describe(), generation="gen-000001")
    for server, says, up in ((None, None, 1), ("", "ok", 1), ("向量服务器不能用", "向量服务器不能用", 0)):
        told = replace(state, server=server)
        monkeypatch.setattr(service.parts.search, "describe", lambda told=told: told)
        answer = service.client.get("/readyz")
        Health.model_validate(answer.json())
        assert (answer.status_code, answer.json()["status"]) == (200, "ok")
        assert answer.json()["checks"].get("index_server") == says
        assert service.call("GET", "/api/v1/index", "viewer").json()["index_server"] == server
        assert figures(service)["scenematch_index_server_up"] == up
