"""Telephone numbers and whole contacts in one cell."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.phones import contact, phones
from indexer.reading import Cell
from matcher.model import Contact

GOLDEN: list[tuple[Cell, str, list[str]]] = [
    (13800001027.0, "13800001027", []),
    (13800001027, "13800001027", []),
    ("138-0000-4192", "13800004192", []),
    ("138 0000 5520", "13800005520", []),
    ("1380000 5117", "13800005117", []),
    ("+86 138 0000 0173", "13800000173", []),
    ("0086-13800001027", "13800001027", []),
    ("１３８-0000６６11", "13800006611", []),
    ("13800001027（微信同号）", "13800001027", []),
    ("020-88888888", "020-88888888", []),
    ("(020)88888888", "020-88888888", []),
    ("0755-26888888-801", "0755-26888888-801", []),
    ("400-800-1234", "400-800-1234", []),
    ("8888 8888", "88888888", []),
    ("(+852) 13800006025", "+852 13800006025", []),
    ("+853 2888 1234", "+853 28881234", []),
    ("13800009670/13800009671", "13800009670、13800009671", ["phone_several"]),
    ("13800001027\n13800001028", "13800001027、13800001028", ["phone_several"]),
    ("1380000529", "1380000529", ["phone_invalid"]),
    ("杜佳纯", "杜佳纯", ["phone_invalid"]),
    ("1.38E+10", "", ["phone_lossy"]),
    ("无", "", []),
    ("", "", []),
]


@pytest.mark.parametrize(("cell", "value", "codes"), GOLDEN, ids=lambda value: str(value)[:20])
def test_golden(cell: Cell, value: str, codes: list[str]) -> None:
    reading = phones(cell)
    assert (reading.value, [note.code for note in reading.notes]) == (value, codes)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("张三 13800001234", Contact("张三", "13800001234")),
        ("联系人：李四，电话：020-88888888，邮箱 a@b.cn", Contact("李四", "020-88888888", "a@b.cn")),
        ("王工138 0000 1234\n陈工 13800001235", Contact("王工 陈工", "13800001234、13800001235")),
        ("陈小姐", Contact("陈小姐")),
    ],
)
def test_a_whole_contact(cell: str, expected: Contact) -> None:
    assert contact(cell).value == expected


@settings(deadline=None)
@given(st.from_regex(r"\A1[3-9][0-9]{9}\Z"), st.sampled_from([" ", "-", ""]))
def test_spacing_never_changes_a_mobile(digits: str, gap: str) -> None:
    assert phones(gap.join((digits[:3], digits[3:7], digits[7:]))).value == digits


@settings(deadline=None)
@given(st.text(max_size=40))
def test_reading_twice_changes_nothing(text: str) -> None:
    once = phones(text).value
    assert phones(once).value == once
    contact(text)
