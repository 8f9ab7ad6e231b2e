"""`scenematch backup FILE`: database and attachments in one file, while the service runs."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from api.commands.output import add_json, say, say_json
from matcher.errors import InvalidInput
from matcher.settings import Settings
from matcher.store.backup import Place, backup

ELSEWHERE = "数据库在 PostgreSQL 上，请用它自带的 pg_dump 备份、pg_restore 恢复。"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="文件", type=Path, help="备份写到这个文件，例如 backup-2026-01-31.zip")
    add_json(parser)


def place_of(settings: Settings) -> Place:
    """Where this installation keeps its data. InvalidInput for a database server, which has tools of its own."""
    if settings.database_path is None:
        raise InvalidInput(ELSEWHERE)
    return Place(settings.database_path, settings.home / "attachments", settings.index_folder)


def run(args: argparse.Namespace, settings: Settings) -> int:
    contents = backup(place_of(settings), args.file, datetime.now(UTC))
    size = args.file.stat().st_size
    if args.json:
        say_json({"file": str(args.file), "bytes": size, "schema": contents.schema, "files": len(contents.files)})
    else:
        say(f"已备份到 {args.file}（{size / 1e6:.1f} MB，附件 {len(contents.files) - 1} 个）。")
        say("备份里有联系方式等个人信息，请妥善保管。")
    return 0
