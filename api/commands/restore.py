"""`scenematch restore FILE`: a backup in the place of what is there, which is put aside."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from api.commands.backup import place_of
from api.commands.output import add_json, say, say_json
from matcher.settings import Settings
from matcher.store.backup import restore


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="文件", type=Path, help="scenematch backup 写出的备份文件")
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    aside = restore(args.file, place_of(settings), datetime.now(UTC))
    if args.json:
        say_json({"put_aside": str(aside)})
    else:
        say(f"已恢复。原来的数据和索引移到了 {aside}，确认无误后可以删除。")
        say("接着请运行 scenematch build 重建索引，再启动服务。")
    return 0
