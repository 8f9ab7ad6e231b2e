"""A sheet as a table of named columns: what is no data row is set aside with its reason, merged cells are spread."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from indexer import cells
from indexer.formulas import Place
from indexer.headers import Header, Headers
from indexer.reading import Cell, Note, Verdict
from indexer.sheets import Sheet

if TYPE_CHECKING:
    import pandas as pd

SUBTITLE = Note("subtitle_row", "分组标题行，不是记录，已跳过", Verdict.SKIPPED)
REMARK = Note("remark_row", "备注行，不是记录，已跳过", Verdict.SKIPPED)
REPEATED = Note("repeated_header", "重复的表头行，已跳过", Verdict.SKIPPED)
NUMBER_ONLY = Note("number_only", "只有序号、没有内容，已跳过", Verdict.SKIPPED)
MERGED = Note("merged_cell", "单元格与上一行合并，已按合并的内容填入，请核对", Verdict.QUESTION)
FORMULA = Note("formula", "公式没有保存计算结果，未入库；请在 Excel 中打开、保存后重新导入", Verdict.QUESTION)

_REMARK = re.compile(r"\s*(?:注|备注|说明|填表说明|合计|总计)\s*(?:[:：\d]|$)")
_SUBTITLE = re.compile(r"\s*(?:[一二三四五六七八九十]+|[(（][一二三四五六七八九十]+[)）]|第.{1,4}[批类部])\s*[、.．]?")
_FEW = 3
"""A repeated header shows at least so many known wordings."""


@dataclass(frozen=True)
class Tabulated:
    """The data rows of a sheet.

    `frame` has the user's row numbers as its index and column positions (from 0) as its columns; blank cells are "".
    """

    frame: pd.DataFrame
    aside: tuple[tuple[int, str, Note], ...] = ()
    notes: Mapping[Place, Note] = field(default_factory=dict)
    """(user's row, column) → what to know about that cell."""


def tabulate(sheet: Sheet, header: Header, headers: Headers) -> Tabulated:
    """The rows below the header that hold a record, and the others with the reason. Blank rows just go."""
    import pandas as pd

    frame = pd.DataFrame(list(sheet.rows), index=range(1, len(sheet.rows) + 1), dtype=object).iloc[header.last :]
    frame = frame.where(~frame.map(_blank), "")
    notes: dict[Place, Note] = {(row + 1, column): FORMULA for row, column in sheet.formulas if row >= header.last}
    filled = (frame != "").any(axis=1)
    has_formula = pd.Series(False, index=frame.index)
    has_formula.loc[[row for row, _ in notes]] = True
    frame = frame[filled | has_formula]
    aside = tuple(_aside(frame, sheet, header, headers))
    frame = frame.drop(index=[row for row, _, _ in aside])
    notes |= _spread(frame, sheet)
    return Tabulated(frame, aside, notes)


def _blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip().strip(cells.INVISIBLE).strip())


def _aside(frame: pd.DataFrame, sheet: Sheet, header: Header, headers: Headers) -> Iterator[tuple[int, str, Note]]:
    number = next((column.at for column in header.columns if column.field == "number"), None)
    probe = next(column.at for column in header.columns if column.field in ("title", "description"))
    across = {merge.first[0] + 1 for merge in sheet.merges if merge.last[1] - merge.first[1] >= _FEW - 1}
    for row, values in zip(frame.index, frame.itertuples(index=False), strict=True):
        filled = [(at, cell) for at, cell in enumerate(values) if cell != ""]
        note = None
        if len(filled) == 1:
            note = _lone(*filled[0], number, row in across)
        elif headers.recognised(header.kind, [values[probe]]):
            known = headers.recognised(header.kind, [cell for _, cell in filled])
            note = REPEATED if known >= _FEW and 2 * known >= len(filled) else None
        if note:
            yield row, cells.line(filled[0][1]).value, note


def _lone(at: int, cell: Cell, number: int | None, across: bool) -> Note | None:
    """What a row with a single cell is, or None for a record with nothing else filled in."""
    text = cells.line(cell).value
    if at == number and not re.search(r"[^\W\d]{2}", text):
        return NUMBER_ONLY
    if not (across or at == 0):
        return None
    if _REMARK.match(text):
        return REMARK
    return SUBTITLE if across or at == number or _SUBTITLE.match(text) else None


def _spread(frame: pd.DataFrame, sheet: Sheet) -> dict[Place, Note]:
    """Fill cells merged downwards with the value of the first; in place. Cells that merely are blank stay blank."""
    notes: dict[Place, Note] = {}
    table: Any = frame  # the stubs do not know frames of arbitrary cells
    for merge in sheet.merges:
        (top, column), (bottom, _) = merge.first, merge.last
        rows = [row for row in range(top + 2, bottom + 2) if row in frame.index]
        if rows and top + 1 in frame.index:
            table.loc[rows, column] = table.at[top + 1, column]
            notes |= {(row, column): MERGED for row in rows}
    return notes
