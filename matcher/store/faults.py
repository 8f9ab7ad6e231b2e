"""What went wrong in the database, in words for the person at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from matcher.errors import Unavailable

BUSY = "数据库正忙，刚才的操作没有保存；请稍后再试。"
FULL = "磁盘空间已满，刚才的操作没有保存；请清理磁盘后再试。"
BROKEN = "读写数据库文件时磁盘出错，刚才的操作没有保存；请停止服务，检查磁盘后再启动。"
CORRUPT = "数据库文件已损坏；请停止服务，从最近的备份恢复，再重新建立索引。"
CLOSED = "打不开数据库文件；请检查它所在的文件夹是否存在、当前用户是否有权限读写。"
LOST = "连不上数据库服务器；请检查它是否在运行，以及 SCENEMATCH_DATABASE_URL。"

FAULTS: tuple[tuple[str, str], ...] = (
    ("SQLITE_BUSY", BUSY),
    ("SQLITE_LOCKED", BUSY),
    ("SQLITE_FULL", FULL),
    ("SQLITE_IOERR", BROKEN),
    ("SQLITE_CORRUPT", CORRUPT),
    ("SQLITE_NOTADB", CORRUPT),
    ("SQLITE_CANTOPEN", CLOSED),
    ("SQLITE_READONLY", CLOSED),
    ("SQLITE_PERM", CLOSED),
    ("55P03", BUSY),  # lock_not_available
    ("40", BUSY),  # serialization failure, deadlock
    ("53100", FULL),
    ("53", BUSY),  # too many connections, out of memory
    ("58030", BROKEN),
    ("XX001", CORRUPT),
    ("XX002", CORRUPT),
    ("08", LOST),
    ("57", LOST),
    ("28", LOST),  # wrong user or password
    ("3D", LOST),  # no such database
    ("connection", LOST),
)
"""The start of SQLite's error name or of PostgreSQL's SQLSTATE → the sentence. The first that fits counts."""


@contextmanager
def told() -> Iterator[None]:
    """Turn trouble of the database into Unavailable; a fault in our own SQL goes through as it is."""
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable(BUSY) from error
    except (IntegrityError, ProgrammingError, DataError):
        raise
    except DatabaseError as error:
        code = _code(error)
        for start, says in FAULTS:
            if code.startswith(start):
                raise Unavailable(says, fault=code) from error
        raise


def _code(error: DatabaseError) -> str:
    name = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)
    if name:
        return str(name)
    # A connection that was refused or cut has no SQLSTATE in psycopg.
    return "connection" if isinstance(error, OperationalError) and hasattr(error.orig, "sqlstate") else ""
