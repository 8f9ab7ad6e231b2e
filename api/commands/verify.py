"""`scenematch verify`: is the generation in use whole, and does it rank as well as it must?"""

from __future__ import annotations

import argparse
from dataclasses import asdict

from api.commands.output import add_json, say, say_json
from indexer.verify import check_generation
from indexer.workshop import workshop
from matcher.errors import NotFound
from matcher.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    shop = workshop(settings)
    name = shop.generations.current()
    if name is None:
        raise NotFound("还没有索引；请先运行 scenematch build。")
    checks = check_generation(name, shop)
    if args.json:
        say_json({"generation": name, **asdict(checks)})
    else:
        say(
            f"索引 {name} 完好：文件校验通过，自检命中 {checks.self_hits:.0%}，相对精确检索的召回 {checks.recall:.1%}。"
        )
        for collection, ndcg in checks.gold.items():
            say(f"  标准集 {collection}：nDCG@10 = {ndcg:.3f}")
    return 0
