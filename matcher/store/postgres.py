"""PostgreSQL, for several machines: the same tables and the same promises, with the server's own locks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, create_engine, select, text

from matcher.errors import InvalidInput, Unavailable
from matcher.store.faults import told
from matcher.store.migrations import migrate, require_current
from matcher.store.schema import revision
from matcher.store.sqlite import READ_ONLY, WAIT_S

_MIGRATION_LOCK = 7_265_001
"""Any number of our own: two services that start at once migrate one after the other."""


class PostgresDatabase:
    """One database on a server. Any number of processes may write."""

    def __init__(self, url: str, *, write: bool, clock: Callable[[], datetime]) -> None:
        """InvalidInput when the driver is not installed; Unavailable for no server or another schema."""
        try:
            self._engine = create_engine(url, pool_size=8, max_overflow=56, pool_pre_ping=True)
        except ModuleNotFoundError as missing:
            raise InvalidInput("使用 PostgreSQL 需要先安装驱动：pip install 'scenematch[postgres]'。") from missing
        self.writable, self.alone = write, False
        try:
            if write:
                with told(), self._engine.begin() as connection:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
                    migrate(connection, clock())
            with self.reading() as connection:
                require_current(connection)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection inside one read-only transaction that sees one state."""
        with told(), self._engine.connect() as connection:
            yield connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def writing(self, wait_s: float = WAIT_S) -> Iterator[Connection]:
        """A connection inside one transaction. Writers take turns, so revisions and audit follow the commits."""
        if not self.writable:
            raise Unavailable(READ_ONLY)
        with told(), self._engine.begin() as connection:
            # 0 would mean no limit at all.
            connection.execute(text(f"SET LOCAL lock_timeout = {max(1, round(wait_s * 1000))}"))
            connection.execute(select(revision.c.value).with_for_update())
            yield connection

    def check(self) -> tuple[str, ...]:
        """The server guards its own files; this only proves that it answers."""
        try:
            with self.reading() as connection:
                require_current(connection)
        except Unavailable as error:
            return (str(error),)
        return ()

    def close(self) -> None:
        self._engine.dispose()
