"""The same request sent twice takes effect once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from matcher.model import Kind

NEW = {"title": "冷库门口叉车防撞", "description": "叉车进出冷库看不见人，希望自动预警。"}


@pytest.fixture
def fresh(make_service: Any) -> Any:
    return make_service()


def post(service: Any, body: Any, key: str | None = "k-1", role: str = "staff", path: str = "/api/v1/demands") -> Any:
    return service.call("POST", path, role, json=body, headers={"Idempotency-Key": key} if key else {})


def test_the_second_copy_is_answered_like_the_first(fresh: Any) -> None:
    before = fresh.parts.store.count(Kind.DEMAND)
    first, second = post(fresh, NEW), post(fresh, dict(reversed(NEW.items())))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second.headers["location"] == first.headers["location"]
    assert ("idempotency-replayed" in first.headers, second.headers["idempotency-replayed"]) == (False, "true")
    assert fresh.parts.store.count(Kind.DEMAND) == before + 1


def test_without_a_key_two_copies_are_two_records(fresh: Any) -> None:
    assert post(fresh, NEW, None).json()["demand"]["id"] != post(fresh, NEW, None).json()["demand"]["id"]


def test_another_body_under_the_same_key_is_refused(fresh: Any) -> None:
    post(fresh, NEW)
    answer = post(fresh, {**NEW, "region": "深圳"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "idempotency_mismatch")
    other = post(fresh, {"title": NEW["title"], "description": NEW["description"]}, path="/api/v1/solutions")
    assert other.json()["error"]["code"] == "idempotency_mismatch"


def test_keys_belong_to_their_caller(fresh: Any) -> None:
    one, two = post(fresh, NEW, role="staff"), post(fresh, NEW, role="admin")
    assert one.json()["demand"]["id"] != two.json()["demand"]["id"]


def test_a_failed_request_is_not_remembered(fresh: Any) -> None:
    assert post(fresh, {**NEW, "id": "D1"}).status_code == 409
    assert post(fresh, {**NEW, "id": "D-neu"}).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 129, "a b", "钥匙".encode().decode("latin-1")])
def test_keys_are_plain(fresh: Any, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    assert fresh.call("POST", "/api/v1/demands", json=NEW, headers=headers).status_code == 422


def test_copies_at_the_same_moment_take_effect_once(fresh: Any) -> None:
    before = fresh.parts.store.count(Kind.DEMAND)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(fresh, NEW), range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert fresh.parts.store.count(Kind.DEMAND) == before + 1


def test_an_import_takes_effect_once(fresh: Any) -> None:
    csv = "方案名称,供应商,方案说明,联系电话\n甲方案,甲公司,说明文字,13900139000\n,,,\n".encode()

    def send(content: bytes = csv) -> Any:
        files = {"file": ("清单.csv", content)}
        return fresh.call("POST", "/api/v1/imports", files=files, headers={"Idempotency-Key": "i-1"})

    first, second = send(), send()
    assert (first.json()["created"], second.json()["created"]) == (1, 1)
    assert second.headers["idempotency-replayed"] == "true"
    assert send(csv + b"\n").json()["error"]["code"] == "idempotency_mismatch"
