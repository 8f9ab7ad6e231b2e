"""A list on its way: uploaded, looked at, corrected, committed, undone; and a second time, edited or not."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from api import importing
from api.importing import MANY
from api.schemas.imports import HistoryOut, ImportRowPage, UndoneOut, UploadOut, UploadPage
from indexer import intake
from indexer.importing import import_file
from indexer.prescan import prescan
from indexer.reportfile import ReportFile
from indexer.returned import returned
from matcher.errors import Conflict
from matcher.model import Kind

HEAD = "需求名称,需求单位,需求描述,预算（万元）,联系电话\n"
FIRST = HEAD + "焊缝检测,甲厂,焊缝靠人看,50,13900139000\n,乙厂,,,\n搬运,丙厂,托盘靠人搬,面议,\n"


@pytest.fixture(scope="module")
def fresh(make_service: Callable[[], Any]) -> Any:
    return make_service()


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in this process: what the child adds has its own tests, and a child costs a second."""

    def read(path: Path, into: Path, kind: Any, answers: Any, *, progress: Any) -> ReportFile:
        prescan(path)
        return ReportFile.write(into, import_file(path, kind, answers=answers, progress=progress))

    monkeypatch.setattr(intake, "read_isolated", read)
    monkeypatch.setattr(importing, "return_isolated", returned)


@pytest.fixture(autouse=True)
def empty(fresh: Any) -> None:
    """Each test starts without demands."""
    store = fresh.parts.store
    for record in store.page(Kind.DEMAND, limit=100).items:
        store.remove(Kind.DEMAND, record.id)


def upload(service: Any, text: str | bytes, name: str = "需求清单.csv", **fields: str) -> Any:
    content = text.encode() if isinstance(text, str) else text
    answer = service.call(
        "POST", "/api/v1/imports", "staff", files={"file": (name, content)}, data={"preview": "true", **fields}
    )
    assert answer.status_code in (200, 202), answer.text
    return UploadOut.model_validate(done(service, answer.json()["id"]).json())


def done(service: Any, id: str) -> Any:
    """The import once nothing is being done with it."""
    for _ in range(600):
        answer = service.call("GET", f"/api/v1/imports/{id}", "staff")
        if answer.json()["progress"] is None:
            return answer
        service.parts.jobs.start("nothing", lambda told: None, wait_s=1)  # behind it in the queue
    raise AssertionError("still working")


def post(service: Any, id: str, step: str, **body: Any) -> Any:
    answer = service.call("POST", f"/api/v1/imports/{id}/{step}", "staff", json=body)
    if answer.status_code == 202:
        return done(service, id)
    return answer


def titles(service: Any) -> dict[str, str]:
    items = service.call("GET", "/api/v1/demands?limit=100").json()["items"]
    return {item["title"]: item["description"] for item in items}


def test_the_whole_way(fresh: Any) -> None:
    made = upload(fresh, FIRST)
    assert (made.state, made.actions) == ("previewed", ["corrections", "commit", "cancel"])
    assert {name: made.counts[name] for name in ("demand", "created", "rejected")} == {
        "demand": 2,
        "created": 2,
        "rejected": 1,
    }
    assert titles(fresh) == {}
    rows = fresh.call("GET", f"/api/v1/imports/{made.id}/rows", "staff").json()
    assert [(r.row, r.outcome, r.change) for r in ImportRowPage.model_validate(rows).items] == [
        (2, rows["items"][0]["outcome"], "created"),
        (3, "rejected", ""),
        (4, rows["items"][2]["outcome"], "created"),
    ]
    only = fresh.call("GET", f"/api/v1/imports/{made.id}/rows?outcome=rejected", "staff").json()
    assert ([row["row"] for row in only["items"]], only["total"]) == ([3], 1)

    committed = post(fresh, made.id, "commit", skip=[{"row": 4}])
    assert (committed.json()["state"], committed.json()["counts"]["created"]) == ("committed", 1)
    assert set(titles(fresh)) == {"焊缝检测"}

    listed = UploadPage.model_validate(fresh.call("GET", "/api/v1/imports", "staff").json())
    assert (listed.items[0].id, listed.items[0].state_name) == (made.id, "已入库")
    undone = UndoneOut.model_validate(post(fresh, made.id, "undo").json())
    assert (undone.state, undone.kept, undone.counts["removed"]) == ("undone", [], 1)
    assert titles(fresh) == {}
    assert post(fresh, made.id, "undo").status_code == 409


def test_all_or_nothing_files_nothing(fresh: Any) -> None:
    made = upload(fresh, FIRST)
    refused = post(fresh, made.id, "commit", mode="all")
    assert refused.status_code == 409
    assert "1 行未接收" in refused.json()["error"]["message"]
    assert titles(fresh) == {}
    assert post(fresh, made.id, "commit").json()["state"] == "committed"
    direct = fresh.call(
        "POST", "/api/v1/imports", "staff", files={"file": ("a.csv", FIRST.encode())}, data={"mode": "all"}
    )
    assert direct.status_code == 409


def test_the_same_list_again_changes_nothing_whatever_staff_did(fresh: Any) -> None:
    post(fresh, upload(fresh, FIRST).id, "commit")
    store = fresh.parts.store
    weld = next(record for record in store.page(Kind.DEMAND).items if record.title == "焊缝检测")
    body = {"description": "焊缝靠人看，夜班漏检多", "contact": {"phone": "13700137000"}}
    assert fresh.call("PATCH", f"/api/v1/demands/{weld.id}", json=body).status_code == 200
    revision = store.revision()
    for name in ("需求清单.csv", "改了名字.csv"):
        again = upload(fresh, FIRST, name)
        assert again.counts["unchanged"] == 2
        assert post(fresh, again.id, "commit").json()["counts"]["updated"] == 0
    assert store.revision() == revision
    assert store.contact(Kind.DEMAND, weld.id).phone == "13700137000"

    corrected = FIRST.replace("50,", "60,")
    changed = upload(fresh, corrected)
    (row,) = [
        row
        for row in fresh.call("GET", f"/api/v1/imports/{changed.id}/rows", "staff").json()["items"]
        if row["change"] == "updated"
    ]
    assert [(d["field"], d["before"], d["after"]) for d in row["differences"]] == [("budget", "50", "60")]
    assert row["conflicts"] == []
    post(fresh, changed.id, "commit")
    now = store.get(Kind.DEMAND, weld.id)
    assert (now.budget.low, now.description) == (60.0, "焊缝靠人看，夜班漏检多")

    both = upload(fresh, corrected.replace("焊缝靠人看", "焊缝靠老师傅看"))
    items = fresh.call("GET", f"/api/v1/imports/{both.id}/rows", "staff").json()["items"]
    assert [row["conflicts"] for row in items if row["change"] == "updated"] == [["description"]]


def test_a_history_names_the_import_and_the_fields(fresh: Any) -> None:
    first = upload(fresh, FIRST)
    post(fresh, first.id, "commit")
    second = upload(fresh, FIRST.replace("托盘靠人搬", "托盘靠叉车搬"))
    post(fresh, second.id, "commit")
    id = next(record.id for record in fresh.parts.store.page(Kind.DEMAND).items if record.title == "搬运")
    history = HistoryOut.model_validate(fresh.call("GET", f"/api/v1/demands/{id}/history", "viewer").json())
    lines = [(line.change, line.origin) for line in history.items]
    assert lines[:2] == [("updated", second.id), ("created", first.id)]
    assert [(d.name, d.before, d.after) for d in history.items[0].differences] == [
        ("需求描述", "托盘靠人搬", "托盘靠叉车搬")
    ]
    post(fresh, second.id, "undo")
    assert titles(fresh)["搬运"] == "托盘靠人搬"


def test_records_edited_since_keep_their_edits(fresh: Any) -> None:
    made = upload(fresh, FIRST)
    post(fresh, made.id, "commit")
    id = next(record.id for record in fresh.parts.store.page(Kind.DEMAND).items if record.title == "搬运")
    fresh.call("PATCH", f"/api/v1/demands/{id}", json={"scale": "3 条线"})
    refused = post(fresh, made.id, "undo")
    assert (refused.status_code, refused.json()["error"]["details"]["edited"]) == (409, [{"kind": "demand", "id": id}])
    undone = post(fresh, made.id, "undo", keep_edited=True).json()
    assert (undone["kept"], list(titles(fresh))) == ([{"kind": "demand", "id": id}], ["搬运"])


def test_a_repeat_fills_what_is_blank(fresh: Any) -> None:
    post(fresh, upload(fresh, HEAD + "焊缝检测,甲厂,,,\n").id, "commit")
    id = fresh.parts.store.page(Kind.DEMAND).items[0].id
    again = upload(fresh, HEAD + "焊缝外观检测,甲厂公司,焊缝靠人看,50,13900139000\n")
    post(fresh, again.id, "commit", merge=[{"row": 2, "into": id}])
    (record,) = fresh.parts.store.page(Kind.DEMAND).items
    assert (record.id, record.title, record.description, record.budget.low) == (id, "焊缝检测", "焊缝靠人看", 50.0)
    assert fresh.parts.store.contact(Kind.DEMAND, id).phone == "13900139000"


def test_an_import_is_cancelled_between_batches(fresh: Any) -> None:
    made = upload(fresh, FIRST)

    def told(step: str, done: int, total: int) -> None:
        if step == "入库" and done:
            raise Conflict("停")

    with pytest.raises(Conflict, match="停"):
        fresh.parts.intake.commit(made.id, _actor(), told=told)
    assert titles(fresh) == {}
    assert fresh.call("GET", f"/api/v1/imports/{made.id}", "staff").json()["state"] == "previewed"
    cancelled = post(fresh, made.id, "cancel")
    assert cancelled.json()["state"] == "cancelled"
    assert not (fresh.parts.settings.uploads_folder / made.id).exists()
    assert post(fresh, made.id, "commit").status_code == 409


def _actor() -> Any:
    from matcher.store import Actor

    return Actor("sm0001", "staff")


def test_confirmed_headers_are_known_next_time(fresh: Any) -> None:
    text = "需求名称,需求单位,甲乙丙丁\n焊缝检测,甲厂,焊缝靠人看\n"
    made = upload(fresh, text)
    (form,) = made.forms
    assert [column.field for column in form.columns] == ["title", "organization", ""]
    known = post(fresh, made.id, "corrections", mappings={form.fingerprint: {"甲乙丙丁": "description"}}).json()
    assert [column["field"] for column in known["forms"][0]["columns"]] == ["title", "organization", "description"]
    again = upload(fresh, text.replace("甲厂", "乙厂"), "另一份.csv")
    assert [column.field for column in again.forms[0].columns] == ["title", "organization", "description"]


def test_a_restart_settles_what_was_being_read(fresh: Any) -> None:
    with fresh.parts.store.importing() as (_, imports):
        made = imports.create("a.csv", "0" * 64, 1, kind="", mode="good")
    fresh.parts.intake.settle()
    answer = fresh.call("GET", f"/api/v1/imports/{made.id}", "staff").json()
    assert (answer["state"], answer["message"]) == ("failed", "读取时服务中断，没有入库；请重新上传。")


def test_thousands_of_records_start_a_rebuild(fresh: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[bool] = []
    monkeypatch.setattr(fresh.parts.rebuild, "start", lambda: started.append(True))
    post(fresh, upload(fresh, FIRST).id, "commit")
    assert started == []
    many = HEAD + "".join(f"需求{n},甲厂,说明{n},,\n" for n in range(MANY))
    made = upload(fresh, many)
    post(fresh, made.id, "commit")
    assert started == [True]
    post(fresh, made.id, "undo")


def workbook() -> bytes:
    book = Workbook()
    table = book.active
    assert table is not None
    table.title = "需求汇总"
    for row in (["需求名称", "需求单位", "需求描述"], ["焊缝检测", "甲厂", "=cmd|' /C calc'!A0"], ["", "乙厂", ""]):
        table.append(row)
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


@pytest.mark.parametrize(("name", "content"), [("需求.xlsx", workbook()), ("需求.csv", FIRST.encode())])
def test_the_list_comes_back_with_its_problems(fresh: Any, name: str, content: bytes) -> None:
    made = upload(fresh, content, name)
    answer = fresh.call("GET", f"/api/v1/imports/{made.id}/report.xlsx", "staff")
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["content-disposition"]
    book = load_workbook(io.BytesIO(answer.content))
    (export, *_), _ = fresh.parts.store.exports.page(limit=1)
    assert (export.what, export.contacts) == (f"标出问题的清单（{made.id}）", True)
    assert export.label in str(book["导入结果"].cell(2, 1).value)
    table = next(sheet for sheet in book.worksheets if sheet.title != "导入结果")
    labels = [cell.value for cell in table[1]]
    assert labels[-1] == "问题与建议"
    assert "【未接收】" in str(table.cell(3, len(labels)).value)
    assert table.cell(3, len(labels)).fill.start_color.rgb == "00F8CBAD"
    assert not [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    again = upload(fresh, answer.content, "改好.xlsx")
    assert again.counts["demand"] == made.counts["demand"]


def test_an_export_is_numbered_recorded_and_without_contacts_unless_an_admin_says_why(fresh: Any) -> None:
    post(fresh, upload(fresh, FIRST).id, "commit")
    answer = fresh.call("GET", "/api/v1/exports/demand.xlsx", "viewer")
    assert answer.status_code == 200
    book = load_workbook(io.BytesIO(answer.content))
    texts = [str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert any("焊缝检测" in text for text in texts)
    assert not any("13900139000" in text for text in texts)
    assert any("导出-000" in text for text in texts)
    assert fresh.parts.store.audit_lines(limit=1)[0].action == "export"
    assert fresh.call("GET", "/api/v1/exports/demand.xlsx?contacts=true&reason=对接", "staff").status_code == 403
    assert fresh.call("GET", "/api/v1/exports/demand.xlsx?contacts=true", "admin").status_code == 422
    told = fresh.call("GET", "/api/v1/exports/demand.xlsx?contacts=true&reason=对接", "admin")
    again = upload(fresh, told.content, "导出.xlsx")
    assert (again.counts["unchanged"], again.counts["demand"]) == (2, 2)


def test_a_template_comes_back_full(fresh: Any) -> None:
    answer = fresh.call("GET", "/api/v1/templates/demand.xlsx", "staff")
    assert answer.status_code == 200
    book = load_workbook(io.BytesIO(answer.content))
    table = book["需求清单"]
    labels = {str(cell.value).rstrip("*"): cell.column for cell in table[3]}
    for label, value in (("需求名称", "焊缝检测"), ("需求单位", "甲厂"), ("需求描述", "靠人看")):
        table.cell(5, labels[label], value)
    raw = io.BytesIO()
    book.save(raw)
    made = upload(fresh, raw.getvalue(), "征集表.xlsx")
    assert (made.counts["demand"], made.counts["rejected"]) == (1, 0)
    post(fresh, made.id, "commit")
    assert titles(fresh) == {"焊缝检测": "靠人看"}
