"""What the store hands out besides records. All frozen; none holds a connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal

from matcher.model import Record

Change = Literal["created", "updated", "unchanged"]
"""What one `put` did."""

Role = Literal["viewer", "staff", "admin"]

ROLES: tuple[Role, ...] = ("viewer", "staff", "admin")
"""The roles a key may have, weakest first."""

ROLE_NAMES: Mapping[str, str] = MappingProxyType({"viewer": "只读", "staff": "工作人员", "admin": "管理员"})


def utc_now() -> datetime:
    """The present in UTC; the default clock of the store, an argument in tests."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, for the audit table: the prefix of an API key, or "console" for a command."""

    name: str
    role: str = ""


SYSTEM = Actor("system", "system")
"""The actor of a change that names nobody."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What one `put_many` did. `ids` holds one id per record, in the order given, new numbers included."""

    ids: tuple[str, ...]
    created: int
    updated: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything changed after one revision, up to and including `revision`. A row is in one of the two, once.

    `upserts` are in id order and carry no contact; `removed` are ids, sorted.
    """

    revision: int
    upserts: tuple[Record, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a filtered list, in id order, and how many records the filters leave altogether."""

    items: tuple[Record, ...]
    total: int


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """An API key without its secret. `prefix` names it in lists, in the audit table and when revoking."""

    prefix: str
    role: Role
    label: str
    created_at: datetime
    expires_at: datetime
    revoked: bool = False
    last_used: datetime | None = None

    @property
    def actor(self) -> Actor:
        """The key as the doer of a change."""
        return Actor(self.prefix, self.role)


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of the append-only audit table. `seq` follows the order of commits."""

    seq: int
    at: datetime
    actor: str
    role: str
    action: str
    object: str
    result: str
    detail: str
