"""The values of one row as they are read, cell by cell, with everything there is to tell about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from indexer import cells
from indexer.fields import LISTS, PROSE, read_cell
from indexer.headers import ASIDE, Column, Header
from indexer.reading import Cell, Note, Rule, Verdict
from indexer.report import Conversion
from indexer.tabulating import Mark
from indexer.telling import told

REPEATED_COLUMN = Note("repeated_column", "与前面的列是同一字段，已用前面一列的内容，请核对", Verdict.QUESTION)
NOT_IMPORTED = Rule("not_imported", "这一列不导入，原文只留在这份报告里")
_LEVEL = re.compile(r"\s*([1-9])\s*")
_TRL = re.compile(r"TRL\s*-?\s*([1-9])(?!\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Noted:
    """A note with the column and what stood there."""

    column: str
    found: str
    note: Note
    field: str = ""


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it came, with what is known about it besides its cells.

    cells        column position → cell; blank ones are ""
    marks        column position → what the table did to the cell
    hidden       the user does not see the row
    corrections  field → the text to read instead
    agreed       codes of problems whose suggestion is to be carried out, or TAKEN
    """

    cells: Mapping[int, Cell]
    marks: Mapping[int, Mark]
    hidden: bool = False
    corrections: Mapping[str, str] = field(default_factory=dict)
    agreed: AbstractSet[str] = frozenset()


class Readout:
    """The values of one row as they are read, with everything there is to tell."""

    def __init__(self, header: Header, label: Mapping[str, str], raw: RawRow, above: Mapping[str, Any]) -> None:
        self.values: dict[str, Any] = {}
        self.notes: list[Noted] = []
        self.conversions: list[Conversion] = []
        self._header, self._label, self._raw, self._above = header, label, raw, above

    def all(self, row: Mapping[int, Cell]) -> None:
        """Read every column of the row, then the corrections of fields that have no column."""
        for column in self._header.columns:
            self._one(column, row[column.at])
        given = {column.field for column in self._header.columns}
        for name, text in self._raw.corrections.items():
            if name not in given:
                self._one(Column(-1, name, name), text)

    def note(self, column: Column, cell: Cell, note: Note) -> None:
        """Something about the cell of a column."""
        self.notes.append(Noted(column.label, " ".join(cells.plain(cell).split()), note, column.field))

    def absent(self, field: str, name: str, note: Note, found: str = "") -> None:
        """Something about a field, under the user's label for it, or its name where it has no column."""
        self.notes.append(Noted(self._label.get(field, name), found, note, field))

    def settled(self, note: Note, field: str) -> None:
        """A problem whose suggestion was agreed to and carried out."""
        hint = f"已按确认处理：{note.suggestion or note.hint}"
        self.notes.append(Noted(self._label.get(field, ""), "", Note(note.code, hint), field))

    def _one(self, column: Column, cell: Cell) -> None:
        mark = self._raw.marks.get(column.at) if column.field not in self._raw.corrections else None
        if mark and column.field:
            self._marked(column, cell, mark)
        if cell == "" or column.field == "number":
            return
        if column.field in ("", "ignored"):
            if not (mark and mark.rule):
                self._converted(column, cells.plain(cell), "", NOT_IMPORTED)
            return
        reading = read_cell(column, cell, self._header, self._above)
        for note in reading.notes:
            self.note(column, cell, note)
        if reading.rule:
            self._converted(column, mark.raw if mark and mark.raw else cells.plain(cell), reading.value, reading.rule)
        if reading.value in ("", (), None) or column.field in ASIDE:
            return
        if column.field == "maturity" and (
            level := _TRL.search(cells.plain(cell)) or _LEVEL.fullmatch(cells.plain(cell))
        ):
            self.values["trl"] = int(level[1])
        if column.field not in self.values:
            self.values[column.field] = reading.value
        elif column.field in PROSE:
            self.values[column.field] += "\n" + reading.value
        elif column.field in LISTS:
            self.values[column.field] = tuple(dict.fromkeys(self.values[column.field] + reading.value))
        elif reading.value != self.values[column.field]:
            self.note(column, cell, REPEATED_COLUMN)

    def _marked(self, column: Column, cell: Cell, mark: Mark) -> None:
        if mark.note and column.field not in ASIDE:
            self.notes.append(Noted(column.label, mark.raw or cells.line(cell).value, mark.note, column.field))
        if mark.rule:
            self._converted(column, mark.raw or cells.plain(cell), cell, mark.rule)

    def _converted(self, column: Column, raw: str, value: object, rule: Rule) -> None:
        shown = told(value) if not isinstance(value, float) else cells.plain(value)
        self.conversions.append(
            Conversion(column.label, column.field, raw, shown, rule.code, rule.says, rule.confidence)
        )
