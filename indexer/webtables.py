"""Tables of a web page: what many systems export under the name .xls."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from indexer.reading import Cell
from indexer.sheets import MAX_COLUMNS, MAX_ROWS, Merge, Sheet, check_extent, decoded, too_large
from matcher.errors import UnreadableFile

BLOCKS = frozenset({"br", "p", "div", "li"})
IGNORED = frozenset({"script", "style", "head"})


def read_html(path: Path) -> tuple[Sheet, ...]:
    """Every table of the page in order, a table within a cell as part of the cell. UnreadableFile without a table."""
    parser = _Tables(path.name)
    parser.feed(decoded(path))
    parser.close()
    if not parser.sheets:
        raise UnreadableFile(f"{path.name} 是网页，里面没有表格，请另存为 .xlsx", file=path.name)
    return tuple(parser.sheets)


class _Tables(HTMLParser):
    """Collects the rows of the outermost tables."""

    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.sheets: list[Sheet] = []
        self._name = name
        self._depth = self._silent = 0
        self._grid: dict[tuple[int, int], str] = {}
        self._merges: list[Merge] = []
        self._row, self._at = -1, 0
        self._text: list[str] | None = None
        self._span = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in IGNORED:
            self._silent += 1
        elif tag == "table":
            self._depth += 1
            if self._depth == 1:
                self._grid, self._merges, self._row = {}, [], -1
        elif self._depth == 1 and tag == "tr":
            self._end_cell()
            self._row, self._at = self._row + 1, 0
            check_extent(self._name, self._row + 1, 0)
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()
            self._row = max(self._row, 0)
            given = dict(attrs)
            self._span = _span(given.get("rowspan"), MAX_ROWS), _span(given.get("colspan"), MAX_COLUMNS)
            self._text = []
        elif tag in BLOCKS and self._text:
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in IGNORED:
            self._silent = max(0, self._silent - 1)
        elif tag in ("td", "th", "tr") and self._depth == 1:
            self._end_cell()
        elif tag == "table" and self._depth:
            if self._depth == 1:
                self._end_cell()
                self._end_table()
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._text is not None and not self._silent:
            self._text.append(re.sub(r"\s+", " ", data))

    def _end_cell(self) -> None:
        if self._text is None:
            return
        while (self._row, self._at) in self._grid:
            self._at += 1
        down, across = self._span
        check_extent(self._name, self._row + 1, self._at + across)
        down = min(down, MAX_ROWS - self._row)
        if down * across > MAX_ROWS:
            raise too_large(self._name, "合并单元格过大")
        for row in range(self._row, self._row + down):
            for at in range(self._at, self._at + across):
                self._grid[row, at] = ""
        self._grid[self._row, self._at] = "\n".join(line.strip() for line in "".join(self._text).split("\n")).strip()
        if down * across > 1:
            self._merges.append(Merge((self._row, self._at), (self._row + down - 1, self._at + across - 1)))
        self._text = None
        self._at += across

    def _end_table(self) -> None:
        height = self._row + 1
        width = max((at + 1 for _, at in self._grid), default=0)
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            tuple(self._grid.get((row, at), "") for at in range(width)) for row in range(height)
        )
        self.sheets.append(Sheet(f"表格{len(self.sheets) + 1}", rows, tuple(self._merges)))


def _span(text: str | None, most: int) -> int:
    return min(most, max(1, int(text))) if text and text.isascii() and text.isdigit() else 1
