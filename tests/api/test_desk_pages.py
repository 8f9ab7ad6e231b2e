"""The matching desk and the follow-up as pages: what staff see and do, without a browser."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.marked import cut, marked_fields
from api.pages.waterfall import WIDTH, waterfall
from matcher.model import Demand, Evidence, Match, Span
from matcher.store.followup import FollowUp

HTML = {"Accept": "text/html"}
PART = {**HTML, "HX-Request": "true"}


def page(service: Any, path: str, role: str = "staff", **options: Any) -> str:
    answer = service.call("GET", path, role, headers=HTML, **options)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def send(service: Any, path: str, headers: Any = PART, status: int = 200, **form: Any) -> Any:
    answer = service.call("POST", path, "staff", headers=headers, data=form, follow_redirects=False)
    assert answer.status_code == status, answer.text
    return answer


def told(text: str) -> str:
    """What a reader sees, without tags and with single blanks."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


# ── drawing ─────────────────────────────────────────────────────────────────────────────────────────────────────────
points = st.lists(st.floats(-9, 9, allow_nan=False).map(lambda x: round(x, 3)), min_size=1, max_size=12)


@given(points)
def test_each_bar_starts_where_the_last_one_ended_and_the_last_ends_at_the_sum(values: list[float]) -> None:
    match = Match("s", tuple(Evidence("x", value, "理由") for value in values))
    drawn = waterfall(match)
    reached = drawn.zero
    for bar, value in zip(drawn.bars, values, strict=True):
        ends = (bar.x + bar.width, bar.x) if value < 0 else (bar.x, bar.x + bar.width)
        assert ends[0] == pytest.approx(reached, abs=0.5)
        reached = ends[1] if bar.width > 0.4 else ends[0]
        assert -0.1 <= bar.x <= WIDTH + 0.1
    total = drawn.total.x if match.score < 0 else drawn.total.x + drawn.total.width
    assert total == pytest.approx(reached, abs=0.5 * len(values) + 0.5)


texts = st.text(min_size=1, max_size=40)


@given(texts, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8))
def test_pieces_joined_are_the_text_and_carry_exactly_their_reasons(text: str, places: list[tuple[int, int]]) -> None:
    reasons = [(Span("query", "body", start, end),) for start, end in places]
    fields = marked_fields("query", {"body": text}, reasons)
    pieces = fields[0].pieces
    assert "".join(piece.text for piece in pieces) == text
    at = 0
    for piece in pieces:
        for place in range(at, at + len(piece.text)):
            assert piece.reasons == tuple(
                n for n, (start, end) in enumerate(places) if start <= place < min(end, len(text))
            )
        at += len(piece.text)


def test_text_without_spans_is_one_piece() -> None:
    assert [piece.text for piece in cut("全文", [])] == ["全文"]


# ── the desk ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_typed_demand_is_answered_with_reasons_and_marks(service: Any) -> None:
    text = send(
        service, "/desk/results", kind="demand", description="焊点靠人工目检，漏检率高", needs="漏检率≤0.5%"
    ).text
    seen = told(text)
    assert text.startswith('<div class="summary">') or "gap" in text
    assert re.search(r'id="match-1-title"><a href="/solutions/S1">焊点视觉检测系统', text)
    assert "满足 1" in seen
    assert "合计，折合" in seen
    assert re.search(r'<mark data-of="[\d ]+">', text)
    assert 'hx-swap-oob="innerHTML"' in text
    assert "登记这条需求" in seen
    assert "style=" not in text


def test_nothing_typed_is_said_kindly(service: Any) -> None:
    assert "请先写下名称或说明" in send(service, "/desk/results", kind="demand").text


def test_no_suitable_solution_is_a_clear_state(service: Any) -> None:
    text = told(send(service, "/desk/results", kind="demand", description="图书馆古籍纸张除酸修复").text)
    assert "没有合适的方案" in text
    assert "登记这条需求之后，会列入缺口清单" in text


def test_filters_count_what_is_near_and_narrow_the_answer(service: Any) -> None:
    plain = page(service, "/desk/demands/D1")
    assert re.search(r'name="regions" value="深圳"[^>]*><span>深圳</span><small>1</small>', plain)
    text = send(service, "/desk/results", kind="demand", id="D1", regions="深圳", budget="120").text
    assert re.findall(r'id="match-\d-title"><a href="/solutions/([^"]+)"', text) == ["S1"]
    assert "报价不超过120万元（含面议）" in told(text)
    refused = send(service, "/desk/results", kind="demand", id="D1", budget="很多")
    assert "报价上限应是不小于 0 的数字" in refused.text


def test_a_filed_demand_is_decided_upon(service: Any) -> None:
    part = send(service, "/desk/demands/D1/shortlist", solution="S1", grade="80", rank="1")
    assert "候选" in told(part.text)
    assert 'id="decide-1"' in part.text
    assert "toast" in part.headers["hx-trigger"]
    send(service, "/desk/demands/D1/exclude", solution="S3", grade="5", rank="2", reason="不是检测")
    text = told(page(service, "/desk/demands/D1"))
    assert "已排除的 1 个方案不在其中：河道水面清洁无人船（不是检测）" in text
    again = service.call("POST", "/desk/demands/D1/shortlist", "staff", headers=PART, data={"solution": "S1"})
    assert again.status_code == 409
    assert "已列为候选" not in told(page(service, "/desk/demands/D2"))


def test_the_reverse_direction_and_similar_records(service: Any) -> None:
    text = told(page(service, "/desk/solutions/S2"))
    assert "养老院夜间看护" in text
    assert "条需求，按把握从高到低" in text
    similar = told(send(service, "/desk/similar", kind="demand", id="D1").text)
    assert "白车身焊点检测升级" in similar
    filed = send(
        service,
        "/desk/similar",
        kind="demand",
        title="白车身焊点检测升级",
        description="焊点目检效率低，想用视觉自动检测。",
    )
    assert "可能重复" in told(filed.text)


def test_two_to_four_are_compared(service: Any) -> None:
    text = told(send(service, "/desk/compare", kind="demand", id="D1", pick=["S1", "S2"]).text)
    for word in ("焊点视觉检测系统", "养老院毫米波雷达看护", "漏检率≤0.5%", "满足", "90–100万元", "规模化应用"):
        assert word in text
    assert send(service, "/desk/compare", status=422, kind="demand", id="D1", pick=["S1"])


def test_a_typed_demand_is_filed_and_opened(service: Any) -> None:
    answer = send(service, "/desk/save", HTML, 303, kind="demand", description="仓库搬运托盘")
    assert re.fullmatch(r"/desk/demands/D-\d+", answer.headers["location"])
    assert "仓库搬运托盘" in page(service, answer.headers["location"])


def test_what_the_page_showed_is_remembered_unless_it_was_narrowed(service: Any) -> None:
    service.parts.store.put(Demand("D9", "焊点检测", description="焊点目检效率低"))

    def last() -> Any:
        with service.parts.store.read_snapshot() as snapshot:
            return FollowUp(snapshot).last_shown("D9")

    send(service, "/desk/results", kind="demand", id="D9", regions="香港")
    assert last() is None
    page(service, "/desk/demands/D9")
    assert last().matches[0][0] == "S1"


# ── follow-up ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_from_the_board_to_a_landed_pair_and_its_case(service: Any) -> None:
    send(service, "/desk/demands/D3/shortlist", solution="S2", rank="1", grade="90")
    with service.parts.store.read_snapshot() as snapshot:
        pair = FollowUp(snapshot).pair("D3", "S2")
        assert pair is not None
    where = f"/followup/{pair.number}"
    board = told(page(service, "/followup"))
    assert "养老院夜间看护" in board
    assert "养老院毫米波雷达看护" in board
    for form in (
        {"to": "已推荐", "from": "board", "version": "1"},
        {"to": "对接中", "next_step": "约护理部主任", "next_on": "2026-12-31"},
        {"to": "验证中", "next_step": "装 10 个床位"},
    ):
        answer = send(service, where + "/move", HTML, 303, **form)
        assert answer.headers["location"] == ("/followup" if form.get("from") else where)
    send(service, where + "/note", HTML, 303, text="护理部同意先试一个月")
    send(
        service,
        where + "/pilot",
        HTML,
        303,
        place="三楼护理区",
        outcome="通过",
        rows="2",
        **{"requirement-0": "漏报率≤1%", "measured-0": "0.5%", "requirement-1": "", "status-0": ""},
    )
    file = {"file": ("验收单.pdf", BytesIO(b"%PDF-1.4"))}
    assert (
        service.call("POST", where + "/files", "staff", headers=HTML, files=file, follow_redirects=False).status_code
        == 303
    )
    send(service, where + "/move", HTML, 303, to="已落地", reason="采购 60 个床位")
    send(service, where + "/case", HTML, 303, title="某养老院夜间看护", text="漏报率 0.5%", publish="yes")
    text = page(service, where)
    seen = told(text)
    for word in (
        "验证中 → 已落地",
        "采购 60 个床位",
        "护理部同意先试一个月",
        "漏报率≤1%",
        "达到",
        "验收单.pdf",
        "已发布",
    ):
        assert word in seen, word
    file_number = re.search(r'href="/followup-files/(F-\d+)"', text)
    assert file_number
    assert service.call("GET", f"/followup-files/{file_number[1]}", "viewer").content == b"%PDF-1.4"
    viewer = page(service, where, "viewer")
    assert "<form" not in viewer.partition('id="main"')[2]
    assert "已落地（1）" in told(page(service, "/followup?view=list&stage=已落地"))
    assert "没有符合条件的对接" in told(page(service, "/followup?view=list&text=不存在的名称"))


def test_illegal_and_stale_steps_are_refused_with_words(service: Any) -> None:
    send(service, "/desk/demands/D3/shortlist", solution="S1", rank="1")
    with service.parts.store.read_snapshot() as snapshot:
        pair = FollowUp(snapshot).pair("D3", "S1")
        assert pair is not None
    where = f"/followup/{pair.number}/move"
    assert "不能直接变为" in send(service, where, HTML, 409, to="已落地").text
    assert "别人已经改动" in send(service, where, HTML, 409, to="已推荐", version="7").text
    assert "没有“飞走”这个阶段" in send(service, where, HTML, 422, to="飞走").text


def test_states_and_batches(service: Any) -> None:
    part = page(service, "/demands/D2/workflow")
    assert "审核通过" in told(part)
    answer = send(service, "/demands/D2/workflow", HTML, 303, to="已完善")
    assert answer.headers["location"] == "/demands/D2"
    send(service, "/batches", HTML, 303, name="第一批", publish_on="2026-12-31", demands="D2，D3")
    assert "发布已完善的 1 条" in told(page(service, "/batches"))
    send(service, "/batches/publish", HTML, 303, name="第一批")
    assert service.call("GET", "/api/v1/demands/D2").json()["status"] == "published"
    assert send(service, "/batches", HTML, 422, name="第一批", publish_on="某天")


NASTY = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "'+alert(1)+'")


@pytest.mark.parametrize("nasty", NASTY)
def test_what_people_write_stays_text(service: Any, nasty: str) -> None:
    answer = send(service, "/desk/save", HTML, 303, kind="demand", title=nasty, description=f"焊点检测 {nasty}")
    id = answer.headers["location"].rpartition("/")[2]
    send(service, f"/desk/demands/{id}/exclude", solution="S1", reason=nasty, rank="1")
    with service.parts.store.read_snapshot() as snapshot:
        pair = FollowUp(snapshot).pair(id, "S1")
        assert pair is not None
    send(service, f"/followup/{pair.number}/note", HTML, 303, text=nasty)
    for path in (f"/desk/demands/{id}", f"/followup/{pair.number}", "/followup?view=list", "/desk"):
        text = page(service, path)
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert nasty != NASTY[2] or nasty in text or ">49<" not in text
