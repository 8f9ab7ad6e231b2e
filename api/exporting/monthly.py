"""月报: the figures of one month beside the year's and all, as a paper for the supervising office and as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.exporting import figures
from api.exporting.paper import Paper
from api.exporting.scrub import published
from api.exporting.tabular import Column, Table
from api.exporting.workbook import workbook
from matcher.funnel import counts, during, funnel
from matcher.gaps import GapMap, Standing
from matcher.journey import UNNAMED, Journey, Step
from matcher.periods import Period, year_to

WORST = 3
"""Squares of the gap map that the report names."""

LISTED = 30
"""Lines of the list of gaps in the paper; the workbook holds all."""


@dataclass(frozen=True, slots=True)
class Landing:
    """One pair that landed in the month."""

    day: str
    demand: str
    organization: str
    solution: str
    vendor: str


@dataclass(frozen=True)
class Month:
    """Everything one month's report is made from; `scope` says which records count."""

    period: Period
    scope: str
    journeys: Sequence[Journey]
    standings: Sequence[Standing]
    gaps: GapMap
    vendors: Table
    landings: Sequence[Landing]
    cities: Sequence[str]

    @property
    def title(self) -> str:
        """The report's name."""
        return f"应用场景供需对接月报（{self.period.label}）"


def monthly_document(month: Month, number: str, *, office: str, day: str) -> bytes:
    """The report as a .docx file; `office` signs it, `day` is the date printed."""
    paper = Paper(month.title, number, subtitle=f"{office}　{day}")
    paper.heading("一、总体情况")
    paper.text(summary(month))
    if month.scope != "全部数据":
        paper.text(f"本报告统计范围：{month.scope}。")
    paper.table(progress_table(month))
    paper.heading("二、本月亮点")
    if month.landings:
        paper.table(landing_table(month))
    else:
        paper.text("本月没有新增落地项目。")
    paper.heading("三、分类进展")
    for name in ("batch", "city", "industry"):
        paper.table(figures.breakdown_table(month.journeys, name), size=9)
    paper.heading("四、供需缺口")
    paper.text(gap_summary(month))
    paper.table(_compact(month.gaps))
    paper.table(figures.lacking_table(month.standings, LISTED), size=9)
    paper.heading("五、响应与供应商")
    paper.table(figures.response_table(month.journeys, "industry"), size=9)
    paper.table(figures.first_lines(month.vendors, LISTED), size=9)
    paper.heading("六、口径说明")
    paper.text(figures.funnel_table([]).note + "月份按北京时间计算，“本月”“本年累计”按各环节首次发生的日期统计。")
    return paper.bytes()


def monthly_workbook(month: Month, number: str) -> bytes:
    """The report as an .xlsx file: one sheet for each table, lists in full."""
    tables = [
        progress_table(month),
        landing_table(month),
        *(figures.breakdown_table(month.journeys, name) for name in ("batch", "city", "industry", "month")),
        figures.region_table(month.journeys, month.standings, month.cities),
        figures.gap_table(month.gaps),
        figures.lacking_table(month.standings),
        figures.idle_table(month.standings),
        figures.response_table(month.journeys, "industry"),
        month.vendors,
    ]
    return workbook(tables, number)


def progress_table(month: Month) -> Table:
    """Every step: in the month, in the year, altogether."""
    columns = [
        Column("环节", 6),
        Column("本月新增", 6, "count"),
        Column("本年累计", 6, "count"),
        Column("历年累计", 6, "count"),
        Column("占收集总数", 7, "share"),
        Column("环节用时（天，中位数）", 9, "days"),
    ]
    here, year = during(month.journeys, month.period), during(month.journeys, year_to(month.period))
    rows = [
        (bar.step.label, here.at(bar.step), year.at(bar.step), bar.count, bar.of_first, bar.days)
        for bar in funnel(month.journeys)
    ]
    return Table.of("各环节进展", columns, rows)


def landing_table(month: Month) -> Table:
    """The pairs that landed in the month."""
    columns = [
        Column("落地日期", 7),
        Column("需求", 14),
        Column("需求单位", 12),
        Column("方案", 14),
        Column("供应单位", 12),
    ]
    rows = [
        (each.day, *map(published, (each.demand, each.organization, each.solution, each.vendor)))
        for each in month.landings
    ]
    return Table.of("本月落地项目", columns, rows, note="" if rows else "本月没有新增落地项目。")


def summary(month: Month) -> str:
    """The month in two sentences."""
    here, whole = during(month.journeys, month.period), counts(month.journeys)
    new = "、".join(
        f"{verb} {here.at(step)} {unit}"
        for step, verb, unit in (
            (Step.COLLECTED, "新收集需求", "条"),
            (Step.PUBLISHED, "发布", "条"),
            (Step.CONTACT, "新对接", "条"),
            (Step.PILOT, "进入验证", "条"),
            (Step.LANDED, "落地", "条"),
        )
    )
    rate = f"，落地率 {100 * whole[Step.LANDED - 1] / whole[0]:.1f}%" if whole[0] else ""
    return (
        f"{month.period.label}{new}。截至目前累计收集需求 {whole[0]} 条、发布 {whole[Step.PUBLISHED - 1]} 条、"
        f"对接 {whole[Step.CONTACT - 1]} 条、落地 {whole[Step.LANDED - 1]} 条{rate}。"
    )


def gap_summary(month: Month) -> str:
    """How large the gaps are, and where the next 征集 should look."""
    whole = month.gaps.total
    if not whole.lacking:
        return (
            f"在库需求 {whole.demands} 条都有合适方案；在库方案 {whole.solutions} 个，其中 {whole.idle} 个从未被推荐。"
        )
    squares = sorted(
        ((cell.lacking, industry, direction) for (industry, direction), cell in month.gaps.cells.items()),
        key=lambda square: (-square[0], square[1], square[2]),
    )
    named = [
        f"{industry}行业的{direction}方向（{count} 条）"
        for count, industry, direction in squares
        if count and UNNAMED not in (industry, direction)
    ][:WORST]
    focus = f"缺口集中在{'、'.join(named)}，建议列入下一批定向征集。" if named else ""
    return (
        f"在库需求 {whole.demands} 条，其中 {whole.lacking} 条没有合适方案；"
        f"在库方案 {whole.solutions} 个，其中 {whole.idle} 个从未被推荐。{focus}"
    )


def _compact(gaps: GapMap) -> Table:
    """The sums of the gap map by industry: the whole map is too wide for a page upright."""
    whole = figures.gap_table(gaps)
    kept = [0, *range(len(whole.columns) - 4, len(whole.columns))]
    assert whole.total is not None
    return Table.of(
        "各行业供需缺口",
        [whole.columns[at] for at in kept],
        [[row[at] for at in kept] for row in whole.rows],
        [whole.total[at] for at in kept],
    )
