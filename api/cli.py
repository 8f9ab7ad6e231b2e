"""The console command `scenematch`: one table of commands, each in a module that is imported only when asked for.

Exit codes: 0 done, 1 a problem was found (it is printed, in Chinese), 2 the command was written wrongly.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn, Protocol, cast

from api.commands.output import fail
from matcher.errors import MatcherError
from matcher.settings import Settings

PROGRAM = "scenematch"


@dataclass(frozen=True, slots=True)
class Command:
    """A word behind `scenematch`, what it does in one Chinese line, and the module that does it."""

    name: str
    help: str
    module: str


COMMANDS: tuple[Command, ...] = (
    Command("demo", "一键试用：准备数据、建立索引、启动服务并打开网页地址（make run 就是它）", "api.commands.demo"),
    Command("import", "导入需求清单或方案清单（表格、Word 表格、.jsonl），逐行报告问题", "api.commands.importing"),
    Command("check", "检查一份清单：逐行报告问题，并给出每条的完整度和追问，不保存", "api.commands.check"),
    Command("template", "写出空白的征集表，填好后导入", "api.commands.template"),
    Command("undo", "整次撤销一次导入", "api.commands.undo"),
    Command("build", "建立索引：检验合格后才启用，服务不中断", "api.commands.build"),
    Command("verify", "检验正在使用的索引", "api.commands.verify"),
    Command("rollback", "退回上一代索引", "api.commands.rollback"),
    Command("match", "为一段需求文字匹配方案", "api.commands.match"),
    Command("serve", "启动服务", "api.commands.serve"),
    Command("evaluate", "在评测集上衡量匹配质量", "api.commands.evaluate"),
    Command("account", "创建、列出、停用、解锁账号，重设密码", "api.commands.account"),
    Command("audit", "检验审计记录，存校验点", "api.commands.audit"),
    Command("words", "词库：预览待发布的改动，列出发布过的各版", "api.commands.words"),
    Command("token", "创建、列出、停用访问密钥", "api.commands.token"),
    Command("backup", "把数据库和附件备份成一个文件，服务不中断", "api.commands.backup"),
    Command("restore", "从备份恢复；原有数据移到一旁，须先停止服务", "api.commands.restore"),
    Command("doctor", "检查安装是否完好，并说明该怎么办", "api.commands.doctor"),
)


class Implementation(Protocol):
    """What the module of a command has."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's arguments."""
        ...

    def run(self, args: argparse.Namespace, settings: Settings) -> int:
        """Do it; the exit code."""
        ...


class _Help(argparse.HelpFormatter):
    """argparse's help with Chinese headings."""

    def add_usage(self, usage, actions, groups, prefix=None):  # type: ignore[no-untyped-def]
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)

    def _format_action(self, action: argparse.Action) -> str:
        """The list of commands without a line that says once more that they are commands."""
        told = super()._format_action(action)
        return told.partition("\n")[2] if isinstance(action, argparse._SubParsersAction) else told


WRONG = (
    (r"argument (.+?): invalid choice: '?(.*?)'? \(choose from (.*)\)", r"没有“\2”；\1可以是 \3"),
    (r"argument (.+?): invalid \S+ value: '?(.*?)'?", r"\1不能是“\2”"),
    (r"argument (.+?): expected .*", r"\1后面要写一个值"),
    (r"argument (.+?): not allowed with argument (.+)", r"\1与\2不能同时用"),
    (r"the following arguments are required: (.+)", r"还缺少 \1"),
    (r"unrecognized arguments: (.+)", r"多出了 \1"),
)
"""What argparse says → what we say."""


def _in_chinese(message: str) -> str:
    import re

    for pattern, says in WRONG:
        if found := re.fullmatch(pattern, message):
            return found.expand(says).replace("'", "")
    return message


class Parser(argparse.ArgumentParser):
    """A parser that speaks Chinese where people see it."""

    def __init__(self, **options: object) -> None:
        super().__init__(**{**options, "formatter_class": _Help, "add_help": False})  # type: ignore[arg-type]
        self._positionals.title, self._optionals.title = "参数", "选项"
        self.add_argument("-h", "--help", action="help", help="显示这段说明")

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"命令写法不对：{_in_chinese(message)}。\n用 {self.prog} --help 查看用法。\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    _speak_plainly()
    _one_thread_a_product()
    words = list(sys.argv[1:] if argv is None else argv)
    parser = Parser(prog=PROGRAM, description="SceneMatch 场景匹配引擎：为应用场景需求排出合适的方案，并说明理由。")
    commands = parser.add_subparsers(dest="command", metavar="命令", title="命令", required=True, parser_class=Parser)
    chosen: Implementation | None = None
    for command in COMMANDS:
        own = commands.add_parser(command.name, help=command.help, description=command.help)
        if words[:1] == [command.name]:
            chosen = cast(Implementation, importlib.import_module(command.module))
            chosen.configure(own)
    args = parser.parse_args(words)
    assert chosen is not None
    try:
        return chosen.run(args, Settings.from_env())
    except MatcherError as error:
        return fail(error, as_json=getattr(args, "json", False))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1


def _one_thread_a_product() -> None:
    """Our matrix products are small: a library's threads wait for each other longer than they work. Read when NumPy is
    first imported, so it must not have been yet; whoever set a number keeps it."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def _speak_plainly() -> None:
    """A console that lacks a letter shows a question mark instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
