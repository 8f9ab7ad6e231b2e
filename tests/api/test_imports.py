"""Imports over HTTP: reports row by row, hostile files, nothing left behind."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from api.schemas.imports import ImportOut
from indexer.importing import import_file
from indexer.intake import safe_name
from indexer.isolated import import_isolated
from matcher.errors import InvalidInput, TooLarge, UnreadableFile
from matcher.model import Kind

CSV = "需求名称,需求单位,需求描述,联系电话\n焊缝检测,甲厂,焊缝靠人看,13900139000\n,乙厂,,\n搬运,丙厂,托盘靠人搬,\n"


@pytest.fixture
def fresh(make_service: Any) -> Any:
    return make_service()


def send(service: Any, name: str, content: bytes, **fields: str) -> Any:
    return service.call("POST", "/api/v1/imports", "staff", files={"file": (name, content)}, data=fields)


def test_rows_are_filed_and_doubts_listed(fresh: Any) -> None:
    answer = send(fresh, "需求清单.csv", CSV.encode())
    assert answer.status_code == 200
    report = answer.json()
    ImportOut.model_validate(report)
    assert (report["file"], report["demands"], report["created"], report["rejected"]) == ("需求清单.csv", 2, 2, 1)
    refused = [problem for problem in report["problems"] if problem["verdict"] == "rejected"]
    assert [(problem["row"], problem["code"]) for problem in refused] == [(3, "empty_record")]
    again = send(fresh, "需求清单.csv", CSV.encode()).json()
    assert (again["created"], again["unchanged"]) == (0, 2)
    listed = fresh.call("GET", "/api/v1/demands?text=焊缝检测").json()["items"]
    assert listed[0]["organization"] == "甲厂"
    assert "13900139000" not in fresh.call("GET", "/api/v1/demands").text
    assert fresh.parts.store.audit_lines(limit=1)[0].action == "import"
    kept = {folder.name for folder in fresh.parts.settings.uploads_folder.iterdir()}
    assert kept == {report["id"], again["id"]}


def test_a_dry_run_keeps_nothing(fresh: Any) -> None:
    revision = fresh.parts.store.revision()
    report = send(fresh, "a.csv", CSV.encode(), dry_run="true").json()
    assert (report["dry_run"], report["demands"], report["created"], report["id"]) == (True, 2, 2, None)
    assert not fresh.parts.settings.uploads_folder.exists()
    assert fresh.parts.store.revision() == revision


def test_the_kind_may_be_named(fresh: Any) -> None:
    content = "名称,说明\n甲,乙\n".encode()
    assert send(fresh, "a.csv", content).status_code == 422
    assert send(fresh, "a.csv", content, kind="solution").json()["solutions"] == 1
    assert send(fresh, "a.csv", content, kind="something").status_code == 422


def test_a_workbook_and_lines_of_json(fresh: Any, root: Path) -> None:
    path = root / "data" / "samples" / "需求清单示例.xlsx"
    report = send(fresh, path.name, path.read_bytes()).json()
    assert report["demands"] == report["created"] > 0
    lines = '{"id": "S-7", "title": "甲", "vendor": "乙", "technologies": "机器视觉"}\n'.encode()
    assert send(fresh, "a.jsonl", lines).json()["solutions"] == 1


def far_corner() -> bytes:
    """Two cells, A1 and XFD1048576: 1 KB that asks its reader for a billion cells (calamine issue 693)."""
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        "</sheetData></worksheet>"
    )
    book = (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{relation}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
    }
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return raw.getvalue()


def test_a_file_that_would_kill_its_reader_is_one_more_unreadable_file(service: Any) -> None:
    answer = send(service, "bomb.xlsx", far_corner())
    assert answer.status_code in (413, 422)
    assert service.call("GET", "/livez").status_code == 200


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"PK\x03\x04 not a workbook"),
        ("a.xlsx", b""),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("a.exe", b"MZ"),
        ("a", b"x"),
        ("a.csv", b""),
        ("a.csv", b"\xff\xfe\x00\x00" * 50),
        ("a.jsonl", b'{"title": NaN}\n'),
        ("..", b"x"),
    ],
)
def test_unreadable_files_are_named_as_such(service: Any, name: str, content: bytes) -> None:
    answer = send(service, name, content)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["code"] in ("unreadable_file", "invalid_input")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("清单.xlsx", "清单.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\王\\清单.csv", "清单.csv"),
        ("a\x00b\n.csv", "a_b_.csv"),
        ("a:b|c?.csv", "a_b_c_.csv"),
        ("长" * 300 + ".xlsx", "长" * 60 + ".xlsx"),
        (".csv", "csv"),
    ],
)
def test_names_are_made_harmless(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@pytest.mark.parametrize("given", ["", "/", "..", "...", " . "])
def test_a_file_needs_a_name(given: str) -> None:
    with pytest.raises(InvalidInput):
        safe_name(given)


def test_the_child_reads_what_we_would(root: Path) -> None:
    path = root / "data" / "samples" / "dirty" / "需求征集表_脏数据.xlsx"
    assert import_isolated(path) == import_file(path)
    assert import_isolated(path, Kind.DEMAND).records[0].contact == import_file(path).records[0].contact


def test_the_childs_errors_are_ours(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="找不到文件"):
        import_isolated(tmp_path / "none.csv")
    wide = tmp_path / "wide.csv"
    wide.write_text(",".join(f"c{n}" for n in range(300)) + "\n", "utf-8")
    with pytest.raises(TooLarge, match="200 列"):
        import_isolated(wide)


def test_a_child_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CSV, "utf-8")
    with pytest.raises(UnreadableFile, match="时间或内存上限"):
        import_isolated(path, wall_s=0.05)
