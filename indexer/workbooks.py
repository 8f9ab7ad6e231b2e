"""Excel's own files through calamine: values, merged cells, and what the package says beside them."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.markings import Markings, Place, markings
from indexer.oldmarkings import old_markings
from indexer.reading import Cell
from indexer.sheets import Merge, Sheet, check_extent, check_package, damaged
from matcher.errors import UnreadableFile

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

PLAIN = Markings()

KNOWN = 20_000
"""Texts of a sheet that are looked out for."""


def read_xlsx(path: Path) -> tuple[Sheet, ...]:
    """Every sheet in order. UnreadableFile when the package is broken, TooLarge when it unpacks to too much."""
    return _sheets(path, _check_package(path))


def read_xls(path: Path) -> tuple[Sheet, ...]:
    """Every sheet of an old binary workbook in order; it does not tell formulas that were saved without a result."""
    return _sheets(path, old_markings(path.read_bytes()))


def _sheets(path: Path, marked: Mapping[str, Markings]) -> tuple[Sheet, ...]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        # From its bytes, so that the name of a file does not decide how it is read.
        book = CalamineWorkbook.from_filelike(BytesIO(path.read_bytes()))
        sheets = []
        for meta in book.sheets_metadata:
            if meta.typ is not SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(meta.name)
            rows, columns = (n + 1 for n in sheet.end) if sheet.end else (0, 0)
            check_extent(path.name, rows, columns)
            merges = tuple(Merge(first, last) for first, last in sheet.merged_cell_ranges or ())
            cells = _cells(sheet) if rows else ()
            marks = marked.get(meta.name, PLAIN)
            sheets.append(
                Sheet(
                    meta.name,
                    cells,
                    merges,
                    _blank_ones(marks.formulas, cells),
                    marks.hidden,
                    marks.percents,
                    unseen=meta.visible is not SheetVisibleEnum.Visible,
                )
            )
    except (CalamineError, OSError, ValueError) as error:
        raise damaged(path.name) from error
    return tuple(sheets)


def _cells(sheet: CalamineSheet) -> list[list[Cell]]:
    """All rows from the first of the sheet on. Of equal texts one is kept: a long list says the same few things in
    every other cell, and would hold each of them thousands of times."""
    known: dict[str, str] = {}

    def one(cell: Cell) -> Cell:
        if isinstance(cell, str) and (cell in known or len(known) < KNOWN):
            return known.setdefault(cell, cell)
        return cell

    left = [""] * (sheet.start[1] if sheet.start else 0)  # the library leaves out blank columns before the first cell
    return [[*left, *map(one, row)] for row in sheet.iter_rows()]


def _check_package(path: Path) -> Mapping[str, Markings]:
    """Refuse what is no workbook or unpacks to too much; its markings, by sheet."""
    try:
        with zipfile.ZipFile(path) as package:
            check_package(path, package)
            return markings(package)
    except zipfile.BadZipFile as error:
        raise UnreadableFile(
            f"{path.name} 不是 .xlsx 工作簿（可能是旧版 .xls 或加了密码），请在 Excel 中另存为 .xlsx", file=path.name
        ) from error
    except (KeyError, ValueError, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise damaged(path.name) from error


def _blank_ones(formulas: Mapping[Place, str], cells: Sequence[Sequence[Cell]]) -> dict[Place, str]:
    return {
        (row, column): formula
        for (row, column), formula in formulas.items()
        if row < len(cells) and column < len(cells[row]) and cells[row][column] == ""
    }
