"""A file's cells as a grid, and how much of it we are ready to hold. Limits come first."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from indexer.markings import Place
from indexer.reading import Cell
from matcher.errors import TooLarge, UnreadableFile

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 50_000
BESIDE = 100
"""Rows of a sheet that may stand beside its records: titles, headers, remarks, totals."""
MAX_COLUMNS = 200
MAX_CELL = 32_767
MAX_ENTRIES = 200
MAX_UNPACKED = 200 * 1024 * 1024

ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, slots=True)
class Merge:
    """Merged cells, both corners included; only the first holds the value."""

    first: Place
    last: Place


@dataclass(frozen=True, slots=True)
class Sheet:
    """A grid of cells: `rows[i]` is the user's row i + 1, and all rows have the same length.

    formulas  cells whose formula was saved without a result; they read as blank
    hidden    rows that the user does not see, from 0
    percents  cells whose number is shown as a percentage
    caption   what stands above the table, where that is not a row of it (a Word document)
    unseen    the whole sheet is hidden
    """

    name: str
    rows: Sequence[Sequence[Cell]]
    merges: tuple[Merge, ...] = ()
    formulas: Mapping[Place, str] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()
    percents: frozenset[Place] = frozenset()
    caption: str = ""
    unseen: bool = False


def check_size(path: Path) -> None:
    """TooLarge when the file has more bytes than we read; UnreadableFile when there is no such file."""
    if not path.is_file():
        raise UnreadableFile(f"找不到文件 {path.name}", file=path.name)
    if path.stat().st_size > MAX_BYTES:
        raise too_large(path.name, f"文件超过 {MAX_BYTES // 1024 // 1024} MB")


def check_cells(sheet: Sheet) -> None:
    """TooLarge for more rows, columns or characters in a cell than we read."""
    check_extent(sheet.name, len(sheet.rows), len(sheet.rows[0]) if sheet.rows else 0)
    for number, row in enumerate(sheet.rows, 1):
        if any(isinstance(cell, str) and len(cell) > MAX_CELL for cell in row):
            raise too_large(sheet.name, f"第 {number} 行有单元格超过 {MAX_CELL} 个字")


def check_extent(where: str, rows: int, columns: int) -> None:
    """TooLarge for more rows or columns than we read; to be asked before the cells are."""
    if rows > MAX_ROWS + BESIDE:
        raise too_large(where, f"超过 {MAX_ROWS} 行")
    if columns > MAX_COLUMNS:
        raise too_large(where, f"超过 {MAX_COLUMNS} 列")


def check_package(path: Path, package: zipfile.ZipFile) -> None:
    """TooLarge when a package has too many parts or unpacks to too much."""
    entries = package.infolist()
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise too_large(path.name, f"解压后超过 {MAX_UNPACKED // 1024 // 1024} MB 或 {MAX_ENTRIES} 个部件")


def decoded(path: Path) -> str:
    """The text of a file in one of ENCODINGS or in UTF-16 with its mark, without byte-order mark."""
    raw = path.read_bytes()
    marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(f"{path.name} 的编码无法识别，请另存为 UTF-8 编码", file=path.name)


def damaged(name: str) -> UnreadableFile:
    """The error about a file that is of the right kind and cannot be read."""
    return UnreadableFile(f"{name} 无法读取，可能已损坏，请在 Excel 中打开后另存为 .xlsx", file=name)


def too_large(where: str, says: str) -> TooLarge:
    """The error about something over a limit."""
    return TooLarge(f"{where}{'：' if where else ''}{says}，请拆分后再导入", file=where)
