"""Tables in plain text: .csv, .tsv and the text that office programs export, in the encodings offices use."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from indexer.reading import Cell
from indexer.sheets import MAX_CELL, Sheet, check_extent, decoded, too_large
from matcher.errors import UnreadableFile

DELIMITERS = ",\t;|"
PROBED = 20
"""Lines from the top that show what separates the cells."""

_DECLARED = re.compile(r"sep=(.)\r?\n")
_PROTECTED = re.compile(r'="([^"]*)"')
"""How exports keep Excel from reading a telephone number as a number."""


def read_text(path: Path) -> tuple[Sheet, ...]:
    """The one table of the file. UnreadableFile when it is no text or broken, TooLarge over a limit."""
    text = decoded(path)
    declared = _DECLARED.match(text)
    delimiter = declared[1] if declared else _delimiter(text)
    rows: list[list[Cell]] = [[]] if declared else []
    text = text[declared.end() :] if declared else text
    previous = csv.field_size_limit(MAX_CELL)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            check_extent(path.name, len(rows) + 1, 0)
            rows.append([_unprotected(cell) for cell in row])
    except csv.Error as error:
        if "field larger" in str(error):
            raise too_large(path.name, f"第 {len(rows) + 1} 行有单元格超过 {MAX_CELL} 个字") from None
        raise UnreadableFile(f"{path.name} 第 {len(rows) + 1} 行不是合法的 CSV，请重新另存", file=path.name) from None
    finally:
        csv.field_size_limit(previous)
    width = max(map(len, rows), default=0)
    return (Sheet("", tuple((*row, *[""] * (width - len(row))) for row in rows)),)


def _delimiter(text: str) -> str:
    """The separator that the first lines agree on best: on most of them, and most often."""
    lines = text.split("\n", PROBED)[:PROBED]
    return max(DELIMITERS, key=lambda d: (sum(min(line.count(d), 1) for line in lines), text[:HEAD].count(d)))


HEAD = 10_000


def _unprotected(cell: str) -> str:
    found = _PROTECTED.fullmatch(cell)
    return found[1] if found else cell
