"""A file as sheets, whatever office program wrote it and whatever its name says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from indexer.documents import read_docx
from indexer.magic import Format, format_of
from indexer.sheets import Sheet, check_cells, check_size
from indexer.texttables import read_text
from indexer.webtables import read_html
from indexer.workbooks import read_xls, read_xlsx

READERS: Mapping[Format, Callable[[Path], tuple[Sheet, ...]]] = {
    Format.XLSX: read_xlsx,
    Format.XLS: read_xls,
    Format.DOCX: read_docx,
    Format.HTML: read_html,
    Format.TEXT: read_text,
}


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """Every sheet of a workbook, every table of a document or web page, or the one of a text file, in order.

    UnreadableFile for another kind of file or a broken one, TooLarge over a limit; both say in Chinese what to do.
    """
    check_size(path)
    sheets = READERS[format_of(path)](path)
    for sheet in sheets:
        check_cells(sheet)
    return sheets
