"""Suspected repeats over HTTP: found as they are filed, compared, decided, taken back."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

import pytest

from api.schemas.records import DemandOut
from api.schemas.repeats import DifferenceOut, RepeatOut, RepeatPage, VariantList, VariantOut
from matcher.model import Contact, Demand, Kind, Solution

FIRST = Demand(
    "R-1",
    "锁芯钥匙配错，装箱前要一把把试",
    organization="中山市小榄镇永大锁具厂",
    region="中山",
    industries=("五金",),
    description="厂里每天出弹子锁2.6万把，钥匙与锁芯要逐把试开，8个女工坐两班，手指起茧。想有台机器自动插钥匙转一下，开不了的踢出来。",
    contact=Contact("黎小姐", "13800008888"),
)
AGAIN = Demand(
    "R-2",
    "锁芯钥匙互开自动试验设备",
    organization="永大锁具厂（小榄）",
    region="中山",
    industries=("五金",),
    description="弹子锁日产约26000把，现由八名员工手工插试，劳动强度高且存在漏试。需求：自动上料、插匙、旋转、判定并剔除不合格品的试开设备。",
    scale="2条线",
)
COPY = Demand("R-3", FIRST.title, organization="永大锁具", description=FIRST.description, region="中山")
OTHER = Demand(
    "R-4",
    "独居老人跌倒发现晚",
    organization="某街道",
    region="广州",
    description="想要不装摄像头也能知道老人摔了的办法。",
)
SEES = "线扫相机识别焊缝气孔、咬边，在线判定。"
SOLD = Solution("RS-1", "焊缝视觉检测系统", vendor="佛山慧眼科技有限公司", description=SEES, indicators="漏检率≤0.3%")
SOLD_AGAIN = Solution("RS-2", "焊缝视觉检测系统V2", vendor="慧眼科技", description=f"{SEES}可识别未熔合。")
RIVAL = Solution("RS-3", "焊缝视觉检测系统", vendor="珠海明察公司", description=SEES, indicators="漏检率≤0.3%")
PAIR = "/api/v1/repeats/R-1/R-2"


@pytest.fixture(scope="module")
def watched(make_service: Any) -> Any:
    service = make_service()
    service.parts.store.remove(Kind.DEMAND, "D2")  # another company's like need, which is suspected too
    for record in (FIRST, AGAIN, COPY, OTHER, SOLD, SOLD_AGAIN, RIVAL):
        service.parts.store.put(record)
    catch_up(service)
    return service


def catch_up(service: Any) -> None:
    """The service compares by itself as well, and only one of the two does at a time."""
    for _ in range(600):
        if service.parts.repeats.catch_up():
            return
        time.sleep(0.05)
    raise AssertionError("still comparing")


def found(service: Any, query: str = "") -> list[tuple[str, str, bool]]:
    catch_up(service)
    page = RepeatPage.model_validate(service.call("GET", f"/api/v1/repeats{query}", "viewer").json())
    assert page.waiting == 0
    return [(item.older.id, item.newer.id, item.exact) for item in page.items]


def test_repeats_are_found_as_they_are_filed(watched: Any) -> None:
    assert found(watched, "?kind=demand") == [("R-1", "R-3", True), ("R-1", "R-2", False), ("R-2", "R-3", False)]
    assert found(watched, "?kind=solution") == [("RS-1", "RS-2", False)]  # a rival's like offer is no repeat
    assert found(watched, "?decision=keep") == []
    answer = watched.call("GET", "/api/v1/repeats?kind=demand&limit=1&offset=1").json()
    assert (answer["total"], answer["items"][0]["newer"]["owner"]) == (3, "永大锁具厂（小榄）")
    assert "13800008888" not in str(answer)


def test_side_by_side(watched: Any) -> None:
    answer = DifferenceOut.model_validate(watched.call("GET", "/api/v1/repeats/R-2/R-1", "viewer").json())
    assert (answer.a.id, answer.b.id) == ("R-1", "R-2")
    fields = {field.field: field for field in answer.fields}
    assert "".join(piece.a for piece in fields["description"].pieces) == FIRST.description
    assert "".join(piece.b for piece in fields["description"].pieces) == AGAIN.description
    assert fields["region"].same
    assert [(p.change, p.b) for p in fields["scale"].pieces] == [("added", "2条线")]
    assert watched.call("GET", "/api/v1/repeats/R-1/R-404").status_code == 404


def test_merging_and_taking_apart(watched: Any) -> None:
    assert watched.call("POST", f"{PAIR}/decision", "viewer", json={"decision": "merge"}).status_code == 403
    merged = watched.call("POST", f"{PAIR}/decision", "staff", json={"decision": "merge", "note": "同一条线"})
    assert RepeatOut.model_validate(merged.json()).decision_name == "已合并"
    kept = DemandOut.model_validate(watched.call("GET", "/api/v1/demands/R-2").json())
    assert (kept.id, kept.scale) == ("R-1", "2条线")  # the link to the merged one is alive
    matches = watched.call("GET", "/api/v1/demands/R-2/similar").json()["matches"]
    assert "R-2" not in [match["demand"]["id"] for match in matches]
    again = watched.call("POST", f"{PAIR}/decision", json={"decision": "merge"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "conflict")
    apart = watched.call("DELETE", f"{PAIR}/decision")
    assert RepeatOut.model_validate(apart.json()).decision == ""
    assert watched.call("GET", "/api/v1/demands/R-2").json()["title"] == AGAIN.title
    assert watched.call("GET", "/api/v1/demands/R-1").json()["scale"] == ""


def test_a_decision_outlives_changes(watched: Any) -> None:
    pair = "/api/v1/repeats/R-1/R-3"
    kept = watched.call("POST", f"{pair}/decision", json={"decision": "keep", "note": "两个车间"})
    assert (kept.json()["decision"], kept.json()["note"]) == ("keep", "两个车间")
    watched.call("PATCH", "/api/v1/demands/R-3", json={"site": "二车间"})
    catch_up(watched)
    assert found(watched, "?decision=keep") == [("R-1", "R-3", True)]
    assert ("R-1", "R-3", True) not in found(watched, "?kind=demand")
    watched.call("POST", f"{pair}/decision", json={"decision": "merge"})
    assert watched.call("POST", f"{pair}/decision", json={"decision": "different"}).json()["decision"] == "different"
    assert watched.parts.store.get(Kind.DEMAND, "R-3").status == "open"  # the merge came apart first
    assert watched.call("POST", "/api/v1/repeats/R-1/R-4/decision", json={"decision": "keep"}).status_code == 404


def test_unsaved_records_can_be_looked_for(watched: Any) -> None:
    near = [
        Demand("new-1", AGAIN.title, description=AGAIN.description),
        Demand("new-2", AGAIN.title, description=AGAIN.description),
    ]
    pairs = {(s.a, s.b) for s in watched.parts.repeats.find(near)}
    assert ("new-1", "R-2") in pairs
    assert {"new-1", "new-2"} in [set(pair) for pair in pairs]


def test_names_of_one_organisation(watched: Any) -> None:
    body = {"name": "慧眼工业视觉", "same_as": "佛山慧眼科技有限公司"}
    made = watched.call("POST", "/api/v1/organization-names", "staff", json=body)
    assert made.status_code == 201
    assert VariantOut.model_validate(made.json()).same_as == body["same_as"]
    listed = VariantList.model_validate(watched.call("GET", "/api/v1/organization-names", "viewer").json())
    assert [item.name for item in listed.items] == ["慧眼工业视觉"]
    name = quote("慧眼工业视觉")
    assert watched.call("DELETE", f"/api/v1/organization-names?name={name}").status_code == 204
    assert watched.call("DELETE", "/api/v1/organization-names?name=x").status_code == 404
    assert watched.call("POST", "/api/v1/organization-names", json={"name": "", "same_as": "甲"}).status_code == 409
