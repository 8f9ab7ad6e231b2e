"""Strict JSON: what Python's reader lets through and a database or a browser does not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.errors import BadJson
from api.strictjson import DEEPEST, parse

BAD = {
    "NaN": b'{"description": NaN}',
    "Infinity": b'{"description": "x", "filters": {"budget_within": Infinity}}',
    "-Infinity": b'{"description": "x", "filters": {"budget_within": -Infinity}}',
    "too large": b'{"description": "x", "filters": {"budget_within": 1e999}}',
    "half surrogate": b'{"description": "\\ud800"}',
    "other half": b'{"description": "x\\udfff"}',
    "surrogate in a key": b'{"\\ud800": "x"}',
    "NUL": b'{"description": "a\\u0000b"}',
    "NUL in a key": b'{"a\\u0000": "b"}',
    "key twice": b'{"description": "a", "description": "b"}',
    "key twice inside": b'{"description": "a", "filters": {"exclude": [], "exclude": []}}',
    "not UTF-8": b'{"description": "\xff"}',
    "GB18030": '{"description": "中文"}'.encode("gb18030"),
    "cut off": b'{"description": "x"',
    "trailing": b'{"description": "x"} {}',
    "deep": b"[" * 100_000,
    "nested": b'{"description": ' + b"[" * 40 + b"]" * 40 + b"}",
    "long integer": b'{"top_k": ' + b"9" * 5000 + b"}",
    "single quotes": b"{'description': 'x'}",
}


@pytest.mark.parametrize("name", BAD)
def test_traps_are_refused(service: Any, name: str) -> None:
    answer = service.call("POST", "/api/v1/match", content=BAD[name], headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["code"] == "invalid_json"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_other_content_types_are_refused(service: Any, content_type: str) -> None:
    body = json.dumps({"description": "x"}).encode()
    answer = service.call("POST", "/api/v1/match", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 422


def test_pairs_of_surrogates_are_letters() -> None:
    assert parse(b'"\\ud83d\\ude00"') == "\U0001f600"


_TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(_VALUES)
def test_plain_json_is_read_as_it_is(value: Any) -> None:
    assert parse(json.dumps(value).encode()) == value
    assert parse(json.dumps(value, ensure_ascii=False).encode()) == value


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        parse(raw)
    except BadJson:
        return
    json.loads(raw.decode())


def test_depth_has_a_limit() -> None:
    assert parse(b"[" * DEEPEST + b"]" * DEEPEST) is not None
    with pytest.raises(BadJson):
        parse(b"[" * (DEEPEST + 2) + b"]" * (DEEPEST + 2))
