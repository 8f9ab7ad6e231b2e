"""The database: records, API keys, audit. The truth from which every index is derived."""

from matcher.store.accounts import Accounts
from matcher.store.chain import Anchor, Verdict
from matcher.store.exports import Export, Exports, record_export
from matcher.store.keys import Keys
from matcher.store.sessions import Sessions
from matcher.store.snapshot import Snapshot
from matcher.store.sqlite import sqlite_version_note
from matcher.store.store import Store
from matcher.store.values import (
    ACCOUNT_ROLES,
    CONSOLE,
    ROLE_NAMES,
    ROLES,
    SYSTEM,
    Account,
    Actor,
    AuditFilter,
    AuditLine,
    Change,
    Changes,
    KeyInfo,
    Page,
    Role,
    Saved,
    Session,
    utc_now,
)
from matcher.store.writer import Writer

__all__ = [
    "ACCOUNT_ROLES",
    "CONSOLE",
    "ROLES",
    "ROLE_NAMES",
    "SYSTEM",
    "Account",
    "Accounts",
    "Actor",
    "Anchor",
    "AuditFilter",
    "AuditLine",
    "Change",
    "Changes",
    "Export",
    "Exports",
    "KeyInfo",
    "Keys",
    "Page",
    "Role",
    "Saved",
    "Session",
    "Sessions",
    "Snapshot",
    "Store",
    "Verdict",
    "Writer",
    "record_export",
    "sqlite_version_note",
    "utc_now",
]
