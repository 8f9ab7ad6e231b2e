"""Where demand and supply miss each other: demands without a suitable solution, solutions never recommended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from matcher.journey import UNNAMED
from matcher.model import Kind


@dataclass(frozen=True, slots=True)
class Standing:
    """One record's place in the picture: one industry, one technology direction and one city each, "" where unknown.

    `answered` of a demand: it has a suitable solution; of a solution: it was recommended to some demand.
    `best` is the grade of the best counterpart, None when it was not looked for yet.
    """

    id: str
    kind: Kind
    title: str = ""
    owner: str = ""
    industry: str = ""
    direction: str = ""
    city: str = ""
    answered: bool = False
    best: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """Both sides of one square of the map. `lacking` of the `demands`, `idle` of the `solutions`."""

    demands: int = 0
    lacking: int = 0
    solutions: int = 0
    idle: int = 0

    def __add__(self, other: Cell) -> Cell:
        return Cell(
            self.demands + other.demands,
            self.lacking + other.lacking,
            self.solutions + other.solutions,
            self.idle + other.idle,
        )


NOTHING = Cell()


@dataclass(frozen=True, slots=True)
class GapMap:
    """Industry × technology direction. Rows and columns without any record are left out."""

    industries: tuple[str, ...]
    directions: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]

    def at(self, industry: str, direction: str) -> Cell:
        """One square; empty where there is nothing."""
        return self.cells.get((industry, direction), NOTHING)

    def of_industry(self, industry: str) -> Cell:
        """The sum of a row."""
        return sum((self.at(industry, direction) for direction in self.directions), NOTHING)

    def of_direction(self, direction: str) -> Cell:
        """The sum of a column."""
        return sum((self.at(industry, direction) for industry in self.industries), NOTHING)

    @property
    def total(self) -> Cell:
        """The sum of all squares: each record stands in exactly one."""
        return sum(self.cells.values(), NOTHING)


def gap_map(records: Iterable[Standing], industries: Sequence[str], directions: Sequence[str]) -> GapMap:
    """The map, most lacking industries first; directions in the order given. Unknown names go to 未注明."""
    cells: dict[tuple[str, str], Cell] = {}
    for each in records:
        at = (_known(each.industry, industries), _known(each.direction, directions))
        cells[at] = cells.get(at, NOTHING) + _one(each)
    rows: Counter[str] = Counter()
    for (industry, _), cell in cells.items():
        rows[industry] += cell.lacking
    order = {name: n for n, name in enumerate((*industries, UNNAMED))}
    return GapMap(
        tuple(sorted(rows, key=lambda name: (name == UNNAMED, -rows[name], order[name]))),
        tuple(sorted({direction for _, direction in cells}, key=[*directions, UNNAMED].index)),
        cells,
    )


def lacking(records: Iterable[Standing]) -> tuple[Standing, ...]:
    """The demands without a suitable solution, nearest misses last, ties by id: the list for the next 征集."""
    found = [each for each in records if each.kind is Kind.DEMAND and not each.answered]
    return tuple(sorted(found, key=lambda each: (each.best if each.best is not None else -1, each.id)))


def idle(records: Iterable[Standing]) -> tuple[Standing, ...]:
    """The solutions that were never recommended, best grade first, ties by id."""
    found = [each for each in records if each.kind is Kind.SOLUTION and not each.answered]
    return tuple(sorted(found, key=lambda each: (-(each.best if each.best is not None else -1), each.id)))


def by_city(records: Iterable[Standing]) -> dict[str, Cell]:
    """City → both sides, 未注明 for the rest. The cells add up to the map's total."""
    found: dict[str, Cell] = {}
    for each in records:
        city = each.city or UNNAMED
        found[city] = found.get(city, NOTHING) + _one(each)
    return found


def _known(name: str, names: Sequence[str]) -> str:
    return name if name in names else UNNAMED


def _one(each: Standing) -> Cell:
    open_end = 0 if each.answered else 1
    return Cell(demands=1, lacking=open_end) if each.kind is Kind.DEMAND else Cell(solutions=1, idle=open_end)
