"""Bring a database to this program's schema, or say why it cannot be used."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, insert, inspect, select

from matcher.errors import Unavailable
from matcher.store.schema import schema_version
from matcher.store.versions import LATEST, VERSIONS, Version


def version_of(connection: Connection) -> int:
    """The schema version found, 0 for an empty database. Unavailable for a file that holds something else."""
    tables = inspect(connection).get_table_names()
    if "schema_version" not in tables:
        if tables:
            raise Unavailable("这个数据库里是别的程序的数据，不能使用；请检查 SCENEMATCH_DATABASE_URL。")
        return 0
    return connection.execute(select(func.max(schema_version.c.version))).scalar_one() or 0


def migrate(connection: Connection, now: datetime, versions: tuple[Version, ...] = VERSIONS) -> None:
    """Apply, in order and in the caller's transaction, the versions this database lacks. Refuses a newer database."""
    found = version_of(connection)
    _refuse_newer(found, versions[-1].number)
    if found == 0:
        schema_version.create(connection)
    for version in versions:
        if version.number > found:
            for statement in version.statements(connection.dialect.name):
                connection.exec_driver_sql(statement)
            connection.execute(insert(schema_version).values(version=version.number, name=version.name, applied_at=now))


def require_current(connection: Connection) -> None:
    """Unavailable unless this database has exactly this program's schema."""
    found = version_of(connection)
    _refuse_newer(found, LATEST)
    if found == 0:
        raise Unavailable("数据库里还没有数据；请先运行 scenematch import 导入，或启动一次服务。")
    if found < LATEST:
        raise Unavailable(
            f"数据库还是旧版本（{found}，程序需要 {LATEST}）；请停止旧服务，再用本版本启动一次服务，数据库会自动升级。",
            found=found,
            needed=LATEST,
        )


def _refuse_newer(found: int, known: int) -> None:
    if found > known:
        raise Unavailable(
            f"数据库是更新版本的程序建立的（{found}，本程序只认识到 {known}），不能降级使用；"
            "请安装新版本的程序，或恢复升级之前的备份。",
            found=found,
            needed=known,
        )
