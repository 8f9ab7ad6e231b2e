"""Templates and exports: what is written is read back as it was, whatever it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from indexer.exact import SHEET
from indexer.exporting import DATA_SHEETS, FIRST_ROW, HEADER_ROW, Layout, write_export, write_template
from indexer.importing import import_file
from matcher.model import Contact, Deadline, Demand, Kind, Money, Record, Solution
from matcher.taxonomy import Taxonomy

TEXT = st.text(
    st.one_of(
        st.sampled_from("甲乙丙，、；;/ \n\t\r=+-@'\"无同上作废%0１２.年月万元_x000D()（）<b>&amp;"),
        st.characters(exclude_categories=("Cs",), exclude_characters="\0"),
    ),
    max_size=12,
)
WORDS = st.lists(TEXT, max_size=3).map(tuple)
FIGURE = st.floats(0, 1e9, allow_nan=False)
MONEY = st.none() | st.builds(
    lambda pair, currency, per, raw: Money(*(sorted(pair) if pair else (None, None)), currency, per, raw),
    st.none() | st.tuples(FIGURE, FIGURE),
    st.sampled_from(("CNY", "HKD", "MOP", "GBP")),
    TEXT,
    TEXT,
)
DEADLINE = st.none() | st.one_of(
    st.builds(lambda raw: Deadline(raw=raw), TEXT),
    st.builds(Deadline, st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.sampled_from(("day", "month", "year")), TEXT),
)
CONTACT = st.builds(Contact, TEXT, TEXT, TEXT)
STATUS = st.sampled_from(("open", "incomplete", "已发布", "x"))
ID = st.integers(0, 99).map("粤-{}".format)
SAYS = TEXT.filter(str.strip)

DEMANDS = st.builds(
    Demand, ID, SAYS, TEXT, TEXT, WORDS, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, MONEY, DEADLINE, WORDS, WORDS,
    CONTACT, TEXT, TEXT, STATUS,
)  # fmt: skip
SOLUTIONS = st.builds(
    Solution, ID, SAYS, TEXT, WORDS, WORDS, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, st.none() | st.integers(1, 9), MONEY,
    TEXT, WORDS, CONTACT, TEXT, TEXT, STATUS,
)  # fmt: skip
LISTS = st.one_of(st.lists(kind, min_size=1, max_size=3, unique_by=lambda r: r.id) for kind in (DEMANDS, SOLUTIONS))


@pytest.fixture(scope="module")
def layout(root: Path, taxonomy: Taxonomy) -> Layout:
    return Layout.load(root / "data", taxonomy)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LISTS)
def test_exporting_and_importing_is_identity(layout: Layout, tmp_path: Path, records: list[Record]) -> None:
    path = tmp_path / "导出.xlsx"
    write_export(layout, records[0].kind, records, path)
    back = import_file(path)
    assert sorted(back.records, key=lambda r: r.id) == sorted(records, key=lambda r: r.id)


PLAIN = Demand(
    "D-1",
    "焊缝检测",
    "甲厂",
    industries=("汽车", "智能制造"),
    region="佛山",
    description="=靠人看",
    budget=Money(50, 80, raw="50-80"),
    deadline=Deadline(date(2026, 12, 31), "day", "2026-12-31"),
    contact=Contact("王工", "13900139000"),
    status="已发布",
)


def test_an_edited_export_changes_what_was_edited_and_nothing_else(layout: Layout, tmp_path: Path) -> None:
    path = tmp_path / "导出.xlsx"
    odd = replace(PLAIN, scale=" 3 条线，\n另 2 条待定 ", keywords=("AOI,质检",))
    write_export(layout, Kind.DEMAND, [odd], path, number="导出-000001")
    book = load_workbook(path)
    table = book[DATA_SHEETS[Kind.DEMAND]]
    labels = {str(cell.value).rstrip("*"): cell.column for cell in table[HEADER_ROW]}
    table.cell(FIRST_ROW, labels["预算（万元）"], "90")
    table.cell(FIRST_ROW, labels["关键词"], "视觉、质检")
    book.save(path)
    (record,) = import_file(path).records
    assert record == replace(odd, budget=Money(90, 90, raw="90"), keywords=("视觉", "质检"))


def test_no_cell_is_a_formula(layout: Layout, tmp_path: Path) -> None:
    path = tmp_path / "导出.xlsx"
    texts = ["=1+1", "+86 1", "-1", "@SUM(A1)", "\t=1", "＝1"]
    write_export(layout, Kind.SOLUTION, [Solution(f"s{n}", text, vendor=text) for n, text in enumerate(texts)], path)
    cells = [cell for sheet in load_workbook(path).worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert [record.title for record in import_file(path).records] == texts


@pytest.mark.parametrize("kind", Kind)
def test_a_template_is_well_made_and_its_example_is_no_record(layout: Layout, tmp_path: Path, kind: Kind) -> None:
    path = tmp_path / "模板.xlsx"
    write_template(layout, kind, path)
    report = import_file(path)
    assert report.records == ()
    assert [(p.row, p.code) for p in report.problems if p.sheet == DATA_SHEETS[kind]] == [(FIRST_ROW, "example_row")]
    book = load_workbook(path)
    table = book[DATA_SHEETS[kind]]
    assert table.freeze_panes == f"D{FIRST_ROW}"
    assert len(table.data_validations.dataValidation) >= 4
    assert sum(cell.comment is not None for cell in table[HEADER_ROW]) >= 10
    assert (book[SHEET].sheet_state, book["选项"].sheet_state) == ("veryHidden", "hidden")
    labels = {str(cell.value).rstrip("*"): cell.column for cell in table[HEADER_ROW]}
    title, owner = ("需求名称", "需求单位") if kind is Kind.DEMAND else ("方案名称", "供应商")
    table.cell(FIRST_ROW + 1, labels[title], "焊缝检测")
    table.cell(FIRST_ROW + 1, labels[owner], "甲厂")
    book.save(path)
    assert [record.title for record in import_file(path).records] == ["焊缝检测"]
