"""One data row as a record: each column through the reader of its field, then through the door of indexer.jsonl."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from indexer import cells
from indexer.dates import deadline
from indexer.headers import ASIDE, Column, Header
from indexer.jsonl import record_from_json
from indexer.money import money
from indexer.phones import contact, number, phones
from indexer.reading import Cell, Note, Reading
from matcher.model import Contact, Kind, Record

Noted = tuple[str, str, Note]
"""(the user's column, what stood there, what to know)."""

PROSE = frozenset({"description", "requirements", "target", "current_base", "scale", "scenes", "indicators", "cases",
                   "delivery"})  # fmt: skip
LISTS = frozenset({"industries", "technologies", "qualifications", "cooperation", "keywords"})
MONEY = frozenset({"budget", "price"})
OWNER = {Kind.DEMAND: "organization", Kind.SOLUTION: "vendor"}
DITTO = re.compile(r"同上|[〃″]|''|\"")
ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
STATUS_INCOMPLETE = "incomplete"
"""A record that lacks its name or its owner: kept, shown to staff, waiting for the missing part."""

_ORDINAL = re.compile(r"\d{1,4}")
_VOID = re.compile(r"\s*[【\[(（]?\s*作废")
_TRL = re.compile(r"TRL\s*-?\s*([1-9])(?!\d)", re.IGNORECASE)
_PROSE_IN_NUMBER = re.compile(r"(?:[^\W\d_].*){4}")

ERROR_CELL = Note("error_cell", "单元格是 Excel 错误值，未入库")
DITTO_NOTE = Note("ditto", "“同上”已按上一条记录填入，请核对是否确为同一内容")
DITTO_LOST = Note("ditto_lost", "“同上”之前没有可用的记录，未入库")
NUMBER_AS_TEXT = Note("number_as_text", "文字栏里是一个数字（可能原为百分比），已按数字原样保留，请核对")
ORDINAL_ID = Note("ordinal_id", "编号只是序号，不能作为编号，已按单位和名称生成")
REPEATED_COLUMN = Note("repeated_column", "与前面的列是同一字段，已用前面一列的内容，请核对")
SWAPPED = Note("contact_swapped", "联系人像电话、电话像姓名，可能填反了，请核对后互换")
NO_TITLE = Note("missing_title", "没有填名称，已标为待补正，请补填")
NO_OWNER = Note("missing_owner", "没有填单位，已标为待补正，请补填")
NO_DESCRIPTION = Note("missing_description", "没有填说明，只能按名称匹配，请补填")
NO_PHONE = Note("missing_phone", "没有填联系电话，请补填")
NOTHING = Note("empty_record", "名称和说明都没有填，无法入库，请补填后重新导入")
VOID = Note("voided", "标有“作废”，未入库；如仍有效请去掉“作废”后重新导入")
SHIFTED = Note("row_shifted", "整行像是错位了（序号列里是文字），未入库，请对齐各列后重新导入")


@dataclass(frozen=True, slots=True)
class Row:
    """What became of a row: a record, or the reason against it; with notes either way."""

    record: Record | None
    refused: Note | None = None
    notes: tuple[Noted, ...] = ()


def read_row(
    header: Header, row: Mapping[int, Cell], marked: Mapping[int, Note], above: Mapping[str, Any], source: str
) -> tuple[Row, Mapping[str, Any]]:
    """The row as a record, and its field values, which are `above` for the next row's 同上.

    `row` maps column positions to cells, `marked` those that the table has something to say about.
    """
    values: dict[str, Any] = {}
    notes: list[Noted] = []
    label = {column.field: column.label for column in reversed(header.columns)}
    for column in header.columns:
        cell = row[column.at]
        if column.at in marked and column.field and column.field not in ASIDE:
            notes.append((column.label, cells.line(cell).value, marked[column.at]))
        if column.field == "number" and isinstance(cell, str) and _PROSE_IN_NUMBER.search(cell):
            return Row(None, SHIFTED, ((column.label, cell, SHIFTED),)), above
        if not column.field or column.field in ASIDE or cell == "":
            continue
        reading = _read(column, cell, header, above)
        notes += ((column.label, cells.line(cell).value, note) for note in reading.notes)
        if reading.value in ("", (), None):
            continue
        if column.field not in values:
            values[column.field] = reading.value
        elif column.field in PROSE:
            values[column.field] += "\n" + reading.value
        elif column.field in LISTS:
            values[column.field] = tuple(dict.fromkeys(values[column.field] + reading.value))
        elif reading.value != values[column.field]:
            notes.append((column.label, cells.line(cell).value, REPEATED_COLUMN))
    title = values.get("title", "")
    if _VOID.match(title):
        return Row(None, VOID, ((label["title"], title, VOID),)), above
    if not title and not values.get("description"):
        return Row(None, NOTHING, (*notes, (label.get("title", "名称"), "", NOTHING))), above
    blank = {column.field for column in header.columns if row[column.at] == ""}
    notes += _missing(header.kind, values, label, blank)
    return Row(_record(header.kind, values, source), None, tuple(notes)), values


def _read(column: Column, cell: Cell, header: Header, above: Mapping[str, Any]) -> Reading[Any]:
    text = cells.plain(cell).strip()
    if text in ERRORS:
        return Reading("", (ERROR_CELL,))
    if DITTO.fullmatch(text):
        before = above.get(column.field, "")
        return Reading(before, (DITTO_NOTE if before else DITTO_LOST,))
    if column.field in MONEY:
        return money(cell, column.unit or header.unit)
    if column.field == "deadline":
        return deadline(cell, header.year)
    if column.field == "id" and _ORDINAL.fullmatch(text):
        return Reading("", (ORDINAL_ID,))
    reading: Reading[Any] = READERS.get(column.field, cells.line)(cell)
    if column.field in PROSE and isinstance(cell, float):
        return Reading(reading.value, (*reading.notes, NUMBER_AS_TEXT))
    return reading


READERS: Mapping[str, Callable[[Cell], Reading[Any]]] = {
    **dict.fromkeys(PROSE, cells.text),
    **dict.fromkeys(LISTS, cells.words),
    **dict.fromkeys(("technologies", "keywords"), cells.phrases),
    "phone": phones,
    "contact": contact,
}
"""Field → its reader; a field that is not here is one line of text. Amounts and dates need the header too."""


def _missing(kind: Kind, values: Mapping[str, Any], label: Mapping[str, str], blank: Set[str]) -> Sequence[Noted]:
    owner = OWNER[kind]
    person, phone = values.get("person", ""), values.get("phone", "")
    notes: list[Noted] = []
    if "title" not in values:
        notes.append((label.get("title", "名称"), "", NO_TITLE))
    if owner not in values:
        notes.append((label.get(owner, "单位"), "", NO_OWNER))
    if "description" not in values:
        notes.append((label.get("description", "说明"), "", NO_DESCRIPTION))
    if "phone" in blank and not phone:
        notes.append((label["phone"], "", NO_PHONE))
    if person and phone and number(person) and not re.search(r"\d", phone):
        notes.append((label["person"], person, SWAPPED))
    return notes


def _record(kind: Kind, values: Mapping[str, Any], source: str) -> Record:
    fields = dict(values)
    parts = {name: fields.pop(name, "") for name in ("person", "phone", "email")}
    whole: Contact = fields.pop("contact", Contact())
    trl = _TRL.search(fields.get("maturity", ""))
    if trl:
        fields["trl"] = int(trl[1])
    if "title" not in fields or OWNER[kind] not in fields:
        fields["status"] = STATUS_INCOMPLETE
    fields["contact"] = Contact(
        parts["person"] or whole.person, parts["phone"] or whole.phone, parts["email"] or whole.email
    )
    return record_from_json(kind, {"source": source, **fields})
