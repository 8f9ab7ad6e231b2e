"""`scenematch build`: the store's records become a new, verified, published generation."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from api.commands.output import Progress, add_json, say, say_json
from indexer.build import build
from matcher.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    with Progress() as progress:
        report = build(settings, progress)
    if args.json:
        say_json(asdict(report))
    else:
        counts = report.counts
        say(
            f"索引 {report.generation} 已启用：需求 {counts['demand']} 条，方案 {counts['solution']} 条，"
            f"其中 {report.reused} 条沿用上一代；用时 {report.seconds:.1f} 秒。"
        )
    return 0
