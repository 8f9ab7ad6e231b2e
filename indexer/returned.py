"""The uploaded list as it goes back to whoever sent it: a column that says what is wrong, coloured cells, a summary.

A workbook of ordinary size keeps its looks. Everything else (.xls, .csv, Word tables, long lists) comes back as a plain
.xlsx with the same cells. No cell of it is a formula: texts that begin like one are written as text.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.books import read_sheets
from indexer.isolated import ROOT, WALL_S, child_environment, limit
from indexer.jsonl import lines
from indexer.report import OUTCOME_NAMES, Form, Outcome, RowResult
from indexer.reportfile import Head, ReportFile
from indexer.sheets import Sheet, decoded
from matcher.errors import MatcherError, UnreadableFile

if TYPE_CHECKING:
    from openpyxl import Workbook

COLUMN = "问题与建议"
SUMMARY = "导入结果"

STYLED_BYTES = 2 * 1024 * 1024
STYLED_ROWS = 3000
"""Up to here a workbook is opened whole, which keeps its looks and costs a minute per hundred thousand cells."""

COLOURS: Mapping[Outcome, str] = {
    Outcome.REJECTED: "F8CBAD",
    Outcome.INCOMPLETE: "FFE699",
    Outcome.NOTED: "FFF9DB",
    Outcome.SKIPPED: "E7E6E6",
}

EXPLAINED: Mapping[Outcome, str] = {
    Outcome.ACCEPTED: "没有发现问题",
    Outcome.NOTED: "已接收；有换算、推断或疑点，请核对",
    Outcome.INCOMPLETE: "已接收但缺少必填内容，请补填",
    Outcome.REJECTED: "没有接收，请按提示修改后重新提交",
    Outcome.SKIPPED: "标题、说明等，不是数据",
}

_WIDTH = 60


@dataclass
class _Marks:
    """What to write on one sheet: row → what to say and how it came out; (row, column from 1) → colour."""

    says: dict[int, tuple[str, Outcome]] = field(default_factory=dict)
    cells: dict[tuple[int, int], Outcome] = field(default_factory=dict)
    header: int = 0


def return_isolated(source: Path, report: ReportFile, into: Path, number: str = "") -> None:
    """Write the marked list to `into`, in a child process with the limits of reading. `number` is the export's, "" for
    a list that stays where it came from. UnreadableFile when it failed."""
    paths = map(str, (source.resolve(), report.path, into.resolve()))
    command = [sys.executable, "-m", "indexer.returned", *paths, number]
    try:
        child = subprocess.run(
            command,
            cwd=ROOT,
            env=child_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=WALL_S,
            check=False,
        )
        done = child.returncode == 0
    except subprocess.TimeoutExpired:
        done = False
    if not done:
        raise UnreadableFile(f"{source.name} 的标注表格没有做成，请改看逐行的报告", file=source.name)


def returned(source: Path, report: ReportFile, into: Path, number: str = "") -> None:
    """The same in this process."""
    head = report.head()
    marks = _marks(head.forms, report.rows())
    sheets = _sheets(source)
    rows = max((len(sheet.rows) for sheet in sheets), default=0)
    styled = source.suffix.lower() == ".xlsx" and source.stat().st_size <= STYLED_BYTES and rows <= STYLED_ROWS
    book = _styled(source, sheets, marks) if styled else None
    if book is None:
        book = _plain(sheets, marks)
    _summary(book, head, number)
    book.save(into)


def _marks(forms: Sequence[Form], rows: Iterable[RowResult]) -> Mapping[str, _Marks]:
    columns = {(form.sheet, column.label): column.at + 1 for form in forms for column in form.columns}
    marks: dict[str, _Marks] = {form.sheet: _Marks(header=form.last) for form in forms}
    for row in rows:
        mark = marks.setdefault(row.sheet, _Marks())
        if row.outcome is Outcome.ACCEPTED:
            continue
        hints = [f"{p.column}：{p.hint}" if p.column else p.hint for p in row.problems]
        mark.says[row.row] = f"【{OUTCOME_NAMES[row.outcome]}】" + "；".join(dict.fromkeys(hints)), row.outcome
        for problem in row.problems:
            at = columns.get((row.sheet, problem.column))
            if at and row.outcome is not Outcome.SKIPPED:
                mark.cells[row.row, at] = row.outcome
    return marks


def _sheets(source: Path) -> Sequence[Sheet]:
    if source.suffix.lower() != ".jsonl":
        return read_sheets(source)
    rows = dict(lines(decoded(source).split("\n")))
    return (Sheet("", [[rows.get(number, "")] for number in range(1, max(rows, default=0) + 1)]),)


def _styled(source: Path, sheets: Sequence[Sheet], marks: Mapping[str, _Marks]) -> Workbook | None:
    """The workbook itself with the marks on it, or None when this library cannot open what the other one could."""
    from openpyxl import load_workbook
    from openpyxl.styles import Alignment, Font, PatternFill

    try:
        book = load_workbook(source, keep_links=False)
    except (KeyError, ValueError, TypeError, AttributeError, OSError):
        return None
    fills = {outcome: PatternFill("solid", start_color=colour) for outcome, colour in COLOURS.items()}
    for table in book.worksheets:
        for row in table.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cell.value, cell.data_type = _text(_formula(cell.value)), "s"
                    cell.quotePrefix = True
        mark = marks.get(table.title)
        width = next((len(sheet.rows[0]) for sheet in sheets if sheet.name == table.title and sheet.rows), 0)
        if mark is None or not (mark.says or mark.header):
            continue
        for (number, at), outcome in mark.cells.items():
            table.cell(number, at).fill = fills[outcome]
        for number, (says, outcome) in mark.says.items():
            cell = table.cell(number, width + 1, _text(says))
            cell.data_type, cell.fill = "s", fills[outcome]
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        if mark.header:
            table.cell(mark.header, width + 1, COLUMN).font = Font(bold=True)
        table.column_dimensions[_letters(width + 1)].width = _WIDTH
    return book


def _plain(sheets: Sequence[Sheet], marks: Mapping[str, _Marks]) -> Workbook:
    """A workbook of the same cells, written as it goes."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import PatternFill

    book = Workbook(write_only=True)
    fills = {outcome: PatternFill("solid", start_color=colour) for outcome, colour in COLOURS.items()}
    for sheet in sheets:
        table = book.create_sheet(sheet.name or "数据")
        mark = marks.get(sheet.name, _Marks())
        width = len(sheet.rows[0]) if sheet.rows else 0
        table.column_dimensions[_letters(width + 1)].width = _WIDTH

        def cell(value: Any, outcome: Outcome | None, table: Any = table) -> Any:
            made = WriteOnlyCell(table, _value(value))
            if isinstance(made.value, str):
                made.data_type = "s"
            if outcome:
                made.fill = fills[outcome]
            return made

        for number, row in enumerate(sheet.rows, 1):
            written = [
                cell(value, mark.cells.get((number, at))) if isinstance(value, str) or mark.cells else _value(value)
                for at, value in enumerate(row, 1)
            ]
            says, outcome = mark.says.get(number, (COLUMN if number == mark.header else "", None))
            table.append([*written, cell(says, outcome)] if says else written)
    return book


def _summary(book: Workbook, head: Head, number: str) -> None:
    from openpyxl.styles import Font, PatternFill

    table = book.create_sheet(SUMMARY, 0) if not book.write_only else book.create_sheet(SUMMARY)
    told: list[list[Any]] = [
        [f"{head.file} 的导入结果"],
        [f"导出编号：{number}"] if number else [],
        ["结果", "行数", "说明"],
        *([OUTCOME_NAMES[o], head.outcomes[o.value], EXPLAINED[o]] for o in Outcome),
        [],
        [f"各行的问题写在数据表最右边“{COLUMN}”一列，有问题的单元格涂了颜色。改好后可以直接重新上传这个文件。"],
        *(["整张表", "", f"{p.sheet} {p.column}：{p.hint}"] for p in head.problems),
    ]
    for line in told:
        table.append([_text(value) if isinstance(value, str) else value for value in line])
    for letter, width in (("A", 20), ("B", 10), ("C", 70)):
        table.column_dimensions[letter].width = width
    if not book.write_only:
        table["A1"].font = Font(bold=True, size=14)
        for at, outcome in enumerate(Outcome, 4):
            if outcome in COLOURS:
                table.cell(at, 1).fill = PatternFill("solid", start_color=COLOURS[outcome])
        for row in table.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    cell.data_type = "s"


def _formula(value: Any) -> str:
    return str(getattr(value, "text", value) or "")


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    return value if isinstance(value, int | float | datetime | date | time | timedelta) else None


def _text(value: str) -> str:
    """Text that a cell can hold."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return str(ILLEGAL_CHARACTERS_RE.sub("", value))[:32_767]


def _letters(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column))


if __name__ == "__main__":
    limit()
    try:
        returned(Path(sys.argv[1]), ReportFile(Path(sys.argv[2])), Path(sys.argv[3]), sys.argv[4])
    except MatcherError:
        sys.exit(1)
