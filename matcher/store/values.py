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

Role = Literal["viewer", "staff", "admin", "member"]

ROLES: tuple[Role, ...] = ("viewer", "staff", "admin")
"""The roles a key may have, weakest first."""

ACCOUNT_ROLES: tuple[Role, ...] = (*ROLES, "member")
"""The roles a person may have. A member belongs to an organisation and sees only what that one filed."""

ROLE_NAMES: Mapping[str, str] = MappingProxyType(
    {"viewer": "查看", "staff": "场景经理", "admin": "管理员", "member": "会员单位"}
)


def utc_now() -> datetime:
    """The present in UTC; the default clock of the store, an argument in tests."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, for the audit table: a person's login, the prefix of an API key, or "console" for a command.

    `source` is the network address it came from.
    """

    name: str
    role: str = ""
    source: str = ""


SYSTEM = Actor("system", "system")
"""The actor of a change that names nobody."""

CONSOLE = Actor("console", "console")
"""The actor of a change made by a command."""


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
    """One line of the append-only audit table. `seq` follows the order of commits; the hashes are those of chain.py."""

    seq: int
    at: datetime
    actor: str
    role: str
    action: str
    object: str
    result: str
    detail: str
    source: str = ""
    reason: str = ""
    prev_hash: str = ""
    hash: str = ""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which lines of the audit are wanted; what is empty does not filter.

    `actor` must be equal, `action` may be the part before the dot, `object` must hold the text; `since` ≤ time <
    `until`.
    """

    actor: str = ""
    action: str = ""
    object: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A person who logs in, without the password. `organization` is a member's, "" for everybody else."""

    login: str
    name: str
    role: Role
    organization: str
    password_at: datetime
    must_change: bool
    disabled: bool
    created_at: datetime
    last_login: datetime | None

    def actor(self, source: str = "") -> Actor:
        """The person as the doer of a change, from this address."""
        return Actor(self.login, self.role, source)


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is logged in. `id` names it in lists and is not what the browser holds."""

    id: str
    account: Account
    created_at: datetime
    seen_at: datetime
    source: str
    agent: str
