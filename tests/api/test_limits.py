"""Limits hold by what arrives, whatever the client claims."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from api.errors import SlowRequest
from api.limits import JSON_BYTES, UPLOAD_BYTES, Limits
from api.strictjson import MOST_FILES
from api.traffic import Traffic
from matcher.errors import TooLarge


def test_a_body_over_two_megabytes_is_refused(service: Any) -> None:
    answer = service.call(
        "POST", "/api/v1/match", content=b"x" * (JSON_BYTES + 1), headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert "2 MB" in answer.json()["error"]["message"]


def test_a_body_without_a_length_is_counted(service: Any) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(JSON_BYTES // 65536 + 2):
            yield b" " * 65536

    answer = service.call("POST", "/api/v1/match", content=chunks(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def test_an_upload_has_its_own_limit(service: Any) -> None:
    small = service.call("POST", "/api/v1/imports", files={"file": ("a.exe", b"x" * (JSON_BYTES * 2))})
    assert small.status_code == 422
    large = service.call("POST", "/api/v1/imports", files={"file": ("a.csv", b"x" * (UPLOAD_BYTES + 1))})
    assert (large.status_code, large.json()["error"]["details"]) == (413, {"limit_bytes": UPLOAD_BYTES})
    huge = service.call("POST", "/api/v1/imports", files={"file": ("a.csv", b"x" * (UPLOAD_BYTES + 200_000))})
    assert huge.status_code == 413


def test_a_form_with_many_parts_is_refused(service: Any) -> None:
    files = [("file", (f"{n}.csv", b"x")) for n in range(MOST_FILES + 1)]
    assert service.call("POST", "/api/v1/imports", files=files).status_code == 400


async def _read_all(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass


def _scope(path: str = "/api/v1/match") -> Scope:
    return {"type": "http", "path": path, "headers": [], "request_id": "r"}


def _run(app: Any, receive: Callable[[], Any], scope: Scope | None = None) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def main() -> None:
        await app(scope or _scope(), receive, send)

    asyncio.run(main())
    return sent


def test_a_slow_body_is_given_up() -> None:
    async def never() -> Message:
        await asyncio.sleep(5)
        return {"type": "http.request"}

    with pytest.raises(SlowRequest, match=r"0\.05 秒"):
        _run(Limits(_read_all, Traffic(), body_s=0.05), never)


def test_waiting_for_a_disconnect_has_no_deadline() -> None:
    messages = iter([{"type": "http.request", "body": b"{}", "more_body": False}])

    async def receive() -> Message:
        for message in messages:
            return message
        await asyncio.sleep(0.1)
        return {"type": "http.disconnect"}

    async def handler(scope: Scope, receive: Receive, send: Send) -> None:
        assert (await receive())["body"] == b"{}"
        assert (await receive())["type"] == "http.disconnect"

    _run(Limits(handler, Traffic(), body_s=0.05), receive)


def test_many_small_pieces_add_up() -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": b"x" * 1024, "more_body": True}

    with pytest.raises(TooLarge):
        _run(Limits(_read_all, Traffic()), receive)


def test_one_request_too_many_is_refused_at_once() -> None:
    inner: list[list[Message]] = []

    async def handler(scope: Scope, receive: Receive, send: Send) -> None:
        got: list[Message] = []

        async def keep(message: Message) -> None:
            got.append(message)

        await limits(_scope(), receive, keep)
        inner.append(got)

    limits = Limits(handler, Traffic(), at_once=1)

    async def receive() -> Message:
        return {"type": "http.request"}

    _run(limits, receive)
    start = inner[0][0]
    assert start["status"] == 429
    assert (b"retry-after", b"1") in start["headers"]
    assert _run(limits, receive) == []  # the place was given back


def test_health_and_files_are_not_limited() -> None:
    async def handler(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "reached"})

    async def receive() -> Message:
        return {"type": "http.request"}

    assert _run(Limits(handler, Traffic(), at_once=0), receive, _scope("/livez")) == [{"type": "reached"}]
