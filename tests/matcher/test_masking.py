"""Personal data half covered."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.masking import mask_email, mask_person, mask_phone, masked
from matcher.model import Contact


@pytest.mark.parametrize(
    ("given", "shown"),
    [("陈小明", "陈**"), ("王工", "王**"), ("欧阳娜娜", "欧阳**"), ("Li Lei", "L**"), ("", ""), ("李", "李**")],
)
def test_names(given: str, shown: str) -> None:
    assert mask_person(given) == shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("13812345678", "138****5678"),
        ("+852 9123 4567", "+852 **** 4567"),
        ("9123 4567", "****"),
        ("0769-82345678", "076*-****5678"),
        ("13812345678、13987654321", "138****5678、139****4321"),
        ("１３８１２３４５６７８", "１３８****５６７８"),
        ("转808", "****"),
        ("同上", "****"),
        ("", ""),
    ],
)
def test_phones(given: str, shown: str) -> None:
    assert mask_phone(given) == shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [("wang@example.com", "w***@example.com"), ("a@b.cn", "a***@b.cn"), ("同电话", "****"), ("", "")],
)
def test_addresses(given: str, shown: str) -> None:
    assert mask_email(given) == shown


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_laws(person: str, phone: str, email: str) -> None:
    """Nothing long enough to call stays readable, and what is blank stays blank."""
    shown = masked(Contact(person, phone, email))
    assert not re.search(r"[0-9０-９]{7,}", shown.phone)
    assert not phone.strip() or "*" in shown.phone
    assert not person.strip() or "*" in shown.person
    assert not email.strip() or "*" in shown.email
    assert masked(Contact()) == Contact()
