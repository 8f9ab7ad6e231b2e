"""The database: records, API keys, audit. The truth from which every index is derived."""

from matcher.store.keys import Keys
from matcher.store.snapshot import Snapshot
from matcher.store.sqlite import sqlite_version_note
from matcher.store.store import Store
from matcher.store.values import (
    ROLE_NAMES,
    ROLES,
    SYSTEM,
    Actor,
    AuditLine,
    Change,
    Changes,
    KeyInfo,
    Page,
    Role,
    Saved,
    utc_now,
)
from matcher.store.writer import Writer

__all__ = [
    "ROLES",
    "ROLE_NAMES",
    "SYSTEM",
    "Actor",
    "AuditLine",
    "Change",
    "Changes",
    "KeyInfo",
    "Keys",
    "Page",
    "Role",
    "Saved",
    "Snapshot",
    "Store",
    "Writer",
    "sqlite_version_note",
    "utc_now",
]
