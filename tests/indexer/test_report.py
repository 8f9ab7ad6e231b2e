"""The contract that other parts build on: outcomes row by row, forms with questions, answers, the way to a child."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.answers import Answers, from_json, to_json
from indexer.importing import import_file
from indexer.isolated import import_isolated
from indexer.report import ImportReport, Outcome
from matcher.errors import InvalidInput
from matcher.model import Kind

LIST = (
    "星座,提出需求的单位,需求名称,痛点情况描述,预算（万元）,联系电话\n"
    "甲,乙公司,巡检,夜间巡查,约80-100,13800004192\n"
    "丙,丁公司,盘点,,,\n"
    ",,【作废】清扫,,,\n"
    "合计,,,,,\n"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "需求.csv"
    path.write_text(LIST, "utf-8")
    return path


def outcomes(report: ImportReport) -> dict[int, Outcome]:
    return {each.row: each.outcome for each in report.rows}


def test_every_row_has_one_outcome(path: Path) -> None:
    report = import_file(path, Kind.DEMAND)
    assert outcomes(report) == {
        2: Outcome.INCOMPLETE,
        3: Outcome.INCOMPLETE,
        4: Outcome.REJECTED,
        5: Outcome.SKIPPED,
    }
    assert [each.missing for each in report.accepted] == [("需求单位",), ("需求单位", "联系电话")]
    assert {each.record.status for each in report.accepted} == {"incomplete"}


def test_an_unknown_wording_is_a_question_and_nothing_is_taken_from_it(path: Path) -> None:
    (form,) = import_file(path, Kind.DEMAND).forms
    assert [(c.label, c.field) for c in form.columns][:4] == [
        ("星座", ""),
        ("提出需求的单位", ""),
        ("需求名称", "title"),
        ("痛点情况描述", ""),
    ]
    asked = {column.label: column.suggestions[0][:2] for column in form.questions}
    assert asked == {"提出需求的单位": ("organization", "需求单位"), "痛点情况描述": ("description", "需求描述")}
    problems = {p.column: (p.code, p.verdict.value, p.suggestion) for p in import_file(path, Kind.DEMAND).problems}
    assert problems["提出需求的单位"] == ("column_question", "question", "organization")
    assert problems["星座"] == ("unknown_column", "note", "")


def test_what_is_not_imported_stays_in_the_report_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "需求.csv"
    rows = "巡检,乙公司,甲,已电话确认\n盘点,丁公司,,见附件3\n"
    path.write_text(f"需求名称,需求单位,星座,备注\n{rows}", "utf-8")
    left = [[(c.column, c.raw, c.value, c.rule) for c in each.conversions] for each in import_file(path).accepted]
    assert left == [
        [("星座", "甲", "", "not_imported"), ("备注", "已电话确认", "", "not_imported")],
        [("备注", "见附件3", "", "not_imported")],
    ]


def test_a_confirmed_mapping_is_used_for_every_form_of_the_same_wordings(path: Path, tmp_path: Path) -> None:
    (form,) = import_file(path, Kind.DEMAND).forms
    mapping = {"提出需求的单位": "organization", "痛点情况描述": "description", "星座": "ignored"}
    answers = Answers({form.fingerprint: mapping})
    again = tmp_path / "下一批.csv"
    again.write_text("九月填报,,,,,\n" + LIST.replace("预算（万元）", "预算 ( 万元 )"), "utf-8")
    for file in (path, again):
        report = import_file(file, Kind.DEMAND, answers=answers)
        first = report.records[0]
        assert (first.organization, first.description) == ("乙公司", "夜间巡查")  # type: ignore[union-attr]
        assert report.forms[0].fingerprint == form.fingerprint
    with pytest.raises(InvalidInput, match="没有这个字段"):
        import_file(path, Kind.DEMAND, answers=Answers({form.fingerprint: {"星座": "vendor"}}))


def test_a_child_says_the_same(path: Path) -> None:
    fingerprint = import_file(path, Kind.DEMAND).forms[0].fingerprint
    answers = Answers(
        {fingerprint: {"提出需求的单位": "organization"}},
        {("", 3, "phone"): "13800001027"},
        frozenset({("", 4, "voided")}),
    )
    assert from_json(to_json(answers)) == answers
    assert import_isolated(path, Kind.DEMAND, answers) == import_file(path, Kind.DEMAND, answers=answers)
