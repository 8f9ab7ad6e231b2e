"""API keys: `prefix.secret`, 256 random bits, only the SHA-256 of the secret stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update

from matcher.errors import InvalidInput, NotFound, Unauthorized, Unavailable
from matcher.store.codec import checked, storable
from matcher.store.database import Database
from matcher.store.schema import api_keys
from matcher.store.values import ROLES, SYSTEM, Actor, KeyInfo, Role
from matcher.store.writer import Writer

LONGEST_DAYS = 3650
SEEN_EVERY = timedelta(hours=1)
"""`last_used` is right to the hour: a request that only reads should not cost a commit."""

INVALID = "访问密钥无效；请检查是否完整复制，或请管理员重新创建。"


class Keys:
    """Create, verify, list and revoke keys. `now` is an aware datetime."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self, role: Role, days: int, *, now: datetime, label: str = "", actor: Actor = SYSTEM
    ) -> tuple[KeyInfo, str]:
        """A new key and its full text, which is shown this once and never stored. InvalidInput for role or days."""
        if role not in ROLES:
            raise InvalidInput(f"没有“{role}”这个角色；可用的有 {'、'.join(ROLES)}。")
        if not 1 <= days <= LONGEST_DAYS:
            raise InvalidInput(f"有效天数应在 1 到 {LONGEST_DAYS} 之间。")
        prefix, secret = f"sm{secrets.token_hex(5)}", secrets.token_urlsafe(32)
        info = KeyInfo(prefix, role, checked(label), created_at=now, expires_at=now + timedelta(days=days))
        row = {"prefix": prefix, "secret_hash": _hash(secret), "role": role, "label": label, "revoked": False}
        with self._database.writing() as connection:
            connection.execute(insert(api_keys).values(created_at=now, expires_at=info.expires_at, **row))
            Writer(connection, now, actor).audit("key.create", f"key:{prefix}", detail=f"role={role} days={days}")
        return info, f"{prefix}.{secret}"

    def verify(self, token: str, now: datetime) -> KeyInfo:
        """The key behind a token. Unauthorized when malformed, unknown, wrong, revoked or expired."""
        if not storable(token):
            raise Unauthorized(INVALID)
        prefix, _, secret = token.partition(".")
        with self._database.reading() as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.prefix == prefix)).one_or_none()
        # An unknown key takes the same comparison, so timing does not tell which prefixes exist.
        right = hmac.compare_digest(_hash(secret), row.secret_hash if row else _hash(""))
        if row is None or not right:
            raise Unauthorized(INVALID)
        info = _info(row)
        if info.revoked:
            raise Unauthorized("这个访问密钥已被停用；请管理员重新创建。", prefix=prefix)
        if now >= info.expires_at:
            raise Unauthorized(f"这个访问密钥已于 {info.expires_at:%Y-%m-%d} 过期；请管理员重新创建。", prefix=prefix)
        self._seen(info, now)
        return info

    def list(self) -> tuple[KeyInfo, ...]:
        """All keys, revoked and expired ones included, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(api_keys).order_by(api_keys.c.created_at, api_keys.c.prefix)).all()
        return tuple(_info(row) for row in rows)

    def revoke(self, prefix: str, *, now: datetime, actor: Actor = SYSTEM) -> KeyInfo:
        """Switch a key off for good. NotFound for an unknown prefix; revoking twice is harmless."""
        with self._database.writing() as connection:
            connection.execute(update(api_keys).where(api_keys.c.prefix == checked(prefix)).values(revoked=True))
            row = connection.execute(select(api_keys).where(api_keys.c.prefix == prefix)).one_or_none()
            if row is None:
                raise NotFound(f"没有以“{prefix[:40]}”开头的访问密钥。", prefix=prefix)
            Writer(connection, now, actor).audit("key.revoke", f"key:{prefix}")
        return _info(row)

    def _seen(self, info: KeyInfo, now: datetime) -> None:
        if not self._database.writable or (info.last_used and now - info.last_used < SEEN_EVERY):
            return
        # A request must not wait for a long import, nor fail, because of a date for the list of keys.
        with suppress(Unavailable), self._database.writing(wait_s=0) as connection:
            connection.execute(update(api_keys).where(api_keys.c.prefix == info.prefix).values(last_used=now))


def _hash(secret: str) -> str:
    # 256 random bits cannot be guessed, so no slow password hash is needed (OWASP ASVS 5, 6.5.2).
    return hashlib.sha256(secret.encode()).hexdigest()


def _info(row: Row[Any]) -> KeyInfo:
    return KeyInfo(**{name: value for name, value in row._mapping.items() if name != "secret_hash"})
