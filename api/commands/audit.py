"""`scenematch audit verify|anchor`: is the list of who did what whole, and a note of its end for another place."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from datetime import datetime

from api.commands.output import add_json, say, say_json
from matcher.settings import Settings
from matcher.store import Store


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="操作", required=True, parser_class=type(parser))
    add_json(actions.add_parser("verify", help="检验审计记录有没有被改动、删除或截断"))
    add_json(actions.add_parser("anchor", help="现在就存一个校验点（服务每天自动存一个）"))


def run(args: argparse.Namespace, settings: Settings) -> int:
    return ACTIONS[args.action](args, settings)


def _verify(args: argparse.Namespace, settings: Settings) -> int:
    from api.anchors import read_anchors

    anchors = read_anchors(settings.anchors)
    with Store.open(settings.database_url, write=False) as store:
        found = store.verify_audit(anchors)
    if args.json:
        say_json({"lines": found.lines, "anchors": len(anchors), "faults": list(found.faults)})
    elif not found.faults:
        say(f"审计记录完好：共 {found.lines} 行，与 {len(anchors)} 个校验点一致。")
        if not anchors:
            say("还没有校验点，看不出末尾的记录是否被删；服务每天会自动存一个。")
    else:
        say(f"审计记录有问题（共 {found.lines} 行，{len(anchors)} 个校验点）：")
        for fault in found.faults:
            say(f"  {fault}")
        say("请保留数据库和备份的原样，交给负责信息安全的人查证。")
    return 1 if found.faults else 0


def _anchor(args: argparse.Namespace, settings: Settings) -> int:
    from api.anchors import write_anchor
    from api.pages.formats import BEIJING

    with Store.open(settings.database_url, write=False) as store:
        file = write_anchor(store, settings.anchors, datetime.now(BEIJING).date())
    if args.json:
        say_json({"written": file.name if file else None})
    else:
        say(f"已存校验点 {file.name}。" if file else "今天的校验点已经有了，或还没有审计记录。")
    return 0


ACTIONS: Mapping[str, Callable[[argparse.Namespace, Settings], int]] = {"verify": _verify, "anchor": _anchor}
