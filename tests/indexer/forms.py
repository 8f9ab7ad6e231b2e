"""Small dirty lists written on the spot in the formats that offices send: other dirt than in the sample workbooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import xlwt
from docx import Document

Grid = Sequence[Sequence[object]]
Span = tuple[int, int, int, int]
"""First row, last row, first column, last column of merged cells, from 0."""


def write_xls(path: Path, grid: Grid, spans: Sequence[Span] = (), name: str = "Sheet1") -> Path:
    """An old binary workbook with one sheet; the value of merged cells is the one at their first place."""
    book = xlwt.Workbook()
    sheet = book.add_sheet(name)
    day = xlwt.easyxf(num_format_str="yyyy/m/d")
    covered = set()
    for top, bottom, left, right in spans:
        covered |= {(row, at) for row in range(top, bottom + 1) for at in range(left, right + 1)}
    for row, cells in enumerate(grid):
        for at, value in enumerate(cells):
            if value is not None and (row, at) not in covered:
                sheet.write(row, at, value, *([day] if isinstance(value, date) else []))
    for top, bottom, left, right in spans:
        sheet.write_merge(top, bottom, left, right, grid[top][left])
    book.save(str(path))
    return path


def write_marked_xls(path: Path, grid: Grid, hidden: Sequence[int], percents: Mapping[tuple[int, int], str]) -> Path:
    """An old binary workbook with hidden rows (from 0), and with cells whose number is shown in a format."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("数据")
    for row, cells in enumerate(grid):
        for at, value in enumerate(cells):
            shown = percents.get((row, at), "General")
            sheet.write(row, at, value, xlwt.easyxf(num_format_str=shown))
    for row in hidden:
        sheet.row(row).hidden = True
    book.save(str(path))
    return path


def write_docx(path: Path, above: Sequence[str], grid: Grid, spans: Sequence[Span] = ()) -> Path:
    """A Word document with paragraphs and one table."""
    document = Document()
    for text in above:
        document.add_paragraph(text)
    table = document.add_table(len(grid), max(map(len, grid)))
    for row, cells in enumerate(grid):
        for at, value in enumerate(cells):
            table.cell(row, at).text = "" if value is None else str(value)
    for top, bottom, left, right in spans:
        first, last = table.cell(top, left), table.cell(bottom, right)
        text = first.text
        first.merge(last).text = text
    document.save(str(path))
    return path


def write_html(path: Path, table: str, encoding: str = "gb2312") -> Path:
    """A web page under whatever name, as information systems export it."""
    head = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={encoding}"></head><body>'
    path.write_bytes(f"{head}{table}</body></html>".encode(encoding))
    return path


def write_csv(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig", delimiter: str = ",") -> Path:
    """A text table."""
    lines = [[f'"{cell}"' if delimiter in cell or "\n" in cell else cell for cell in row] for row in rows]
    text = "\r\n".join(delimiter.join(cells) for cells in lines)
    path.write_bytes(text.encode(encoding))
    return path
