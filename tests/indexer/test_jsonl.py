"""Records from JSON: short keys, full names, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from indexer.jsonl import parse_line, read_records, record_and_notes, record_from_json
from matcher.errors import InvalidInput
from matcher.model import Contact, Deadline, Demand, Kind, Money, Solution


def test_a_demand_by_the_short_keys() -> None:
    record = record_from_json(
        Kind.DEMAND,
        {
            "id": "D001",
            "title": "外观检验减人",
            "organization": "东莞市铂誉精密五金有限公司",
            "industry": "3C电子、智能制造",
            "region": "东莞",
            "description": "  原文不动\n",
            "requirements": "漏检率≤0.3%",
            "budget_wan": 180,
            "deadline": "2026-12-31",
            "contact_name": "廖美珊",
            "contact_phone": "13800001027",
        },
    )
    assert record == Demand(
        "D001",
        "外观检验减人",
        organization="东莞市铂誉精密五金有限公司",
        industries=("3C电子", "智能制造"),
        region="东莞",
        description="  原文不动\n",
        requirements="漏检率≤0.3%",
        budget=Money(180, 180, raw="180"),
        deadline=Deadline(date(2026, 12, 31), "day", "2026-12-31"),
        contact=Contact("廖美珊", "13800001027"),
    )


def test_a_solution_by_full_names() -> None:
    record = record_from_json(
        Kind.SOLUTION,
        {
            "id": "S1",
            "title": "机巢",
            "vendor": "韶关云翼",
            "industries": ["电力能源"],
            "technologies": ["无人机", "RTK"],
            "trl": 9,
            "price": {"low": 36, "high": 38, "per": "巢", "raw": "36-38万/巢"},
            "qualifications": "高新技术企业；ISO9001",
            "contact": {"person": "周", "email": "z@example.cn"},
            "maturity": None,
        },
    )
    assert record == Solution(
        "S1",
        "机巢",
        vendor="韶关云翼",
        industries=("电力能源",),
        technologies=("无人机", "RTK"),
        trl=9,
        price=Money(36.0, 38.0, per="巢", raw="36-38万/巢"),
        qualifications=("高新技术企业", "ISO9001"),
        contact=Contact("周", email="z@example.cn"),
    )


def test_amounts_and_dates_as_people_write_them_leave_notes() -> None:
    record, notes = record_and_notes(
        Kind.DEMAND,
        {"id": "D", "title": "甲", "budget": "面议", "deadline": {"day": "2026-12-31", "precision": "month"}},
    )
    assert record == Demand("D", "甲", budget=Money(raw="面议"), deadline=Deadline(date(2026, 12, 31), "month"))
    assert [(key, note.code) for key, note in notes] == [("budget", "money_open")]


def test_without_an_id_the_same_record_gets_the_same_one() -> None:
    first = record_from_json(Kind.DEMAND, {"title": "河涌打捞", "organization": "佛山市禅西水务环境管理有限公司"})
    again = record_from_json(Kind.DEMAND, {"title": " 河涌 打捞", "organization": "佛山市禅西水务环境管理", "id": " "})
    other = record_from_json(Kind.DEMAND, {"title": "河涌打捞（二期）", "organization": "佛山市禅西水务环境管理"})
    assert first.id == again.id == "D-f42e7ed8fe99"
    assert other.id != first.id
    assert record_from_json(Kind.DEMAND, {"description": "只有说明"}).id.startswith("D-")


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"title": "甲", "budgt": 1}, "budgt", "不认识的字段"),
    ({"title": 5}, "title", "应为文字"),
    ({"title": "甲\0"}, "title", "无法保存的字符"),
    ({"title": "\ud800"}, "title", "无法保存的字符"),
    ({"title": " ", "description": ""}, "title", "名称和说明至少要填一项"),
    ({"title": "甲", "budget": 1, "budget_wan": 2}, "budget_wan", "与另一个字段说的是同一件事"),
    ({"title": "甲", "budget_wan": -1}, "budget_wan", "不小于 0"),
    ({"title": "甲", "budget_wan": True}, "budget_wan", "应为数字"),
    ({"title": "甲", "budget_wan": float("nan")}, "budget_wan", "不小于 0"),
    ({"title": "甲", "budget": {"low": 3}}, "budget", "应同时填写"),
    ({"title": "甲", "budget": {"low": 3, "high": 2}}, "budget", "low 不大于 high"),
    ({"title": "甲", "budget": {"hihg": 2}}, "budget", "不认识的字段 hihg"),
    ({"title": "甲", "budget": {"low": 1, "high": 2, "currency": "港币"}}, "budget", "三个大写字母"),
    ({"title": "甲", "deadline": 20261231}, "deadline", "应为日期文字"),
    ({"title": "甲", "deadline": {"day": "2026-13-01"}}, "deadline", "day 应为日期"),
    ({"title": "甲", "deadline": {"precision": "day"}}, "deadline", "precision"),
    ({"title": "甲", "industries": [1]}, "industries", "应为文字"),
    ({"title": "甲", "industry": {}}, "industry", "应为文字，或由文字组成的列表"),
    ({"title": "甲", "contact": {"person": "乙"}, "contact_phone": "1"}, "contact", "只能用一种写法"),
    ({"title": "甲", "vendor": "乙"}, "vendor", "不认识的字段"),
]


@pytest.mark.parametrize(("mapping", "key", "says"), REFUSED)
def test_refusals_name_line_and_key(mapping: dict[str, Any], key: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as refused:
        record_from_json(Kind.DEMAND, mapping, 7)
    assert refused.value.details == {"line": 7, "key": key}
    assert str(refused.value).startswith(f"第 7 行字段「{key}」：")


@pytest.mark.parametrize("trl", [0, 10, 5.0, True, "9"])
def test_readiness_is_one_to_nine(trl: object) -> None:
    with pytest.raises(InvalidInput, match="1 到 9 的整数"):
        record_from_json(Kind.SOLUTION, {"title": "甲", "trl": trl})


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "不是合法的 JSON"),
        ("[1]", "应为一个 JSON 对象"),
        ('{"a": NaN}', "不允许 NaN"),
        ('{"a": 1, "a": 2}', "字段 a 写了两次"),
        ("[" * 100_000, "不是合法的 JSON"),
        ('{"a": ' + "9" * 5000 + "}", "不是合法的 JSON"),
    ],
)
def test_lines_that_are_no_record(line: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=f"^第 3 行：.*{says}"):
        parse_line(line, 3)


def test_a_file_keeps_its_line_numbers(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes('\ufeff{"id":"a","title":"甲\u2028乙"}\r\n\r\n{"id":"b","title":"丙"}\n{"id":"c"}'.encode())
    records = read_records(path, Kind.DEMAND)
    assert next(records) == (1, Demand("a", "甲\u2028乙"))
    assert next(records) == (3, Demand("b", "丙"))
    with pytest.raises(InvalidInput, match=r"^第 4 行字段「title」"):
        next(records)
    path.write_bytes('{"title":"甲"}'.encode("gb18030"))
    with pytest.raises(InvalidInput, match="不是 UTF-8"):
        list(read_records(path, Kind.DEMAND))
