"""A table as people read it, whatever it is written into: a workbook, a document or a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Value = str | int | float | None
"""A cell. None is nothing to say, which is shown as —."""

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `width` is in Chinese characters; `form` says how a number is shown."""

    label: str
    width: float = 10
    form: Literal["text", "count", "share", "days"] = "text"

    @property
    def numeric(self) -> bool:
        """Whether the column is set flush right."""
        return self.form != "text"

    @property
    def narrow(self) -> bool:
        """Whether the column is centred in a document: figures, and words that need not be read line by line."""
        return self.numeric or self.width <= 6

    def shown(self, value: Value) -> str:
        """The cell as text: 1,234, 36.5%, 12.5 天."""
        if value is None:
            return NOTHING
        if isinstance(value, str):
            return value
        return _SHOWN[self.form](value)


_SHOWN = {
    "text": lambda value: f"{value}",
    "count": lambda value: f"{value:,.0f}",
    "share": lambda value: f"{100 * value:.1f}%",
    "days": lambda value: f"{value:.1f}",
}


@dataclass(frozen=True)
class Table:
    """A titled table. `total` is a last row set apart; `note` stands below it."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...] | None = None
    note: str = ""

    @classmethod
    def of(
        cls,
        title: str,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Value]],
        total: Sequence[Value] | None = None,
        note: str = "",
    ) -> Table:
        """The table, every row as long as there are columns. ValueError otherwise."""
        kept = tuple(tuple(row) for row in rows)
        last = tuple(total) if total is not None else None
        for row in (*kept, *((last,) if last else ())):
            if len(row) != len(columns):
                raise ValueError(f"{title}: {len(row)} cells for {len(columns)} columns")
        return cls(title, tuple(columns), kept, last, note)

    @property
    def lines(self) -> tuple[tuple[Value, ...], ...]:
        """All rows, the total last."""
        return (*self.rows, self.total) if self.total else self.rows
