"""A database as the store needs it, and the choice between the two by URL."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from matcher.errors import InvalidInput
from matcher.store.postgres import PostgresDatabase
from matcher.store.sqlite import WAIT_S, SqliteDatabase, sqlite_path


class Database(Protocol):
    """Transactions and nothing else. Everything raises Unavailable, in Chinese, when the database fails."""

    @property
    def writable(self) -> bool: ...

    @property
    def alone(self) -> bool:
        """Whether nobody but this object can write while it is open."""
        ...

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection on which every query of the block sees the same state."""
        ...

    def writing(self, wait_s: float = WAIT_S) -> AbstractContextManager[Connection]:
        """A connection whose changes are durable when the block has ended, and gone when it raised.

        One writer at a time: a second one waits `wait_s` seconds, then Unavailable.
        """
        ...

    def check(self) -> tuple[str, ...]:
        """Damage found, as Chinese sentences."""
        ...

    def close(self) -> None: ...


def open_database(url: str, *, write: bool, clock: Callable[[], datetime]) -> Database:
    """The database at this URL, its schema brought up to date when `write`. InvalidInput for an unknown scheme."""
    scheme = url.partition("://")[0]
    if scheme == "sqlite":
        return SqliteDatabase(sqlite_path(url), write=write, clock=clock)
    if scheme == "postgresql+psycopg":
        return PostgresDatabase(url, write=write, clock=clock)
    raise InvalidInput(
        f"不认识的数据库类型“{scheme}”；可用的有 sqlite:///文件 和 postgresql+psycopg://用户:密码@主机/库名。"
    )
