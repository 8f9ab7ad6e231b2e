"""Templates and exports: one shape of workbook, empty for filling in or full of records, read back without loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.exact import SHEET, Kept, kept, lines, plain
from indexer.headers import KINDS
from matcher import tables
from matcher.fields import NAMES, shown
from matcher.model import Contact, Deadline, Demand, Kind, Money, Record, Solution
from matcher.taxonomy import Taxonomy

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

CHOICES = "choices.tsv"

TITLES = {Kind.DEMAND: "应用场景需求征集表", Kind.SOLUTION: "解决方案征集表"}
DATA_SHEETS = {Kind.DEMAND: "需求清单", Kind.SOLUTION: "方案清单"}
NOTES_SHEET, LISTS_SHEET = "填写说明", "选项"

CONTACT = {"person": "联系人", "phone": "联系电话", "email": "电子邮箱"}
UNSHOWN = frozenset({"status", "trl"})
"""Fields that no column of a form has."""

MONEY = frozenset({"budget", "price"})
FACETS = {
    "industries": "industry",
    "technologies": "technology",
    "region": "region",
    "maturity": "maturity",
    "qualifications": "qualification",
}
WIDE = frozenset({"description", "requirements", "target", "current_base", "scenes", "indicators", "cases"})

BLANK: Mapping[Kind, Record] = {Kind.DEMAND: Demand("", ""), Kind.SOLUTION: Solution("", "")}
EXAMPLE_CONTACT = Contact("张三", "0757-12345678")

HEADER_ROW = 3
FIRST_ROW = 4
EMPTY_ROWS = 1000
"""Rows of a template that have drop-down lists."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the form: the record's field, its heading, whether it must be filled, what may be chosen."""

    field: str
    label: str
    required: bool = False
    choices: tuple[str, ...] = ()
    says: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of the forms of both kinds."""

    columns: Mapping[Kind, tuple[Column, ...]]

    @classmethod
    def load(cls, data: Path, taxonomy: Taxonomy) -> Layout:
        """From the table of choices and the taxonomy. InvalidInput names a bad line."""
        rows = tables.read(data / "import" / CHOICES, ("字段", "类别", "必填", "选项", "说明", "示例"))
        known = {(KINDS[row["类别"]], row["字段"]): row for row in rows}
        columns: dict[Kind, tuple[Column, ...]] = {}
        for kind in Kind:
            names = {name: label for name, label in NAMES[kind].items() if name not in UNSHOWN} | CONTACT
            found = []
            for name, label in names.items():
                row = known.get((kind, name)) or known.get((None, name))
                choices = row.words("选项") if row else ()
                facet = FACETS.get(name)
                found.append(
                    Column(
                        name,
                        label + ("（万元）" if name in MONEY else ""),
                        bool(row and row["必填"]),
                        taxonomy.names[facet] if facet else choices,
                        row["说明"] if row else "",
                        row["示例"] if row else "",
                    )
                )
            columns[kind] = tuple(found)
        return cls(columns)


def write_template(layout: Layout, kind: Kind, into: Path) -> None:
    """An empty form with an example that the importer knows and skips."""
    example = _example(layout, kind)
    _write(layout, kind, [example], into, number="", example=True)


def write_export(layout: Layout, kind: Kind, records: Sequence[Record], into: Path, *, number: str = "") -> None:
    """Records in the form, contacts as far as the records bring them. Importing the file gives the same records.

    `number` is printed on the notes' sheet, so that a copy can be traced.
    """
    _write(layout, kind, records, into, number=number, example=False)


def _write(layout: Layout, kind: Kind, records: Sequence[Record], into: Path, *, number: str, example: bool) -> None:
    from indexer.importing import import_file

    book = _book(layout, kind, records, number=number, example=example)
    book.save(into)
    read = import_file(into, kind)
    if example:
        found = Kept({}, {}, tuple(plain(record) for record in read.records))
    else:
        places = [(DATA_SHEETS[kind], FIRST_ROW + at) for at in range(len(records))]
        found = kept(records, places, read)
    hidden = book.create_sheet(SHEET)
    hidden.sheet_state = "veryHidden"
    for row, cells in enumerate(lines(found), 1):
        for at, text in enumerate(cells, 1):
            _put(hidden, row, at, text)
    book.save(into)


def _book(layout: Layout, kind: Kind, records: Sequence[Record], *, number: str, example: bool) -> Workbook:
    import pandas as pd
    from openpyxl import Workbook

    columns = layout.columns[kind]
    book = Workbook()
    table = book.active
    assert table is not None
    table.title = DATA_SHEETS[kind]
    frame = pd.DataFrame.from_records(
        [[_cell(record, column.field) for column in columns] for record in records],
        columns=[column.label for column in columns],
    )
    _heading(table, kind, columns)
    for row, values in enumerate(frame.itertuples(index=False, name=None), FIRST_ROW):
        _put(table, row, 1, "示例" if example else row - FIRST_ROW + 1)
        for at, value in enumerate(values, 2):
            _put(table, row, at, value)
    _dress(table, columns, len(records), example=example)
    _lists(book, table, columns, max(len(records), EMPTY_ROWS))
    _notes(book, kind, columns, number)
    return book


def _heading(table: Worksheet, kind: Kind, columns: Sequence[Column]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill

    table.cell(1, 1, TITLES[kind]).font = Font(bold=True, size=16)
    table.cell(2, 1, "带 * 的必须填写；有下拉列表的请尽量从列表中选。要求见“填写说明”，第一行示例导入时会自动跳过。")
    table.cell(2, 1).font = Font(color="666666")
    for at, (label, column) in enumerate([("序号", None), *((c.label, c) for c in columns)], 1):
        cell = table.cell(HEADER_ROW, at, f"{label}*" if column and column.required else label)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", start_color="C00000" if column and column.required else "2F5597")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        if column and column.says:
            cell.comment = Comment(column.says, "SceneMatch", width=320, height=110)


def _dress(table: Worksheet, columns: Sequence[Column], filled: int, *, example: bool) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    table.row_dimensions[1].height = 30
    table.row_dimensions[HEADER_ROW].height = 32
    table.freeze_panes = f"D{FIRST_ROW}"
    table.column_dimensions["A"].width = 7
    for at, column in enumerate(columns, 2):
        width = 48 if column.field in WIDE else 26 if column.field in ("title", "organization", "vendor") else 16
        table.column_dimensions[get_column_letter(at)].width = width
    for row in range(FIRST_ROW, FIRST_ROW + filled):
        for at in range(1, len(columns) + 2):
            cell = table.cell(row, at)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if example:
                cell.font, cell.fill = Font(italic=True, color="7F7F7F"), PatternFill("solid", start_color="F2F2F2")


def _lists(book: Workbook, table: Worksheet, columns: Sequence[Column], rows: int) -> None:
    """Drop-down lists that warn and do not forbid: a cell may hold several entries, or one that is not listed."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    source = book.create_sheet(LISTS_SHEET)
    source.sheet_state = "hidden"
    for at, column in enumerate(columns, 2):
        letter = get_column_letter(at)
        if column.choices:
            own = get_column_letter(source.max_column + (1 if source.cell(1, 1).value else 0))
            for row, choice in enumerate(column.choices, 1):
                _put(source, row, source[f"{own}1"].column, choice)
            rule = DataValidation("list", formula1=f"'{LISTS_SHEET}'!${own}$1:${own}${len(column.choices)}")
            rule.errorStyle = "information"
            rule.errorTitle, rule.error = "不在列表中", "这一项不在列表里；确实需要可以保留，几项之间用顿号隔开。"
            rule.promptTitle, rule.prompt = column.label[:32], column.says[:200] or None
            rule.showInputMessage = rule.showErrorMessage = True
            rule.allow_blank = True
            table.add_data_validation(rule)
            rule.add(f"{letter}{FIRST_ROW}:{letter}{FIRST_ROW + rows - 1}")


def _notes(book: Workbook, kind: Kind, columns: Sequence[Column], number: str) -> None:
    from openpyxl.styles import Alignment, Font

    table = book.create_sheet(NOTES_SHEET)
    told: list[tuple[str, str]] = [
        (f"{TITLES[kind]}：填写说明", ""),
        *([("导出编号", f"{number}，仅供内部使用，请勿外传")] if number else []),
        ("怎样填", "一行写一条；不要合并单元格，不要改表头；可以增加行，不用的列空着。"),
        ("怎样交", "填好后保存为 .xlsx 发回，或直接在网页上导入。缺必填内容的会列为待补正，不会丢失。"),
        ("个人信息", "联系人、电话、邮箱单独保存，只用于联系，不参与匹配，也不会出现在公开的清单里。"),
        *((f"{'★ ' if column.required else ''}{column.label}", column.says) for column in columns if column.says),
    ]
    for row, (head, says) in enumerate(told, 1):
        _put(table, row, 1, head)
        _put(table, row, 2, says)
        table.cell(row, 1).font = Font(bold=True, size=14 if row == 1 else 11)
        table.cell(row, 2).alignment = Alignment(wrap_text=True, vertical="top")
    table.column_dimensions["A"].width, table.column_dimensions["B"].width = 22, 90


def _cell(record: Record, field: str) -> str:
    if field in CONTACT:
        return str(getattr(record.contact, field))
    return shown(getattr(record, field))


def _put(table: Worksheet, row: int, column: int, value: Any) -> None:
    """A cell that is never a formula, whatever its text begins with."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(value, str):
        text = ILLEGAL_CHARACTERS_RE.sub("", value)[:32_767]
        if text:
            cell = table.cell(row, column, text)
            cell.data_type = "s"
            cell.quotePrefix = text[0] in "=+-@＝＋－＠"
    else:
        table.cell(row, column, value)


def _example(layout: Layout, kind: Kind) -> Record:
    """The example as a record that shows every value as the table of choices words it."""
    texts = {column.field: column.example for column in layout.columns[kind] if column.example}
    values: dict[str, Any] = {}
    for name, text in texts.items():
        if name in MONEY:
            values[name] = Money(raw=text)
        elif name == "deadline":
            values[name] = Deadline(raw=text)
        else:
            values[name] = tuple(text.split("、")) if isinstance(getattr(BLANK[kind], name), tuple) else text
    return replace(BLANK[kind], **values, contact=EXAMPLE_CONTACT)
