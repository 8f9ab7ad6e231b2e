"""`scenematch check FILE`: what a list would come to, and how complete each of its records is. Nothing is filed."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.commands.importing import look_at, opened, tell_report
from api.commands.output import Progress, add_json, say, say_json
from api.presenting import completeness_json
from indexer.reportfile import ReportFile
from indexer.workshop import checker, workshop
from matcher.completeness import Checker
from matcher.model import Kind
from matcher.settings import Settings

SHOWN = 50
"""Records told of at the console, the least complete first; --json lists all."""

ASKED = 3
"""Questions told of a record at the console, the weightiest first."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="文件", help="清单文件，例如 .xlsx")
    parser.add_argument("--kind", choices=[kind.value for kind in Kind], help="需求还是方案；不填则按表头判断")
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """1 when a row was rejected."""
    judge = checker(workshop(settings))
    with (
        opened(settings, write=False) as store,
        tempfile.TemporaryDirectory(prefix="scenematch-") as own,
        Progress() as progress,
    ):
        read, report = look_at(store, args.file, Path(own), args.kind and Kind(args.kind), progress)
        records = list(_records(read, judge))
    if args.json:
        say_json({"report": report, "records": records})
    else:
        tell_report(report)
        _tell(records)
    return 1 if report["rejected"] else 0


def _records(read: ReportFile, judge: Checker) -> Iterator[dict[str, Any]]:
    for row in read.rows(conversions=False):
        if row.accepted:
            record = row.accepted.record
            found = completeness_json(judge.check(record, record.contact))
            place = {"sheet": row.sheet, "row": row.row, "kind": record.kind.value}
            yield {**place, "id": record.id, "title": record.title, "completeness": found}


def _tell(records: list[dict[str, Any]]) -> None:
    if not records:
        return
    scores = [each["completeness"]["score"] for each in records]
    say(f"完整度：{len(records)} 条平均 {sum(scores) / len(scores):.0f} 分。最不完整的在前：")
    order = sorted(records, key=lambda each: each["completeness"]["score"])
    for each in order[:SHOWN]:
        found = each["completeness"]
        sheet = f"工作表“{each['sheet']}”" if each["sheet"] else ""
        say(f"  {found['score']:3} 分 {found['level']}  {sheet}第 {each['row']} 行 {each['title'] or each['id']}")
        if found["missing"]:
            say(f"      缺：{'、'.join(found['missing'])}")
        for question in found["questions"][:ASKED]:
            say(f"      问：{question['asks']}")
        for vague in found["vague"][:ASKED]:
            say(f"      含糊：“{vague['text']}”——{vague['asks']}")
    if len(records) > SHOWN:
        say(f"  ……共 {len(records)} 条，用 --json 查看全部。")
