"""Laws of the readers: they never raise on any text, never invent a digit, and keep what stood there."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.catalogue import catalogue
from indexer.dates import deadline
from indexer.formulas import computed
from indexer.money import money
from indexer.phones import contact, phones

DIGIT = r"\d|[一二三四五六七八九十百千零两壹贰叁肆伍陆柒捌玖拾佰仟〇]"

cell = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="0123456789.,-~年月日号底前万亿千百元/HK$MOP¥￥约至（）() 二三十", max_size=20),
    st.integers(-(10**9), 10**9),
    st.floats(-1e9, 1e9),
)


@given(cell)
def test_money_never_raises_and_is_ordered(value: str | int | float) -> None:
    found = money(value).value
    if found is not None and found.low is not None and found.high is not None:
        assert 0 <= found.low <= found.high
        assert re.search(
            r"\d|[一二三四五六七八九十百千零两壹贰叁肆伍陆柒捌玖拾佰仟〇]", unicodedata.normalize("NFKC", str(value))
        )


@given(cell)
def test_a_date_is_one_that_exists_or_none(value: str | int | float) -> None:
    for year in (None, 2026):
        found = deadline(value, year).value
        assert found is None or bool(found.day) is bool(found.precision)


@given(st.text(alphabet="0123456789+-() 　、/;转e.E１２３", max_size=40))
def test_a_phone_has_no_digit_that_was_not_there(text: str) -> None:
    before = iter(char for char in unicodedata.normalize("NFKC", text) if char.isdigit())
    assert all(char in before for char in unicodedata.normalize("NFKC", phones(text).value) if char.isdigit())


@settings(deadline=None)
@given(cell)
def test_other_readers_never_raise(value: str | int | float) -> None:
    contact(value)
    catalogue().region(value)
    catalogue().maturity(value)
    assert all(catalogue().industries(value).value)


@given(st.text(alphabet="=0123456789+-*/%().,SUMROUND ", max_size=30))
def test_a_formula_is_computed_or_left(text: str) -> None:
    value = computed(f"={text}")
    assert value is None or isinstance(value, str) or abs(value) <= 1e15


def test_formulas_that_are_computed() -> None:
    assert [computed(text) for text in ("=35*10", "=95*1.0", "=(1+2)*3%", "=-2+SUM(1,2,3)", "=ROUND(2.345,1)")] == [
        350,
        95,
        0.09,
        4,
        2.3,
    ]
    assert computed('=HYPERLINK("a.docx","详见附件3")') == "详见附件3"
    left = ("=A1*2", "=1/0", "=9**9", "=VLOOKUP(1)", "=CMD|'/c calc'!A0", "=" + "(" * 99)
    assert [text for text in left if computed(text) is not None] == []
