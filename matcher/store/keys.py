"""API keys: `prefix.secret`, 256 random bits, only the SHA-256 of the secret stored."""

from __future__ import annotations

from datetime import datetime

from matcher.store.database import Database
from matcher.store.values import SYSTEM, Actor, KeyInfo, Role


class Keys:
    """Create, verify, list and revoke keys. `now` is an aware datetime."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self, role: Role, days: int, *, now: datetime, label: str = "", actor: Actor = SYSTEM
    ) -> tuple[KeyInfo, str]:
        """A new key and its full text, which is shown this once and never stored. InvalidInput for role or days."""
        raise NotImplementedError

    def verify(self, token: str, now: datetime) -> KeyInfo:
        """The key behind a token. Unauthorized when malformed, unknown, wrong, revoked or expired."""
        raise NotImplementedError

    def list(self) -> tuple[KeyInfo, ...]:
        """All keys, revoked and expired ones included, oldest first."""
        raise NotImplementedError

    def revoke(self, prefix: str, *, now: datetime, actor: Actor = SYSTEM) -> KeyInfo:
        """Switch a key off for good. NotFound for an unknown prefix; revoking twice is harmless."""
        raise NotImplementedError
