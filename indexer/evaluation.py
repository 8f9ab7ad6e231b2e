"""The command that measures ranking quality: `scenematch evaluate` and `python -m indexer.evaluation` both end here."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from indexer.build import Progress, silent
from indexer.quality import measure
from indexer.quality_page import publish
from indexer.rankings import evaluate_collection
from indexer.splits import SPLITS
from indexer.workshop import workshop
from matcher.errors import MatcherError
from matcher.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--collection", type=Path, metavar="文件夹", help="评测集所在的文件夹")
    which.add_argument("--all", action="store_true", help="衡量全部评测集并更新 docs/quality.md 和 docs/quality.json")
    parser.add_argument("--shared", type=Path, metavar="文件夹", help="与 --all 同用：另存公开检索集的文件夹")
    parser.add_argument("--split", choices=tuple(SPLITS), default="all", help="只用调参（tune）或报告（report）的一半")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出，供程序读取")


def command(settings: Settings, args: argparse.Namespace, progress: Progress = silent) -> int:
    """Do what `configure` describes and print the result; the exit code."""
    if args.all:
        figures_of_all = measure(workshop(settings), args.shared, progress)
        pages = publish(figures_of_all)
        print(json.dumps(figures_of_all, ensure_ascii=False) if args.json else f"已更新 {'、'.join(map(str, pages))}")
        return 0
    evaluation = evaluate_collection(workshop(settings), args.collection, args.split, progress)
    print(json.dumps(evaluation.json(), ensure_ascii=False, indent=2) if args.json else evaluation.text())
    return 0


def steps(step: str, done: int, total: int) -> None:
    """Progress as one line per step on the error stream."""
    if done == total:
        print(f"{step}：{total}", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m indexer.evaluation", description=__doc__)
    configure(parser)
    try:
        return command(Settings.from_env(), parser.parse_args(), steps)
    except MatcherError as error:
        print(f"未完成：{error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
