"""Readable data tables: UTF-8, tab-separated, `#` comments, one header row in Chinese, lists joined by 、.

Staff edit these files with a text editor or Excel, so a byte-order mark, CRLF and missing trailing cells are fine;
anything else that is wrong is refused with the file and the line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matcher.errors import InvalidInput

_LIST = re.compile(r"\s*[、，,;；]\s*")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its cells by column name, and where it stands (`line` starts at 1; 0 for one that stands in
    no file, which `file` then names)."""

    file: str
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def words(self, column: str) -> tuple[str, ...]:
        """The entries of a list cell, in order; () for an empty cell."""
        return words(self.cells[column])

    def number(self, column: str, low: float, high: float) -> float:
        """A number in [low, high]. Raises InvalidInput with file and line otherwise."""
        try:
            value = float(self.cells[column])
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise self.wrong(f"「{column}」应是 {low:g} 到 {high:g} 之间的数，现为「{self.cells[column]}」")
        return value

    def wrong(self, says: str) -> InvalidInput:
        """The error to raise about this line."""
        return InvalidInput(f"{self.place}：{says}", file=self.file, line=self.line)

    @property
    def place(self) -> str:
        """Where the row stands, for a person."""
        return f"{self.file} 第 {self.line} 行" if self.line else self.file


def words(cell: str) -> tuple[str, ...]:
    """The entries of a list cell, in order; () for an empty one."""
    return tuple(word for word in _LIST.split(cell) if word)


def text(path: Path) -> str:
    """The file's text with `\\n` line ends and no byte-order mark. Raises InvalidInput when missing or not UTF-8."""
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise InvalidInput(f"缺少数据文件 {path.name}，请从安装包中恢复", file=path.name, line=0) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InvalidInput(
            f"{path.name} 第 {line} 行不是 UTF-8 编码，请另存为 UTF-8", file=path.name, line=line
        ) from None


def read(path: Path, columns: Sequence[str]) -> list[Row]:
    """Every row, in file order. The header row must name exactly `columns`; the first column must be filled."""
    rows: list[Row] = []
    header: list[str] | None = None
    for line, raw in enumerate(text(path).split("\n"), 1):
        if not raw.strip() or raw.startswith("#"):
            continue
        cells = [cell.strip() for cell in raw.split("\t")]
        row = Row(path.name, line, dict(zip(columns, cells + [""] * len(columns), strict=False)))
        if header is None:
            header = cells
            if header != list(columns):
                raise row.wrong(f"表头应为「{' | '.join(columns)}」，现为「{' | '.join(header)}」")
        elif len(cells) > len(columns):
            raise row.wrong(f"有 {len(cells)} 列，应为 {len(columns)} 列（列之间用一个制表符隔开）")
        elif not cells[0]:
            raise row.wrong(f"「{columns[0]}」不能为空")
        else:
            rows.append(row)
    return rows


def version(paths: Iterable[Path]) -> str:
    """Twelve hex digits that change when any of the files' text changes; line ends do not count."""
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda p: p.name):
        digest.update(f"{path.name}\0{text(path)}\0".encode())
    return digest.hexdigest()[:12]
