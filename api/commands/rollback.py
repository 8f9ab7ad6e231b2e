"""`scenematch rollback`: publish the generation before."""

from __future__ import annotations

import argparse

from api.commands.output import add_json, say, say_json
from matcher.generations import Generations
from matcher.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    generations = Generations(settings.index_folder)
    before, now = generations.current(), generations.rollback()
    if args.json:
        say_json({"from": before, "generation": now})
    else:
        say(f"已从索引 {before} 退回到 {now}；运行中的服务会在几秒内自动换用。")
    return 0
