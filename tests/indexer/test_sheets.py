"""Cells out of files: encodings, types, merges, formulas, limits, broken files."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from indexer import sheets
from indexer.books import read_sheets
from indexer.importing import import_file
from indexer.oldmarkings import old_markings
from indexer.sheets import Merge, Sheet
from matcher.errors import TooLarge, UnreadableFile
from tests.indexer.forms import write_marked_xls


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_in_the_encodings_offices_use(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    text = f'名称{delimiter}单位\r\n"两行\n甲"{delimiter}乙\r\n丙\r\n'
    path.write_bytes(text.encode(encoding))
    assert read_sheets(path) == (Sheet("", (("名称", "单位"), ("两行\n甲", "乙"), ("丙", ""))),)


def test_a_workbook(tmp_path: Path) -> None:
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "需求"
    first["B2"], first["C2"], first["B3"] = "甲", 1.5, date(2026, 12, 31)
    first["C3"], first["D3"] = "=1+2", "文"
    first.merge_cells("B4:B6")
    book.create_sheet("空")
    path = tmp_path / "a.xlsx"
    book.save(path)
    filled, blank = read_sheets(path)
    assert filled.name == "需求"
    assert [list(row) for row in filled.rows[:3]] == [
        ["", "", "", ""],
        ["", "甲", 1.5, ""],
        ["", date(2026, 12, 31), "", "文"],
    ] or filled.rows[2][1] == datetime(2026, 12, 31)
    assert filled.merges == (Merge((3, 1), (5, 1)),)
    assert filled.formulas == {(2, 2): "=1+2"}
    assert blank == Sheet("空", ())


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.pdf", b"%PDF", "不支持的文件类型「.pdf」"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "可能已损坏"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0", "不是 .xlsx 文件"),
        ("a.xlsx", b"PK\x03\x04" + b"\0" * 40, "可能已损坏"),
        ("a.csv", b"\x80\xff\x80", "编码无法识别"),
    ],
)
def test_unreadable_files_say_what_to_do(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=says):
        read_sheets(path)


def test_a_package_that_is_no_workbook_and_a_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with pytest.raises(UnreadableFile, match=r"找不到文件 a\.xlsx"):
        read_sheets(path)
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("word/document.xml", "<a/>")
    with pytest.raises(UnreadableFile, match="可能已损坏"):
        read_sheets(path)


def test_a_document_type_in_a_workbook_is_refused(tmp_path: Path, root: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(root / "data" / "samples" / "需求清单示例.xlsx") as good, zipfile.ZipFile(path, "w") as bad:
        for name in good.namelist():
            content = good.read(name)
            if name == "xl/workbook.xml":
                at = content.index(b"<workbook")
                content = content[:at] + b'<!DOCTYPE x [<!ENTITY a "b">]>' + content[at:]
            bad.writestr(name, content)
    with pytest.raises(UnreadableFile, match="可能已损坏"):
        read_sheets(path)


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" * 4, "utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(sheets, "MAX_ROWS", 3)
        assert len(read_sheets(path)[0].rows) == 4  # three records and their header
        patch.setattr(sheets, "BESIDE", 0)
        with pytest.raises(TooLarge, match="超过 3 行，请拆分后再导入"):
            read_sheets(path)
    with monkeypatch.context() as patch:
        patch.setattr(sheets, "MAX_COLUMNS", 1)
        with pytest.raises(TooLarge, match="超过 1 列"):
            read_sheets(path)
    with monkeypatch.context() as patch:
        patch.setattr(sheets, "MAX_BYTES", 5)
        with pytest.raises(TooLarge, match="文件超过"):
            read_sheets(path)
    path.write_text("a,b\n" + "字" * (sheets.MAX_CELL + 1) + ",c\n", "utf-8")
    with pytest.raises(TooLarge, match="第 2 行有单元格超过 32767 个字"):
        read_sheets(path)
    path.write_text("a,b\n" + "字" * sheets.MAX_CELL + ",c\n", "utf-8")
    assert len(read_sheets(path)[0].rows[1][0]) == sheets.MAX_CELL  # type: ignore[arg-type]


def test_limits_of_workbooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["C4"] = "远处"
    path = tmp_path / "a.xlsx"
    book.save(path)
    monkeypatch.setattr(sheets, "BESIDE", 0)
    for name, value, says in (
        ("MAX_ROWS", 3, "超过 3 行"),
        ("MAX_COLUMNS", 2, "超过 2 列"),
        ("MAX_UNPACKED", 10, "解压后超过"),
        ("MAX_CELL", 1, "第 4 行有单元格超过 1 个字"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(sheets, name, value)
            with pytest.raises(TooLarge, match=says):
                read_sheets(path)


def test_an_old_workbook_tells_its_hidden_rows_and_percentages(tmp_path: Path) -> None:
    grid = [["名称", "漏检率", "合格率", "数量"], ["甲", 0.958, 1, 3], ["乙", 0.5, 0.25, 4], ["丙", 2.5, 7, 9]]
    shown = {(1, 1): "0.0%", (1, 2): "0%", (2, 2): "0.00%", (3, 1): '0.0"%"', (3, 2): "0.00"}
    path = write_marked_xls(tmp_path / "旧表.xls", grid, [2], shown)
    (sheet,) = read_sheets(path)
    assert (sheet.hidden, sheet.percents) == ({2}, {(1, 1), (1, 2), (2, 2)})
    cut = tmp_path / "残.xls"
    for end in range(600, path.stat().st_size, 97):
        assert old_markings(path.read_bytes()[:end]).keys() <= {"数据"}
    cut.write_bytes(path.read_bytes()[:700])
    with pytest.raises(UnreadableFile):
        read_sheets(cut)


def test_hidden_rows_and_percentages_of_an_old_list_are_read(tmp_path: Path) -> None:
    grid = [["方案名称", "供应商", "主要指标"], ["视觉检测", "甲公司", 0.958], ["无人船", "乙公司", "续航2小时"]]
    path = write_marked_xls(tmp_path / "方案.xls", grid, [2], {(1, 2): "0.0%"})
    report = import_file(path)
    assert [each.record.indicators for each in report.accepted] == ["95.8%", "续航2小时"]  # type: ignore[union-attr]
    assert [(problem.row, problem.code) for problem in report.problems if problem.code == "hidden_row"] == [
        (3, "hidden_row")
    ]
