"""SQLite, held so that its known faults cannot happen: one writing connection, everything else read-only.

SQLite 3.7.0 to 3.51.2 can lose committed data in WAL mode when two connections write or checkpoint at the same moment
(sqlite.org/wal.html#walresetbug). So one process, known by a lock file, owns the only connection that writes and
checkpoints; all others are opened `mode=ro` and cannot do either.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock, get_ident
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool, QueuePool

from matcher.errors import InUse, InvalidInput, Unavailable
from matcher.store.faults import BROKEN, BUSY, CORRUPT, told
from matcher.store.filesystem import network_filesystem
from matcher.store.migrations import migrate, require_current

WAIT_S = 30.0
"""How long a writer waits for the writer before it, a large import at worst."""

_COMMON = ("foreign_keys=ON", "busy_timeout=5000", "trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0")
_READER = (*_COMMON, "query_only=ON")
_WRITER = (*_COMMON, "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "journal_size_limit=67108864")

IN_USE = (
    "数据库正被另一个程序写入{holder}，多半是服务正在运行。请通过网页或接口操作（例如导入），或先停止服务再运行本命令。"
)
READ_ONLY = "数据库是以只读方式打开的，不能写入。"


class SqliteDatabase:
    """One file. Opened for writing by at most one process at a time; readers are unlimited."""

    def __init__(self, path: Path, *, write: bool, clock: Callable[[], datetime]) -> None:
        """Unavailable: no file yet (reading), another writer, a network drive, a damaged file, another schema."""
        self._path = path
        self._turn, self._owner, self._broken = Lock(), 0, False
        self._lock: FileLock | None = None
        self._writer: Connection | None = None
        self._readers = _engine(path, "ro", _READER, "BEGIN")
        try:
            if write:
                self._open_writer(clock)
            elif not path.is_file():
                raise Unavailable(f"还没有数据库（{path.name}）；请先运行 scenematch import 导入，或启动一次服务。")
            with self.reading() as connection:
                require_current(connection)
        except BaseException:
            self.close()
            raise

    @property
    def writable(self) -> bool:
        return self._writer is not None

    @property
    def alone(self) -> bool:
        return self._writer is not None  # the writer lock is held

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection inside one read transaction."""
        with told(), self._readers.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, wait_s: float = WAIT_S) -> Iterator[Connection]:
        """The writing connection inside BEGIN IMMEDIATE; committed when the block ends, rolled back when it raises."""
        if self._writer is None:
            raise Unavailable(READ_ONLY)
        if self._owner == get_ident():
            raise RuntimeError("a write inside a write of the same thread: use the writer of the outer block")
        if not self._turn.acquire(timeout=wait_s):
            raise Unavailable(BUSY)
        self._owner = get_ident()
        try:
            if self._broken:
                raise Unavailable(BROKEN)
            with told(), self._writer.begin():
                yield self._writer
        except Unavailable as error:
            # After a failed fsync the file's state is unknown and a second try may succeed wrongly: no more writes.
            self._broken = self._broken or str(error.details.get("fault", "")).startswith("SQLITE_IOERR")
            raise
        finally:
            self._owner = 0
            self._turn.release()

    def check(self) -> tuple[str, ...]:
        """SQLite's own full check, as Chinese sentences; () when sound."""
        try:
            with self.reading() as connection:
                found = connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars().all()
        except Unavailable as error:
            return (str(error),)
        return () if found == ["ok"] else tuple(f"{CORRUPT}（{line}）" for line in found)

    def close(self) -> None:
        self._readers.dispose()
        if self._writer is not None:
            self._writer.close()  # the last connection to go: SQLite checkpoints and removes the -wal file
            self._writer = None
        if self._lock is not None:
            self._holder.unlink(missing_ok=True)
            self._lock.release()
            self._lock = None

    @property
    def _holder(self) -> Path:
        """Who holds the lock, for the message of whoever is refused; never consulted to decide anything."""
        return self._path.with_name(self._path.name + ".writer.pid")

    def _open_writer(self, clock: Callable[[], datetime]) -> None:
        folder = self._path.parent
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if drive := network_filesystem(folder):
            raise Unavailable(
                f"数据库所在的文件夹在网络盘上（{drive}），SQLite 在那里会丢数据；请把 SCENEMATCH_HOME 改到本机磁盘，"
                "或改用 PostgreSQL。"
            )
        self._take_lock()
        # The contacts inside are personal data: the file is its owner's alone, and SQLite gives -wal and -shm its mode.
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        wal = self._path.with_name(self._path.name + "-wal")
        interrupted = wal.is_file() and wal.stat().st_size > 0
        with told():
            self._writer = _engine(self._path, "rw", _WRITER, "BEGIN IMMEDIATE").connect()
            if interrupted:  # the last writer did not close, so look before building on it
                found = self._writer.exec_driver_sql("PRAGMA quick_check(1)").scalar()
                self._writer.rollback()
                if found != "ok":
                    raise Unavailable(CORRUPT, found=found)
        with self.writing() as connection:
            migrate(connection, clock())

    def _take_lock(self) -> None:
        lock = FileLock(self._path.with_name(self._path.name + ".writer.lock"), timeout=0, thread_local=False)
        try:
            lock.acquire()
        except Timeout as error:
            try:
                holder = f"（进程号 {int(self._holder.read_text('ascii'))}）"
            except (OSError, ValueError):
                holder = ""
            raise InUse(IN_USE.format(holder=holder)) from error
        self._lock = lock
        self._holder.write_text(str(os.getpid()), "ascii")


def _engine(path: Path, mode: str, pragmas: tuple[str, ...], begin: str) -> Engine:
    def connect() -> Any:  # sqlite3.Connection, which SQLAlchemy types as its own protocol
        # isolation_level=None: the module sends no BEGIN of its own; ours is sent below.
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
        )
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()
        return connection

    pool = NullPool(connect) if mode == "rw" else QueuePool(connect, pool_size=8, max_overflow=56)
    engine = create_engine("sqlite://", pool=pool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def sqlite_affected(version: str = sqlite3.sqlite_version) -> bool:
    """Whether this SQLite has the WAL-reset fault: 3.7.0 to 3.51.2 without the back-ports 3.44.6 and 3.50.7."""
    number = tuple(int(part) for part in version.split("."))
    mended = any(number[:2] == fixed[:2] and number >= fixed for fixed in ((3, 44, 6), (3, 50, 7)))
    return (3, 7, 0) <= number < (3, 51, 3) and not mended


def sqlite_version_note(version: str = sqlite3.sqlite_version) -> str:
    """One Chinese sentence about the SQLite in use, for `scenematch doctor`."""
    if sqlite_affected(version):
        return (
            f"SQLite {version} 有一个已知缺陷（WAL 重置；3.51.3、3.50.7、3.44.6 已修复）：两个连接同时写可能丢数据。"
            "本程序只用一个写连接并加锁，不会触发；请不要用其他工具同时写这个数据库文件。"
        )
    return f"SQLite {version} 没有已知的 WAL 重置缺陷。"


def sqlite_path(url: str) -> Path:
    """The file named by `sqlite:///PATH`. InvalidInput for a database in memory: two connections cannot share it."""
    path = url.removeprefix("sqlite:///")
    if path == url or not path or path == ":memory:" or path.startswith("?"):
        raise InvalidInput("SQLite 数据库地址应是“sqlite:///文件路径”，例如 sqlite:///var/scenematch.db。")
    return Path(os.path.abspath(os.path.expanduser(path)))
