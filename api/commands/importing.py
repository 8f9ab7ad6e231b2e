"""`scenematch import FILE…`: lists in, records filed, every doubtful row named."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from api.commands.output import Progress, add_json, say, say_json
from api.reporting import NOTHING, report_json
from indexer.isolated import import_isolated
from matcher.errors import MatcherError
from matcher.model import Kind
from matcher.settings import Settings
from matcher.store import Actor, Store

CONSOLE = Actor("console", "console")
VERDICTS = {"note": "提示", "question": "待确认", "missing": "待补正", "skipped": "跳过", "rejected": "未入库"}
SHOWN = 50
"""Problems printed per file; --json lists more."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="文件", help=".xlsx、.csv 或 .jsonl 文件")
    parser.add_argument("--kind", choices=[kind.value for kind in Kind], help="需求还是方案；不填则按表头判断")
    parser.add_argument("--dry-run", action="store_true", help="只检查，不保存")
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """1 when a file could not be read or a row was rejected; everything else is filed all the same."""
    reports: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    with Store.open(settings.database_url, write=not args.dry_run) as store:
        reports, errors = import_files(store, args.files, args.kind and Kind(args.kind), dry_run=args.dry_run)
    if args.json:
        say_json({"files": reports, "errors": errors})
    else:
        _tell(reports, errors)
    return 1 if errors or any(report["rejected"] for report in reports) else 0


def import_files(
    store: Store, files: list[Path], kind: Kind | None = None, *, dry_run: bool = False
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(reports, errors) of the files, one commit each."""
    reports: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    with Progress() as progress:
        for number, path in enumerate(files, 1):
            progress("读取文件", number, len(files))
            try:
                report = import_isolated(path, kind)
                saved = NOTHING if dry_run else store.put_many(report.records, actor=CONSOLE)
            except MatcherError as error:
                errors.append({"file": path.name, "code": error.code, "message": str(error)})
            else:
                reports.append(report_json(report, saved, dry_run=dry_run))
    return reports, errors


def _tell(reports: list[dict[str, Any]], errors: list[dict[str, Any]]) -> None:
    for report in reports:
        say(
            f"{report['file']}：读到需求 {report['demands']} 条、方案 {report['solutions']} 条；"
            + (
                "只检查，没有保存。"
                if report["dry_run"]
                else f"新增 {report['created']}，更新 {report['updated']}，没有变化 {report['unchanged']}。"
            )
        )
        for problem in report["problems"][:SHOWN]:
            sheet = f"工作表“{problem['sheet']}”" if problem["sheet"] else ""
            row = f"第 {problem['row']} 行" if problem["row"] else ""
            column = f"“{problem['column']}”" if problem["column"] else ""
            say(f"  [{VERDICTS[problem['verdict']]}] {sheet}{row}{column}：{problem['hint']}")
        if report["problems_total"] > SHOWN:
            say(f"  ……共 {report['problems_total']} 处，用 --json 查看全部。")
    for error in errors:
        say(f"{error['file']}：没有导入。{error['message']}")
    if reports and not reports[0]["dry_run"]:
        say("新记录立即可以匹配；记录较多时请再运行 scenematch build 建立索引，匹配会更快。")
