"""The service answers to its own names only."""

from __future__ import annotations

from typing import Any

import pytest

from api.hosts import allowed, named


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost", "localhost"),
        ("Match.Example.org:8765", "match.example.org"),
        ("127.0.0.1:80", "127.0.0.1"),
        ("[::1]:8765", "::1"),
        ("[::1]", "::1"),
        ("localhost:evil", "localhost:evil"),
        ("", ""),
    ],
)
def test_the_name_of_a_host(header: str, name: str) -> None:
    assert named({"headers": [(b"host", header.encode())]}) == name
    assert named({"headers": []}) == ""


def test_whom_it_answers_to(service: Any) -> None:
    for host in ("localhost", "127.0.0.1:8765", "[::1]:1"):
        assert service.client.get("/livez", headers={"Host": host}).status_code == 200
    refused = service.client.get("/livez", headers={"Host": "evil.example.org"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (421, "unknown_host")
    assert "SCENEMATCH_HOSTS" in refused.json()["error"]["message"]


def test_listed_names_and_the_address_listened_on() -> None:
    assert {"match.example.org", "10.0.0.5", "localhost"} <= allowed("Match.Example.org, a.b,", "10.0.0.5")
    assert "" not in allowed("", "127.0.0.1")
    assert "*" in allowed("*", "0.0.0.0")
