"""A file's cells: .xlsx through calamine, .csv in the encodings offices use. Limits come first."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from indexer.formulas import Place, without_result
from indexer.reading import Cell
from matcher.errors import TooLarge, UnreadableFile

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 50_000
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

    `formulas` holds the cells whose formula was saved without a result; they read as blank.
    """

    name: str
    rows: Sequence[Sequence[Cell]]
    merges: tuple[Merge, ...] = ()
    formulas: Mapping[Place, str] = field(default_factory=dict)


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """Every sheet of a workbook, or the one of a .csv file, in order.

    UnreadableFile for another kind of file or a broken one, TooLarge over a limit; both say in Chinese what to do.
    """
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise UnreadableFile(
            f"不支持的文件类型「{suffix or path.name}」，请另存为 {'、'.join(READERS)} 或使用 .jsonl", file=path.name
        )
    check_size(path)
    sheets = READERS[suffix](path)
    for sheet in sheets:
        _check_cells(sheet)
    return sheets


def check_size(path: Path) -> None:
    """TooLarge when the file has more bytes than we read; UnreadableFile when there is no such file."""
    if not path.is_file():
        raise UnreadableFile(f"找不到文件 {path.name}", file=path.name)
    if path.stat().st_size > MAX_BYTES:
        raise _too_large(path.name, f"文件超过 {MAX_BYTES // 1024 // 1024} MB")


def decoded(path: Path) -> str:
    """The text of a file in one of ENCODINGS, without byte-order mark."""
    raw = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(f"{path.name} 的编码无法识别，请另存为 UTF-8 编码", file=path.name)


def _read_csv(path: Path) -> tuple[Sheet, ...]:
    text = decoded(path)
    first = text.partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    rows: list[list[Cell]] = []
    previous = csv.field_size_limit(MAX_CELL)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(rows) == MAX_ROWS:
                raise _too_large(path.name, f"超过 {MAX_ROWS} 行")
            rows.append([*row])
    except csv.Error as error:
        if "field larger" in str(error):
            raise _too_large(path.name, f"第 {len(rows) + 1} 行有单元格超过 {MAX_CELL} 个字") from None
        raise UnreadableFile(f"{path.name} 第 {len(rows) + 1} 行不是合法的 CSV，请重新另存", file=path.name) from None
    finally:
        csv.field_size_limit(previous)
    width = max(map(len, rows), default=0)
    return (Sheet("", tuple((*row, *[""] * (width - len(row))) for row in rows)),)


def _read_xlsx(path: Path) -> tuple[Sheet, ...]:
    from python_calamine import CalamineError, load_workbook

    formulas = _check_package(path)
    try:
        book = load_workbook(str(path))
        sheets = []
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            rows, columns = (n + 1 for n in sheet.end) if sheet.end else (0, 0)
            _check_extent(path.name, rows, columns)
            merges = tuple(Merge(first, last) for first, last in sheet.merged_cell_ranges or ())
            cells = sheet.to_python(skip_empty_area=False) if rows else ()
            sheets.append(Sheet(name, cells, merges, _blank_ones(formulas.get(name, {}), cells)))
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged(path) from error
    return tuple(sheets)


def _check_package(path: Path) -> Mapping[str, Mapping[Place, str]]:
    """Refuse what is no workbook or unpacks to too much; the formulas without a result, by sheet."""
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
            if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise _too_large(path.name, f"解压后超过 {MAX_UNPACKED // 1024 // 1024} MB 或 {MAX_ENTRIES} 个部件")
            return without_result(package)
    except zipfile.BadZipFile as error:
        raise UnreadableFile(
            f"{path.name} 不是 .xlsx 工作簿（可能是旧版 .xls 或加了密码），请在 Excel 中另存为 .xlsx", file=path.name
        ) from error
    except (KeyError, ValueError, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise _damaged(path) from error


def _blank_ones(formulas: Mapping[Place, str], cells: Sequence[Sequence[Cell]]) -> dict[Place, str]:
    return {
        (row, column): formula
        for (row, column), formula in formulas.items()
        if row < len(cells) and column < len(cells[row]) and cells[row][column] == ""
    }


def _damaged(path: Path) -> UnreadableFile:
    return UnreadableFile(f"{path.name} 无法读取，可能已损坏，请在 Excel 中打开后另存为 .xlsx", file=path.name)


READERS: Mapping[str, Callable[[Path], tuple[Sheet, ...]]] = {".xlsx": _read_xlsx, ".csv": _read_csv}


def _check_cells(sheet: Sheet) -> None:
    _check_extent(sheet.name, len(sheet.rows), len(sheet.rows[0]) if sheet.rows else 0)
    for number, row in enumerate(sheet.rows, 1):
        if any(isinstance(cell, str) and len(cell) > MAX_CELL for cell in row):
            raise _too_large(sheet.name, f"第 {number} 行有单元格超过 {MAX_CELL} 个字")


def _check_extent(where: str, rows: int, columns: int) -> None:
    if rows > MAX_ROWS:
        raise _too_large(where, f"超过 {MAX_ROWS} 行")
    if columns > MAX_COLUMNS:
        raise _too_large(where, f"超过 {MAX_COLUMNS} 列")


def _too_large(where: str, says: str) -> TooLarge:
    return TooLarge(f"{where}{'：' if where else ''}{says}，请拆分后再导入", file=where)
