"""匹配报告: what one demand was matched with and why, to be handed to whoever has the demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.exporting.lists import deadline, money
from api.exporting.paper import Paper
from api.exporting.scrub import published
from api.exporting.tabular import Column, Table
from matcher.model import Demand, Match, Requirement, Solution, Status

NAMES = {Status.MET: "满足", Status.UNMET: "不满足", Status.UNKNOWN: "未说明"}

LEAST = 0.05
"""Points below which a reason is too slight to be told to outsiders."""

SILENT = frozenset({"base"})
"""Evidence that says nothing about the pair itself."""

NONE_SUITABLE = (
    "经系统比对和人工复核，目前库内没有达到“合适”标准的方案。本需求已列入供需缺口，将在下一批征集中定向寻源；"
    "下列方案仅供了解现有供给情况。"
)

HOW = (
    "匹配度为 0–100 分，是系统根据需求与方案的文字、指标、行业、地区和案例推算的“该方案合适”的可能性；"
    "“未说明”表示方案材料没有提到该项指标，需要向供应商核实。结论供选型参考，不代替技术评审和采购程序。"
)


@dataclass(frozen=True, slots=True)
class Suggested:
    """One solution of the shortlist with its match.

    `label` is the grade in words, `suitable` whether it reaches that grade; `stage` and `remark` are the centre's own.
    """

    solution: Solution
    match: Match
    label: str
    suitable: bool
    stage: str = ""
    remark: str = ""


def match_report(
    demand: Demand, shortlist: Sequence[Suggested], number: str, *, office: str, day: str, note: str = ""
) -> bytes:
    """The report as a .docx file. `office` signs it on `day`; `note` is the centre's own words, which may be empty."""
    paper = Paper("应用场景需求匹配报告", number, subtitle=f"{office}　{day}")
    paper.heading("一、需求概况")
    paper.facts(_demand_facts(demand))
    paper.heading("二、推荐方案")
    if not any(each.suitable for each in shortlist):
        paper.text(NONE_SUITABLE)
    if shortlist:
        paper.table(_overview(shortlist))
    for at, each in enumerate(shortlist, 1):
        _tell(paper, at, each)
    paper.heading("三、中心意见")
    paper.text(published(note).strip() or _opinion(shortlist))
    paper.heading("四、说明")
    paper.text(HOW)
    return paper.bytes()


def reasons(match: Match) -> list[str]:
    """The reasons for a match as sentences, the strongest first; points against it are among what is missing."""
    telling = [e for e in match.evidence if e.source not in SILENT and e.points >= LEAST]
    return [_sentence(e.says) for e in sorted(telling, key=lambda e: -e.points)]


def _sentence(says: str) -> str:
    return says if says.endswith(("。", "！", "？", "；")) else f"{says}。"


def missing(each: Suggested) -> list[str]:
    """What is open or speaks against the solution, as sentences."""
    told = [_sentence(e.says) for e in each.match.evidence if e.source not in SILENT and e.points <= -LEAST]
    told += [_sentence(f"不满足“{r.text}”：{r.says}") for r in each.match.requirements if r.status is Status.UNMET]
    unknown = [r.text for r in each.match.requirements if r.status is Status.UNKNOWN]
    if unknown:
        told.append(f"方案材料未说明，需向供应商核实：{'；'.join(unknown)}。")
    solution = each.solution
    for text, says in (
        (solution.cases, "方案材料没有列出落地案例。"),
        (solution.indicators, "方案材料没有列出量化指标。"),
        (solution.maturity, "方案材料没有说明成熟度。"),
    ):
        if not text.strip():
            told.append(says)
    return told


def _demand_facts(demand: Demand) -> list[tuple[str, str]]:
    told = [
        ("需求名称", demand.title),
        ("需求编号", demand.id),
        ("需求单位", demand.organization),
        ("所属行业", "、".join(demand.industries)),
        ("落地地区", "　".join(part for part in (demand.region, demand.site) if part)),
        ("需求描述", demand.description),
        ("指标要求", demand.requirements),
        ("预期目标", demand.target),
        ("现有基础", demand.current_base),
        ("实施规模", demand.scale),
        ("预算", money(demand.budget)),
        ("时限", deadline(demand.deadline)),
        ("合作方式", "、".join(demand.cooperation)),
    ]
    return [(name, published(text)) for name, text in told]


def _overview(shortlist: Sequence[Suggested]) -> Table:
    columns = (
        Column("序号", 3),
        Column("方案名称", 14),
        Column("供应单位", 12),
        Column("地区", 5),
        Column("成熟度", 6),
        Column("匹配度", 6),
        Column("指标满足情况", 9),
    )
    rows = [
        (
            at,
            published(each.solution.title),
            published(each.solution.vendor),
            each.solution.region,
            each.solution.maturity,
            f"{each.match.grade} 分\n{each.label}",
            _tally(each.match.requirements),
        )
        for at, each in enumerate(shortlist, 1)
    ]
    return Table.of("推荐方案一览", columns, rows)


def _tell(paper: Paper, at: int, each: Suggested) -> None:
    solution = each.solution
    paper.heading(f"（{at}）{published(solution.title)}", 2)
    facts = [
        ("供应单位", solution.vendor),
        ("匹配度", f"{each.match.grade} 分（{each.label}）"),
        ("对接进展", each.stage),
        ("方案简介", solution.description),
        ("主要指标", solution.indicators),
        ("典型案例", solution.cases),
        ("成熟度", solution.maturity),
        ("报价", money(solution.price)),
        ("交付周期", solution.delivery),
        ("资质荣誉", "、".join(solution.qualifications)),
    ]
    paper.facts([(name, published(text)) for name, text in facts])
    paper.heading("推荐理由", 3)
    told = reasons(each.match)
    paper.items([published(text) for text in told] or ["没有足够的依据，仅供了解。"])
    if each.match.requirements:
        paper.table(_requirements(each.match.requirements))
    gaps = missing(each)
    if gaps:
        paper.heading("待核实与不足", 3)
        paper.items([published(text) for text in gaps])
    if each.remark.strip():
        paper.heading("中心备注", 3)
        paper.text(published(each.remark))


def _requirements(requirements: Sequence[Requirement]) -> Table:
    columns = (Column("需求指标", 16), Column("结论", 6), Column("依据", 20))
    rows = [(published(each.text), NAMES[each.status], published(each.says)) for each in requirements]
    return Table.of("指标逐项对照", columns, rows)


def _tally(requirements: Sequence[Requirement]) -> str:
    """Such as 满足 3 项、未说明 1 项."""
    held = {status: sum(each.status is status for each in requirements) for status in Status}
    return "\n".join(f"{NAMES[status]} {count} 项" for status, count in held.items() if count) or "无量化指标"


def _opinion(shortlist: Sequence[Suggested]) -> str:
    """What the centre says when nobody wrote anything."""
    good = [each for each in shortlist if each.suitable][:3]
    if not good:
        return "建议补充现场参数和指标要求，并将本需求列入下一批定向征集。"
    names = "、".join(f"“{published(each.solution.title)}”" for each in good)
    open_points = any(r.status is Status.UNKNOWN for each in good for r in each.match.requirements)
    ask = "就“未说明”的指标当面核实" if open_points else "核实现场条件和交付能力"
    return f"建议优先与{names}的供应单位对接，{ask}，必要时安排现场验证。"
