"""The figures of the report as tables: what the pages show is what the workbooks and the monthly report hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from api.exporting.tabular import Column, Table, Value
from matcher.activity import BANDS, Pairing, Response, Vendor, response, responses, vendors
from matcher.funnel import breakdown, by_month, counts, funnel
from matcher.gaps import Cell, GapMap, Standing, by_city, idle, lacking
from matcher.journey import DIMENSIONS, MEANINGS, UNNAMED, Journey, Step
from matcher.model import Kind
from matcher.periods import BEIJING, months_back
from matcher.placing import OUTSIDE

ADDS_UP = "每条需求只计入一行，各行相加等于合计。"


def funnel_table(journeys: Sequence[Journey]) -> Table:
    """Count, rates and median days of every step."""
    columns = [
        Column("环节", 6),
        Column("需求数", 6, "count"),
        Column("占上一环节", 7, "share"),
        Column("占收集总数", 7, "share"),
        Column("环节用时（天，中位数）", 9, "days"),
        Column("口径", 26),
    ]
    rows = [
        (bar.step.label, bar.count, bar.of_previous, bar.of_first, bar.days, MEANINGS[bar.step])
        for bar in funnel(journeys)
    ]
    note = "到达后面环节的需求也计入前面的环节；环节用时只统计两端日期都有记录的需求。"
    return Table.of("需求漏斗", columns, rows, note=note)


def breakdown_table(journeys: Sequence[Journey], dimension: str) -> Table:
    """The counts of every step by batch, city, industry or month, with the rate of landing."""
    label = DIMENSIONS[dimension].label
    columns = [Column(label, 9), *(Column(step.label, 5, "count") for step in Step), Column("落地率", 5, "share")]
    rows: list[tuple[Value, ...]] = [
        (row.name, *row.counts, _share(row.counts)) for row in breakdown(journeys, dimension)
    ]
    whole = counts(journeys)
    return Table.of(f"按{label}分的需求进展", columns, rows, ("合计", *whole, _share(whole)), note=ADDS_UP)


def trend_table(journeys: Sequence[Journey], last: str, months: int = 12) -> Table:
    """How many demands first reached each step in each of the last months."""
    columns = [Column("月份", 8), *(Column(step.label, 5, "count") for step in Step)]
    rows: list[tuple[Value, ...]] = [(row.name, *row.counts) for row in by_month(journeys, months_back(last, months))]
    note = "按各环节首次发生的日期统计，与漏斗（按需求统计）口径不同。"
    return Table.of(f"近 {months} 个月各环节新增", columns, rows, note=note)


def region_table(journeys: Sequence[Journey], standings: Sequence[Standing], names: Sequence[str]) -> Table:
    """Both sides by city: the cities in their order, other places and those without one last."""
    cells = by_city(standings)
    steps = {row.name: row for row in breakdown(journeys, "city")}
    columns = [
        Column("地市", 6),
        Column("需求", 5, "count"),
        Column("发布", 5, "count"),
        Column("对接", 5, "count"),
        Column("落地", 5, "count"),
        Column("缺方案", 5, "count"),
        Column("方案", 5, "count"),
        Column("未获推荐", 6, "count"),
    ]
    rows: list[tuple[Value, ...]] = []
    for name in (*names, OUTSIDE, UNNAMED):
        cell = cells.get(name, Cell())
        row = steps.get(name)
        told = [row.at(step) if row else 0 for step in (Step.COLLECTED, Step.PUBLISHED, Step.CONTACT, Step.LANDED)]
        rows.append((name, *told, cell.lacking, cell.solutions, cell.idle))
    total = tuple(sum(int(row[at] or 0) for row in rows) for at in range(1, len(columns)))
    note = "区县计入所属地市；“缺方案”指在库且未关闭、没有合适方案的需求。"
    return Table.of("各地市供需情况", columns, rows, ("合计", *total), note=note)


def gap_table(gaps: GapMap) -> Table:
    """Industry × technology direction: demands without a suitable solution / demands, and the row's idle solutions."""
    columns = [
        Column("行业", 8),
        *(Column(name, 7) for name in gaps.directions),
        Column("缺方案", 5, "count"),
        Column("需求", 5, "count"),
        Column("未获推荐", 6, "count"),
        Column("方案", 5, "count"),
    ]
    rows: list[tuple[Value, ...]] = [
        (name, *(_both(gaps.at(name, direction)) for direction in gaps.directions), *_sums(gaps.of_industry(name)))
        for name in gaps.industries
    ]
    total: tuple[Value, ...] = (
        "合计",
        *(_both(gaps.of_direction(name)) for name in gaps.directions),
        *_sums(gaps.total),
    )
    note = (
        "格内为“缺方案的需求数 / 需求总数”；每条记录只计入一个主要行业和一个主要技术方向；"
        "需求没有写明技术方向的，按最接近的方案归入。"
    )
    return Table.of("供需缺口（行业×技术方向）", columns, rows, total, note=note)


def lacking_table(standings: Sequence[Standing], most: int | None = None) -> Table:
    """The demands without a suitable solution, the farthest first."""
    columns = [
        Column("编号", 7),
        Column("需求名称", 18),
        Column("需求单位", 14),
        Column("行业", 7),
        Column("地市", 5),
        Column("最接近的分数", 7, "count"),
    ]
    found = lacking(standings)
    return Table.of("没有合适方案的需求", columns, [_line(each) for each in found[:most]], note=_cut(len(found), most))


def idle_table(standings: Sequence[Standing], most: int | None = None) -> Table:
    """The solutions that were never recommended, the most promising first."""
    columns = [
        Column("编号", 7),
        Column("方案名称", 18),
        Column("供应单位", 14),
        Column("行业", 7),
        Column("地市", 5),
        Column("对需求的最高分", 7, "count"),
    ]
    found = idle(standings)
    return Table.of("从未被推荐的方案", columns, [_line(each) for each in found[:most]], note=_cut(len(found), most))


def response_table(journeys: Sequence[Journey], dimension: str) -> Table:
    """Days from filing to the first contact, by a dimension."""
    columns = [
        Column(DIMENSIONS[dimension].label, 9),
        Column("已对接", 5, "count"),
        Column("等待对接", 6, "count"),
        Column("响应天数（中位数）", 8, "days"),
        Column("九成需求不超过（天）", 9, "days"),
        *(Column(name, 6, "count") for name, _ in BANDS),
    ]
    rows = [(row.name, *_response(row)) for row in responses(journeys, dimension)]
    note = "响应天数：从登记到首次对接。“等待对接”为已通过审核、尚未对接的需求。"
    return Table.of("首次响应时间", columns, rows, ("合计", *_response(response(journeys))), note=note)


def vendor_table(offers: Sequence[tuple[str, str, str]], pairings: Sequence[Pairing]) -> Table:
    """One line per vendor, the most active first."""
    columns = [
        Column("供应单位", 18),
        Column("方案", 5, "count"),
        Column("获推荐", 5, "count"),
        Column("对接", 5, "count"),
        Column("验证", 5, "count"),
        Column("落地", 5, "count"),
        Column("最近进展", 8),
    ]
    found = vendors(offers, pairings)
    total = [sum(figure) for figure in zip(*map(_vendor, found), strict=True)] or [0] * 5
    rows = [(v.name, *_vendor(v), f"{v.last.astimezone(BEIJING):%Y-%m-%d}" if v.last else None) for v in found]
    return Table.of("供应商活跃度", columns, rows, ("合计", *total, None), note="按对接的“方案—需求”组合计数。")


def first_lines(table: Table, most: int | None) -> Table:
    """The first lines of a table; its total still counts all."""
    if most is None or len(table.rows) <= most:
        return table
    note = f"{table.note}共 {len(table.rows)} 家，这里列出前 {most} 家。"
    return Table.of(table.title, table.columns, table.rows[:most], table.total, note=note)


def headline(journeys: Sequence[Journey], standings: Sequence[Standing]) -> Mapping[str, int]:
    """The figures at the top of the page."""
    held = counts(journeys)
    kinds = [each.kind for each in standings]
    return {
        "demands": held[0],
        "published": held[Step.PUBLISHED - 1],
        "contact": held[Step.CONTACT - 1],
        "landed": held[Step.LANDED - 1],
        "lacking": len(lacking(standings)),
        "solutions": kinds.count(Kind.SOLUTION),
        "idle": len(idle(standings)),
    }


def _share(row: Sequence[int]) -> float | None:
    return row[Step.LANDED - 1] / row[0] if row[0] else None


def _both(cell: Cell) -> str:
    return f"{cell.lacking} / {cell.demands}" if cell.demands else "—"


def _sums(cell: Cell) -> tuple[int, int, int, int]:
    return (cell.lacking, cell.demands, cell.idle, cell.solutions)


def _line(each: Standing) -> tuple[Value, ...]:
    return (each.id, each.title, each.owner or None, each.industry or UNNAMED, each.city or UNNAMED, each.best)


def _cut(found: int, most: int | None) -> str:
    return f"共 {found} 条，这里列出前 {most} 条。" if most is not None and found > most else f"共 {found} 条。"


def _response(row: Response) -> tuple[Value, ...]:
    return (row.contacted, row.waiting, row.days, row.slow, *row.bands)


def _vendor(vendor: Vendor) -> tuple[int, ...]:
    return (vendor.solutions, vendor.recommended, vendor.contacted, vendor.piloted, vendor.landed)
