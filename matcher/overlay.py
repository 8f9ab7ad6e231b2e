"""The house's own words: what staff changed in the tables of `data/`, laid over them and never written into them.

A change names a table and a row of it by the row's key, and gives the whole row as it shall be, or None to leave it
out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from matcher.errors import InvalidInput
from matcher.tables import Row, words

Cells = Mapping[str, str]
"""One row: column → text, as in the file."""

Rows = Mapping[str, Cells | None]
"""Key of a row → the row, None where it is left out."""

ARROW = "→"


def _first_word(cells: Cells) -> str:
    return next(iter(words(cells["词组"])), "")


def _pair(cells: Cells) -> str:
    return f"{cells['需求方用词']}{ARROW}{cells['方案方用词']}"


KEYS: Mapping[str, Callable[[Cells], str]] = MappingProxyType({"synonyms.tsv": _first_word, "bridges.tsv": _pair})
"""Tables whose rows are not known by their first column: a group by its usual word, a bridge by both ends."""


def key_of(file: str, cells: Cells) -> str:
    """What a row is known by inside its table."""
    known_by = KEYS.get(file)
    return known_by(cells) if known_by else next(iter(cells.values()))


@dataclass(frozen=True, slots=True)
class Overlay:
    """All changes in force together: file name → changed rows. `edition` numbers the publication they belong to."""

    edition: int = 0
    tables: Mapping[str, Rows] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Twelve hex digits of the changes, "" when there is none; the edition does not count."""
        return _digest(self._content()) if any(self.tables.values()) else ""

    def part(self, files: Iterable[str]) -> str:
        """The same for some tables only."""
        own = {file: rows for file, rows in self._content().items() if file in set(files) and rows}
        return _digest(own) if own else ""

    def over(self, file: str, shipped: list[Row]) -> list[Row]:
        """The rows of a table as they are in force: shipped ones changed in place or left out, new ones at the end."""
        changed = self.tables.get(file)
        if not changed:
            return shipped
        if file == "bridges.tsv":
            shipped = [pair for row in shipped for pair in _pairs(row)]
        keys = [key_of(file, row.cells) for row in shipped]
        rows = [
            _row(file, key, changed[key], row) if key in changed else row
            for key, row in zip(keys, shipped, strict=True)
        ]
        rows += [_row(file, key, cells, None) for key, cells in changed.items() if key not in set(keys)]
        return [row for row in rows if row is not None]

    def own(self, file: str) -> list[Row]:
        """The rows of a table that staff wrote, without those they left out."""
        rows = [_row(file, key, cells, None) for key, cells in self.tables.get(file, {}).items()]
        return [row for row in rows if row is not None]

    def with_row(self, file: str, key: str, cells: Cells | None) -> Overlay:
        """One more change; a later change of the same row replaces the earlier."""
        tables = {name: dict(rows) for name, rows in self.tables.items()}
        tables.setdefault(file, {})[key] = cells
        return Overlay(self.edition, tables)

    def as_json(self) -> dict[str, object]:
        """What a manifest keeps."""
        return {"edition": self.edition, "tables": self._content()}

    @classmethod
    def of_json(cls, kept: object) -> Overlay:
        """What `as_json` gave; nothing gives the empty overlay. Raises InvalidInput for anything else."""
        if not kept:
            return cls()
        try:
            assert isinstance(kept, dict)
            tables = {str(file): dict(rows) for file, rows in kept["tables"].items()}
            return cls(int(kept["edition"]), tables)
        except (AssertionError, KeyError, TypeError, ValueError, AttributeError):
            raise InvalidInput("索引里记录的词库改动无法读取，请重建索引。") from None

    def _content(self) -> dict[str, dict[str, dict[str, str] | None]]:
        return {
            file: {key: dict(cells) if cells is not None else None for key, cells in rows.items()}
            for file, rows in self.tables.items()
        }


PLAIN = Overlay()
"""No change at all: the tables as shipped."""


def _row(file: str, key: str, cells: Cells | None, shipped: Row | None) -> Row | None:
    """A changed row; without a line of the file it is named by its key when something is wrong with it."""
    if cells is None:
        return None
    return Row(shipped.file, shipped.line, cells) if shipped else Row(f"词库里的“{key}”", 0, cells)


def _pairs(row: Row) -> list[Row]:
    """A row of bridges, one row for each word it leads to."""
    return [Row(row.file, row.line, {**row.cells, "方案方用词": word}) for word in row.words("方案方用词")]


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]
