"""`scenematch token create|list|revoke`: API keys."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from api.commands.output import add_json, say, say_json
from api.reporting import key_json
from matcher.settings import Settings
from matcher.store import CONSOLE, ROLE_NAMES, ROLES, Store, utc_now


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="操作", required=True, parser_class=type(parser))
    create = actions.add_parser("create", help="创建密钥，只显示这一次")
    create.add_argument("--role", choices=ROLES, required=True, help="viewer 查看、staff 场景经理、admin 管理员")
    create.add_argument("--days", type=int, default=90, metavar="N", help="有效天数，默认 90")
    create.add_argument("--label", default="", metavar="备注", help="便于以后辨认，例如使用人")
    revoke = actions.add_parser("revoke", help="停用密钥，立即生效")
    revoke.add_argument("prefix", metavar="前缀", help="密钥中点号之前的部分")
    for own in (create, revoke, actions.add_parser("list", help="列出全部密钥")):
        add_json(own)


def run(args: argparse.Namespace, settings: Settings) -> int:
    return ACTIONS[args.action](args, settings)


def _create(args: argparse.Namespace, settings: Settings) -> int:
    with Store.open(settings.database_url, write=True) as store:
        key, token = store.keys.create(args.role, args.days, now=utc_now(), label=args.label, actor=CONSOLE)
    if args.json:
        say_json({"token": token, **key_json(key)})
    else:
        say(f"新密钥（{ROLE_NAMES[key.role]}，{key.expires_at:%Y-%m-%d} 到期），只显示这一次，请立即保存：")
        say(token)
    return 0


def _list(args: argparse.Namespace, settings: Settings) -> int:
    with Store.open(settings.database_url, write=False) as store:
        keys = store.keys.list()
    if args.json:
        say_json({"items": [key_json(key) for key in keys]})
        return 0
    if not keys:
        say("还没有密钥；用 scenematch token create --role staff 创建。")
    for key in keys:
        state = "已停用" if key.revoked else "已过期" if key.expires_at <= utc_now() else "有效"
        used = f"{key.last_used:%Y-%m-%d} 用过" if key.last_used else "没有用过"
        say(f"{key.prefix}  {ROLE_NAMES[key.role]}  {state}  {key.expires_at:%Y-%m-%d} 到期  {used}  {key.label}")
    return 0


def _revoke(args: argparse.Namespace, settings: Settings) -> int:
    with Store.open(settings.database_url, write=True) as store:
        key = store.keys.revoke(args.prefix, now=utc_now(), actor=CONSOLE)
    if args.json:
        say_json(key_json(key))
    else:
        say(f"密钥 {key.prefix} 已停用。")
    return 0


ACTIONS: Mapping[str, Callable[[argparse.Namespace, Settings], int]] = {
    "create": _create,
    "list": _list,
    "revoke": _revoke,
}
