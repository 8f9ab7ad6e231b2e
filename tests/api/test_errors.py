"""The error contract: one shape, one table, nothing of the machine in any answer."""

from __future__ import annotations

from typing import Any

import pytest

from api.errors import STATUS, status_of
from api.front import HEADERS
from api.schemas.service import ErrorOut
from matcher import errors


def family() -> list[type[errors.MatcherError]]:
    return [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.MatcherError)]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("InvalidInput", 422),
        ("UnreadableFile", 422),
        ("IdempotencyMismatch", 422),
        ("TooLarge", 413),
        ("NotFound", 404),
        ("Conflict", 409),
        ("Unauthorized", 401),
        ("Forbidden", 403),
        ("Unavailable", 503),
        ("StaleIndex", 503),
        ("BrokenGeneration", 503),
        ("RejectedGeneration", 409),
        ("UnsafeModel", 500),
    ],
)
def test_the_table(kind: str, status: int) -> None:
    assert status_of(getattr(errors, kind)("说明")) == status


def test_every_error_has_its_own_code_and_a_status() -> None:
    """But for one that says no more to a machine than its parent does."""
    codes = [kind.code for kind in family() if "code" in vars(kind)]
    assert len(codes) == len(set(codes)) == len(family()) - 1
    assert errors.MatcherError in STATUS


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", {}, 404, "not_found"),
        ("GET", "/api/v1/demands/", {}, 404, "not_found"),
        ("GET", "/static/../app.py", {}, 404, "not_found"),
        ("DELETE", "/api/v1/match", {}, 405, "method_not_allowed"),
        ("TRACE", "/livez", {}, 405, "method_not_allowed"),
        ("GET", "/api/v1/demands/D9", {}, 404, "not_found"),
        ("POST", "/api/v1/match", {"content": b"{"}, 422, "invalid_input"),
        ("POST", "/api/v1/match", {"json": {"top_k": 0}}, 422, "invalid_input"),
        ("POST", "/api/v1/match", {"json": {"description": "x", "surprise": 1}}, 422, "invalid_input"),
        ("POST", "/api/v1/imports", {"data": {"kind": "demand"}}, 422, "invalid_input"),
        ("GET", "/api/v1/demands?limit=1000", {}, 422, "invalid_input"),
    ],
)
def test_every_failure_has_the_one_shape(
    service: Any, method: str, path: str, options: dict[str, Any], status: int, code: str
) -> None:
    answer = service.call(method, path, headers={"X-Request-Id": "case-1"}, **options)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    error = ErrorOut.model_validate(answer.json()).error
    assert (error.code, error.request_id) == (code, "case-1")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in error.message)


def test_a_refused_method_names_those_allowed(service: Any) -> None:
    assert service.call("PUT", "/api/v1/demands").headers["allow"] == "GET, POST"
    assert service.call("OPTIONS", "/api/v1/demands/D1").headers["allow"] == "DELETE, GET, PATCH, PUT"


def test_validation_names_fields_and_repeats_no_value(service: Any) -> None:
    body = {"description": 5, "contact": {"phone": 13800138000}, "filters": {"budget_within": -1}}
    answer = service.call("POST", "/api/v1/match", json=body)
    fields = {each["field"]: each["message"] for each in answer.json()["error"]["details"]["fields"]}
    assert fields["demand.description"] == "应为文字"
    assert fields["demand.filters.budget_within"] == "数值太小"
    assert "13800138000" not in answer.text


def test_the_unexpected_is_answered_without_a_stack(
    service: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: object, **options: object) -> None:
        raise ValueError("SELECT secret FROM /srv/somewhere")

    monkeypatch.setattr(service.parts.search, "match", broken)
    answer = service.call("POST", "/api/v1/match", json={"description": "x"}, headers={"X-Request-Id": "r-9"})
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal_error"
    assert "SELECT" not in answer.text
    assert "Traceback" not in answer.text
    assert "r-9" in caplog.text
    assert "SELECT secret" in caplog.text
    for name in HEADERS:
        assert name in answer.headers


def test_trouble_of_the_database_says_when_to_come_back(service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*args: object, **options: object) -> None:
        raise errors.Unavailable("数据库正忙。")

    monkeypatch.setattr(service.parts.store, "page", busy)
    answer = service.call("GET", "/api/v1/demands")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["error"] == {
        "code": "unavailable",
        "message": "数据库正忙。",
        "details": {},
        "request_id": answer.headers["x-request-id"],
    }


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/static/docs.js", "/openapi.json", "/livez", "/api/v1/demands", "/nowhere"]
)
def test_every_answer_carries_the_security_headers(service: Any, path: str) -> None:
    answer = service.call("GET", path)
    for name, value in HEADERS.items():
        if name != "Cache-Control":
            assert answer.headers[name] == value
    assert "server" not in answer.headers
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    public = ("/docs", "/static/docs.js", "/openapi.json")
    assert answer.headers["cache-control"] == ("no-cache" if path in public else "no-store")


@pytest.mark.parametrize("given", ["a b", "x" * 65, "<script>", "", "编号"])
def test_a_strange_request_id_is_replaced(service: Any, given: str) -> None:
    answer = service.call("GET", "/livez", headers={"X-Request-Id": given.encode()})
    assert answer.headers["x-request-id"] != given
    assert len(answer.headers["x-request-id"]) == 32
