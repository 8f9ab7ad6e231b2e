"""A whole installation in one file and back: the database as of one moment, the attachments, and checksums of both.

The index is not in it; it is built again from the database.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from filelock import FileLock, Timeout

from matcher.durable import sync_file, sync_folder
from matcher.errors import Conflict, InUse, InvalidInput, NotFound, Unavailable
from matcher.store.versions import LATEST

FORMAT = 1
MANIFEST, DATABASE, ATTACHMENTS = "manifest.json", "scenematch.db", "attachments/"
_NAMES = re.compile(r"scenematch\.db|attachments/[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
DAMAGED = "备份文件 {name} 已损坏或不完整（{what}），没有恢复任何内容；请换一份备份。"
IN_USE = "数据库正被另一个程序使用，多半是服务正在运行；请先停止服务再恢复。"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an installation keeps what a backup holds. `index` is put aside by a restore, since it belongs to the old
    database."""

    database: Path
    attachments: Path
    index: Path


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds: when it was made, the database's schema version, and name → size and SHA-256."""

    created_at: str
    schema: int
    files: dict[str, dict[str, Any]]


def backup(place: Place, target: Path, now: datetime) -> Contents:
    """Write a backup while whoever likes goes on reading and writing. Only the owner may read the file.

    NotFound without a database, Conflict when the target is there already, Unavailable for a damaged database.
    """
    if not place.database.is_file():
        raise NotFound("还没有数据库，没有可备份的内容。")
    if target.exists():
        raise Conflict(f"文件 {target.name} 已经存在；请换一个文件名。")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        copy, packed = Path(folder) / DATABASE, Path(folder) / "backup.zip"
        _copy(place.database, copy)
        sources = {DATABASE: copy}
        if place.attachments.is_dir():
            found = (path for path in sorted(place.attachments.iterdir()) if path.is_file())
            sources |= {ATTACHMENTS + path.name: path for path in found if _NAMES.fullmatch(ATTACHMENTS + path.name)}
        contents = Contents(now.isoformat(), _schema(copy), {name: _told(path) for name, path in sources.items()})
        os.close(os.open(packed, os.O_CREAT | os.O_RDWR, 0o600))
        with ZipFile(packed, "w", ZIP_DEFLATED, compresslevel=1) as archive:
            for name, path in sources.items():
                archive.write(path, name)
            archive.writestr(MANIFEST, json.dumps({"format": FORMAT, **asdict(contents)}, indent=1))
        sync_file(packed)
        os.replace(packed, target)
        sync_folder(target.parent)
    return contents


def restore(source: Path, place: Place, now: datetime) -> Path:
    """Put a backup in the place of what is there; the folder into which that was put aside.

    Everything is checked first; InvalidInput for a damaged or foreign file, Unavailable for one of a newer program,
    InUse while the service runs. In all three cases nothing is changed.
    """
    home = place.database.parent
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=home, prefix=".restore-") as folder:
        new = Path(folder)
        _unpack(source, new)
        with _locked(place.database):
            aside = home / f"before-restore-{now:%Y%m%d-%H%M%S}"
            aside.mkdir(mode=0o700)
            _put_aside(place, aside)
            (place.attachments).mkdir(parents=True, exist_ok=True, mode=0o700)
            for path in sorted((new / ATTACHMENTS).glob("*")):
                os.replace(path, place.attachments / path.name)
            os.replace(new / DATABASE, place.database)
            sync_folder(home)
    return aside


def _put_aside(place: Place, aside: Path) -> None:
    """Copies of the database's files, then away with its log, which must not be applied to another database."""
    for suffix in ("", "-wal", "-shm"):
        path = place.database.with_name(place.database.name + suffix)
        if path.is_file():
            shutil.copy2(path, aside / path.name)
            sync_file(aside / path.name)
            if suffix:
                path.unlink()
    if place.index.is_dir():
        os.replace(place.index, aside / "index")
    sync_folder(aside)


def _unpack(source: Path, folder: Path) -> None:
    """The files of a backup, each held against its checksum, and the database against SQLite's own check."""
    try:
        with ZipFile(source) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            files = manifest["files"]
            if manifest["format"] != FORMAT or DATABASE not in files or not all(map(_NAMES.fullmatch, files)):
                raise InvalidInput(f"{source.name} 不是本程序能认识的备份。")
            if manifest["schema"] > LATEST:
                raise Unavailable("这份备份来自更新版本的程序；请先安装那个版本，再恢复。", needed=manifest["schema"])
            (folder / ATTACHMENTS).mkdir()
            for name, told in files.items():
                with archive.open(name) as packed, (folder / name).open("wb") as file:
                    shutil.copyfileobj(packed, file)
                sync_file(folder / name)
                if _told(folder / name) != told:
                    raise InvalidInput(DAMAGED.format(name=source.name, what=name))
    except FileNotFoundError:
        raise NotFound(f"没有找到备份文件 {source.name}。") from None
    except (BadZipFile, KeyError, TypeError, ValueError, EOFError, OSError) as wrong:
        raise InvalidInput(DAMAGED.format(name=source.name, what="无法读取")) from wrong
    if _schema(folder / DATABASE) != manifest["schema"]:
        raise InvalidInput(DAMAGED.format(name=source.name, what=MANIFEST))
    (folder / DATABASE).chmod(0o600)


def _copy(database: Path, copy: Path) -> None:
    """SQLite's own backup: one state, whatever is written meanwhile."""
    os.close(os.open(copy, os.O_CREAT | os.O_RDWR, 0o600))
    try:
        with (
            closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(copy)) as new,
        ):
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")
            sound = new.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise Unavailable("数据库已损坏，不能备份；请恢复最近的一份备份，并检查磁盘。") from error
    if sound != "ok":
        raise Unavailable("数据库已损坏，不能备份；请恢复最近的一份备份，并检查磁盘。", found=sound)


def _schema(database: Path) -> int:
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as opened:
            if opened.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok":
                return int(opened.execute("SELECT MAX(version) FROM schema_version").fetchone()[0])
    except sqlite3.DatabaseError as error:
        raise InvalidInput("备份里的数据库无法读取，没有恢复任何内容；请换一份备份。") from error
    raise InvalidInput("备份里的数据库没有通过检查，没有恢复任何内容；请换一份备份。")


def _told(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"size": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


@contextmanager
def _locked(database: Path) -> Iterator[None]:
    """The writer lock, which a running service holds."""
    try:
        with FileLock(database.with_name(database.name + ".writer.lock"), timeout=0):
            yield
    except Timeout as error:
        raise InUse(IN_USE) from error
