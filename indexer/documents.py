"""Tables of a Word document, each with what stands above it, which is where unit and year are written."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from indexer.reading import Cell
from indexer.sheets import Merge, Sheet, check_extent, check_package, damaged
from matcher.errors import UnreadableFile

ABOVE = 3
"""Paragraphs before a table that may be its caption."""


def read_docx(path: Path) -> tuple[Sheet, ...]:
    """The tables of the document in order. UnreadableFile when it is broken or has none."""
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    try:
        with zipfile.ZipFile(path) as package:
            check_package(path, package)
        above: list[str] = []
        sheets: list[Sheet] = []
        for part in Document(str(path)).iter_inner_content():
            if isinstance(part, Paragraph):
                above.append(part.text.strip())
            elif isinstance(part, Table):
                caption = " ".join(filter(None, above[-ABOVE:]))
                sheets.append(_sheet(path.name, f"表格{len(sheets) + 1}", part, caption))
                above = []
    except (
        PackageNotFoundError,
        zipfile.BadZipFile,
        SyntaxError,
        KeyError,
        ValueError,
        zlib.error,
        OSError,
    ) as error:
        raise damaged(path.name) from error
    if not sheets:
        raise UnreadableFile(f"{path.name} 里没有表格，请把内容填入表格后再导入", file=path.name)
    return tuple(sheets)


def _sheet(file: str, name: str, table: Any, caption: str) -> Sheet:
    grid: list[list[Cell]] = []
    merges: list[Merge] = []
    open_at: dict[int, tuple[int, int, int]] = {}  # column → first row, last column, last row of a merge going down
    for number, row in enumerate(table._tbl.tr_lst):
        cells: list[Cell] = [""] * row.grid_before
        for cell in row.tc_lst:
            at, across = len(cells), cell.grid_span
            continued = cell.vMerge == "continue" and at in open_at
            cells += ["" if continued else _text(cell), *[""] * (across - 1)]
            if continued:
                first, last, _ = open_at[at]
                open_at[at] = first, last, number
                continue
            merges += _closed(open_at, at)
            if cell.vMerge == "restart":
                open_at[at] = number, at + across - 1, number
            elif across > 1:
                merges.append(Merge((number, at), (number, at + across - 1)))
        check_extent(file, number + 1, len(cells))
        grid.append(cells)
    for at in list(open_at):
        merges += _closed(open_at, at)
    width = max(map(len, grid), default=0)
    return Sheet(name, tuple((*cells, *[""] * (width - len(cells))) for cells in grid), tuple(merges), caption=caption)


def _closed(open_at: dict[int, tuple[int, int, int]], at: int) -> Iterator[Merge]:
    if at in open_at:
        first, last, bottom = open_at.pop(at)
        if bottom > first or last > at:
            yield Merge((first, at), (bottom, last))


def _text(cell: Any) -> str:
    return "\n".join("".join(piece.text or "" for piece in paragraph.iter("{*}t", "{*}tab", "{*}br"))
                     for paragraph in cell.p_lst).strip()  # fmt: skip
