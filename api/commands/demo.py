"""`scenematch demo`, which `make run` calls: from nothing to a page that ranks, in one command."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands.importing import import_files
from api.commands.output import Progress, say
from api.sample_story import IMPORTED, Calendar, tell
from matcher.errors import UnreadableFile
from matcher.generations import Generations
from matcher.model import Kind
from matcher.settings import Settings
from matcher.store import CONSOLE, Actor, Store, utc_now

LABEL = "demo"
LOGIN = "演示"
DAYS = 30


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--prepare-only", action="store_true", help="只准备数据、索引和密钥，不启动服务")


def run(args: argparse.Namespace, settings: Settings) -> int:
    calendar = Calendar()
    with Store.open(settings.database_url, write=True, clock=calendar) as store:
        if not any(store.count(kind) for kind in Kind):
            _fill(store, calendar, settings.data / "samples")
        else:
            say(f"已有需求 {store.count(Kind.DEMAND)} 条、方案 {store.count(Kind.SOLUTION)} 条，不再导入示例。")
        _build(settings)
        token = _new_key(store)
        password = _demo_account(store, settings)
    _explain(settings, token, password)
    if args.prepare_only:
        return 0
    from api.serve import address, serve

    serve(settings, quiet=True, ready=lambda link: say(f"服务已启动，请打开 {address(settings)}   （按 Ctrl+C 停止）"))
    return 0


def _fill(store: Store, calendar: Calendar, samples: Path) -> None:
    """The sample lists, as if they had come some time ago, and what has been done about them since."""
    files = sorted(samples.glob("*.xlsx"))
    if not files:
        raise UnreadableFile("示例清单不在 data/samples 里；请重新获取完整的安装包。")
    say("第一次运行：导入示例清单……")
    calendar.turn(IMPORTED)
    reports, errors = import_files(store, files)
    calendar.turn(0)
    for report in reports:
        say(f"  {report['file']}：需求 {report['demands']} 条，方案 {report['solutions']} 条")
    for error in errors:
        say(f"  {error['file']}：{error['message']}")
    say(f"  示例对接经过：{tell(store, calendar, samples, Actor(LOGIN, 'admin'))} 步（都是编的，供试用）")


def _build(settings: Settings) -> None:
    """A first generation, or one that fits the encoder and tables now in use; otherwise the present one stays."""
    from indexer.build import build
    from indexer.workshop import workshop
    from matcher.library import differences

    shop = workshop(settings)
    generations: Generations = shop.generations
    name = generations.current()
    if name is not None and not differences(generations.manifest(name), shop.parts):
        return
    say("建立索引……")
    with Progress() as progress:
        report = build(settings, progress)
    say(f"  索引 {report.generation}：需求 {report.counts['demand']} 条，方案 {report.counts['solution']} 条")


def _new_key(store: Store) -> str:
    """A fresh key for this run; those of earlier runs are switched off."""
    now = utc_now()
    for key in store.keys.list():
        if key.label == LABEL and not key.revoked:
            store.keys.revoke(key.prefix, now=now, actor=CONSOLE)
    _, token = store.keys.create("staff", DAYS, now=now, label=LABEL, actor=CONSOLE)
    return token


def _demo_account(store: Store, settings: Settings) -> str:
    """The password of the account 演示, "" when the store belongs to other people and must not get one.

    It is random, kept in HOME only, and good as long as nobody changed it.
    """
    from api.passwords import Passwords, generated, policy_of

    file, passwords = settings.home / "demo-account.txt", Passwords(policy_of(settings))
    if file.is_file() and any(account.login == LOGIN for account in store.accounts.list()):
        return file.read_text("utf-8").strip()
    if store.accounts.any():
        return ""
    password = generated()
    hashed = passwords.accept(password, LOGIN)
    store.accounts.create(LOGIN, LOGIN, "admin", hashed, now=utc_now(), must_change=False, actor=CONSOLE)
    file.touch(mode=0o600)
    file.write_text(password + "\n", "utf-8")
    return password


def _explain(settings: Settings, token: str, password: str) -> None:
    say()
    if password:
        say("登录网页（试用账号，可以做任何事；正式使用前请另设账号并停用它）：")
        say(f"  用户名  {LOGIN}")
        say(f"  密码    {password}")
    say(f"接口的试用密钥（场景经理，{DAYS} 天有效，只显示这一次；下次运行会换新的）：")
    say(f"  {token}")
    say(f"全部数据在 {settings.home}")
    say()
