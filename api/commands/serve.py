"""`scenematch serve`: the service until it is told to stop."""

from __future__ import annotations

import argparse

from api.commands.output import say
from matcher.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="不逐条记录请求")


def run(args: argparse.Namespace, settings: Settings) -> int:
    from api.serve import address, serve

    serve(settings, quiet=args.quiet, ready=lambda: say(f"服务已启动：{address(settings)}（按 Ctrl+C 停止）"))
    return 0
