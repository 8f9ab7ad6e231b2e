"""One data row as a record: each column through the reader of its field, then through the door of indexer.jsonl."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from indexer import cells, shapes
from indexer.headers import Header
from indexer.jsonl import record_from_json
from indexer.reading import Cell, Note, Verdict
from indexer.readout import Noted, RawRow, Readout
from indexer.report import Conversion
from indexer.shapes import OWNER
from matcher.model import Contact, Kind, Record

STATUS_INCOMPLETE = "incomplete"
"""A record that lacks a mandatory item: kept, shown to staff, waiting for the missing part."""

TAKEN = "taken"
"""Agreed with for a row that was refused: it is taken as it stands."""

LONGEST_TITLE = 30
"""Characters of a name that is suggested from a description."""

_VOID = re.compile(r"\s*[【\[(（]?\s*(?:已)?作废\s*[】\])）]?\s*[:：]?")
_SENTENCE = re.compile(r"[^，。；！？,;!?\n]{4,}")

SWAPPED = Note("contact_swapped", "联系人像电话、电话像姓名，可能填反了，建议互换", Verdict.QUESTION)
OWNER_SWAPPED = Note("title_owner_swapped", "名称像单位、单位不像单位，可能填反了，建议互换", Verdict.QUESTION)
NO_DESCRIPTION = Note("missing_description", "没有填说明，只能按名称匹配，请补填")
NOTHING = Note("empty_record", "名称和说明都没有填，无法入库，请补填后重新导入", Verdict.REJECTED)
VOID = Note("voided", "标有“作废”，未入库；如仍有效可以确认导入", Verdict.REJECTED, "去掉“作废”后导入")
HIDDEN = Note("hidden_row", "这一行在表格里是隐藏的，已照常读取，请核对是否有效", Verdict.QUESTION)
SHIFTED = Note("row_shifted", "整行像是错位了，内容与表头对不上，未入库，请对齐各列后重新导入", Verdict.REJECTED)
WRONG_KIND = {
    Kind.SOLUTION: Note("wrong_kind", "内容像是需求，可能放错了表，没有作为方案入库", Verdict.REJECTED, "作为需求导入"),
    Kind.DEMAND: Note("maybe_wrong_kind", "内容像是方案，可能放错了表，请核对", Verdict.QUESTION),
}
MANDATORY = {
    "title": Note("missing_title", "没有填名称，已标为待补正，请补填", Verdict.MISSING),
    "owner": Note("missing_owner", "没有填单位，已标为待补正，请补填", Verdict.MISSING),
    "phone": Note("missing_phone", "没有填联系电话，已标为待补正，请补填", Verdict.MISSING),
}
MISFITS = frozenset({"money_unclear", "date_invalid", "date_open", "phone_invalid", "region_unknown"})
"""Codes of cells that may stand in the wrong column."""

AS_DEMAND = {"vendor": "organization", "indicators": "requirements", "price": "budget"}
"""Fields of a demand that was filled into a list of solutions."""
SHARED = frozenset({"title", "description", "industries", "region", "person", "phone", "email", "contact", "source",
                    "batch", "organization", "requirements", "budget"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """What became of a row: a record or none, with what is to be told about it either way."""

    record: Record | None
    notes: tuple[Noted, ...] = ()
    missing: tuple[str, ...] = ()
    conversions: tuple[Conversion, ...] = ()


class RowReader:
    """Reads the rows of one table in order; 同上 stands for the values of the record before."""

    def __init__(self, header: Header, names: Mapping[str, str], source: str) -> None:
        self._header, self._names, self._source = header, names, source
        self._label = {column.field: column.label for column in reversed(header.columns)}
        self._above: Mapping[str, Any] = {}

    def read(self, raw: RawRow) -> Row:
        """The row as a record, or why it is none. A suggestion is carried out only where it was agreed to."""
        reading = Readout(self._header, self._label, raw, self._above)
        row = self._cells(raw, reading)
        if row is None:
            return Row(None, tuple(reading.notes))
        reading.all(row)
        if self._misplaced(raw, row, reading):
            return Row(None, tuple(reading.notes), conversions=tuple(reading.conversions))
        return self._record(raw, reading)

    def _cells(self, raw: RawRow, reading: Readout) -> dict[int, Cell] | None:
        """The cells to read: corrected, exchanged and without 作废 where that was agreed; None for a refused row."""
        row = dict(raw.cells)
        for column in self._header.columns:
            if column.field in raw.corrections:
                row[column.at] = raw.corrections[column.field]
        by = shapes.shift(self._header, row) if "row_shifted" in raw.agreed else 0
        if by:
            row = shapes.moved(self._header, row, by)
            reading.settled(SHIFTED, "")
        for column in self._header.columns:
            void = column.field in ("title", OWNER[self._header.kind]) and _VOID.match(cells.plain(row[column.at]))
            if void and not raw.agreed & {"voided", TAKEN}:
                reading.note(column, row[column.at], VOID)
                return None
            if void:
                row[column.at] = cells.plain(row[column.at])[void.end() :]
                reading.settled(VOID, column.field)
        if pair := shapes.exchanged(self._header, row):
            person, phone = pair
            if "contact_swapped" in raw.agreed:
                row[person.at], row[phone.at] = row[phone.at], row[person.at]
                reading.settled(SWAPPED, "person")
            else:
                swap = f"联系人“{cells.line(row[phone.at]).value}”，电话“{cells.line(row[person.at]).value}”"
                reading.note(person, row[person.at], replace(SWAPPED, suggestion=swap))
        return row

    def _misplaced(self, raw: RawRow, row: Mapping[int, Cell], reading: Readout) -> bool:
        """Whether the row is refused because its cells stand in the wrong columns."""
        if raw.agreed & {"row_shifted", TAKEN}:
            return False
        prose = shapes.prose_in_number(self._header, row)
        misfits = sum(each.note.code in MISFITS for each in reading.notes)
        if not prose and misfits < 2:
            return False
        by = shapes.shift(self._header, row)
        if not prose and not by:
            return False
        suggestion = {1: "各列右移一格后导入", -1: "各列左移一格后导入"}.get(by, "")
        label = self._label.get("number", "")
        reading.notes[:] = [Noted(label, prose, replace(SHIFTED, suggestion=suggestion), "number" if prose else "")]
        return True

    def _record(self, raw: RawRow, reading: Readout) -> Row:
        values, kind = reading.values, self._header.kind
        if not values.get("title") and not values.get("description"):
            reading.absent("title", "名称", NOTHING)
            return Row(None, tuple(reading.notes))
        if raw.hidden:
            reading.notes.insert(0, Noted("", "", HIDDEN))
        if shapes.other_kind(self._header, values) and TAKEN not in raw.agreed:
            note = WRONG_KIND[kind]
            if note.verdict is Verdict.REJECTED and note.code not in raw.agreed:
                reading.notes[:] = [Noted(self._label.get("title", ""), values.get("title", ""), note, "title")]
                return Row(None, tuple(reading.notes))
            if note.verdict is Verdict.REJECTED:
                kind, values = kind.other, _as_demand(values)
                reading.settled(note, "title")
            else:
                reading.absent("title", "名称", note)
        self._above = reading.values
        self._suggest(raw, reading, values, kind)
        missing = self._missing(values, kind)
        told_of = {each.field for each in reading.notes if each.note.verdict is Verdict.MISSING}
        for name in missing:
            if name not in told_of:
                note = MANDATORY["owner" if name == OWNER[kind] else name]
                if name == "title":
                    note = replace(note, suggestion=_title_from(values.get("description", "")))
                reading.absent(name, self._names.get(name, name), note)
        if "description" not in values:
            reading.absent("description", "说明", NO_DESCRIPTION)
        names = tuple(self._names.get(field, field) for field in missing)
        record = _record(kind, values, self._source, missing)
        return Row(record, tuple(reading.notes), names, tuple(reading.conversions))

    def _suggest(self, raw: RawRow, reading: Readout, values: dict[str, Any], kind: Kind) -> None:
        """What may be put right in the values: a name from the description, name and organisation exchanged."""
        if "title" not in values and "missing_title" in raw.agreed:
            values["title"] = _title_from(values["description"])
            reading.settled(MANDATORY["title"], "title")
        if shapes.owner_for_title(kind, values):
            if OWNER_SWAPPED.code in raw.agreed:
                values["title"], values[OWNER[kind]] = values[OWNER[kind]], values["title"]
                reading.settled(OWNER_SWAPPED, "title")
            else:
                swap = f"名称“{values[OWNER[kind]]}”，单位“{values['title']}”"
                reading.absent("title", "名称", replace(OWNER_SWAPPED, suggestion=swap), values["title"])

    def _missing(self, values: Mapping[str, Any], kind: Kind) -> Sequence[str]:
        """Mandatory fields without a value: name, owner, and the telephone where the form asks for one."""
        asked = {column.field for column in self._header.columns}
        mandatory = ["title", OWNER[kind], *(["phone"] if "phone" in asked else [])]
        return [field for field in mandatory if field not in values]


def _title_from(description: str) -> str:
    """The first clause of a description, as a name that somebody has to confirm."""
    found = _SENTENCE.search(description)
    return (found[0].strip() if found else description.strip())[:LONGEST_TITLE]


def _as_demand(values: Mapping[str, Any]) -> dict[str, Any]:
    renamed = {AS_DEMAND.get(field, field): value for field, value in values.items()}
    return {field: value for field, value in renamed.items() if field in SHARED}


def _record(kind: Kind, values: Mapping[str, Any], source: str, missing: Sequence[str]) -> Record:
    fields = dict(values)
    parts = {name: fields.pop(name, "") for name in ("person", "phone", "email")}
    whole: Contact = fields.pop("contact", Contact())
    if missing:
        fields["status"] = STATUS_INCOMPLETE
    fields["contact"] = Contact(
        parts["person"] or whole.person, parts["phone"] or whole.phone, parts["email"] or whole.email
    )
    return record_from_json(kind, {"source": source, **fields})
