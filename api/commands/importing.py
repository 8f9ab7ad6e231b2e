"""`scenematch import FILE…`: lists in, records filed, every doubtful row named."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api.commands.output import Progress, add_json, say, say_json
from api.reporting import report_json
from indexer.answers import Answers
from indexer.intake import MODES, REPORT, Intake, confirmed, examine, safe_name
from indexer.reportfile import ReportFile
from indexer.returned import return_isolated
from matcher.errors import InvalidInput, MatcherError, UnreadableFile
from matcher.model import Kind
from matcher.settings import Settings
from matcher.store import CONSOLE, Store, utc_now

VERDICTS = {"note": "提示", "question": "待确认", "missing": "待补正", "skipped": "跳过", "rejected": "未入库"}
SHOWN = 50
"""Problems printed per file; --json lists more."""

MANY = 2000
"""Changed records from which on the index is rebuilt without being asked: they are searched one by one until then."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="文件", help="清单文件，例如 .xlsx")
    parser.add_argument("--kind", choices=[kind.value for kind in Kind], help="需求还是方案；不填则按表头判断")
    parser.add_argument("--dry-run", action="store_true", help="只检查，不保存")
    parser.add_argument("--mode", choices=MODES, default="good", help="good：合格的行入库；all：全部合格才入库")
    parser.add_argument("--report", type=Path, metavar="文件", help="把标出问题的表格写到这个 .xlsx")
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """1 when a file could not be read or a row was rejected; everything else is filed all the same."""
    if args.report and len(args.files) > 1:
        raise InvalidInput("--report 一次只能用于一个文件；请逐个导入。")
    with opened(settings, write=not args.dry_run) as store:
        reports, errors = import_files(
            store,
            args.files,
            args.kind and Kind(args.kind),
            dry_run=args.dry_run,
            mode=args.mode,
            report=args.report,
            folder=settings.uploads_folder,
        )
    many = sum(report["created"] + report["updated"] for report in reports) >= MANY and not args.dry_run
    if many:
        _build(settings)
    if args.json:
        say_json({"files": reports, "errors": errors})
    else:
        _tell(reports, errors, built=many)
        if args.report and reports:
            say(f"标出问题的表格已写到 {args.report}")
    return 1 if errors or any(report["rejected"] for report in reports) else 0


def import_files(
    store: Store,
    files: list[Path],
    kind: Kind | None = None,
    *,
    dry_run: bool = False,
    mode: str = "good",
    report: Path | None = None,
    folder: Path | None = None,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(reports, errors) of the files, one commit each. Without a `folder` the uploads are not kept."""
    reports: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="scenematch-") as own, Progress() as progress:
        intake = Intake(store, folder or Path(own), utc_now)
        for path in files:
            try:
                if dry_run:
                    reports.append(_examine(store, path, Path(own), kind, progress, report))
                else:
                    reports.append(_import(intake, path, kind, mode, progress, report))
            except MatcherError as error:
                errors.append({"file": path.name, "code": error.code, "message": str(error)})
    return reports, errors


def look_at(
    store: Store, path: Path, own: Path, kind: Kind | None, progress: Progress
) -> tuple[ReportFile, dict[str, Any]]:
    """(a file's report, in the folder `own`; what an import would do). Nothing is filed."""
    counts = examine(store, path, own / REPORT, kind, Answers(mappings=confirmed(store)), progress)
    read = ReportFile(own / REPORT)
    return read, report_json(read, counts, dry_run=True)


def _examine(
    store: Store, path: Path, own: Path, kind: Kind | None, progress: Progress, report: Path | None
) -> dict[str, Any]:
    read, said = look_at(store, path, own, kind, progress)
    if report:
        _return(path, read, report)
    return said


def _import(
    intake: Intake, path: Path, kind: Kind | None, mode: str, progress: Progress, report: Path | None
) -> dict[str, Any]:
    if not path.is_file():
        raise UnreadableFile(f"找不到文件 {path.name}", file=path.name)
    made = intake.receive(safe_name(path.name), path.read_bytes(), kind, CONSOLE, mode=mode)
    intake.read(made.id, CONSOLE, progress)
    read = intake.report(made.id)
    if report:
        _return(path, read, report)
    committed = intake.commit(made.id, CONSOLE, mode=mode, told=progress)
    return report_json(read, committed.counts, imported=committed)


def _return(path: Path, read: ReportFile, report: Path) -> None:
    return_isolated(path, read, report)


@contextmanager
def opened(settings: Settings, *, write: bool) -> Iterator[Store]:
    """The store; for a look at a list before there is any, an empty one."""
    file = settings.database_path
    if write or file is None or file.is_file():
        with Store.open(settings.database_url, write=write) as store:
            yield store
        return
    folder = Path(tempfile.mkdtemp(prefix="scenematch-"))
    try:
        with Store.open(f"sqlite:///{(folder / 'empty.db').as_posix()}", write=True) as store:
            yield store
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _build(settings: Settings) -> None:
    from indexer.build import build

    with Progress() as progress:
        build(settings, progress)


def _tell(reports: list[dict[str, Any]], errors: list[dict[str, Any]], *, built: bool) -> None:
    for report in reports:
        tell_report(report)
    for error in errors:
        say(f"{error['file']}：没有导入。{error['message']}")
    if reports and not reports[0]["dry_run"]:
        say("索引已一并重建。" if built else "新记录立即可以匹配。导错了可以用 scenematch undo 编号 整次撤销。")


def tell_report(report: dict[str, Any]) -> None:
    """What one list came to, line by line."""
    changes = f"新增 {report['created']}，更新 {report['updated']}，没有变化 {report['unchanged']}"
    say(f"{report['file']}：读到需求 {report['demands']} 条、方案 {report['solutions']} 条。")
    waiting = f"其中 {report['incomplete']} 条待补正；" if report["incomplete"] else ""
    if report["dry_run"]:
        say(f"  只检查，没有保存；{waiting}入库的话：{changes}，未接收 {report['rejected']}。")
    else:
        say(f"  已入库（{report['id']}）：{changes}；{waiting}未接收 {report['rejected']} 行。")
    for problem in report["problems"][:SHOWN]:
        sheet = f"工作表“{problem['sheet']}”" if problem["sheet"] else ""
        row = f"第 {problem['row']} 行" if problem["row"] else ""
        column = f"“{problem['column']}”" if problem["column"] else ""
        say(f"  [{VERDICTS[problem['verdict']]}] {sheet}{row}{column}：{problem['hint']}")
    if report["problems_total"] > SHOWN:
        say(f"  ……共 {report['problems_total']} 处，用 --json 查看全部，或用 --report 得到标好的表格。")
