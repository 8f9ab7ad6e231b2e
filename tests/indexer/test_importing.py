"""Files in, records and problems out: every data row is accounted for."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer import importing
from indexer.answers import Answers
from indexer.books import read_sheets
from indexer.collections import read_collection
from indexer.identity import stable_id
from indexer.importing import import_file
from indexer.reading import Verdict
from indexer.report import ImportReport, Outcome
from matcher.errors import InvalidInput, TooLarge, UnreadableFile
from matcher.model import Contact, Deadline, Demand, Kind, Money, Solution

HEAD = "序号,需求编号,需求名称,需求单位,行业,地市,需求描述,指标要求,预算（万元）,完成时间,联系人,联系电话,备注,星座\n"

ASIDE = {Outcome.SKIPPED, Outcome.REJECTED}


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def codes(report: ImportReport, row: int) -> list[str]:
    return [problem.code for problem in report.problems if problem.row == row]


def test_a_clean_row_is_the_record_it_says(tmp_path: Path) -> None:
    row = "1,A-01,巡检,甲公司,化工/矿山,茂名,夜间巡查,漏检≤3%,80-100,2026年11月,柯工,138-0000-4192,急,双鱼\n"
    report = import_file(write(tmp_path / "需求.csv", HEAD + row))
    assert report.records == (
        Demand(
            "A-01",
            "巡检",
            organization="甲公司",
            industries=("化工", "矿山"),
            region="茂名",
            description="夜间巡查",
            requirements="漏检≤3%",
            budget=Money(80, 100, raw="80-100"),
            deadline=Deadline(date(2026, 11, 30), "month", "2026年11月"),
            contact=Contact("柯工", "13800004192"),
            source="需求.csv",
        ),
    )
    assert report.records[0].contact == Contact("柯工", "13800004192")
    assert [(p.row, p.column, p.code, p.found, p.verdict) for p in report.problems] == [
        (1, "备注", "unused_column", "急", Verdict.NOTE),
        (1, "星座", "unknown_column", "双鱼", Verdict.NOTE),
    ]


def test_every_kind_of_row_is_accounted_for(tmp_path: Path) -> None:
    rows = [
        "一、化工片区,,,,,,,,,,,,,",  # 2
        "1,,巡检,甲公司,化工,茂名,夜间,,面议,尽快,柯工,1380000529,,",  # 3
        ",,,,,,,,,,,,,",  # 4
        "2,7,巡检,甲 公司,化工,,夜间又一次,,,,,13800004192,,",  # 5: the same organisation and title
        "3,,【作废】盘点,乙公司,,,说明,,,,,,,",  # 6
        "4,,,,,,,,20,,,,,",  # 7: nothing to match by
        "5,,,同上,,,只有说明,,,,,,,",  # 8
        "序号,需求编号,场景名称,单位,行业,地市,需求描述,指标要求,预算（万元）,完成时间,联系人,联系电话,备注,",  # 9
        "6,,,,,,,,,,,,,",  # 10
        "7,,焊点,#REF!,,,说明,,,,,,,",  # 11
        "前托式护理机,丙公司,养老,,,,说明,,,,,,,",  # 12
        "合计：7条,,,,,,,,,,,,,",  # 13
    ]
    report = import_file(write(tmp_path / "a.csv", HEAD + "\n".join(rows)), Kind.DEMAND)
    assert [(each.row, each.record.title, each.record.status) for each in report.accepted] == [
        (3, "巡检", "open"),
        (8, "", "incomplete"),
        (11, "焊点", "incomplete"),
    ]
    assert {row: codes(report, row) for row in range(2, 14)} == {
        2: ["subtitle_row"],
        3: ["money_open", "date_open", "phone_invalid"],
        4: [],
        5: ["ordinal_id", "duplicate"],
        6: ["voided"],
        7: ["empty_record"],
        8: ["ditto", "missing_title", "missing_phone"],
        9: ["repeated_header"],
        10: ["number_only"],
        11: ["error_cell", "missing_owner", "missing_phone"],
        12: ["row_shifted"],
        13: ["total_row"],
    }
    assert [problem.row for problem in report.rejected] == [5, 6, 7, 12]
    duplicate = next(problem for problem in report.problems if problem.code == "duplicate")
    assert (duplicate.found, duplicate.hint) == ("巡检", "与第 3 行编号相同，或单位和名称都相同，只保留先出现的一行")
    assert report.records[1].organization == "甲 公司"  # type: ignore[union-attr]


def test_importing_again_gives_the_same_ids(tmp_path: Path) -> None:
    first = import_file(write(tmp_path / "a.csv", "名称,需求单位,描述\n巡检,甲公司,一\n盘点,乙公司,二\n"))
    moved = import_file(
        write(tmp_path / "a.csv", "说明,场景名称,单位,联系人\n二改, 盘点 ,乙有限公司,丁\n一,巡检,甲公司,\n")
    )
    assert {r.title: r.id for r in first.records} == {r.title: r.id for r in moved.records}
    assert len({r.id for r in first.records}) == 2


def test_units_of_the_column_and_of_the_sheet(tmp_path: Path) -> None:
    for head, unit in (
        ("场景名称,需求单位,预算（元）", 1e-4),
        ("单位：元,,\n场景名称,需求单位,预算", 1e-4),
        ("场景名称,需求单位,预算", 1),
    ):
        report = import_file(write(tmp_path / "a.csv", f"{head}\n巡检,甲,5000\n"))
        assert report.records[0].budget == Money(5000 * unit, 5000 * unit, raw="5000")  # type: ignore[union-attr]


def test_jsonl_lines(tmp_path: Path) -> None:
    lines = [
        {"id": "S1", "title": "机巢", "vendor": "甲", "price_wan": 38, "technologies": ["RTK"], "likes": 3},
        {"title": 5, "vendor": "乙"},
        {"id": "S1", "title": "机巢二", "vendor": "乙", "price": "面议"},
        {"title": "盘点", "vendor": "丙", "source": "官网"},
    ]
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\nnot json\n"
    report = import_file(write(tmp_path / "a.jsonl", text))
    assert report.records == (
        Solution("S1", "机巢", vendor="甲", technologies=("RTK",), price=Money(38, 38, raw="38"), source="a.jsonl"),
        Solution("S-7851458c49a0", "盘点", vendor="丙", source="官网"),
    )
    assert [(p.row, p.column, p.code, p.verdict.value) for p in report.problems] == [
        (1, "likes", "unknown_column", "note"),
        (2, "title", "bad_record", "rejected"),
        (3, "price", "money_open", "note"),
        (3, "", "duplicate", "rejected"),
        (5, "", "bad_record", "rejected"),
    ]
    assert report.problems[1].hint == "第 2 行字段「title」：应为文字"


def test_jsonl_lines_are_put_right(tmp_path: Path) -> None:
    lines = [
        {"id": "S1", "title": 5, "vendor": "甲", "price_wan": 38, "contact": {"person": "王工", "phone": "139"}},
        {"title": "盘点", "vendor": "丙", "price": "面议"},
    ]
    path = write(tmp_path / "a.jsonl", "\n".join(json.dumps(line, ensure_ascii=False) for line in lines))
    assert [(p.row, p.column, p.field) for p in import_file(path).problems] == [
        (1, "title", "title"),
        (2, "price", "price"),
    ]
    put_right = {
        ("", 1, "title"): "机巢",
        ("", 1, "price"): "40-50万",
        ("", 1, "phone"): "13900139000",
        ("", 2, "price"): "",
        ("", 2, "trl"): "7",
    }
    report = import_file(path, answers=Answers(corrections=put_right))
    assert report.records == (
        Solution(
            "S1",
            "机巢",
            vendor="甲",
            price=Money(40, 50, raw="40-50万"),
            source="a.jsonl",
            contact=Contact("王工", "13900139000"),
        ),
        Solution(stable_id(Kind.SOLUTION, "丙", "盘点"), "盘点", vendor="丙", trl=7, source="a.jsonl"),
    )
    assert report.problems == ()


def test_what_cannot_be_imported_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableFile, match="没有找到表头行"):
        import_file(write(tmp_path / "a.csv", "甲,乙\n丙,丁\n"))
    with pytest.raises(InvalidInput, match="看不出是需求还是方案"):
        import_file(write(tmp_path / "a.jsonl", '{"title":"甲"}\n'))
    assert len(import_file(tmp_path / "a.jsonl", Kind.SOLUTION).records) == 1
    with pytest.raises(UnreadableFile, match="找不到文件"):
        import_file(tmp_path / "b.jsonl")
    with pytest.raises(TooLarge, match="第 1 行有内容超过 32767 个字"):
        import_file(write(tmp_path / "a.jsonl", json.dumps({"title": "字" * 32_768, "vendor": "甲"})))
    monkeypatch.setattr(importing, "MAX_ROWS", 1)
    with pytest.raises(TooLarge, match="超过 1 行"):
        import_file(write(tmp_path / "a.jsonl", '{"title":"甲"}\n{"title":"乙"}'))


def test_the_sample_lists_are_the_gold_records(root: Path) -> None:
    gold = read_collection(root / "data" / "gold" / "dev")
    for name, records in (("需求清单示例.xlsx", gold.demands), ("解决方案清单示例.xlsx", gold.solutions)):
        report = import_file(root / "data" / "samples" / name)
        assert not report.rejected
        assert {problem.code for problem in report.problems} <= {"money_open"}
        found = {record.id: record for record in report.records}
        assert list(found) == list(records)
        for id, record in records.items():
            ours = found[id]
            assert ours.contact == record.contact
            if isinstance(ours, Demand) and ours.budget == Money(raw="面议"):
                ours = replace(ours, budget=None)
            assert replace(ours, source="") == record


DIRTY = {
    "需求征集表_脏数据.xlsx": ("需求汇总", 4, 47, {9, 46}, 38),
    "解决方案征集表_脏数据.xlsx": ("方案汇总(第3批)", 5, 48, {11, 47}, 38),
}


@pytest.mark.parametrize("name", DIRTY)
def test_every_row_of_the_dirty_workbooks_is_recorded_or_reported(root: Path, name: str) -> None:
    sheet, first, last, blank, accepted = DIRTY[name]
    path = root / "data" / "samples" / "dirty" / name
    report = import_file(path)
    recorded = [each.row for each in report.accepted if each.sheet == sheet]
    aside = [each.row for each in report.rows if each.sheet == sheet and each.outcome in ASIDE]
    assert sorted(recorded + aside) == sorted(set(range(first, last + 1)) - blank)
    assert len(recorded) == accepted == len({each.record.id for each in report.accepted})
    assert import_file(path) == report


@pytest.mark.shared
@pytest.mark.parametrize("name", DIRTY)
def test_the_shipped_dirty_workbooks_are_the_collected_ones(root: Path, shared: Path, name: str) -> None:
    ours, theirs = root / "data" / "samples" / "dirty" / name, shared / "collections" / "dirty" / name
    assert read_sheets(ours) == read_sheets(theirs)
    assert import_file(ours) == import_file(theirs)


cell = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=12)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(cell, min_size=5, max_size=5), min_size=1, max_size=8))
def test_no_data_row_ever_disappears(tmp_path: Path, rows: list[list[str]]) -> None:
    import csv

    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["需求名称", "需求单位", "需求描述", "预算", "联系电话"], *rows])
    report = import_file(path)
    aside = {each.row for each in report.rows if each.outcome in ASIDE}
    seen = {each.row for each in report.accepted} | aside
    filled = {number for number, row in enumerate(rows, 2) if any(text.strip().strip("\u200b") for text in row)}
    assert len(seen) == len(report.accepted) + len(aside)
    assert filled <= seen


def test_pandas_is_not_loaded_before_a_table_is() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, indexer.importing; print('pandas' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"
