"""Documents: opened again they say what was put in, without contacts, formulas or letters that no file can hold."""

from __future__ import annotations

import io
from datetime import date

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from api.exporting.lists import FIELDS, deadline, list_document, list_table, list_workbook, money
from api.exporting.match_report import NONE_SUITABLE, Suggested, match_report, missing, reasons
from api.exporting.paper import Paper
from api.exporting.scrub import CUT, LONGEST, published, writable
from api.exporting.tabular import Column, Table
from api.exporting.workbook import workbook
from matcher.model import (
    Contact,
    Deadline,
    Demand,
    Evidence,
    Kind,
    Match,
    Money,
    Requirement,
    Solution,
    Status,
)
from matcher.placing import Place

NUMBER = "DC-20260302-0007"


def text_of(content: bytes) -> str:
    """Every word of a document, tables and footers too."""
    document = Document(io.BytesIO(content))
    parts = [document.element.body, *(section.footer._element for section in document.sections)]
    return "\n".join(node.text or "" for part in parts for node in part.iter() if node.tag.endswith("}t"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("请联系 13800138000 或 138-0013-8000", "请联系 （电话略） 或 （电话略）"),
        ("座机020-83456789转802，传真（0755）8345 6789", "座机（电话略），传真（电话略）"),
        ("香港 +852 2345 6789", "香港 （电话略）"),
        ("发到 wang.xm@example.com.cn 即可", "发到 （邮箱略） 即可"),
        ("证件 440106199001011234", "证件 （证件号略）"),
        ("联系人：王小明，节拍≤45秒", "联系人：（姓名略），节拍≤45秒"),
        ("微信号：wxm_2026", "微信号：（账号略）"),
        ("400-830-1234", "（电话略）"),
        ("每天约4.2万件，误差±0.05mm，型号 FT-2025-0001", "每天约4.2万件，误差±0.05mm，型号 FT-2025-0001"),
        ("产线编号 20250312，年产 13000000 件", "产线编号 20250312，年产 13000000 件"),
        ("联系人多，靠人工登记", "联系人多，靠人工登记"),
    ],
)
def test_personal_data_leaves_running_text(text: str, expected: str) -> None:
    assert published(text) == expected


def test_what_no_file_can_hold() -> None:
    assert writable("a\x00b\x0bc\ud800d\r\ne\ufffe") == "abcd\ne"
    long = writable("长" * 40_000)
    assert len(long) == LONGEST
    assert long.endswith(CUT)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=20) | st.sampled_from(["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "＝1"])))
def test_no_cell_becomes_a_formula(texts: list[str]) -> None:
    table = Table.of("表", [Column("内容", 10)], [(text,) for text in texts])
    sheet = load_workbook(io.BytesIO(workbook([table], NUMBER))).active
    assert sheet is not None
    for at, text in enumerate(texts, 3):
        cell = sheet.cell(at, 1)
        assert cell.data_type != "f"
        assert (cell.value or "") == writable(text)
        assert cell.quotePrefix or not text.startswith(("=", "+", "-", "@"))


def test_a_workbook_as_offices_print_it() -> None:
    columns = [Column("地市", 6), Column("需求", 6, "count"), Column("落地率", 6, "share"), Column("用时", 6, "days")]
    table = Table.of(
        "各地市/情况", columns, [("广州", 1234, 0.365, 12.46), ("佛山", 1, None, None)], ("合计", 1235, 0.2, 3)
    )
    book = load_workbook(io.BytesIO(workbook([table, table], NUMBER)))
    assert book.sheetnames == ["各地市情况", "各地市情况（2）"]
    sheet = book["各地市情况"]
    assert sheet["A1"].value == "各地市/情况"
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        ["地市", "需求", "落地率", "用时"],
        ["广州", 1234, 0.365, 12.46],
        ["佛山", 1, "—", "—"],
        ["合计", 1235, 0.2, 3],
    ]
    assert [cell.number_format for cell in sheet[3]] == ["General", "#,##0", "0.0%", "0.0"]
    assert sheet.print_title_rows == "$1:$2"
    assert NUMBER in (sheet.oddFooter.left.text or "")


def test_shown_as_people_write_it() -> None:
    shown = {
        form: Column("", 1, form).shown(value)  # type: ignore[arg-type]
        for form, value in {"count": 12345, "share": 0.1236, "days": 3.04, "text": "甲"}.items()
    }
    assert shown == {"count": "12,345", "share": "12.4%", "days": "3.0", "text": "甲"}
    assert Column("", 1, "share").shown(None) == "—"
    with pytest.raises(ValueError, match="表"):
        Table.of("表", [Column("甲")], [("a", "b")])


DEMANDS = [
    (
        Demand(
            "D1",
            "焊点外观检测",
            organization="甲公司",
            description="夜班容易漏检，请电询13800138000",
            requirements="漏检率≤0.5%",
            deadline=Deadline(date(2026, 12, 31), "month", "2026年12月"),
            contact=Contact("王小明", "13800138000", "wang@example.com"),
        ),
        Place("汽车", "感知识别", "广州"),
    ),
    (Demand("D2", "=HYPERLINK()", organization="乙院"), Place()),
    (Demand("D3", "冲压上下料", organization="丙厂", industries=("汽车",)), Place("汽车", "机器人", "佛山")),
]


def test_the_list_of_opportunities() -> None:
    table = list_table(Kind.DEMAND, DEMANDS)
    assert [column.label for column in table.columns] == ["序号", *(field.label for field in FIELDS[Kind.DEMAND])]
    assert [row[:6] for row in table.rows] == [
        (1, "汽车", "D1", "焊点外观检测", "甲公司", "广州"),
        (2, "汽车", "D3", "冲压上下料", "丙厂", "佛山"),
        (3, "—", "D2", "=HYPERLINK()", "乙院", "—"),
    ]
    assert table.rows[0][6:] == ("夜班容易漏检，请电询（电话略）", "漏检率≤0.5%", "—", "—", "2026年12月底前")
    book = load_workbook(io.BytesIO(list_workbook(Kind.DEMAND, DEMANDS, NUMBER, batch="第一批")))
    assert book.sheetnames == ["应用场景机会清单（第一批）"]
    text = text_of(list_document(Kind.DEMAND, DEMANDS, NUMBER, batch="第一批", day="2026年3月2日"))
    for words in (
        "应用场景机会清单（第一批）",
        "（共 3 项，2026年3月2日）",
        "汽车（2 项）",
        "未注明类型（1 项）",
        NUMBER,
    ):
        assert words in text
    assert "实施规模" not in text
    for secret in ("13800138000", "王小明", "wang@example.com"):
        assert secret not in text


def test_the_list_of_capabilities_without_any() -> None:
    assert "没有可发布的条目" in text_of(list_document(Kind.SOLUTION, [], NUMBER))
    assert list_table(Kind.SOLUTION, []).rows == ()


def test_money_and_dates_as_lists_say_them() -> None:
    assert money(Money(80, 120, per="线")) == "80–120 万元/线"
    assert money(Money(50, 50, "HKD")) == "50 万港元"
    assert money(Money(raw="面议")) == "面议"
    assert money(None) == deadline(None) == ""
    assert deadline(Deadline(date(2026, 3, 2), "day")) == "2026年3月2日前"
    assert deadline(Deadline(date(2026, 12, 31), "year")) == "2026年底前"
    assert deadline(Deadline(raw="尽快")) == "尽快"


def suggested(*, suitable: bool) -> Suggested:
    solution = Solution(
        "S1",
        "焊点视觉检测",
        vendor="启明视觉",
        indicators="漏检率≤0.3%",
        cases="三家工厂，电话13800138000",
        maturity="量产",
    )
    match = Match(
        "S1",
        (
            Evidence("base", -7.6, "起评分"),
            Evidence("industry", 0.4, "同一行业：汽车"),
            Evidence("semantic", 8.1, "整体意思相近"),
            Evidence("region", 0.01, "不值一提"),
            Evidence("conflict", -0.8, "方案说明不含安装"),
        ),
        (
            Requirement("漏检率≤0.5%", Status.MET, "方案写明漏检率≤0.3%"),
            Requirement("节拍≤2秒", Status.UNMET, "方案为 3 秒"),
            Requirement("防护IP67", Status.UNKNOWN, "方案未提到"),
        ),
    )
    return Suggested(solution, match, "较为匹配" if suitable else "部分相关", suitable, "对接中", "已电话沟通")


def test_a_match_report_says_why_and_what_is_missing() -> None:
    each = suggested(suitable=True)
    assert reasons(each.match) == ["整体意思相近。", "同一行业：汽车。"]
    assert missing(each) == [
        "方案说明不含安装。",
        "不满足“节拍≤2秒”：方案为 3 秒。",
        "方案材料未说明，需向供应商核实：防护IP67。",
    ]
    text = text_of(match_report(DEMANDS[0][0], [each], NUMBER, office="创新中心", day="2026年3月2日"))
    for words in ("应用场景需求匹配报告", "推荐方案一览", "指标逐项对照", "满足 1 项", "已电话沟通", "起评分", NUMBER):
        assert (words in text) == (words != "起评分")
    assert "13800138000" not in text
    assert "建议优先与“焊点视觉检测”的供应单位对接" in text


def test_a_match_report_admits_that_nothing_fits() -> None:
    text = text_of(
        match_report(DEMANDS[0][0], [suggested(suitable=False)], NUMBER, office="创新中心", day="2026年3月2日")
    )
    assert NONE_SUITABLE in text
    assert "下一批定向征集" in text
    assert NONE_SUITABLE in text_of(
        match_report(DEMANDS[0][0], [], NUMBER, office="创新中心", day="2026年3月2日", note="")
    )


def test_a_paper_has_fonts_headings_borders_and_page_numbers() -> None:
    paper = Paper("标题", NUMBER)
    paper.heading("一、概况")
    paper.table(Table.of("表一", [Column("甲"), Column("乙", 4, "count")], [("a", 1)], ("合计", 1)))
    document = Document(io.BytesIO(paper.bytes()))
    xml = document.element.xml
    assert 'w:eastAsia="方正小标宋简体"' in xml
    assert "w:tblHeader" in xml
    assert "w:insideV" in xml
    assert [p.text for p in document.paragraphs if p.style is not None and p.style.name == "Heading 1"] == ["一、概况"]
    footer = document.sections[0].footer._element.xml
    assert "PAGE" in footer
    assert "NUMPAGES" in footer
