"""A list with repeats: they are asked about before it is filed, decided side by side, carried out in the commit."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.schemas.imports import SuspectedPage
from indexer import intake
from indexer.importing import import_file
from indexer.reportfile import ReportFile
from matcher.model import Contact, Demand, Kind

HEAD = ("需求编号", "需求名称", "需求单位", "所在地区", "需求描述", "试点规模")
FILED = Demand(
    "R-1",
    "锁芯钥匙配错，装箱前要一把把试",
    organization="中山市小榄镇永大锁具厂",
    region="中山",
    description="厂里每天出弹子锁2.6万把，钥匙与锁芯要逐把试开，8个女工坐两班，手指起茧。想有台机器自动插钥匙转一下，开不了的踢出来。",
    contact=Contact("黎小姐", "13800008888"),
)
COPY = ("R-2", FILED.title, "永大锁具厂（小榄）", "中山", FILED.description, "2条线")
FRESH = ("R-5", *COPY[1:])
"""The same under an id about which nothing was decided yet."""

OTHER = ("R-3", "独居老人跌倒发现晚", "某街道办", "广州", "想要不装摄像头也能知道老人摔了的办法。", "")
AGAIN = ("R-4", "独居老人跌倒发现得晚", "某街道办", "广州", "想要不装摄像头也能知道老人摔了的办法，夜里也要。", "20户")


@pytest.fixture(scope="module")
def service(make_service: Callable[[], Any]) -> Any:
    return make_service()


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, service: Any) -> None:
    """Files are read in this process; each test starts with one demand on file."""

    def read(path: Path, into: Path, kind: Any, answers: Any, *, progress: Any) -> ReportFile:
        return ReportFile.write(into, import_file(path, kind, answers=answers, progress=progress))

    monkeypatch.setattr(intake, "read_isolated", read)
    store = service.parts.store
    for record in store.page(Kind.DEMAND, limit=100).items:
        store.remove(Kind.DEMAND, record.id)
    store.put(FILED)


def upload(service: Any, *rows: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, *rows])
    files = {"file": ("需求清单.csv", text.getvalue().encode())}
    answer = service.call("POST", "/api/v1/imports", "staff", files=files, data={"preview": "true"})
    assert answer.json()["state"] == "previewed", answer.text
    return str(answer.json()["id"])


def suspected(service: Any, id: str) -> SuspectedPage:
    return SuspectedPage.model_validate(service.call("GET", f"/api/v1/imports/{id}/repeats", "staff").json())


def decide(service: Any, id: str, older: str, newer: str, decision: str) -> Any:
    one = {"kind": "demand", "older": older, "newer": newer, "decision": decision}
    return service.call("POST", f"/api/v1/imports/{id}/repeats", "staff", json={"decisions": [one]})


def commit(service: Any, id: str, **body: Any) -> Any:
    return service.call("POST", f"/api/v1/imports/{id}/commit", "staff", json=body)


def filed(service: Any) -> dict[str, str]:
    """Id → status of every demand stored."""
    return {record.id: record.status for record in service.parts.store.page(Kind.DEMAND, limit=100).items}


def compared(service: Any) -> Any:
    """The list of repeats once nothing waits to be compared; the service compares by itself as well."""
    for _ in range(600):
        if service.parts.repeats.catch_up():
            return service.call("GET", "/api/v1/repeats", "viewer").json()
        time.sleep(0.05)
    raise AssertionError("still comparing")


def test_a_repeat_of_what_is_filed_is_shown_beside_it(service: Any) -> None:
    page = suspected(service, upload(service, COPY, OTHER))
    assert (page.compared, page.undecided, page.total) == (True, 1, 1)
    (pair,) = page.items
    assert (pair.older.id, pair.older.row, pair.newer.id, pair.newer.row) == ("R-1", None, "R-2", 2)
    assert (pair.older.filed_at is not None, pair.newer.filed_at, pair.decision) == (True, None, "")
    differ = {field.field: "".join(p.b for p in field.pieces) for field in pair.fields if not field.same}
    assert differ["scale"] == "2条线"
    assert "description" not in differ


def test_two_rows_of_one_list_are_shown_too(service: Any) -> None:
    (pair,) = suspected(service, upload(service, OTHER, AGAIN)).items
    assert [(side.id, side.row, side.filed_at) for side in (pair.older, pair.newer)] == [
        ("R-3", 2, None),
        ("R-4", 3, None),
    ]


def test_nothing_is_filed_before_it_was_asked(service: Any) -> None:
    id = upload(service, COPY, OTHER)
    refused = commit(service, id)
    assert (refused.status_code, refused.json()["error"]["details"]["undecided"]) == (409, 1)
    assert filed(service) == {"R-1": "open"}
    assert commit(service, id, skip=[{"row": 2}]).json()["state"] == "committed"
    assert set(filed(service)) == {"R-1", "R-3"}


def test_a_pair_may_be_decided_later(service: Any) -> None:
    assert commit(service, upload(service, COPY), later=True).json()["state"] == "committed"
    assert set(filed(service)) == {"R-1", "R-2"}
    listed = compared(service)["items"]
    assert [(item["older"]["id"], item["newer"]["id"]) for item in listed] == [("R-1", "R-2")]


def test_a_merge_is_carried_out_with_the_commit_and_taken_back_with_it(service: Any) -> None:
    id = upload(service, COPY, OTHER)
    page = SuspectedPage.model_validate(decide(service, id, "R-1", "R-2", "merge").json())
    assert (page.undecided, page.items[0].decision_name) == (0, "已合并")
    assert filed(service) == {"R-1": "open"}
    assert commit(service, id).json()["state"] == "committed"
    store = service.parts.store
    assert filed(service)["R-2"] == "merged"
    assert (store.get(Kind.DEMAND, "R-1").scale, store.get(Kind.DEMAND, "R-1").title) == ("2条线", FILED.title)
    assert service.call("GET", "/api/v1/demands/R-2").json()["id"] == "R-1"
    assert commit(service, upload(service, COPY, OTHER)).json()["counts"]["created"] == 0

    assert service.call("POST", f"/api/v1/imports/{id}/undo", "staff", json={}).status_code == 200
    assert filed(service) == {"R-1": "open"}
    assert store.get(Kind.DEMAND, "R-1").scale == ""
    assert store.contact(Kind.DEMAND, "R-1") == FILED.contact
    assert suspected(service, upload(service, COPY)).undecided == 1


def test_what_is_no_repeat_is_not_asked_again(service: Any) -> None:
    id = upload(service, COPY)
    decide(service, id, "R-1", "R-2", "different")
    commit(service, id)
    assert service.call("GET", "/api/v1/repeats?decision=different").json()["total"] == 1
    assert service.call("POST", f"/api/v1/imports/{id}/undo", "staff", json={}).status_code == 200
    page = suspected(service, upload(service, COPY))
    assert (page.compared, page.total) == (True, 0)


def test_decisions_outlive_corrections_and_can_be_opened_again(service: Any) -> None:
    id = upload(service, FRESH)
    decide(service, id, "R-1", "R-5", "keep")
    cell = {"row": 2, "field": "scale", "value": "3条线"}
    service.call("POST", f"/api/v1/imports/{id}/corrections", "staff", json={"corrections": [cell]})
    (pair,) = suspected(service, id).items
    assert (pair.decision, pair.decision_name) == ("keep", "同一需求的不同版本，都保留")
    assert SuspectedPage.model_validate(decide(service, id, "R-1", "R-5", "").json()).undecided == 1


def test_what_cannot_be_decided(service: Any) -> None:
    id = upload(service, FRESH)
    assert decide(service, id, "R-1", "R-9", "merge").status_code == 404
    commit(service, id, later=True)
    assert decide(service, id, "R-1", "R-5", "merge").status_code == 409
    assert service.call("GET", f"/api/v1/imports/{id}/repeats", "viewer").status_code == 403


def test_the_page_shows_both_sides_and_takes_decisions(service: Any) -> None:
    id = upload(service, FRESH, OTHER)
    page = service.visit("GET", f"/imports/{id}").text
    assert "疑似重复（还有 1 对没有判断）" in page
    assert "<ins>2条线</ins>" in page.replace(" ", "").replace("\n", "")
    form = {"kind": "demand", "older": "R-1", "newer": "R-5", "decision": "merge"}
    answer = service.visit("POST", f"/imports/{id}/repeats", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/imports/{id}#repeats")
    assert "入库时合并" in service.visit("GET", f"/imports/{id}").text
    assert service.visit("POST", f"/imports/{id}/commit", data={"mode": "good"}).status_code == 303
    assert filed(service)["R-5"] == "merged"
