"""The Idempotency-Key header: the same request sent twice takes effect once and is answered the same."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import Header, Response

from api.caller import Caller
from matcher.store import Snapshot, Writer, utc_now

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="同一个值的重复请求只生效一次，24 小时内返回同样的结果；内容不同则拒绝。",
    ),
]

REPLAYED = {"Idempotency-Replayed": "true"}


@dataclass(frozen=True, slots=True)
class Once:
    """One request under its key. Without a key it does nothing.

    `recall` and `remember` are called with the writer of the effect's own transaction, so two copies of a request sent
    at the same moment cannot both take effect, and no effect is without its memory.
    """

    key: str | None
    caller: str
    body_hash: str

    @classmethod
    def of(cls, key: str | None, caller: Caller, operation: str, *body: Any) -> Once:
        """`operation` keeps two routes apart that are sent the same body; parts of the body are bytes or plain data."""
        digest = hashlib.sha256(operation.encode())
        for part in body:
            raw = part if isinstance(part, bytes) else orjson.dumps(part, option=orjson.OPT_SORT_KEYS)
            digest.update(len(raw).to_bytes(8, "big") + raw)
        return cls(key, caller.principal, digest.hexdigest())

    def recall(self, seen: Snapshot) -> Response | None:
        """The answer given before. IdempotencyMismatch when the key was used for another body."""
        if self.key is None:
            return None
        remembered = seen.recall(self.key, self.caller, self.body_hash, utc_now())
        if remembered is None:
            return None
        value = orjson.loads(remembered)
        return Response(value["body"], value["status"], {**value["headers"], **REPLAYED}, media_type="application/json")

    def remember(self, writer: Writer, response: Response, body: bytes | None = None) -> None:
        """Keep the answer, or `body` in its stead where the answer holds what must not be kept."""
        if self.key is None:
            return
        kept = {
            "status": response.status_code,
            "headers": {"Location": response.headers["location"]} if "location" in response.headers else {},
            "body": (bytes(response.body) if body is None else body).decode(),
        }
        writer.remember(self.key, self.caller, self.body_hash, orjson.dumps(kept).decode())
