"""The letter of questions in words."""

from __future__ import annotations

from datetime import date

import pytest

from matcher.completeness import Completeness, Level
from matcher.errors import Conflict
from matcher.examined import Asked
from matcher.letter import Letter, compose
from matcher.model import Contact, Demand
from matcher.requirements import required
from matcher.vagueness import Vague

LEVEL = Level("人工复核", 40, "")
DEMAND = Demand("D-7", "瓷砖分级", organization="佛山某陶瓷公司", requirements="漏检率≤1%")
CHECKED = Completeness(
    52,
    LEVEL,
    (),
    (Asked("节拍产能", "每班多少片？", 3), Asked("工件规格", "砖有多大？", 3)),
    (Vague("budget", "面议", 0, 2, "请给出预算范围"),),
    required("漏检率≤1%"),
)


def letter(demand: Demand = DEMAND, checked: Completeness = CHECKED, contact: Contact | None = None) -> Letter:
    day = date(2026, 11, 26)
    return compose(demand, checked, office="某中心", today=day, due=date(2026, 12, 6), contact=contact)


def test_what_it_says() -> None:
    page = letter()
    assert (page.title, page.greeting) == ("应用场景需求补正通知", "佛山某陶瓷公司：")
    assert "“瓷砖分级”（编号：D-7）" in page.paragraphs[0]
    assert "请于2026年12月6日前" in page.paragraphs[1]
    assert (page.office, page.day, page.reply_to) == ("某中心", "2026年11月26日", "")
    assert [(table.heading, [tuple(row) for row in table.rows]) for table in page.tables] == [
        ("需要补充的内容", [("1", "节拍产能", "每班多少片？", ""), ("2", "工件规格", "砖有多大？", "")]),
        ("需要写得更具体的用语", [("1", "面议", "预算", "请给出预算范围", "")]),
        ("已读出的指标", [("1", "漏检率", "漏检率≤1%", "")]),
    ]
    assert all(sum(share for _, share in table.columns) == pytest.approx(1) for table in page.tables)


def test_a_contact_is_named_only_when_given() -> None:
    assert letter(contact=Contact("李工", "13800001111")).reply_to == "联系人：李工　电话：13800001111"


def test_missing_names_have_a_wording() -> None:
    page = letter(Demand("D-8", ""))
    assert page.greeting == "填报单位："
    assert "“（未填名称）”" in page.paragraphs[0]


def test_nothing_to_ask_is_no_letter() -> None:
    with pytest.raises(Conflict, match="没有需要补正的内容"):
        letter(checked=Completeness(100, LEVEL, (), (), (), ()))
