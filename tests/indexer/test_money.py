"""Amounts as lists write them: golden rows and laws."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.money import money
from indexer.reading import Cell
from matcher.model import Money

# (cell, low, high, currency, per, codes of the notes)
GOLDEN: list[tuple[Cell, float | None, float | None, str, str, list[str]]] = [
    ("180", 180, 180, "CNY", "", []),
    (95, 95, 95, "CNY", "", []),
    (0.06, 0.06, 0.06, "CNY", "", []),
    ("0.168", 0.168, 0.168, "CNY", "", []),
    ("１２０", 120, 120, "CNY", "", []),
    ("15８", 158, 158, "CNY", "", []),
    ("118\u3000", 118, 118, "CNY", "", []),
    ("480.00", 480, 480, "CNY", "", []),
    ("1,500万", 1500, 1500, "CNY", "", []),
    ("165 万元", 165, 165, "CNY", "", []),
    ("二百万", 200, 200, "CNY", "", []),
    ("三千五百万元", 3500, 3500, "CNY", "", []),
    ("一亿二千万", 12000, 12000, "CNY", "", []),
    ("约三十五万", 35, 35, "CNY", "", []),
    ("1.2亿元", 12000, 12000, "CNY", "", []),
    ("4000000元", 400, 400, "CNY", "", []),
    ("￥48,000.00元", 4.8, 4.8, "CNY", "", []),
    ("人民币50万元整", 50, 50, "CNY", "", []),
    ("80-100", 80, 100, "CNY", "", []),
    ("约250-280万", 250, 280, "CNY", "", []),
    ("5至8万", 5, 8, "CNY", "", []),
    ("20～30万元", 20, 30, "CNY", "", []),
    ("8000万-1.2亿", 8000, 12000, "CNY", "", []),
    ("1.5-2亿", 15000, 20000, "CNY", "", []),
    ("不超过50万元", 50, 50, "CNY", "", []),
    ("500万以内", 500, 500, "CNY", "", []),
    ("36万起", 36, 36, "CNY", "", []),
    ("50（含税）", 50, 50, "CNY", "", []),
    ("50(万元)", 50, 50, "CNY", "", []),
    ("HK$600萬", 600, 600, "HKD", "", ["money_currency"]),
    ("港币850万元", 850, 850, "HKD", "", ["money_currency"]),
    ("850万港元", 850, 850, "HKD", "", ["money_currency"]),
    ("50港元", 0.005, 0.005, "HKD", "", ["money_currency"]),
    ("MOP 145萬", 145, 145, "MOP", "", ["money_currency"]),
    ("10万美元", 10, 10, "USD", "", ["money_currency"]),
    ("38/巢", 38, 38, "CNY", "巢", []),
    ("58万元/套", 58, 58, "CNY", "套", []),
    ("约180-210万/线", 180, 210, "CNY", "线", []),
    ("HK$46萬/部", 46, 46, "HKD", "部", ["money_currency"]),
    ("180元/架次", 0.018, 0.018, "CNY", "架次", []),
    ("每套3万元", 3, 3, "CNY", "套", []),
    ("3万元每套", 3, 3, "CNY", "套", []),
    ("3万元/台/年", 3, 3, "CNY", "台/年", []),
    ("320万（其中财政补贴100万）", 320, 320, "CNY", "", ["money_remark"]),
    ("一期100万元，二期待定", 100, 100, "CNY", "", ["money_partial"]),
    (4_000_000, 4_000_000, 4_000_000, "CNY", "", ["money_large"]),
    ("面议", None, None, "CNY", "", ["money_open"]),
    ("几十万", None, None, "CNY", "", ["money_open"]),
    ("RaaS按件", None, None, "CNY", "", ["money_open"]),
    ("硬件100万，软件50万", None, None, "CNY", "", ["money_unclear"]),
    ("9" * 30, None, None, "CNY", "", ["money_unclear"]),
    ("一" * 5000, None, None, "CNY", "", ["money_unclear"]),
    (0, None, None, "CNY", "", ["money_zero"]),
    ("-68", None, None, "CNY", "", ["money_negative"]),
]


@pytest.mark.parametrize(("cell", "low", "high", "currency", "per", "codes"), GOLDEN, ids=lambda value: str(value)[:20])
def test_golden(cell: Cell, low: float | None, high: float | None, currency: str, per: str, codes: list[str]) -> None:
    reading = money(cell)
    assert reading.value == Money(low, high, currency, per, str(cell).strip())
    assert [note.code for note in reading.notes] == codes


@pytest.mark.parametrize("blank", ["", " \u3000", None])
def test_a_blank_cell_is_no_amount(blank: Cell) -> None:
    assert money(blank).value is None


def test_the_unit_of_the_column_counts_for_bare_figures_only() -> None:
    for cell, wan in (("48000", 4.8), ("5万", 5.0), ("5（万元）", 5.0), ("1-2", 0.0002)):
        value = money(cell, "元").value
        assert value is not None
        assert value.high == wan


@settings(deadline=None)
@given(st.integers(1, 99_999))
def test_one_amount_in_three_spellings(wan: int) -> None:
    values = [money(text).value for text in (f"{wan}", f"{wan:,}万元", f"{wan * 10_000}元")]
    assert [(value.low, value.high) for value in values if value] == [(wan, wan)] * 3


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="0123456789.,-~至/每()（）约万亿千百十二元￥港币$一 套", max_size=14) | st.text(max_size=30))
def test_any_text_is_kept_and_never_raises(text: str) -> None:
    value = money(text).value
    if value is not None:
        assert value.raw
        assert (value.low is None) == (value.high is None)
        assert value.low is None or value.high is None or 0 <= value.low <= value.high
