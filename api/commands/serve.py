"""`scenematch serve`: the service until it is told to stop."""

from __future__ import annotations

import argparse

from api.commands.output import say
from matcher.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="不逐条记录请求")


def run(args: argparse.Namespace, settings: Settings) -> int:
    from api.serve import address, serve

    def ready(link: str) -> None:
        say(f"服务已启动：{address(settings)}（按 Ctrl+C 停止）")
        if link:
            say(f"还没有账号。请在 24 小时内打开这个链接，设置管理员（只能用一次）：\n  {link}")

    serve(settings, quiet=args.quiet, ready=ready)
    return 0
