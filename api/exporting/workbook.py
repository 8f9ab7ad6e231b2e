"""Tables as a workbook that prints well: one sheet each, text as text so that no cell can become a formula."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from api.exporting.scrub import writable
from api.exporting.tabular import NOTHING, Column, Table, Value

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_TITLE = Font(name="黑体", size=16)
_SMALL = Font(name="宋体", size=9, color="FF595959")
_HEAD = Font(name="黑体", size=11)
_BODY = Font(name="宋体", size=11)
_TOTAL = Font(name="黑体", size=11)
_SHADE = PatternFill("solid", fgColor="FFE8EEF5")
_LINE = Side(style="thin", color="FF7F7F7F")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_FORMATS = {"count": "#,##0", "share": "0.0%", "days": "0.0"}

_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_DANGEROUS = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")


def workbook(tables: Sequence[Table], number: str) -> bytes:
    """The tables as an .xlsx file. `number` is the export's, printed in every footer."""
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    names: set[str] = set()
    for table in tables:
        sheet = book.create_sheet(_sheet_name(table.title, names))
        _fill(sheet, table, number)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _fill(sheet: Worksheet, table: Table, number: str) -> None:
    width = len(table.columns)
    _put(sheet.cell(1, 1), table.title, _TITLE)
    sheet.cell(1, 1).alignment = Alignment(horizontal="center", vertical="center")
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    sheet.row_dimensions[1].height = 30
    for at, column in enumerate(table.columns, 1):
        cell = sheet.cell(2, at)
        _put(cell, column.label, _HEAD)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.fill, cell.border = _SHADE, _BOX
        sheet.column_dimensions[get_column_letter(at)].width = 2 * column.width + 2
    for down, row in enumerate(table.lines, 3):
        last = table.total is not None and down == len(table.lines) + 2
        for at, (column, value) in enumerate(zip(table.columns, row, strict=True), 1):
            _body(sheet.cell(down, at), column, value, _TOTAL if last else _BODY)
    if table.note:
        below = len(table.lines) + 3
        cell = sheet.cell(below, 1)
        _put(cell, table.note, _SMALL)
        sheet.merge_cells(start_row=below, start_column=1, end_row=below, end_column=width)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        across = sum(2 * column.width + 2 for column in table.columns)
        sheet.row_dimensions[below].height = 14 * (1 + int(2 * len(table.note) / across))
    _page(sheet, table, number)


def _page(sheet: Worksheet, table: Table, number: str) -> None:
    """Printed on A4, as wide as the page, with the head on every sheet and the export's number below."""
    sheet.freeze_panes = "A3"
    sheet.print_title_rows = "1:2"
    sheet.page_setup.paperSize = 9  # A4
    wide = sum(column.width for column in table.columns) > 45
    sheet.page_setup.orientation = "landscape" if wide else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.horizontalCentered = True
    footer: Any = sheet.oddFooter
    footer.left.text, footer.right.text = f"导出编号：{number}", "第 &P 页，共 &N 页"


def _body(cell: Cell | MergedCell, column: Column, value: Value, font: Font) -> None:
    if isinstance(value, int | float) and column.numeric:
        assert isinstance(cell, Cell)
        cell.value = value
        cell.number_format = _FORMATS[column.form]
        cell.font = font
    else:
        _put(cell, NOTHING if value is None else column.shown(value), font)
    cell.border = _BOX
    across = "right" if column.numeric else "center" if column.narrow else "left"
    cell.alignment = Alignment(horizontal=across, vertical="center", wrap_text=True)


def _put(cell: Cell | MergedCell, text: str, font: Font) -> None:
    """Text as text: never guessed to be a formula, and not when somebody edits the cell either."""
    clean = writable(text)
    assert isinstance(cell, Cell)  # cells are written before any are merged
    cell.value = clean
    cell.data_type = "s"
    cell.font = font
    cell.quotePrefix = clean.lstrip(" \ufeff").startswith(_DANGEROUS)


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name that Excel takes: at most 31 letters, none of its signs, no other sheet's."""
    base = _NO_SHEET_NAME.sub("", writable(title)).strip() or "表"
    name, number = base[:31], 1
    while name.casefold() in taken:
        number += 1
        tail = f"（{number}）"
        name = base[: 31 - len(tail)] + tail
    taken.add(name.casefold())
    return name
