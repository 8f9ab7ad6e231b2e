"""`scenematch template demand|solution`: an empty form to be filled in, which imports without loss."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands.output import say
from indexer.exporting import TITLES, Layout, write_template
from matcher.model import Kind
from matcher.settings import Settings
from matcher.taxonomy import Taxonomy


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=[kind.value for kind in Kind], help="需求表还是方案表")
    parser.add_argument("-o", "--output", type=Path, metavar="文件", help="写到哪里；不填则用表名")


def run(args: argparse.Namespace, settings: Settings) -> int:
    kind = Kind(args.kind)
    into = args.output or Path(f"{TITLES[kind]}.xlsx")
    write_template(Layout.load(settings.data, Taxonomy.load(settings.data / "taxonomy")), kind, into)
    say(f"模板已写到 {into}")
    return 0
