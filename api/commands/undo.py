"""`scenematch undo ID`: everything an import did, taken back in one step."""

from __future__ import annotations

import argparse

from api.commands.output import add_json, say, say_json
from matcher.settings import Settings
from matcher.store import CONSOLE, Store
from matcher.store.codec import KIND_NAMES


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="编号", help="导入编号，例如 I-000012；导入时会显示")
    parser.add_argument("--keep-edited", action="store_true", help="保留导入之后又改过的记录，只撤销其余的")
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    with Store.open(settings.database_url, write=True) as store:
        done = store.undo_import(args.id, actor=CONSOLE, keep_edited=args.keep_edited)
    if args.json:
        say_json({"id": args.id, **done.counts, "records_kept": [[kind.value, id] for kind, id in done.kept]})
        return 0
    say(f"已撤销 {args.id}：删除 {done.removed} 条新增的记录，恢复 {done.restored} 条更新过的记录。")
    for kind, id in done.kept:
        say(f"  保留：{KIND_NAMES[kind]} {id}（导入之后又改过）")
    return 0
