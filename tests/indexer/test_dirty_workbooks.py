"""脏数据说明.md, line by line: what a good importer makes of every oddity of the two dirty workbooks.

A row of the table: what the record must hold, the codes that staff are told, the outcome. `None` for a value: empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from indexer.importing import import_file
from indexer.report import ImportReport, Outcome, RowResult
from matcher.model import Deadline, Demand, Kind, Money

A, N, Q, R, S = Outcome.ACCEPTED, Outcome.NOTED, Outcome.INCOMPLETE, Outcome.REJECTED, Outcome.SKIPPED

DEMANDS: Mapping[int, tuple[dict[str, Any], list[str], Outcome]] = {
    4: ({"budget": (180, 180, "CNY", ""), "phone": "13800001027", "deadline": "2026-12-31", "requirements": "\n2."},
         [], A),
    5: ({"budget": (250, 280, "CNY", ""), "budget.raw": "约250-280万", "deadline": "2027-03-31"}, [], A),
    6: ({"budget": (120, 120, "CNY", ""), "budget.raw": "１２０", "industries": ("家电", "智能制造"),
          "deadline": "2026-11-30",
         "precision": "month", "description": "检侧"}, [], A),
    7: ({"budget": (150, 150, "CNY", ""), "phone": "13800004192", "deadline": "2027-02-28"}, ["date_serial"], N),
    8: ({"budget": (80, 100, "CNY", ""), "phone": "13800005520", "industries": ("纺织服装", "智能制造")}, [], A),
    10: ({"description": "\n", "person": "冼小姐（Winnie）", "deadline": "2026-12-20"}, [], A),
    11: ({"budget": (480, 480, "CNY", ""), "description": "（接上页）", "long": 5_600}, ["repeat_in_text"], N),
    12: ({"budget": (350, 350, "CNY", "")}, ["formula_computed"], N),
    13: ({"phone": None, "missing": ("联系电话",), "status": "incomplete"}, ["missing_phone"], Q),
    14: ({"budget": (1500, 1500, "CNY", ""), "industries": ("港口航运", "物流仓储", "交通")}, [], A),
    15: ({"deadline": "2027-01-31", "region": "湛江", "organization": "湛江市雷港散货码头有限公司"},
         ["region_mapped"], N),
    16: ({"deadline": "2026-10-15"}, [], A),
    17: ({"budget": (300, 300, "CNY", ""), "deadline": "2026-10-15"}, ["similar_row"], N),
    18: ({"description": "=每天申报"}, [], A),
    19: ({"phone": "13800000173", "budget": (200, 200, "CNY", ""), "description": "咳漱"}, [], A),
    20: ({}, ["number_only"], S),
    21: ({"organization": None, "missing": ("需求单位",), "status": "incomplete"}, ["missing_owner"], Q),
    22: ({"budget": (600, 600, "HKD", ""), "title": "院內化驗樣本、藥物及布草運送人手不足"}, ["money_currency"], N),
    23: ({"budget": (145, 145, "MOP", ""), "phone": "13800005117"}, ["money_currency"], N),
    24: ({"title": "失能老人搬抱翻身护理员腰伤多", "industries": ("养老",), "description": "90厘米(实测)"},
         ["residue", "residue", "residue"], N),
    25: ({"budget": (None, None, "CNY", ""), "budget.raw": "面议", "deadline": "2027-03-10"}, ["money_open"], N),
    26: ({"person": "甄科长、小陈", "phone": "13800009670、13800009671"}, ["phone_several"], N),
    27: ({"industries": ("政务", "金融"), "budget": (50, 50, "CNY", ""), "budget.raw": "50（含税）", "phone": None,
          "missing": ("联系电话",)}, ["phone_lossy"], Q),
    28: ({}, ["subtitle_row"], S),
    29: ({}, ["repeated_header"], S),
    30: ({"deadline": "2026-12-10", "description": "６.８平方公里"}, [], A),
    31: ({"industries": ("交通",), "region": "清远"}, ["industry_mapped", "region_mapped"], N),
    32: ({"budget": (400, 400, "CNY", "")}, [], A),
    33: ({"deadline": None, "deadline.raw": "尽快", "industries": ("应急消防", "城市治理")}, ["date_open"], N),
    34: ({"budget": (None, None, "CNY", ""), "budget.raw": "可谈", "deadline": None}, ["money_open"], N),
    35: ({"phone": "13800000897"}, [], A),
    36: ({"title": "老旧小区外墙瓷砖空鼓排查", "phone": None}, ["missing_phone", "similar_row"], Q),
    37: ({"deadline": "2027-01-31", "precision": "month", "title": "河涌水浮莲和垃圾打捞"}, [], A),
    38: ({"budget": (850, 850, "HKD", ""), "phone": "+852 13800006025"}, ["money_currency"], N),
    39: ({"region": "广东", "deadline": "2027-01-10"}, ["region_province"], N),
    40: ({"phone": "13800002039", "budget": (165, 165, "CNY", "")}, [], A),
    41: ({"budget": (320, 320, "CNY", ""), "budget.raw": "320万（其中财政补贴100万）", "deadline": "2027-04-10",
          "phone": "1380000529"}, ["money_remark", "phone_invalid"], N),
    42: ({"title": None, "missing": ("需求名称",)}, ["missing_title"], Q),
    43: ({"person": "13800008342", "phone": "杜佳纯"}, ["contact_swapped", "phone_invalid"], N),
    44: ({"title": "庭審葡文及土生葡語口述筆錄（語言產業方向）"}, ["pinyin"], N),
    45: ({"industries": ("海洋", "农业", "低空经济"), "budget": (260, 260, "CNY", "")}, ["industry_mapped"], N),
    47: ({}, ["remark_row"], S),
}  # fmt: skip

SOLUTIONS: Mapping[int, tuple[dict[str, Any], list[str], Outcome]] = {
    5: ({"price": (158, 158, "CNY", ""), "filed": "2026-09-20", "industries": ("3C电子", "智能制造")}, [], A),
    6: ({"price": (180, 210, "CNY", "线"), "price.raw": "约180-210万/线", "filed": "2026-09-30（精确到月）"}, [], A),
    7: ({"filed": "2026-09-18", "maturity": "规模化应用"}, ["maturity_mapped", "date_serial"], N),
    8: ({"filed": "2026-09-21", "price": (58, 58, "CNY", "套")}, [], A),
    9: ({"vendor": "佛山织鉴智能科技有限公司"}, [], A),
    10: ({"vendor": "佛山织鉴智能科技有限公司"}, ["merged_cell"], N),
    12: ({"price": (None, None, "CNY", ""), "industries": ("纺织服装", "零售")},
         ["industry_mapped", "money_open"], N),
    13: ({"description": "\n②", "phone": "13800000836"}, [], A),
    14: ({"price": (95, 95, "CNY", "")}, ["formula_computed"], N),
    15: ({"maturity": "规模化应用", "trl": 9, "qualifications": ("防爆合格证", "国家高新技术企业")},
         ["maturity_mapped"], N),
    16: ({"industries": ("化工", "新材料", "流程工业")}, ["industry_unknown", "industry_unknown"], N),
    17: ({"region": "韶关", "price": (38, 38, "CNY", "巢")}, ["region_mapped"], N),
    18: ({"price": (36, 36, "CNY", ""), "title": "“云翼”网格化机巢自主飞行与边端智能平台V2.0"}, ["similar_row"], N),
    19: ({"price": (9.5, 9.5, "CNY", "房"), "phone": "13800002101、13800002102"}, ["phone_several"], N),
    20: ({"industries": ("港口航运", "交通", "物流仓储", "矿山")}, ["industry_other"], N),
    21: ({"price": (118, 118, "CNY", ""), "filed": "2026-09-05"}, [], A),
    22: ({"technologies": None, "maturity": "规模化应用"}, ["maturity_mapped"], N),
    23: ({"vendor": "驮驮机器人"}, ["similar_row", "owner_short"], N),
    24: ({"price": (None, None, "CNY", ""), "price.raw": "RaaS按件"}, ["money_open"], N),
    25: ({"description": "：\n激光扫描车厢位置与歪斜角；"}, ["html"], N),
    26: ({"indicators": "95.8%"}, [], A),
    27: ({"title": "柚类内部品质无损分选线",
          "description": "厚皮大果专用：大功率透射光谱测糖度，软X射线识别粒化、裂瓤。"},
         ["residue", "residue"], N),
    28: ({"price": (4.8, 4.8, "CNY", "")}, [], A),
    29: ({"vendor": "珠海潜行海牧科技有限公司"}, [], A),
    30: ({"vendor": "珠海潜行海牧科技有限公司", "region": "珠海"}, ["ditto", "ditto"], N),
    31: ({"title": None, "missing": ("方案名称",)}, ["missing_title"], Q),
    32: ({"description": "第9章 售后服务………12", "long": 730}, ["web_in_text", "repeat_in_text"], N),
    33: ({"price": (46, 46, "HKD", "部")}, ["money_currency"], N),
    34: ({"industries": ("医疗健康", "养老")}, ["industry_mapped", "industry_mapped"], N),
    35: ({}, ["row_shifted"], R),
    36: ({"filed": ""}, ["date_invalid"], N),
    37: ({"filed": "2026-09-22", "price": (138, 138, "CNY", "")}, ["date_year_guessed"], N),
    38: ({"price": (None, None, "CNY", ""), "maturity": None}, ["money_zero"], N),
    39: ({"price": (None, None, "CNY", "")}, ["money_negative"], N),
    40: ({}, ["voided"], R),
    41: ({"qualifications": None, "phone": "13800006611"}, ["see_attachment"], N),
    42: ({"title": "“固坡”群测群防普适型微终端", "cases": "梅州、河源、韶关1.4万点", "price": (0.168, 0.168, "CNY",
          "")},
         [], A),
    43: ({"industries": ("金融", "合規", "反洗錢")}, ["industry_unknown", "industry_unknown"], N),
    44: ({"price": (0.018, 0.018, "CNY", "架次")}, [], A),
    45: ({"filed": "2026-09-23", "title": "生成式造型設計與DFM校核平台"}, ["pinyin"], N),
    46: ({}, ["wrong_kind"], R),
    48: ({}, ["remark_row"], S),
}  # fmt: skip

PART_OF_TEXT = frozenset({"description", "requirements"})
"""Fields of which the table holds a piece."""


def facts(row: RowResult) -> dict[str, Any]:
    """Everything the table may ask of a record."""
    assert row.accepted
    record = row.accepted.record
    found: dict[str, Any] = {name: getattr(record, name) or None for name in record.__dataclass_fields__}
    money = (record.budget if isinstance(record, Demand) else record.price) or Money()
    when = record.deadline if isinstance(record, Demand) and record.deadline else Deadline()
    name = "budget" if isinstance(record, Demand) else "price"
    filed = [each.value for each in row.accepted.conversions if each.field == "filed"]
    return found | {
        name: (money.low, money.high, money.currency, money.per),
        f"{name}.raw": money.raw,
        "deadline": when.day and when.day.isoformat(),
        "deadline.raw": when.raw,
        "precision": when.precision,
        "person": record.contact.person or None,
        "phone": record.contact.phone or None,
        "missing": row.accepted.missing,
        "filed": filed[0] if filed else None,
        "long": len(record.description),
    }


@pytest.fixture(scope="module")
def reports(root: Path) -> Mapping[Kind, ImportReport]:
    folder = root / "data" / "samples" / "dirty"
    return {
        Kind.DEMAND: import_file(folder / "需求征集表_脏数据.xlsx"),
        Kind.SOLUTION: import_file(folder / "解决方案征集表_脏数据.xlsx"),
    }


def rows(report: ImportReport) -> dict[int, RowResult]:
    return {row.row: row for row in report.rows}


@pytest.mark.parametrize(
    ("kind", "number"),
    [*((Kind.DEMAND, number) for number in DEMANDS), *((Kind.SOLUTION, number) for number in SOLUTIONS)],
)
def test_row(reports: Mapping[Kind, ImportReport], kind: Kind, number: int) -> None:
    wanted, codes, outcome = (DEMANDS if kind is Kind.DEMAND else SOLUTIONS)[number]
    row = rows(reports[kind])[number]
    assert [problem.code for problem in row.problems] == codes
    assert row.outcome is outcome
    assert bool(row.accepted) is (outcome not in (R, S))
    if wanted:
        found = facts(row)
        for name, value in wanted.items():
            if name in PART_OF_TEXT and value not in (found[name] or ""):
                assert found[name] == value
            elif name == "long":
                assert found[name] >= value
            elif name not in PART_OF_TEXT:
                assert found[name] == value, name


@pytest.mark.parametrize(
    ("kind", "table", "blank"), [(Kind.DEMAND, DEMANDS, {9, 46}), (Kind.SOLUTION, SOLUTIONS, {11, 47})]
)
def test_no_row_is_left_out(
    reports: Mapping[Kind, ImportReport], kind: Kind, table: Mapping[int, object], blank: set[int]
) -> None:
    assert list(rows(reports[kind])) == list(table)
    assert set(range(min(table), max(table) + 1)) - set(table) == blank


@pytest.mark.parametrize(
    ("kind", "number", "code", "verdict", "suggestion"),
    [
        (Kind.DEMAND, 17, "similar_row", "question", "合并到第 16 行，本行不单独入库"),
        (Kind.DEMAND, 36, "similar_row", "question", "合并到第 35 行，本行不单独入库"),
        (Kind.DEMAND, 42, "missing_title", "missing", "做不锈钢碗、托盘"),
        (Kind.DEMAND, 43, "contact_swapped", "question", "联系人“杜佳纯”，电话“13800008342”"),
        (Kind.SOLUTION, 23, "owner_short", "question", "东莞驮驮物流机器人有限公司"),
        (Kind.SOLUTION, 35, "row_shifted", "rejected", "各列右移一格后导入"),
        (Kind.SOLUTION, 39, "money_negative", "question", "68"),
        (Kind.SOLUTION, 46, "wrong_kind", "rejected", "作为需求导入"),
    ],
)
def test_what_is_suggested(
    reports: Mapping[Kind, ImportReport], kind: Kind, number: int, code: str, verdict: str, suggestion: str
) -> None:
    (problem,) = (problem for problem in rows(reports[kind])[number].problems if problem.code == code)
    assert (problem.verdict.value, problem.suggestion) == (verdict, suggestion)


def test_every_conversion_keeps_what_stood_there(reports: Mapping[Kind, ImportReport]) -> None:
    """Raw text, rule and how sure, for the cells whose value is not what stood there."""
    found = {
        (kind, each.row, conversion.field): (
            conversion.raw,
            conversion.value,
            conversion.rule,
            conversion.confidence.value,
        )
        for kind, report in reports.items()
        for each in report.accepted
        for conversion in each.conversions
    }
    assert {place: found[place] for place in CONVERSIONS} == CONVERSIONS


D, V = Kind.DEMAND, Kind.SOLUTION
CONVERSIONS = {
    (D, 4, "deadline"): ("2026.12.31", "2026-12-31", "date_text", "certain"),
    (D, 5, "budget"): ("约250-280万", "250–280 万元", "money_range", "likely"),
    (D, 7, "deadline"): ("46446", "2027-02-28", "date_serial", "likely"),
    (D, 12, "budget"): ("=35*10", "350 万元", "money_by_header", "likely"),
    (D, 18, "ignored"): ('=HYPERLINK("附件3.docx","详见附件3")', "详见附件3", "link_text", "certain"),
    (D, 26, "phone"): ("13800009670/13800009671", "13800009670、13800009671", "phone", "certain"),
    (D, 27, "phone"): ("1.38E+10", "", "phone_lossy", "doubtful"),
    (D, 37, "title"): ("\xa0河涌水浮莲和垃圾打捞\u200b", "河涌水浮莲和垃圾打捞", "trimmed", "certain"),
    (D, 45, "industries"): ("海洋/农业；低空", "海洋、农业、低空经济", "near_synonym", "doubtful"),
    (V, 10, "vendor"): ("佛山织鉴智能科技有限公司", "佛山织鉴智能科技有限公司", "merged_cell", "doubtful"),
    (V, 26, "indicators"): ("0.958", "95.8%", "percent", "certain"),
    (V, 30, "vendor"): ("同上", "珠海潜行海牧科技有限公司", "ditto", "doubtful"),
}
