"""Header wordings, the header row, and the kind of list."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.headers import Headers, standard
from indexer.sheets import Merge, Sheet
from matcher.errors import InvalidInput
from matcher.model import Demand, Kind, Solution

D, S = Kind.DEMAND, Kind.SOLUTION


@pytest.mark.parametrize(
    ("kind", "label", "field"),
    [
        (D, "场景名称*", "title"),
        (D, " 需求单位（盖章）", "organization"),
        (D, "指标要求\n（尽量量化）", "requirements"),
        (D, "拟投入资金（万元）", "budget"),
        (D, "预算：元", "budget"),
        (D, "聯繫電話", "phone"),
        (D, "单位名称", "organization"),
        (S, "单位名称", "vendor"),
        (D, "关键技术", "requirements"),
        (S, "关键技术", "technologies"),
        (S, "解决方案（产品）名称", "title"),
        (S, "参考价格(万元)", "price"),
        (S, "Ｅ－ｍａｉｌ", "email"),
        (S, "备注", "ignored"),
        (S, "星座", ""),
    ],
)
def test_wordings(kind: Kind, label: str, field: str) -> None:
    assert standard().field(kind, label) == field


def test_every_field_of_the_table_exists() -> None:
    beside = {"number", "ignored", "filed", "person", "phone", "email", "contact"}
    for kind, record in ((D, Demand), (S, Solution)):
        assert set(standard().fields[kind].values()) - beside <= set(record.__dataclass_fields__)


def test_the_header_below_titles_with_unit_and_year() -> None:
    sheet = Sheet(
        "Sheet1",
        (
            ("2026年人工智能应用场景需求征集表", "", ""),
            ("填报日期：2026年9月  单位：元", "", ""),
            ("序号", "需求名称", "拟投入资金（万元）"),
            (1, "巡检", 5),
        ),
    )
    header = standard().find(sheet)
    assert header is not None
    assert (header.kind, header.first, header.last, header.unit, header.year) == (D, 3, 3, "元", 2026)
    assert [(c.at, c.field, c.label, c.unit) for c in header.columns] == [
        (0, "number", "序号", ""),
        (1, "title", "需求名称", ""),
        (2, "budget", "拟投入资金（万元）", "万元"),
    ]


def test_a_header_of_two_rows() -> None:
    sheet = Sheet(
        "方案",
        (
            ("产品名称", "申报单位", "联系方式", ""),
            ("", "", "姓名", "电话"),
            ("巡检机器人", "甲公司", "乙", "13800001234"),
        ),
        (Merge((0, 2), (0, 3)),),
    )
    header = standard().find(sheet)
    assert header is not None
    assert (header.kind, header.first, header.last) == (S, 1, 2)
    assert [(c.field, c.label) for c in header.columns] == [
        ("title", "产品名称"),
        ("vendor", "申报单位"),
        ("person", "联系方式 姓名"),
        ("phone", "联系方式 电话"),
    ]


def test_rows_that_are_no_header() -> None:
    for rows in ((("填写说明",), ("名称 单位 描述",)), (("单位", "电话"),), (), (("甲", "乙"), ("丙", "丁"))):
        assert standard().find(Sheet("说明", rows)) is None
    assert standard().find(Sheet("深", (*[("甲", "乙")] * 15, ("名称", "描述")))) is None


def test_names_decide_between_kinds_that_are_level() -> None:
    rows = (("名称", "单位", "描述"), ("甲", "乙", "丙"))
    for title, sheet, file, kind in (
        ("能力清单", "", "需求", S),
        ("", "解决方案", "需求", S),
        ("", "Sheet1", "需求清单", D),
    ):
        header = standard().find(Sheet(sheet, ((title, "", ""), *rows)), None, file)
        assert header is not None
        assert header.kind is kind
    with pytest.raises(InvalidInput, match="--kind demand 或 --kind solution"):
        standard().find(Sheet("Sheet1", rows), None, "供需对接表")
    header = standard().find(Sheet("Sheet1", rows), S)
    assert header is not None
    assert header.kind is S


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("title\t产品\t名称\t名称", "「类别」应为 通用、需求、方案"),
        ("title\t需求\t名称\t名称、单位\nsite\t需求\t地点\t单位", "第 3 行：写法「单位」已属于字段 title"),
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, row: str, says: str) -> None:
    path = tmp_path / "headers.tsv"
    path.write_text(f"字段\t类别\t名称\t写法\n{row}\n", "utf-8")
    with pytest.raises(InvalidInput, match=says):
        Headers.load(path)
