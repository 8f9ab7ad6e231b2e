"""A sheet as a table of named columns: what is no data row is set aside with its reason, merged cells are spread,
formulas computed, percentages written out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from indexer import cells
from indexer.asides import FEW, aside
from indexer.formulas import computed
from indexer.headers import Header, Headers
from indexer.markings import Place
from indexer.reading import Cell, Confidence, Note, Rule, Verdict
from indexer.sheets import Sheet

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Mark:
    """What the table did to a cell before it is read: the note, the rule if it made a value, and what stood there."""

    note: Note | None
    rule: Rule | None = None
    raw: str = ""


MERGED = Mark(
    Note("merged_cell", "单元格与上一行合并，已按合并的内容填入，请核对", Verdict.QUESTION),
    Rule("merged_cell", "取合并单元格的内容", Confidence.DOUBTFUL),
)
FORMULA = Note("formula", "公式没有保存计算结果，未入库；请在 Excel 中打开、保存后重新导入", Verdict.QUESTION)
COMPUTED = Note("formula_computed", "公式没有保存计算结果，已按算式算出，请核对")
COMPUTED_RULE = Rule("formula_computed", "按算式计算")
LINK_RULE = Rule("link_text", "取超链接的显示文字")
PERCENT_RULE = Rule("percent", "按单元格的百分比格式写出")


@dataclass(frozen=True)
class Tabulated:
    """The data rows of a sheet.

    `frame` has the user's row numbers as its index and column positions (from 0) as its columns; blank cells are "".
    """

    frame: pd.DataFrame
    aside: tuple[tuple[int, str, Note], ...] = ()
    marks: Mapping[int, Mapping[int, Mark]] = field(default_factory=dict)
    """User's row → column → what was done to that cell."""


def tabulate(sheet: Sheet, header: Header, headers: Headers) -> Tabulated:
    """The rows below the header that hold a record, and the others with the reason. Blank rows just go."""
    import pandas as pd

    frame = pd.DataFrame(list(sheet.rows), index=range(1, len(sheet.rows) + 1), dtype=object).iloc[header.last :]
    frame = frame.where(~frame.map(_blank), "")
    marks: dict[int, dict[int, Mark]] = {}
    _write_out(frame, sheet, marks)
    filled = (frame != "").any(axis=1)
    has_mark = frame.index.isin(list(marks))
    frame = frame[filled | has_mark]
    asides = tuple(_asides(frame, sheet, header, headers))
    frame = frame.drop(index=[row for row, _, _ in asides])
    for row, column in _spread(frame, sheet):
        marks.setdefault(row, {})[column] = MERGED
    return Tabulated(frame, asides, marks)


def _blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip().strip(cells.INVISIBLE).strip())


def _write_out(frame: pd.DataFrame, sheet: Sheet, marks: dict[int, dict[int, Mark]]) -> None:
    """Compute the formulas and write the percentages, in place; a mark for each."""
    table: Any = frame  # the stubs do not know frames of arbitrary cells
    for (row, column), formula in sheet.formulas.items():
        if row + 1 not in frame.index:
            continue
        value = computed(formula)
        if value is None:
            mark = Mark(FORMULA, raw=formula)
        elif isinstance(value, str):
            mark = Mark(None, LINK_RULE, formula)
        else:
            mark = Mark(COMPUTED, COMPUTED_RULE, formula)
        table.at[row + 1, column] = "" if value is None else value
        marks.setdefault(row + 1, {})[column] = mark
    for row, column in sheet.percents:
        if row + 1 in frame.index and column in frame.columns:
            value = table.at[row + 1, column]
            if isinstance(value, int | float) and not isinstance(value, bool):
                table.at[row + 1, column] = f"{(Decimal(repr(value)) * 100).normalize():f}%"
                marks.setdefault(row + 1, {})[column] = Mark(None, PERCENT_RULE, cells.plain(value))


def _asides(frame: pd.DataFrame, sheet: Sheet, header: Header, headers: Headers) -> Iterator[tuple[int, str, Note]]:
    across = {merge.first[0] + 1 for merge in sheet.merges if merge.last[1] - merge.first[1] >= FEW - 1}
    for row, values in zip(frame.index, frame.itertuples(index=False, name=None), strict=True):
        if note := aside(values, header, headers, row in across):
            yield row, cells.line(next(cell for cell in values if cell != "")).value, note


def _spread(frame: pd.DataFrame, sheet: Sheet) -> Iterator[Place]:
    """Fill cells merged downwards with the value of the first; in place. Cells that merely are blank stay blank."""
    table: Any = frame
    for merge in sheet.merges:
        (top, column), (bottom, _) = merge.first, merge.last
        rows = [row for row in range(top + 2, bottom + 2) if row in frame.index]
        if rows and top + 1 in frame.index and table.at[top + 1, column] != "":
            table.loc[rows, column] = table.at[top + 1, column]
            yield from ((row, column) for row in rows)
