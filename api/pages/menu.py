"""The menu at the side: one table. A page adds its line here and its text to menu.toml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.auth import Permission, may
from api.caller import Caller
from matcher.store import Role


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: the name of its text in menu.toml, its address, who sees it, and its picture in web/icons."""

    text: str
    path: str
    permission: Permission
    icon: str


MENU: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "work",
        (
            Entry("desk", "/desk", "followup:read", "search"),
            Entry("followup", "/followup", "followup:read", "kanban"),
            Entry("batches", "/batches", "followup:read", "stack"),
            Entry("imports", "/imports", "imports:write", "upload"),
        ),
    ),
    (
        "records",
        (
            Entry("demands", "/demands", "records:read", "clipboard-check"),
            Entry("solutions", "/solutions", "records:read", "lightbulb"),
        ),
    ),
    (
        "figures",
        (
            Entry("alerts", "/alerts", "alerts:use", "bell"),
            Entry("reports", "/reports", "reports:read", "bar-chart-line"),
        ),
    ),
    ("knowledge", (Entry("words", "/words", "words:read", "journal-text"),)),
    (
        "manage",
        (
            Entry("accounts", "/accounts", "accounts:manage", "people"),
            Entry("audit", "/audit", "audit:read", "journal-text"),
            Entry("exports", "/exports", "audit:read", "download"),
            Entry("keys", "/keys", "keys:manage", "key"),
            Entry("system", "/system", "index:read", "speedometer2"),
        ),
    ),
)
"""Groups in the order shown; a group that holds nothing for a caller is not shown."""


def menu_for(caller: Caller | None) -> Sequence[tuple[str, Sequence[Entry]]]:
    """What this caller sees."""
    if caller is None:
        return ()
    groups = ((group, [entry for entry in entries if may(caller.role, entry.permission)]) for group, entries in MENU)
    return [(group, entries) for group, entries in groups if entries]


def start_of(role: Role) -> str:
    """The page that somebody with this role sees first."""
    return next((entry.path for _, entries in MENU for entry in entries if may(role, entry.permission)), "/profile")
