"""机会清单 and 能力清单: demands and solutions in the columns that centres publish, without anybody's contact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from api.exporting.paper import Paper
from api.exporting.scrub import published
from api.exporting.tabular import NOTHING, Column, Table, Value
from api.exporting.workbook import workbook
from matcher.model import Deadline, Demand, Kind, Money, Record, Solution
from matcher.placing import Place

TITLES = {Kind.DEMAND: "应用场景机会清单", Kind.SOLUTION: "应用场景能力清单"}

REMARK = (
    "说明：本清单不含联系人和联系方式，有意对接的单位请与发布本清单的中心联系；"
    "所列内容由各单位提供，以双方最终约定为准。"
)

Placed = tuple[Record, Place]


@dataclass(frozen=True, slots=True)
class _Field:
    """One column of a list: its name, its width in letters, and what a record says there."""

    label: str
    width: float
    read: Callable[[Record, Place], str]


def _demand(read: Callable[[Demand], str]) -> Callable[[Record, Place], str]:
    return lambda record, place: read(record) if isinstance(record, Demand) else ""


def _solution(read: Callable[[Solution], str]) -> Callable[[Record, Place], str]:
    return lambda record, place: read(record) if isinstance(record, Solution) else ""


_CATEGORY = _Field("场景类型", 6, lambda record, place: place.industry or "、".join(record.industries))
_CITY = _Field("所在地市", 5, lambda record, place: place.city or record.region)

FIELDS: dict[Kind, tuple[_Field, ...]] = {
    Kind.DEMAND: (
        _CATEGORY,
        _Field("编号", 5, lambda record, place: record.id),
        _Field("场景机会名称", 10, lambda record, place: record.title),
        _Field("需求单位", 9, _demand(lambda demand: demand.organization)),
        _CITY,
        _Field("场景需求描述", 26, _demand(lambda demand: _lines(demand.description, demand.current_base))),
        _Field("指标要求", 18, _demand(lambda demand: _lines(demand.requirements, demand.target))),
        _Field("实施规模", 6, _demand(lambda demand: demand.scale)),
        _Field("合作方式", 6, _demand(lambda demand: "、".join(demand.cooperation))),
        _Field("时限", 6, _demand(lambda demand: deadline(demand.deadline))),
    ),
    Kind.SOLUTION: (
        _Field("应用领域", 6, _CATEGORY.read),
        _Field("编号", 5, lambda record, place: record.id),
        _Field("方案名称", 10, lambda record, place: record.title),
        _Field("供应单位", 9, _solution(lambda solution: solution.vendor)),
        _CITY,
        _Field("核心技术", 8, _solution(lambda solution: "、".join(solution.technologies))),
        _Field("方案简介", 24, _solution(lambda solution: _lines(solution.description, solution.scenes))),
        _Field("主要指标", 14, _solution(lambda solution: solution.indicators)),
        _Field("典型案例", 14, _solution(lambda solution: solution.cases)),
        _Field("成熟度", 5, _solution(lambda solution: solution.maturity)),
        _Field("资质荣誉", 7, _solution(lambda solution: "、".join(solution.qualifications))),
    ),
}
"""The columns of public lists, in their order; 序号 comes before them all."""


def list_table(kind: Kind, records: Sequence[Placed], *, title: str = "") -> Table:
    """The list as one table, grouped by category in the order of the records' first appearance, numbered through."""
    fields = FIELDS[kind]
    rows: list[tuple[Value, ...]] = [
        (at, *(published(field.read(record, place)).strip() or NOTHING for field in fields))
        for at, (record, place) in enumerate(_grouped(records), 1)
    ]
    columns = [Column("序号", 3), *(Column(field.label, field.width) for field in fields)]
    return Table.of(title or TITLES[kind], columns, rows, note=REMARK)


def list_workbook(kind: Kind, records: Sequence[Placed], number: str, *, batch: str = "") -> bytes:
    """The list as an .xlsx file."""
    return workbook([list_table(kind, records, title=_title(kind, batch))], number)


def list_document(kind: Kind, records: Sequence[Placed], number: str, *, batch: str = "", day: str = "") -> bytes:
    """The list as a .docx file: one table on its side, a line across it for each category, unused columns left out."""
    told = f"（共 {len(records)} 项{'，' + day if day else ''}）"
    paper = Paper(_title(kind, batch), number, subtitle=told, landscape=True)
    table, groups = _by_category(list_table(kind, records))
    if records:
        paper.table(table, size=9, groups=groups)
    else:
        paper.text("没有可发布的条目。")
        paper.note(REMARK)
    return paper.bytes()


def _by_category(table: Table) -> tuple[Table, dict[int, str]]:
    """The table without its column of categories and without empty columns, and where each category begins."""
    used = [at for at in range(len(table.columns)) if at != 1 and any(row[at] != NOTHING for row in table.rows)]
    groups, at = {}, 0
    for name, rows in groupby(table.rows, key=lambda row: row[1]):
        size = len(list(rows))
        groups[at] = f"{name if name != NOTHING else '未注明类型'}（{size} 项）"
        at += size
    told = [[row[column] for column in used] for row in table.rows]
    return Table.of("", [table.columns[column] for column in used], told, note=table.note), groups


def deadline(when: Deadline | None) -> str:
    """A deadline as a list says it."""
    if when is None:
        return ""
    if when.day is None:
        return when.raw
    forms = {"day": "{0.year}年{0.month}月{0.day}日前", "month": "{0.year}年{0.month}月底前", "year": "{0.year}年底前"}
    return forms.get(when.precision, forms["day"]).format(when.day)


def money(amount: Money | None) -> str:
    """An amount as its form had it; in 万元 where only the figures are known."""
    if amount is None:
        return ""
    if amount.low is None and amount.high is None:
        return amount.raw
    low, high = amount.low, amount.high
    figures = f"{low:g}–{high:g}" if low is not None and high is not None and low != high else f"{high or low or 0:g}"
    unit = {"HKD": "万港元", "MOP": "万澳门元", "USD": "万美元"}.get(amount.currency, "万元")
    return f"{figures} {unit}{'/' + amount.per if amount.per else ''}"


def _grouped(records: Sequence[Placed]) -> list[Placed]:
    first: dict[str, int] = {}
    for _, place in records:
        first.setdefault(place.industry, len(first))
    return sorted(records, key=lambda each: (not each[1].industry, first[each[1].industry]))


def _title(kind: Kind, batch: str) -> str:
    return f"{TITLES[kind]}（{batch}）" if batch else TITLES[kind]


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part.strip())
