"""`scenematch evaluate --collection DIR`: how well the ranking is, in figures with intervals."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands.output import Progress, add_json, say, say_json
from matcher.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--collection", type=Path, required=True, metavar="文件夹", help="评测集所在的文件夹")
    parser.add_argument("--split", choices=("tune", "report"), help="只用调参的一半或报告的一半；不填用全部")
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    from indexer.evaluation import run as evaluate

    progress = Progress()
    result = evaluate(settings, args.collection, split=args.split, progress=progress)
    progress.end()
    if args.json:
        say_json(result.json())
    else:
        say(result.text())
    return 0
