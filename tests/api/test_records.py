"""Filing, reading, changing, withdrawing; paging; contacts apart."""

from __future__ import annotations

from typing import Any

import pytest

from api.schemas.ranking import DemandFiled, SolutionFiled
from api.schemas.records import DemandOut, SolutionOut
from matcher.model import Kind

PHONE = "13800138000"
NEW = {
    "title": "喷涂质量在线检测",
    "organization": "某家具厂",
    "description": "喷涂流挂、橘皮靠人眼看，希望自动检测。",
    "budget": "30-50万元",
    "deadline": "2026年底",
    "contact": {"person": "李四", "phone": PHONE},
}


@pytest.fixture
def fresh(make_service: Any) -> Any:
    return make_service()


def test_filing_a_demand_ranks_at_once(fresh: Any) -> None:
    answer = fresh.call("POST", "/api/v1/demands", "staff", json=NEW)
    assert answer.status_code == 201
    filed = answer.json()
    DemandFiled.model_validate(filed)
    id = filed["demand"]["id"]
    assert id == "D-000001"
    assert answer.headers["location"] == f"/api/v1/demands/{id}"
    assert fresh.call("GET", answer.headers["location"]).json() == filed["demand"]
    assert filed["demand"]["budget"] == {"low": 30.0, "high": 50.0, "currency": "CNY", "per": "", "raw": "30-50万元"}
    assert filed["demand"]["deadline"]["precision"] in ("year", "month")
    assert filed["ranking"]["matches"]
    assert filed["completeness"]["score"] > 0
    assert filed["completeness"] == fresh.call("GET", f"/api/v1/demands/{id}/completeness").json()
    assert id not in [match["demand"]["id"] for match in filed["similar_demands"]]
    assert PHONE not in answer.text
    assert fresh.parts.store.audit_lines(limit=1)[0].action == "create"
    assert fresh.parts.store.audit_lines(limit=1)[0].role == "staff"


def test_filing_a_solution_shows_whom_it_may_serve(fresh: Any) -> None:
    body = {"title": "白车身焊点视觉检测", "description": "自动识别虚焊、偏焊。", "price": 88, "trl": 9}
    answer = fresh.call("POST", "/api/v1/solutions", "staff", json=body)
    SolutionFiled.model_validate(answer.json())
    assert answer.json()["ranking"]["matches"][0]["demand"]["id"] in ("D1", "D2")
    assert answer.json()["solution"]["price"]["low"] == 88.0


def test_an_id_is_kept_and_not_given_twice(fresh: Any) -> None:
    assert fresh.call("POST", "/api/v1/demands", json={**NEW, "id": "粤-1"}).json()["demand"]["id"] == "粤-1"
    again = fresh.call("POST", "/api/v1/demands", json={**NEW, "id": "粤-1"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "conflict")
    assert fresh.call("GET", "/api/v1/demands/%E7%B2%A4-1").json()["id"] == "粤-1"


def test_an_id_with_a_slash_has_an_address(fresh: Any) -> None:
    assert fresh.call("GET", "/api/v1/solutions/2025%2F03-12").json()["id"] == "2025/03-12"
    assert fresh.call("GET", "/api/v1/solutions/2025%2F03-12/matches").status_code == 200
    assert fresh.call("GET", "/api/v1/solutions/2025/03-12").status_code == 404
    filed = fresh.call("POST", "/api/v1/solutions", json={"id": "a/b%2F c", "title": "x"})
    assert fresh.call("GET", filed.headers["location"]).json()["id"] == "a/b%2F c"


def test_replacing_creates_or_replaces_whole(fresh: Any) -> None:
    made = fresh.call("PUT", "/api/v1/solutions/S9", json={"title": "新方案", "region": "珠海"})
    assert made.status_code == 201
    changed = fresh.call("PUT", "/api/v1/solutions/S9", json={"title": "改名"})
    assert (changed.status_code, changed.json()["title"], changed.json()["region"]) == (200, "改名", "")
    SolutionOut.model_validate(changed.json())
    assert fresh.call("PUT", "/api/v1/solutions/S9", json={"id": "S8", "title": "x"}).status_code == 422


def test_what_was_read_can_be_written_back(fresh: Any) -> None:
    for path in ("/api/v1/demands/D1", "/api/v1/solutions/S1"):
        before = fresh.call("GET", path).json()
        revision = fresh.parts.store.revision()
        assert fresh.call("PUT", path, json=before).json() == before
        assert fresh.parts.store.revision() == revision


def test_changing_keeps_the_rest(fresh: Any) -> None:
    before = fresh.call("GET", "/api/v1/demands/D1").json()
    after = fresh.call("PATCH", "/api/v1/demands/D1", "staff", json={"region": "东莞", "budget": 20}).json()
    DemandOut.model_validate(after)
    assert after == {**before, "region": "东莞", "budget": after["budget"]}
    assert after["budget"]["low"] == 20.0
    assert fresh.call("PATCH", "/api/v1/demands/D1", json={"budget": None}).json()["budget"] is None
    assert fresh.parts.store.contact(Kind.DEMAND, "D1").phone == PHONE
    assert fresh.call("PATCH", "/api/v1/demands/D9", json={"region": "x"}).status_code == 404
    assert fresh.call("PATCH", "/api/v1/demands/D1", json={"id": "D7"}).status_code == 422
    assert fresh.call("PATCH", "/api/v1/demands/D1", json={"title": "", "description": ""}).status_code == 409


def test_withdrawing_erases_record_and_contact(fresh: Any) -> None:
    assert fresh.call("DELETE", "/api/v1/demands/D1", "staff").status_code == 204
    assert fresh.call("GET", "/api/v1/demands/D1").status_code == 404
    assert fresh.call("GET", "/api/v1/demands/D1/contact").status_code == 404
    assert fresh.call("DELETE", "/api/v1/demands/D1").status_code == 404


def test_contacts_are_shown_only_where_asked_and_leave_a_trace(fresh: Any) -> None:
    path, why = "/api/v1/demands/D1/contact", {"reason": "电话核实参数"}
    covered = fresh.call("GET", path, "viewer")
    assert covered.json() == {"person": "王**", "phone": "138****8000", "email": "w***@example.com"}
    assert fresh.call("POST", f"{path}/reveal", "viewer", json=why).status_code == 403
    for reason in ("", " ", "x" * 201):
        assert fresh.call("POST", f"{path}/reveal", "staff", json={"reason": reason}).status_code == 422
    assert fresh.parts.store.audit_lines(limit=1)[0].action != "reveal_contact"
    shown = fresh.call("POST", f"{path}/reveal", "staff", json=why)
    assert shown.json() == {"person": "王小明", "phone": PHONE, "email": "wang@example.com"}
    line = fresh.parts.store.audit_lines(limit=1)[0]
    assert (line.action, line.object, line.role, line.reason) == (
        "reveal_contact",
        "demand:D1",
        "staff",
        "电话核实参数",
    )
    for path in ("", "/D1", "/D1/matches", "/D2/similar"):
        assert PHONE not in fresh.call("GET", f"/api/v1/demands{path}").text
    assert PHONE not in fresh.call("GET", "/api/v1/solutions").text


def test_paging_covers_everything_once(service: Any) -> None:
    pages = [service.call("GET", f"/api/v1/solutions?limit=2&offset={at}", "viewer").json() for at in (0, 2, 4)]
    assert [page["total"] for page in pages] == [4, 4, 4]
    ids = [record["id"] for page in pages for record in page["items"]]
    assert ids == ["2025/03-12", "S1", "S2", "S3"]
    assert (pages[0]["limit"], pages[1]["offset"]) == (2, 2)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("text=焊点", ["D1", "D2"]),
        ("text=d1", ["D1"]),
        ("industry=汽车", ["D1"]),
        ("region=佛山", ["D3"]),
        ("batch=第二批", ["D2"]),
        ("status=closed", []),
        ("text=焊点&region=广州", ["D1"]),
    ],
)
def test_lists_are_filtered(service: Any, query: str, ids: list[str]) -> None:
    assert [record["id"] for record in service.call("GET", f"/api/v1/demands?{query}").json()["items"]] == ids


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "offset=-1", "offset=99999999999999999999", "text=" + "长" * 201]
)
def test_list_limits(service: Any, query: str) -> None:
    assert service.call("GET", f"/api/v1/demands?{query}").status_code == 422


def test_hostile_ids_are_simply_not_found(service: Any) -> None:
    for id in ("%00", "..%2F..%2Fetc%2Fpasswd", "%ED%A0%80", "%2e%2e", "x" * 300, "%25%32%46"):
        assert service.call("GET", f"/api/v1/demands/{id}").status_code in (404, 422), id
    assert service.call("PUT", "/api/v1/demands/a%00b", json={"title": "x"}).status_code == 422
