"""The audit on its page, in a workbook, on the console, and held against its anchors."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from api.anchors import read_anchors, write_anchor
from api.cli import main
from matcher.store import Actor, Anchor, AuditFilter, Store

PART = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def service(make_service: Callable[[], Any]) -> Any:
    made = make_service()
    made.parts.store.audit("look", "demand:D1", actor=Actor("=cmd", "staff", "10.0.0.7"), reason="<b>回访</b>")
    made.parts.store.audit("key.create", "key:x", actor=Actor("admin-account", "admin"))
    return made


def test_lines_are_shown_and_filtered(service: Any) -> None:
    page = service.visit("GET", "/audit", "admin").text
    for text in ("&lt;b&gt;回访&lt;/b&gt;", "10.0.0.7", "访问密钥（key.create）"):
        assert text in page
    only = service.visit("GET", "/audit?actor=%3Dcmd&since=2020-01-01&until=2999-01-01", "admin").text
    assert "demand:D1" in only
    assert "key:x" not in only
    assert "没有符合条件的记录" in service.visit("GET", "/audit?until=2020-01-01", "admin").text
    assert service.visit("GET", "/audit?since=nonsense&action=key", "admin").status_code == 200
    assert service.visit("GET", "/audit", "staff").status_code == 403
    by_name = service.visit("GET", "/audit?actor=admin某", "admin").text
    assert "访问密钥（key.create）" in by_name
    assert "10.0.0.7" not in by_name
    assert "<td>系统</td>" in service.visit("GET", "/audit?actor=系统", "admin").text


def test_a_workbook_is_numbered_recorded_and_without_formulas(service: Any) -> None:
    answer = service.visit("POST", "/audit/export", "admin", data={"actor": "=cmd", "reason": "年度检查"})
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "demand:D1" in [cell.value for cell in cells]
    assert not [cell for cell in cells if cell.data_type == "f"]
    (export,), total = service.parts.store.exports.page()
    assert (export.what, export.rows, export.reason, export.actor, total) == (
        "审计记录",
        1,
        "年度检查",
        "admin-account",
        1,
    )
    assert export.label == "导出-000001"
    page = service.visit("GET", "/exports", "admin").text
    for text in ("导出-000001", "admin某", "管理员", "审计记录", "年度检查", "不含"):
        assert text in page
    assert service.visit("GET", "/exports", "staff").status_code == 403
    assert export.label in str(sheet.oddFooter.left.text) + str(sheet.oddFooter.center.text) + str(
        sheet.oddFooter.right.text
    )


def test_the_check_at_a_click(service: Any) -> None:
    assert "审计记录完好" in service.visit("POST", "/audit/verify", "admin", headers=PART).text


def test_filters_meet_the_edges(tmp_path: Path) -> None:
    times = iter([datetime(2026, 3, day, tzinfo=UTC) for day in (1, 1, 2, 3)])
    with Store.open(f"sqlite:///{tmp_path.as_posix()}/s.db", write=True, clock=lambda: next(times)) as store:
        for action in ("a.b", "a", "ab"):
            store.audit(action, f"demand:{action}%")
        with store.read_snapshot() as snapshot:

            def found(**wanted: Any) -> list[str]:
                return [line.action for line in snapshot.audit_page(AuditFilter(**wanted))[0]]

            assert found(action="a") == ["a", "a.b"]
            assert found(object="%") == ["ab", "a", "a.b"]
            assert found(object="_") == []
            assert found(since=datetime(2026, 3, 2, tzinfo=UTC), until=datetime(2026, 3, 3, tzinfo=UTC)) == ["a"]
            assert snapshot.audit_page(AuditFilter(), offset=1, limit=1)[1] == 3


def test_anchors_show_a_cut_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCENEMATCH_HOME", str(tmp_path))
    url = f"sqlite:///{tmp_path.as_posix()}/scenematch.db"
    folder = tmp_path / "anchors"
    with Store.open(url, write=True) as store:
        assert write_anchor(store, folder, date(2026, 3, 1)) is None  # nothing happened yet
        store.audit("look", "demand:D1")
        store.audit("look", "demand:D2")
        assert write_anchor(store, folder, date(2026, 3, 1)) == folder / "audit-2026-03-01.txt"
        assert write_anchor(store, folder, date(2026, 3, 1)) is None
        end = store.audit_end()
    (folder / "audit-2026-03-02.txt").write_text("broken", "utf-8")
    assert read_anchors(folder) == [Anchor(2, end.hash)]
    assert main(["audit", "verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"lines": 2, "anchors": 1, "faults": []}
    with Store.open(url, write=True) as store, store._database.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_delete")
        connection.exec_driver_sql("DELETE FROM audit WHERE seq = 2")
    assert main(["audit", "verify"]) == 1
    assert "第 2 行，现在没有这一行：末尾的记录被删除" in capsys.readouterr().out
