"""Which field a column holds: header wording, the row the headers stand in, and the kind of list they belong to."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from indexer import cells
from indexer.reading import Cell
from indexer.sheets import Sheet
from matcher import tables
from matcher.errors import InvalidInput
from matcher.model import Kind
from matcher.text import simplified

TABLE = Path(__file__).resolve().parents[1] / "data" / "import" / "headers.tsv"
KINDS: Mapping[str, Kind | None] = {"通用": None, "需求": Kind.DEMAND, "方案": Kind.SOLUTION}

SEARCHED = 15
"""How many rows from the top may hold the header; above it stand titles and instructions."""

LONGEST_LABEL = 40

LEVELS = 3
"""Rows that one header may have."""

GOOD = 0.6
"""A header knows at least so much of what the best row of the sheet knows."""

LEVEL = "\x1f"
"""Stands between the upper and the lower wording of a header of two rows."""

ASIDE = frozenset({"number", "ignored", "filed"})
"""Recognised columns that hold no field of a record; the day of filing is read and told all the same."""

_UNIT = re.compile(r"(?:亿|[千百]?万|千)?元")
_BRACKET = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_MARKS = re.compile(r"[\s*:：()\[\]【】\"“”?？]|必填|选填")
_LATIN = re.compile(r"[A-Za-z]+")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_CURRENCY = re.compile(r"HK\$|HKD|港[币元]|MOP|澳门[币元]|US\$|USD|美元")
_MILLION = re.compile(r"million|百万", re.IGNORECASE)
_DECLARED = re.compile(r"单位\s*[:：]\s*((?:亿|[千百]?万|千)?元)")
_YEAR = re.compile(r"(?<!\d)(20\d\d)\s*年")
_HINTS = ((Kind.DEMAND, re.compile("需求|机会|榜单|难题")), (Kind.SOLUTION, re.compile("方案|能力|产品|供应商|供给")))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list: where it stands (from 0), its field ("" if unknown), the user's wording, its money unit and
    what names the currency of it."""

    at: int
    field: str
    label: str
    unit: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a sheet: the kind of list, its rows (numbers as the user sees them), its columns with a label."""

    kind: Kind
    first: int
    last: int
    columns: tuple[Column, ...]
    unit: str = "万元"
    year: int | None = None


@dataclass(frozen=True)
class Headers:
    """Everything data/import/headers.tsv says: wording → field, and field → its name in Chinese, by kind of list."""

    fields: Mapping[Kind, Mapping[str, str]]
    names: Mapping[Kind, Mapping[str, str]]

    @classmethod
    def load(cls, path: Path = TABLE) -> Headers:
        """Read the table. InvalidInput names the line: unknown 类别, or one wording for two fields."""
        rows = tables.read(path, ("字段", "类别", "名称", "写法"))
        wordings: dict[str, dict[str, str]] = {name: {} for name in KINDS}
        names: dict[str, dict[str, str]] = {name: {} for name in KINDS}
        for row in rows:
            if row["类别"] not in wordings:
                raise row.wrong(f"「类别」应为 {'、'.join(KINDS)}，现为「{row['类别']}」")
            known = wordings[row["类别"]]
            names[row["类别"]].setdefault(row["字段"], row["名称"])
            for word in map(wording, row.words("写法")):
                if known.setdefault(word, row["字段"]) != row["字段"]:
                    raise row.wrong(f"写法「{word}」已属于字段 {known[word]}")
        kinds = {kind: name for name, kind in KINDS.items() if kind}
        return cls(
            {kind: {**wordings["通用"], **wordings[name]} for kind, name in kinds.items()},
            {kind: {**names["通用"], **names[name]} for kind, name in kinds.items()},
        )

    def field(self, kind: Kind, label: str) -> str:
        """The field a header means in that kind of list, or "" for an unknown one."""
        known = self.fields[kind]
        return next((known[key] for key in _keys(label) if key in known), "")

    def recognised(self, kind: Kind, row: Sequence[Cell]) -> int:
        """How many cells of a row are header wordings."""
        return sum(
            bool(self.field(kind, cell)) for cell in row if isinstance(cell, str) and 0 < len(cell) <= LONGEST_LABEL
        )

    def find(self, sheet: Sheet, kind: Kind | None = None, file: str = "") -> Header | None:
        """The header among the first rows with the most known fields, or None when no row is a header.

        `kind` None lets the wordings decide, then titles, sheet and file name. InvalidInput when they do not.
        """
        read: list[tuple[int, int, int, list[tuple[Kind, tuple[Column, ...]]]]] = []
        for row, depth, labels in _candidates(sheet, self):
            both = [(k, _columns(self, k, labels)) for k in ([kind] if kind else Kind)]
            top = max(_score(columns) for _, columns in both)
            if top:
                read.append((top, row, depth, [(k, columns) for k, columns in both if _score(columns) == top]))
        if not read:
            return None
        # A header that comes again further down may know more words; the first good one is where the list begins.
        most = max(top for top, *_ in read)
        first = min(row for top, row, _, _ in read if top >= GOOD * most)
        _, at, depth, found = min((each for each in read if each[1] == first), key=lambda each: (-each[0], each[2]))
        last = at + depth
        above = " ".join([sheet.caption, *(cells.plain(cell) for row in sheet.rows[:at] for cell in row)])
        above = simplified(unicodedata.normalize("NFKC", above))
        chosen, columns = found[0] if len(found) == 1 else _by_name(found, (above, sheet.name, file))
        unit, year = _DECLARED.search(above), _YEAR.search(above) or _YEAR.search(file)
        return Header(chosen, at + 1, last, columns, unit[1] if unit else "万元", int(year[1]) if year else None)

    def later(self, sheet: Sheet, header: Header) -> list[Header]:
        """Headers further down that put known fields into other columns: the rows below them are read by them."""
        found = [header]
        own = {wording(column.label.rpartition(" ")[2]): column.field for column in header.columns}
        for at in range(header.last, len(sheet.rows)):
            row = sheet.rows[at]
            first = next((cell for cell in row if cell not in ("", None)), "")
            if not isinstance(first, str) or not self.recognised(header.kind, [first]):
                continue
            labels = [_label(cell) for cell in row]
            if self.recognised(header.kind, labels) < LEVELS + 1:
                continue
            now = {
                column.at: replace(column, field=column.field or own.get(wording(column.label), ""))
                for column in _columns(self, header.kind, labels)
            }
            before = {column.at: column for column in found[-1].columns}
            place = {column.field: n for n, column in before.items() if column.field}
            moved = any(now[n].field and place.get(now[n].field, n) != n for n in now)
            if moved:
                columns = tuple(
                    now[n] if n in now and now[n].field else before.get(n) or now[n] for n in sorted(now | before)
                )
                found.append(replace(header, first=at + 1, last=at + 1, columns=columns))
        return found[1:]


@cache
def standard() -> Headers:
    """The shipped table, read once."""
    return Headers.load()


def _keys(label: str) -> Iterator[str]:
    """The wordings a label may be known by: without bracketed remarks, with their content, without the money unit."""
    flat = simplified(unicodedata.normalize("NFKC", label))
    first = flat.strip().partition("\n")[0]
    for text in dict.fromkeys((_BRACKET.sub("", flat), flat, _BRACKET.sub("", first))):
        key = wording(text)
        yield key
        yield _UNIT.sub("", key)
    han, latin = wording(_LATIN.sub("", _BRACKET.sub("", flat))), wording(_HAN.sub("", _BRACKET.sub("", flat)))
    if han and latin:  # 方案名稱 Solution Name
        yield _UNIT.sub("", han)
        yield latin


def wording(text: str) -> str:
    """A header wording as it is compared: without white space, asterisks, brackets and colons; width and case fold."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _candidates(sheet: Sheet, headers: Headers) -> Iterator[tuple[int, int, list[str]]]:
    """(row from 0, how many rows, labels): each of the first rows alone, then with one and two rows below it."""
    top = [[_label(cell) for cell in row] for row in sheet.rows[: SEARCHED + LEVELS]]
    for at in [at for at, labels in enumerate(top[:SEARCHED]) if sum(map(bool, labels)) > 1]:
        for depth in range(1, LEVELS + 1):
            levels = top[at : at + depth]
            if len(levels) < depth or not any(levels[-1]):
                break
            if depth > 1 and not any(headers.recognised(kind, levels[0]) for kind in Kind):
                break
            levels = [_spread(level, sheet, at + n) if n < depth - 1 else level for n, level in enumerate(levels)]
            yield at, depth, [LEVEL.join(filter(None, labels)) for labels in zip(*levels, strict=True)]


def _label(cell: Cell) -> str:
    text = cell.strip() if isinstance(cell, str) else ""
    return text if len(text) <= LONGEST_LABEL else ""


def _spread(labels: list[str], sheet: Sheet, at: int) -> list[str]:
    """The labels of a row with those of cells merged sideways over all the columns they cover."""
    spread = labels.copy()
    for merge in sheet.merges:
        if merge.first[0] == at and merge.last[1] > merge.first[1]:
            width = merge.last[1] - merge.first[1] + 1
            spread[merge.first[1] : merge.last[1] + 1] = [labels[merge.first[1]]] * width
    return spread


def _columns(headers: Headers, kind: Kind, labels: Sequence[str]) -> tuple[Column, ...]:
    columns = []
    groups = Counter(label.rpartition(LEVEL)[0] for label in labels)
    for at, label in enumerate(labels):
        if not label:
            continue
        levels = label.split(LEVEL)
        # A heading over several columns names none of them: 需求内容 over 现状, 目标 and 指标.
        alone = groups[label.rpartition(LEVEL)[0]] == 1
        names = ("".join(levels), *(reversed(levels) if alone else levels[-1:]))
        field = next(filter(None, (headers.field(kind, name) for name in names)), "")
        columns.append(Column(at, field, " ".join(label.replace(LEVEL, " ").split()), *_unit(label)))
    return tuple(columns)


def _unit(label: str) -> tuple[str, str]:
    """(unit, what names its currency) of a label: 预算（万元）, 參考價 (HK$ million)."""
    flat = simplified(unicodedata.normalize("NFKC", label))
    currency, unit = _CURRENCY.search(flat), _UNIT.search(flat)
    if _MILLION.search(flat):
        return "百万元", currency[0] if currency else ""
    if currency and not unit:
        return ("万元" if re.search(r"万\s*(?:港|澳|美)", flat) else ""), currency[0]
    return unit[0] if unit else "", currency[0] if currency else ""


def _score(columns: Sequence[Column]) -> int:
    """Known fields, each once; 0 when the row cannot head a list: fewer than two fields, or none to match by."""
    fields = {column.field for column in columns if column.field and column.field not in ASIDE}
    if len(fields) < 2 or not fields & {"title", "description"}:
        return 0
    return len(fields)


def _by_name(found: Sequence[tuple[Kind, tuple[Column, ...]]], names: Sequence[str]) -> tuple[Kind, tuple[Column, ...]]:
    for name in names:
        hinted = [kind for kind, pattern in _HINTS if pattern.search(name)]
        if len(hinted) == 1:
            return next(pair for pair in found if pair[0] is hinted[0])
    raise InvalidInput("表头看不出是需求清单还是方案清单，请用 --kind demand 或 --kind solution 指明")
