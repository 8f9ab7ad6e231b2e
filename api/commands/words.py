"""`scenematch words`: what waiting changes of the word lists would do, and which editions there were."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from api.commands.output import Progress, add_json, say, say_json
from matcher.settings import Settings
from matcher.store import Store

STATES = {"waiting": "等待生效", "live": "已生效", "rejected": "没有生效"}
SHOWN = 20
"""Changed demands printed; --json lists more."""


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="操作")
    for name, says in (("preview", "待发布的改动会让哪些需求的前三名变化"), ("editions", "发布过的各版")):
        add_json(actions.add_parser(name, help=says))


def run(args: argparse.Namespace, settings: Settings) -> int:
    return _preview(args, settings) if args.action == "preview" else _editions(args, settings)


def _preview(args: argparse.Namespace, settings: Settings) -> int:
    from indexer.preview import as_json, preview

    with Progress() as progress:
        found = preview(settings, progress)
    if args.json:
        say_json(as_json(found))
        return 0
    say(f"比较了 {found.demands} 条需求，{found.total} 条的前三名会变化；用时 {found.seconds:.1f} 秒。")
    for one in found.changed[:SHOWN]:
        say(f"  {one.id} {one.title}")
        for name, side in (("现在", one.before), ("发布后", one.after)):
            say(f"    {name}：{'；'.join(f'{each.title}（{each.grade}）' for each in side)}")
    return 0


def _editions(args: argparse.Namespace, settings: Settings) -> int:
    with Store.open(settings.database_url, write=False) as store:
        editions = store.words.editions()
    if args.json:
        say_json([{**asdict(edition), "at": edition.at.isoformat()} for edition in editions])
        return 0
    for edition in editions:
        undoes = f"，撤销第 {edition.undoes} 版" if edition.undoes else ""
        head = f"第 {edition.number} 版 {edition.at:%Y-%m-%d} {edition.actor}"
        say(f"{head}：{edition.edits} 处改动{undoes}，{STATES[edition.state]}")
    if not editions:
        say("词库还没有发布过改动。")
    return 0
