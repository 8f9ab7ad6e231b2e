"""One data row as a record: each column through the reader of its field, then through the door of indexer.jsonl."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indexer import cells
from indexer.fields import LISTS, PROSE, read_cell
from indexer.headers import ASIDE, Header
from indexer.jsonl import record_from_json
from indexer.phones import number
from indexer.reading import Cell, Note, Verdict
from indexer.report import Conversion
from indexer.telling import told
from matcher.model import Contact, Kind, Record


@dataclass(frozen=True, slots=True)
class Noted:
    """A note with the column and what stood there."""

    column: str
    found: str
    note: Note
    field: str = ""


OWNER = {Kind.DEMAND: "organization", Kind.SOLUTION: "vendor"}
STATUS_INCOMPLETE = "incomplete"
"""A record that lacks a mandatory item: kept, shown to staff, waiting for the missing part."""

_VOID = re.compile(r"\s*[【\[(（]?\s*作废")
_TRL = re.compile(r"TRL\s*-?\s*([1-9])(?!\d)", re.IGNORECASE)
_PROSE_IN_NUMBER = re.compile(r"(?:[^\W\d_].*){4}")

REPEATED_COLUMN = Note("repeated_column", "与前面的列是同一字段，已用前面一列的内容，请核对", Verdict.QUESTION)
SWAPPED = Note("contact_swapped", "联系人像电话、电话像姓名，可能填反了，请核对后互换", Verdict.QUESTION)
NO_DESCRIPTION = Note("missing_description", "没有填说明，只能按名称匹配，请补填")
NOTHING = Note("empty_record", "名称和说明都没有填，无法入库，请补填后重新导入", Verdict.REJECTED)
VOID = Note("voided", "标有“作废”，未入库；如仍有效请去掉“作废”后重新导入", Verdict.REJECTED)
SHIFTED = Note("row_shifted", "整行像是错位了（序号列里是文字），未入库，请对齐各列后重新导入", Verdict.REJECTED)
MANDATORY = {
    "title": Note("missing_title", "没有填名称，已标为待补正，请补填", Verdict.MISSING),
    "owner": Note("missing_owner", "没有填单位，已标为待补正，请补填", Verdict.MISSING),
    "phone": Note("missing_phone", "没有填联系电话，已标为待补正，请补填", Verdict.MISSING),
}


@dataclass(frozen=True, slots=True)
class Row:
    """What became of a row: a record or none, with what is to be told about it either way."""

    record: Record | None
    notes: tuple[Noted, ...] = ()
    missing: tuple[str, ...] = ()
    conversions: tuple[Conversion, ...] = ()


def read_row(
    header: Header, names: Mapping[str, str], row: Mapping[int, Cell], marked: Mapping[int, Note],
    above: Mapping[str, Any], source: str,
) -> tuple[Row, Mapping[str, Any]]:  # fmt: skip
    """The row as a record, and its field values, which are `above` for the next row's 同上.

    `row` maps column positions to cells, `marked` those that the table has something to say about, `names` fields to
    what staff call them.
    """
    values: dict[str, Any] = {}
    notes: list[Noted] = []
    conversions: list[Conversion] = []
    label = {column.field: column.label for column in reversed(header.columns)}
    for column in header.columns:
        cell = row[column.at]
        raw = cells.line(cell).value
        if column.at in marked and column.field and column.field not in ASIDE:
            notes.append(Noted(column.label, raw, marked[column.at], column.field))
        if column.field == "number" and isinstance(cell, str) and _PROSE_IN_NUMBER.search(cell):
            return Row(None, (Noted(column.label, cell, SHIFTED),)), above
        if not column.field or column.field in ASIDE or cell == "":
            continue
        reading = read_cell(column, cell, header, above)
        notes += (Noted(column.label, raw, note, column.field) for note in reading.notes)
        if reading.rule:
            rule = reading.rule
            conversions.append(
                Conversion(
                    column.label, column.field, cells.plain(cell), told(reading.value), rule.code, rule.says,
                    rule.confidence,
                )
            )  # fmt: skip
        if reading.value in ("", (), None):
            continue
        if column.field not in values:
            values[column.field] = reading.value
        elif column.field in PROSE:
            values[column.field] += "\n" + reading.value
        elif column.field in LISTS:
            values[column.field] = tuple(dict.fromkeys(values[column.field] + reading.value))
        elif reading.value != values[column.field]:
            notes.append(Noted(column.label, raw, REPEATED_COLUMN, column.field))
    title = values.get("title", "")
    if _VOID.match(title):
        return Row(None, (Noted(label["title"], title, VOID, "title"),)), above
    if not title and not values.get("description"):
        return Row(None, (*notes, Noted(label.get("title", "名称"), "", NOTHING, "title"))), above
    missing = _missing(header, values)
    told_of = {each.field for each in notes if each.note.verdict is Verdict.MISSING}
    for field in missing:
        if field not in told_of:
            note = MANDATORY["owner" if field == OWNER[header.kind] else field]
            notes.append(Noted(label.get(field, names[field]), "", note, field))
    if "description" not in values:
        notes.append(Noted(label.get("description", "说明"), "", NO_DESCRIPTION, "description"))
    person, phone = values.get("person", ""), values.get("phone", "")
    if person and phone and number(person) and not re.search(r"\d", phone):
        notes.append(Noted(label["person"], person, SWAPPED, "person"))
    record = _record(header.kind, values, source, missing)
    return Row(record, tuple(notes), tuple(names[field] for field in missing), tuple(conversions)), values


def _missing(header: Header, values: Mapping[str, Any]) -> Sequence[str]:
    """Mandatory fields without a value: name, owner, and the telephone where the form asks for one."""
    asked = {column.field for column in header.columns}
    mandatory = ["title", OWNER[header.kind], *(["phone"] if "phone" in asked else [])]
    return [field for field in mandatory if field not in values]


def _record(kind: Kind, values: Mapping[str, Any], source: str, missing: Sequence[str]) -> Record:
    fields = dict(values)
    parts = {name: fields.pop(name, "") for name in ("person", "phone", "email")}
    whole: Contact = fields.pop("contact", Contact())
    trl = _TRL.search(fields.get("maturity", ""))
    if trl:
        fields["trl"] = int(trl[1])
    if missing:
        fields["status"] = STATUS_INCOMPLETE
    fields["contact"] = Contact(
        parts["person"] or whole.person, parts["phone"] or whole.phone, parts["email"] or whole.email
    )
    return record_from_json(kind, {"source": source, **fields})
