"""Tables as pictures: what charts.js draws is read from the very table that stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import orjson

from api.exporting.tabular import Table
from matcher.gaps import Cell, GapMap
from matcher.journey import UNNAMED

MOST_BARS = 12


@dataclass(frozen=True, slots=True)
class Tile:
    """One city of the schematic map: its square, its figures, and how dark it is, 0 to 4."""

    name: str
    column: int
    row: int
    demands: int
    solutions: int
    shade: int


TILES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "韶关": (4, 0),
        "清远": (3, 1),
        "河源": (5, 1),
        "梅州": (6, 1),
        "肇庆": (2, 2),
        "佛山": (3, 2),
        "广州": (4, 2),
        "惠州": (5, 2),
        "揭阳": (6, 2),
        "潮州": (7, 2),
        "云浮": (2, 3),
        "江门": (3, 3),
        "中山": (4, 3),
        "东莞": (5, 3),
        "汕尾": (6, 3),
        "汕头": (7, 3),
        "湛江": (0, 4),
        "茂名": (1, 4),
        "阳江": (2, 4),
        "珠海": (4, 4),
        "深圳": (5, 4),
        "澳门": (4, 5),
        "香港": (5, 5),
    }
)
"""City → column and row. Neighbours stand near each other; shapes and distances are not those of a map."""


def tiles(cells: Mapping[str, Cell]) -> list[Tile]:
    """The map, darker where more demands are."""
    most = max((cells[name].demands for name in TILES if name in cells), default=0)
    return [_tile(name, at, cells.get(name, Cell()), most) for name, at in TILES.items()]


def _tile(name: str, at: tuple[int, int], cell: Cell, most: int) -> Tile:
    shade = -(-4 * cell.demands // most) if most else 0
    return Tile(name, *at, cell.demands, cell.solutions, shade)


def chart(name: str, table: Table) -> str:
    """The chart of a table as JSON for charts.js, "" for a table that is better read."""
    make = next((made for start, made in CHARTS.items() if name.startswith(start)), None)
    return orjson.dumps(make(table)).decode() if make is not None and table.rows else ""


def heat(gaps: GapMap) -> str:
    """The map of gaps as JSON: how many demands lack a solution, by industry and direction."""
    rows = [name for name in gaps.industries if gaps.of_industry(name).demands]
    columns = [name for name in gaps.directions if any(gaps.at(row, name).demands for row in rows)]
    squares = [
        [x, y, gaps.at(row, column).lacking, gaps.at(row, column).demands]
        for y, row in enumerate(rows)
        for x, column in enumerate(columns)
        if gaps.at(row, column).demands
    ]
    if not squares:
        return ""
    return orjson.dumps({"type": "heat", "columns": columns, "rows": rows, "squares": squares}).decode()


def _series(table: Table, names: Sequence[str], kind: str, rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    labels = [column.label for column in table.columns]
    return {
        "type": kind,
        "labels": [str(row[0]) for row in rows],
        "series": [{"name": name, "data": [row[labels.index(name)] for row in rows]} for name in names],
    }


def _bars(*names: str) -> Callable[[Table], dict[str, Any]]:
    def make(table: Table) -> dict[str, Any]:
        rows = [row for row in table.rows if row[0] != UNNAMED][:MOST_BARS] or list(table.rows)
        return _series(table, names, "bars", rows)

    return make


CHARTS: Mapping[str, Callable[[Table], dict[str, Any]]] = MappingProxyType(
    {
        "funnel": lambda table: _series(table, ["需求数"], "funnel", table.rows),
        "trend": lambda table: _series(table, ["收集", "发布", "对接", "落地"], "lines", table.rows),
        "by-month": lambda table: _series(table, ["收集", "发布", "对接", "落地"], "lines", table.rows[::-1]),
        "by-": _bars("收集", "发布", "对接", "落地"),
        "response-": _bars("已对接", "等待对接"),
        "vendors": _bars("获推荐", "对接", "落地"),
    }
)
"""Start of a table's name → its chart; the first that fits is taken."""
