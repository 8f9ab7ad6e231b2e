"""`scenematch account create|list|disable|enable|password|unlock`: who may log in."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import asdict

from api.commands.output import add_json, say, say_json
from matcher.settings import Settings
from matcher.store import ACCOUNT_ROLES, CONSOLE, ROLE_NAMES, Store, utc_now


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="操作", required=True, parser_class=type(parser))
    create = actions.add_parser("create", help="创建账号；初始密码由系统生成，只显示这一次")
    create.add_argument("--role", choices=ACCOUNT_ROLES, required=True, help="查看、场景经理、管理员、会员单位")
    create.add_argument("--name", default="", metavar="姓名", help="姓名，不写则同用户名")
    create.add_argument("--organization", default="", metavar="单位", help="会员单位的全称，与需求、方案里写的同一家")
    named = [
        create,
        actions.add_parser("disable", help="停用账号，对方立即退出"),
        actions.add_parser("enable", help="重新启用账号"),
        actions.add_parser("password", help="重设密码；新密码由系统生成，只显示这一次"),
        actions.add_parser("unlock", help="解除多次输错密码后的锁定"),
    ]
    for own in named:
        own.add_argument("login", metavar="用户名")
    for own in (*named, actions.add_parser("list", help="列出全部账号")):
        add_json(own)


def run(args: argparse.Namespace, settings: Settings) -> int:
    return ACTIONS[args.action](args, settings)


def _create(args: argparse.Namespace, settings: Settings) -> int:
    from api.passwords import Passwords, generated, policy_of

    password = generated()
    with Store.open(settings.database_url, write=True) as store:
        store.accounts.create(
            args.login,
            args.name,
            args.role,
            Passwords(policy_of(settings)).accept(password, args.login),
            organization=args.organization,
            now=utc_now(),
            actor=CONSOLE,
        )
    _hand_over(args, password)
    return 0


def _password(args: argparse.Namespace, settings: Settings) -> int:
    from api.passwords import Passwords, generated, policy_of

    password = generated()
    hashed = Passwords(policy_of(settings)).accept(password, args.login)
    with Store.open(settings.database_url, write=True) as store:
        store.accounts.set_password(args.login, hashed, now=utc_now(), must_change=True, actor=CONSOLE)
    _hand_over(args, password)
    return 0


def _hand_over(args: argparse.Namespace, password: str) -> None:
    if args.json:
        say_json({"login": args.login, "password": password})
    else:
        say(f"账号“{args.login}”的初始密码，只显示这一次，第一次登录时要改掉：")
        say(password)


def _list(args: argparse.Namespace, settings: Settings) -> int:
    with Store.open(settings.database_url, write=False) as store:
        found, locked = store.accounts.list(), store.accounts.locked(utc_now())
    if args.json:
        say_json({"items": [{**asdict(account), "locked": account.login in locked} for account in found]})
        return 0
    if not found:
        say("还没有账号；启动服务后，用窗口里显示的初始化链接设置管理员。")
    for account in found:
        state = "已停用" if account.disabled else "已锁定" if account.login in locked else "正常"
        used = f"{account.last_login:%Y-%m-%d} 登录过" if account.last_login else "没有登录过"
        say(f"{account.login}  {account.name}  {ROLE_NAMES[account.role]}  {state}  {used}  {account.organization}")
    return 0


def _disable(args: argparse.Namespace, settings: Settings) -> int:
    return _acted(args, settings, "已停用", lambda store: _switch(store, args.login, True))


def _enable(args: argparse.Namespace, settings: Settings) -> int:
    return _acted(args, settings, "已启用", lambda store: _switch(store, args.login, False))


def _switch(store: Store, login: str, disabled: bool) -> None:
    store.accounts.disable(login, disabled, now=utc_now(), actor=CONSOLE)


def _unlock(args: argparse.Namespace, settings: Settings) -> int:
    return _acted(args, settings, "已解锁", lambda s: s.accounts.unlock(args.login, now=utc_now(), actor=CONSOLE))


def _acted(args: argparse.Namespace, settings: Settings, says: str, act: Callable[[Store], None]) -> int:
    with Store.open(settings.database_url, write=True) as store:
        act(store)
    if args.json:
        say_json({"login": args.login, "done": args.action})
    else:
        say(f"账号“{args.login}”{says}。")
    return 0


ACTIONS: Mapping[str, Callable[[argparse.Namespace, Settings], int]] = {
    "create": _create,
    "list": _list,
    "disable": _disable,
    "enable": _enable,
    "password": _password,
    "unlock": _unlock,
}
