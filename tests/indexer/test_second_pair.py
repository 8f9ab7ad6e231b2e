"""Other forms with other dirt than the sample workbooks: a county's survey in an old .xls, amounts in 元, a header of
three levels; a Hong Kong list in a Word table with English beside the Chinese; exports of systems under wrong names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from indexer.answers import Answers
from indexer.importing import import_file
from indexer.report import ImportReport, Outcome
from matcher.model import Deadline, Demand, Money
from tests.indexer.forms import Grid, write_csv, write_docx, write_html, write_xls

A, N, Q, R, S = Outcome.ACCEPTED, Outcome.NOTED, Outcome.INCOMPLETE, Outcome.REJECTED, Outcome.SKIPPED

SURVEY: Grid = [
    ["附件2"],
    ["博罗县2026年度数字化转型场景需求摸底表"],
    ["填报单位：博罗县工业和信息化局　　填报时间：2026年8月15日　　金额单位：元"],
    ["序号", "基本信息", None, None, None, "需求内容", None, None, "资金与进度", None, "联络信息", None, None,
        "说明事项"],
    [None, "企业名称", "项目（场景）名称", "行业类别", "所在镇街", "现状及存在问题", "拟达到的目标", "技术参数要求",
     "计划投资额", "要求完成时限", "对接人", "联系方式", None, None],
    [None, None, None, None, None, None, None, None, None, None, None, "手机", "电子邮箱", None],
    ["示例", "××有限公司", "××车间自动上料", "五金机械", "园洲镇", "人工上料，劳动强度大", "减人50%",
        "节拍≤10秒", 500000,
     "2026年12月", "王某", "138××××0000", "a@b.com", "按此格式填写"],
    [1, "博罗县恒昌纸业有限公司", "纸卷外观瑕疵在线检测", "造纸", "园洲镇", "纸卷下机后靠人眼看，夜班漏看多。",
        "不再外发返工",
     "漏检率≤1%；车速200米/分钟", 1500000, "2026年底", "陈工", "139 0013 9001", "chen@example.com", None],
    [2, "博罗县石湾锦绣制衣厂", "裁片自动分拣", "纺织", "石湾镇", "裁片靠人分，错码多。", "错码减半",
        "每小时600片", "80万元",
     "明年6月前", "李姐", "0752-6221234转801", None, "已电话核实"],
    [3, "广东罗浮山泉饮料有限公司", "瓶口视觉检测", "食品制造", "惠州市博罗县长宁镇",
        "瓶口缺口靠灯检，一班6个人。", "减少4人",
     "检出率99.5%", "1,200,000-1,500,000", "26.12.31", "赵生、钱生", "13900139002，13900139003", None, None],
    ["二、石湾片区"],
    [4, "同上", "水处理药剂投加优化", "环境保护", "同上", "药剂投加凭经验，超标罚过一次。", "药耗降15%", "",
        "不超过伍拾万元整",
     "2027年上半年", "赵生", "13900139002", None, None],
    ["小计", None, None, None, None, None, None, None, 4300000],
    ["序号", "企业名称", "项目（场景）名称", "行业类别", "所在镇街", "现状及存在问题", "技术参数要求", "拟达到的目标",
     "计划投资额", "要求完成时限", "对接人", "手机", "电子邮箱", "说明事项"],
    [5, "惠州市博罗宏基五金有限公司", "压铸件去毛刺", "金属制品", "罗阳街道", "去毛刺全靠手工锉，粉尘大。",
        "毛刺≤0.1mm", "岗位粉尘达标",
     "待定", date(2027, 3, 1), "13900139004", "周厂长", None, None],
    [6, "（作废）博罗旧项目", "旧项目", "", "", "", "", "", "", "", "", "", "", None],
    [7, "博罗县供销农产品公司", "荔枝分级", "农产品加工", "泰美镇",
     "当前位置：首页 > 通知公告\n荔枝分级靠人手，联系人：吴小姐 13900139005。\n浏览次数：233", "每小时2吨", "",
     "0", "2026/13/1", "", "", "", None],
    [8, "博罗县人民医院", "药品盘点", "卫生健康", "罗阳街道", "药库盘点一次停发药半天。", "不停药盘点",
        "差错率0.01%", 300000,
     "2026年第四季度", "郑主任", 13900139006, None, None],
    ["填表人：张三　　　审核人：李四　　　日期：2026.8.15"],
]  # fmt: skip
SPANS = [(0, 0, 0, 13), (1, 1, 0, 13), (2, 2, 0, 13), (3, 5, 0, 0), (3, 3, 1, 4), (3, 3, 5, 7), (3, 3, 8, 9),
    (3, 3, 10, 12),
         (3, 5, 13, 13), *[(4, 5, at, at) for at in range(1, 11)], (4, 4, 11, 12), (10, 10, 0, 13), (18, 18, 0,
             13)]  # fmt: skip

SURVEYED: Mapping[int, tuple[dict[str, Any], set[str], Outcome]] = {
    7: ({}, {"example_row"}, S),
    8: ({"organization": "博罗县恒昌纸业有限公司", "title": "纸卷外观瑕疵在线检测", "region": "惠州",
        "budget": (150, 150, "CNY"),
         "deadline": "2026-12-31", "precision": "year", "phone": "13900139001", "email": "chen@example.com",
         "requirements": "漏检率≤1%；车速200米/分钟", "target": "不再外发返工"}, {"region_mapped",
             "industry_unknown"}, N),
    9: ({"budget": (80, 80, "CNY"), "deadline": "2027-06-30", "deadline.raw": "明年6月前", "phone": "0752-6221234-801",
         "industries": ("纺织服装",)}, {"region_unknown", "industry_mapped", "date_year_guessed"}, N),
    10: ({"budget": (120, 150, "CNY"), "deadline": "2026-12-31", "region": "惠州", "person": "赵生、钱生",
          "phone": "13900139002、13900139003", "industries": ("食品",)},
         {"region_mapped", "industry_mapped", "phone_several", "date_short_year"}, N),
    11: ({}, {"subtitle_row"}, S),
    12: ({"organization": "广东罗浮山泉饮料有限公司", "region": "惠州", "budget": (50, 50, "CNY"),
        "deadline": "2027-06-30",
          "precision": "month", "requirements": None, "industries": ("环保",)}, {"ditto", "industry_mapped"}, N),
    13: ({}, {"total_row"}, S),
    14: ({}, {"repeated_header"}, S),
    15: ({"requirements": "毛刺≤0.1mm", "target": "岗位粉尘达标", "budget": (None, None, "CNY"),
        "deadline": "2027-03-01"},
         {"contact_swapped", "phone_invalid", "money_open", "region_unknown", "industry_unknown"}, N),
    16: ({}, {"voided"}, R),
    17: ({"phone": None, "deadline": None, "budget": (None, None, "CNY"), "missing": ("联系电话",)},
         {"personal_in_text", "web_in_text", "money_zero", "date_invalid", "missing_phone", "region_unknown",
             "industry_unknown"},
         Q),
    18: ({"deadline": "2026-12-31", "precision": "month", "phone": "13900139006", "budget": (30, 30, "CNY"),
          "industries": ("医疗健康",)}, {"region_unknown", "industry_mapped"}, N),
    19: ({}, {"remark_row"}, S),
}  # fmt: skip

CATALOGUE: Grid = [
    ["No.", "方案名稱 Solution Name", "機構 Organisation", "應用範疇 Sector", "技術 Technology",
        "方案簡介 Description",
     "成效指標 KPI", "應用個案 Cases", "成熟程度 TRL", "參考價 Price (HK$ million)", "聯絡人 Contact Person",
         "電話 Tel", "電郵 Email"],
    ["1", "★屋邨升降機預測維修★", "啟德智維有限公司", "建築、物業管理", "振動傳感；機器學習",
        "在升降機主機加裝振動傳感器，提早兩星期預警軸承損壞。",
     "預警準確率92%", "觀塘、沙田屋邨共320部", "9", "2.5", "Ms. Chan", "2345 6789", "chan@example.hk"],
    ["2", "渠務機械人巡查", "", "環保", "履帶機械人", "履帶機械人攜高清鏡頭行入直徑300毫米渠道，自動辨識裂縫。",
        "裂縫辨識率95%", "",
     "TRL 7", "0.8 - 1.2", "Mr. Wong", "+852 9123 4567", ""],
    ["3", "院舍跌倒監測雷達", "樂齡科技（香港）有限公司", "安老", "毫米波雷達",
        "毫米波雷達&nbsp;不用鏡頭，<b>30秒</b>內通知護理員。", "誤報每月少於1次",
     "12間院舍", "小批量", "面議", "何先生\n林小姐", "91234568 / 91234569", "ho@example.hk"],
    ["4", "智慧工地安全帽", "樂齡科技", "建築", "UWB定位", "安全帽內置定位標籤，進入危險區即時響鬧。",
        "定位誤差0.3米", "將軍澳地盤", "已商品化",
     "HK$1,200/頂", "何先生", "9123456", "ho@example.hk"],
    ["5", "", "灣仔檢測中心", "", "", "希望有方法可以快速檢測外牆滲水，現在靠人手敲，一幢樓要三日，人手不夠。",
        "一日內完成一幢樓", "", "",
     "", "", "", ""],
]  # fmt: skip

LISTED: Mapping[int, tuple[dict[str, Any], set[str], Outcome]] = {
    2: ({"title": "★屋邨升降機預測維修★", "vendor": "啟德智維有限公司", "price": (250, 250, "HKD"), "trl": 9,
        "phone": "23456789",
         "person": "Ms. Chan", "email": "chan@example.hk", "technologies": ("振動傳感", "機器學習")},
        {"ornament_in_text", "industry_unknown", "money_currency", "maturity_mapped"}, N),
    3: ({"vendor": "啟德智維有限公司", "price": (80, 120, "HKD"), "trl": 7, "phone": "+852 91234567", "cases": None,
         "maturity": "试点验证"}, {"merged_cell", "money_currency", "maturity_mapped"}, N),
    4: ({"industries": ("养老",), "description": "毫米波雷達 不用鏡頭，30秒內通知護理員。", "price": (None,
        None, "HKD"),
         "phone": "91234568、91234569", "person": "何先生林小姐"}, {"industry_mapped", "html", "money_open",
             "phone_several"}, N),
    5: ({"vendor": "樂齡科技", "price": (0.12, 0.12, "HKD"), "phone": "9123456"},
        {"owner_short", "money_currency", "money_sign"}, N),
    6: ({}, {"wrong_kind"}, R),
}  # fmt: skip


def facts(report: ImportReport, number: int) -> dict[str, Any]:
    (accepted,) = (each for each in report.accepted if each.row == number)
    record = accepted.record
    money = (record.budget if isinstance(record, Demand) else record.price) or Money()
    when = record.deadline if isinstance(record, Demand) and record.deadline else Deadline()
    return {name: getattr(record, name) or None for name in record.__dataclass_fields__} | {
        "budget": (money.low, money.high, money.currency),
        "price": (money.low, money.high, money.currency),
        "deadline": when.day and when.day.isoformat(),
        "deadline.raw": when.raw,
        "precision": when.precision,
        "person": record.contact.person or None,
        "phone": record.contact.phone or None,
        "email": record.contact.email or None,
        "missing": accepted.missing,
    }


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> ImportReport:
    """As read when staff have said yes to what was suggested for the three wordings nobody knew."""
    path = write_xls(tmp_path_factory.mktemp("second") / "博罗县摸底表.xls", SURVEY, SPANS, "摸底表")
    (form,) = import_file(path).forms
    asked = {column.label: column.suggestions[0][0] for column in form.questions}
    assert asked == {
        "需求内容 拟达到的目标": "target",
        "需求内容 技术参数要求": "requirements",
        "资金与进度 要求完成时限": "deadline",
    }
    return import_file(path, answers=Answers({form.fingerprint: {**form.mapping, **asked}}))


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> ImportReport:
    above = ["附表三：創科方案庫（2026年）", "價格以百萬港元計，除非另有註明"]
    path = tmp_path_factory.mktemp("second") / "創科方案庫.docx"
    return import_file(write_docx(path, above, CATALOGUE, [(1, 2, 2, 2)]))


def check(report: ImportReport, number: int, wanted: tuple[dict[str, Any], set[str], Outcome]) -> None:
    values, codes, outcome = wanted
    (row,) = (row for row in report.rows if row.row == number)
    assert {problem.code for problem in row.problems} == codes
    assert row.outcome is outcome
    if values:
        found = facts(report, number)
        assert {name: found[name] for name in values} == values


@pytest.mark.parametrize("number", SURVEYED)
def test_row_of_the_survey(survey: ImportReport, number: int) -> None:
    check(survey, number, SURVEYED[number])


@pytest.mark.parametrize("number", LISTED)
def test_row_of_the_catalogue(catalogue: ImportReport, number: int) -> None:
    check(catalogue, number, LISTED[number])


def test_no_row_is_left_out(survey: ImportReport, catalogue: ImportReport) -> None:
    assert [row.row for row in survey.rows] == list(SURVEYED)
    assert [row.row for row in catalogue.rows] == list(LISTED)


def test_columns_without_a_field_are_told(survey: ImportReport) -> None:
    told = {problem.column: problem.code for problem in survey.problems if problem.row == 4}
    assert told["说明事项"] in ("unknown_column", "column_question")


EXPORTED = """<table border=1><tr><td colspan=4>企业需求导出 2026-09-01</td></tr>
<tr><th rowspan=2>需求名称</th><th rowspan=2>需求单位</th><th colspan=2>需求</th></tr>
<tr><th>描述</th><th>预算（万元）</th></tr>
<tr><td>冷库盘点</td><td>甲冷链公司</td><td>冷库<br>盘点靠人</td><td>60</td></tr>
<tr><td rowspan=2>叉车防撞</td><td>乙仓储公司</td><td>盲区多&nbsp;撞过人</td><td>25.5</td></tr>
<tr><td>丙仓储公司</td><td>夜间看不清</td><td>&lt;30万</td></tr></table>"""


def test_a_web_table_named_xls(tmp_path: Path) -> None:
    report = import_file(write_html(tmp_path / "导出.xls", EXPORTED))
    assert [(each.row, each.record.title, facts(report, each.row)["organization"]) for each in report.accepted] == [
        (4, "冷库盘点", "甲冷链公司"),
        (5, "叉车防撞", "乙仓储公司"),
        (6, "叉车防撞", "丙仓储公司"),
    ]
    assert facts(report, 4)["description"] == "冷库\n盘点靠人"
    assert facts(report, 6)["budget"] == (30, 30, "CNY")
    assert [problem.code for problem in report.problems if problem.row == 0] == ["file_disguised"]


def test_a_text_table_named_xls(tmp_path: Path) -> None:
    rows = [
        ["需求名称", "需求单位", "需求描述", "联系电话", "预算（元）"],
        ["巡检", "甲公司", "夜间巡查", '="013900139000"', "50000"],
        ["盘点", "乙公司", "一次停半天", '="13900139000"', "壹佰万"],
    ]
    report = import_file(write_csv(tmp_path / "导出.xls", rows, "gb18030", "\t"))
    assert [facts(report, row)["budget"] for row in (2, 3)] == [(5, 5, "CNY"), (100, 100, "CNY")]
    assert facts(report, 3)["phone"] == "13900139000"


def test_unicode_text_of_excel(tmp_path: Path) -> None:
    rows = [["产品名称", "公司名称", "产品介绍", "报价"], ["机巢", "甲公司", "自动换电", "38万/套"]]
    report = import_file(write_csv(tmp_path / "产品.txt", rows, "utf-16", "\t"))
    assert facts(report, 2)["price"] == (38, 38, "CNY")
