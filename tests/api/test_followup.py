"""The follow-up over HTTP: from a ranking to a landed pair, its case, and what it changes in later rankings."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from api.attachments import clean_name
from matcher.store.followup import FollowUp

DEMANDS, PAIRS = "/api/v1/demands", "/api/v1/engagements"
PDF = b"%PDF-1.7 report"


def post(service: Any, path: str, status: int = 200, role: str = "staff", **body: Any) -> Any:
    answer = service.call("POST", path, role, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def ids(service: Any, demand: str) -> list[str]:
    found = service.call("GET", f"{DEMANDS}/{demand}/matches", params={"top_k": 10}).json()
    return [match["solution"]["id"] for match in found["matches"]]


@pytest.fixture(scope="module")
def pair(service: Any) -> str:
    """D1 with S1, landed."""
    number: str = post(service, f"{DEMANDS}/D1/shortlist", 201, solution_id="S1", grade=80, owner="李经理")["number"]
    post(service, f"{PAIRS}/{number}/moves", to="对接中", next_step="上门看线", next_on="2026-12-31")
    post(service, f"{PAIRS}/{number}/moves", to="验证中", next_step="进场")
    post(service, f"{PAIRS}/{number}/moves", to="已落地", reason="采购两套")
    return number


def test_a_pair_tells_everything(service: Any, pair: str) -> None:
    detail = service.call("GET", f"{PAIRS}/{pair}", "viewer").json()
    assert (detail["demand_title"], detail["solution_title"]) == ("车身焊点外观检测", "焊点视觉检测系统")
    assert (detail["engagement"]["stage"], detail["engagement"]["owner"]) == ("已落地", "李经理")
    assert detail["moves"] == []
    assert [(e["to"], e["says"]) for e in detail["events"]] == [
        ("候选", ""),
        ("对接中", "下一步：上门看线"),
        ("验证中", "下一步：进场"),
        ("已落地", "采购两套"),
    ]
    admin = service.call("GET", f"{PAIRS}/{pair}").json()
    assert admin["moves"] == [{"to": "验证中", "name": "撤销落地", "needs": ["reason"]}]


def test_trouble_is_told(service: Any, pair: str) -> None:
    twice = post(service, f"{DEMANDS}/D1/shortlist", 409, solution_id="S1")
    assert twice["error"]["details"] == {"number": pair, "stage": "已落地"}
    illegal = post(service, f"{PAIRS}/{pair}/moves", 409, to="候选", reason="x")
    assert illegal["error"]["code"] == "illegal_move"
    made = post(service, f"{DEMANDS}/D1/shortlist", 201, solution_id="S3")
    missing = post(service, f"{PAIRS}/{made['number']}/moves", 422, to="对接中")
    assert missing["error"]["message"] == "“直接对接”需要写明下一步。"
    stale = post(service, f"{PAIRS}/{made['number']}/moves", 409, to="已推荐", version=9)
    assert stale["error"]["code"] == "changed_meanwhile"
    post(service, f"{PAIRS}/E-999999/notes", 404, text="x")
    post(service, f"{PAIRS}/{made['number']}/notes", 422, text="x", on="2126-01-01")
    post(service, f"{PAIRS}/{made['number']}/notes", 403, "viewer", text="x")


def test_an_excluded_pair_stays_out_of_both_rankings(service: Any) -> None:
    assert "2025/03-12" in ids(service, "D2")
    before = service.call("GET", "/api/v1/solutions/2025%2F03-12/matches").json()
    assert "D2" in [match["demand"]["id"] for match in before["matches"]]
    made = post(service, f"{DEMANDS}/D2/exclusions", 201, solution_id="2025/03-12", reason="搬运的，不是检测的")
    assert "2025/03-12" not in ids(service, "D2")
    ranking = service.call("GET", f"{DEMANDS}/D2/matches").json()
    assert ranking["filters"] == ["不含已排除的1条"]
    assert "已排除的 1 个方案不在其中：仓库搬运机器人AGV（搬运的，不是检测的）。" in ranking["notes"]
    after = service.call("GET", "/api/v1/solutions/2025%2F03-12/matches").json()
    assert "D2" not in [match["demand"]["id"] for match in after["matches"]]
    assert "已排除的 1 条需求不在其中：白车身焊点检测升级（搬运的，不是检测的）。" in after["notes"]
    post(service, f"{PAIRS}/{made['number']}/moves", to="候选", reason="改了产品")
    assert "2025/03-12" in ids(service, "D2")


def test_what_was_shown_is_remembered_once(service: Any) -> None:
    ids(service, "D3")
    ids(service, "D3")
    with service.parts.store.read_snapshot() as snapshot:
        shown = FollowUp(snapshot).last_shown("D3")
        assert shown is not None
        assert [id for id, _ in shown.matches] == ids(service, "D3")
        assert shown.suitable is True
        count = len(FollowUp(snapshot).all_last_shown())
    body = {"title": "夜间离床看护", "description": "老人夜间离床没人知道"}
    filed = service.call("POST", DEMANDS, "staff", json=body).json()
    with service.parts.store.read_snapshot() as snapshot:
        known = FollowUp(snapshot).last_shown(filed["demand"]["id"])
        assert known is not None
        assert [id for id, _ in known.matches] == [m["solution"]["id"] for m in filed["ranking"]["matches"]]
        assert len(FollowUp(snapshot).all_last_shown()) == count + 1


def test_a_pilot_is_measured_against_the_demand(service: Any, pair: str) -> None:
    pilot = post(service, f"{PAIRS}/{pair}/pilots", 201, place="二号线", scale="1 条线", begins="2026-03-01")
    assert pilot["plan"]["measures"] == [
        {"requirement": "漏检率≤0.5%", "measured": "", "status": "unknown", "says": "还没有实测结果"}
    ]
    body = {"place": "二号线", "outcome": "通过", "measures": [{"requirement": "漏检率≤0.5%", "measured": "0.2%"}]}
    changed = service.call("PUT", f"/api/v1/pilots/{pilot['number']}", "staff", json=body).json()
    assert (changed["plan"]["outcome"], changed["plan"]["measures"][0]["status"]) == ("通过", "met")
    late = service.call("PUT", f"/api/v1/pilots/{pilot['number']}", "staff", json={**body, "begins": "2026-13-01"})
    assert late.status_code == 422


def test_a_published_case_is_evidence_at_once(service: Any, pair: str) -> None:
    query = {"description": "焊点目检", "top_k": 1}
    cases = post(service, "/api/v1/match", **query)["matches"][0]["solution"]["fields"]["cases"]
    case = post(service, f"{PAIRS}/{pair}/cases", 201, title="某厂焊点检测", text="漏检率降到 0.1%，一年回本。")
    assert case["state"] == "草稿"
    assert post(service, f"/api/v1/cases/{case['number']}/publish")["state"] == "已发布"
    found = post(service, "/api/v1/match", **query)["matches"][0]["solution"]
    assert found["fields"]["cases"] == f"{cases}\n【典型案例】某厂焊点检测：漏检率降到 0.1%，一年回本。"
    assert service.call("GET", "/api/v1/solutions/S1").json()["cases"] == cases
    listed = service.call("GET", "/api/v1/cases", params={"solution": "S1", "state": "已发布"}).json()["items"]
    assert [each["number"] for each in listed] == [case["number"]]
    assert post(service, f"/api/v1/cases/{case['number']}/withdraw")["state"] == "已撤回"
    assert post(service, "/api/v1/match", **query)["matches"][0]["solution"]["fields"]["cases"] == cases


def test_files(service: Any, pair: str) -> None:
    def send(name: str, content: bytes) -> Any:
        return service.call("POST", f"{PAIRS}/{pair}/files", "staff", files={"file": (name, BytesIO(content))})

    made = send("../检测报告.PDF", PDF).json()
    assert (made["name"], made["size"], made["type"]) == ("检测报告.PDF", len(PDF), "application/pdf")
    got = service.call("GET", f"/api/v1/files/{made['number']}", "viewer")
    assert got.content == PDF
    assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E6%A3%80")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert send("另一份.pdf", PDF).status_code == 409
    for name, content in (
        ("a.exe", b"MZ"),
        ("a.pdf", b"MZ"),
        ("a.txt", b""),
        ("a.txt", b"\0"),
        ("a.docx", b"x"),
        ("", b"x"),
    ):
        assert send(name, content).status_code == 422, name
    folder = service.parts.settings.home / "attachments"
    assert [path.name for path in folder.iterdir()] == [made["number"]]
    assert service.call("DELETE", f"/api/v1/files/{made['number']}", "staff").status_code == 204
    assert service.call("GET", f"/api/v1/files/{made['number']}").status_code == 404
    assert list(folder.iterdir()) == []


def test_names_of_files_are_only_names() -> None:
    assert clean_name("C:\\桌面\\..\\报 告.pdf") == "报 告.pdf"
    assert clean_name("/etc/pass\0wd\n.txt") == "passwd.txt"
    assert clean_name("长" * 300 + ".docx") == "长" * 120 + ".docx"


def test_lists_and_filters(service: Any, pair: str) -> None:
    page = service.call("GET", PAIRS, "viewer", params={"stage": "已落地"}).json()
    assert [each["number"] for each in page["items"]] == [pair]
    assert list(page["by_stage"]) == ["候选", "已推荐", "对接中", "验证中", "已落地", "搁置", "已排除"]
    assert service.call("GET", PAIRS, params={"owner": "李经理", "text": "焊点"}).json()["total"] == 1
    assert service.call("GET", PAIRS, params={"overdue": True}).json()["total"] == 0
    assert service.call("GET", PAIRS, params={"stage": "没有"}).status_code == 422
    assert service.call("GET", f"{DEMANDS}/D1/shortlist").json()["items"][0]["number"] == pair


def test_arranging(service: Any) -> None:
    made = post(service, f"{DEMANDS}/D3/shortlist", 201, solution_id="S2")
    assert made["owner"] == service.tokens["staff"].partition(".")[0]
    path = f"{PAIRS}/{made['number']}"
    body = {"owner": "王经理", "next_step": "约时间", "next_on": "2026-01-01", "version": 1}
    kept = service.call("PATCH", path, "staff", json=body).json()
    assert (kept["owner"], kept["next_on"], kept["version"]) == ("王经理", "2026-01-01", 2)
    assert service.call("GET", PAIRS, params={"overdue": True}).json()["total"] == 1
    assert service.call("PATCH", path, "staff", json={**body, "owner": "赵经理"}).status_code == 409


def test_states_and_batches(service: Any) -> None:
    state = service.call("GET", f"{DEMANDS}/D3/state", "viewer").json()
    assert (state["state"], state["moves"]) == ("待审核", [])
    sent_back = post(service, f"{DEMANDS}/D3/moves", to="待补正", reason="缺床位数")
    assert [move["name"] for move in sent_back["moves"]] == ["重新提交", "补正合格", "关闭"]
    post(service, f"{DEMANDS}/D3/moves", to="已完善")
    path = "/api/v1/batches/第一批"
    made = service.call("PUT", path, "staff", json={"publish_on": "2026-12-31", "note": "养老专场"}).json()
    assert (made["name"], made["publish_on"], made["published_at"]) == ("第一批", "2026-12-31", None)
    post(service, f"{path}/demands", demands=["D3", "D1"])
    done = post(service, f"{path}/publish")
    assert (done["published"], done["left"]) == (["D3"], ["D1"])
    assert done["batch"]["published_at"]
    assert [b["name"] for b in service.call("GET", "/api/v1/batches").json()["items"]] == ["第一批"]
    assert service.call("GET", f"{DEMANDS}/D3").json()["status"] == "published"
    post(service, f"{path}/publish", 409)
