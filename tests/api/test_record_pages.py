"""Records on pages: found, filed, changed, withdrawn; contacts covered; members among their own; no text is code."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from api.pages.record_fields import FIELDS
from matcher.model import Contact, Demand, Kind, Money
from matcher.store import CONSOLE, Actor
from matcher.store.names import join

PHONE = "13800138000"
PAYLOADS = (Path(__file__).parent / "payloads.txt").read_text("utf-8").splitlines()
WRAPS = ("{}", "焊点{}检测", "{}\n第二行", " {} ")
"""Each payload alone, inside a sentence, over two lines, and with blanks around it: 200 in all."""


@pytest.fixture(scope="module")
def service(make_service: Callable[[], Any]) -> Any:
    return make_service()


class Active(HTMLParser):
    """What a page would run or fetch: tags and attributes that our templates never write."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.values: dict[str, str] = {}
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        for name, value in given.items():
            if name.startswith(("on", "hx-on")) or name == "style":
                self.found.append(f"{tag} {name}={value}")
            if name in ("src", "href", "action", "formaction") and not value.startswith(("/", "#")):
                self.found.append(f"{tag} {name}={value}")
        if tag in ("iframe", "object", "embed", "base", "math", "video", "audio", "style"):
            self.found.append(tag)
        if tag in ("input", "textarea") and "name" in given:
            self.values[given["name"]] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def looked_at(html: str) -> Active:
    page = Active()
    page.feed(html)
    return page


def form(**fields: str) -> dict[str, str]:
    return {"title": "产线上料", "organization": "某五金厂", **fields}


def filed(service: Any, role: str = "staff", kind: str = "demands", **fields: str) -> str:
    answer = service.visit("POST", f"/{kind}", role, data=form(**fields))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_two_hundred_payloads_in_every_field_stay_text(service: Any) -> None:
    payloads = [wrap.format(payload) for wrap in WRAPS for payload in PAYLOADS]
    assert len(payloads) == 200
    store = service.parts.store
    plain = [field.name for field in FIELDS[Kind.DEMAND] if field.shape in ("line", "text")]
    store.put_many(
        Demand(
            f"X{number}",
            **dict.fromkeys(plain, payload),
            industries=(payload.strip(),),
            keywords=(payload.strip(),),
            cooperation=(payload.strip(),),
            budget=Money(raw=payload),
            contact=Contact(payload, payload, payload),
        )
        for number, payload in enumerate(payloads)
    )
    for number, payload in enumerate(payloads):
        for page in ("", "/history", "/edit") if number < len(PAYLOADS) else ("",):
            answer = service.visit("GET", f"/demands/X{number}{page}", "admin")
            assert answer.status_code == 200
            seen = looked_at(answer.text)
            assert seen.found == [], (payload, page, seen.found)
            if not page:
                assert payload.strip() in "".join(seen.text), payload
    listed = service.visit("GET", "/demands?text=alert", "admin")
    assert looked_at(listed.text).found == []
    for payload in PAYLOADS:
        for path in ("/demands", "/solutions"):
            answer = service.visit(
                "GET", path, "admin", params={"text": payload, "industry": payload, "batch": payload}
            )
            assert looked_at(answer.text).found == [], payload
    shown = service.visit(
        "POST", "/demands/X0/reveal", "admin", data={"reason": "核对"}, headers={"HX-Request": "true"}
    )
    assert looked_at(shown.text).found == []


def test_the_parser_sees_what_it_looks_for() -> None:
    """The negative control."""
    for payload in ("<img src=x onerror=alert(1)>", '<a href="javascript:alert(1)">', "<iframe>", '<p style="x">'):
        assert looked_at(payload).found


def test_a_record_is_filed_shown_changed_and_withdrawn(service: Any) -> None:
    path = filed(
        service,
        budget="80-120万元",
        deadline="2026年底",
        industries="汽车、3C电子",
        description="人工上料慢",
        phone=PHONE,
    )
    id = path.rpartition("/")[2]
    page = service.visit("GET", path).text
    for text in ("80–120万元", "2026年", "汽车、3C电子", "人工上料慢", "138****8000", "待审核"):
        assert text in page
    assert PHONE not in page
    edit = service.visit("GET", f"{path}/edit")
    values = looked_at(edit.text).values
    assert (values["budget"], values["phone"]) == ("80-120万元", "")
    before = service.parts.store.get(Kind.DEMAND, id)
    unchanged = service.visit("POST", path, data={**values, "description": "人工上料慢"})
    assert unchanged.status_code == 303
    assert service.parts.store.get(Kind.DEMAND, id) == before
    revision = {"revision": looked_at(service.visit("GET", f"{path}/edit").text).values["revision"]}
    assert service.visit("POST", path, data={**values, **revision, "description": "改过"}).status_code == 303
    late = service.visit("POST", path, data={**values, **revision, "description": "后到的修改"})
    assert late.status_code == 409
    assert "后到的修改" in late.text
    assert service.parts.store.get(Kind.DEMAND, id).description == "改过"
    assert service.parts.store.contact(Kind.DEMAND, id).phone == PHONE
    history = service.visit("GET", f"{path}/history").text
    assert "人工上料慢" in history
    assert "改过" in history
    assert "staff某" in history
    assert service.visit("POST", f"{path}/withdraw", "viewer").status_code == 403
    assert service.visit("POST", f"{path}/withdraw").headers["location"] == "/demands"
    assert service.visit("GET", path).status_code == 404


def test_mistakes_are_shown_beside_their_fields_and_nothing_is_lost(service: Any) -> None:
    answer = service.visit("POST", "/solutions", data={"title": "", "trl": "12", "description": "我写了很久的说明"})
    assert answer.status_code == 422
    for text in (
        'id="title-error">请填写名称。',
        'id="trl-error">应为 1 到 9 的整数。',
        "我写了很久的说明",
        "有 2 处需要修改",
    ):
        assert text in answer.text
    nul = service.visit("POST", "/demands", data=form(description="a\x00b"))
    assert nul.status_code == 422
    assert "<h1>内容不合要求</h1>" in nul.text


def test_the_contact_is_revealed_for_a_reason_and_only_in_the_answer(service: Any) -> None:
    part = {"HX-Request": "true"}
    refused = service.visit("POST", "/demands/D1/reveal", data={"reason": " "}, headers=part)
    assert (refused.status_code, PHONE in refused.text) == (422, False)
    assert "请写明为什么要看联系方式" in refused.text
    shown = service.visit("POST", "/demands/D1/reveal", data={"reason": "核对现场"}, headers=part)
    assert (shown.status_code, PHONE in shown.text, shown.headers["cache-control"]) == (200, True, "no-store")
    line = service.parts.store.audit_lines(limit=1)[0]
    assert (line.action, line.actor, line.reason) == ("reveal_contact", "staff-account", "核对现场")
    assert PHONE not in service.visit("GET", "/demands/D1").text
    assert service.visit("POST", "/demands/D1/reveal", "viewer", data={"reason": "看看"}).status_code == 403


def test_a_member_sees_and_changes_only_what_is_its_own(service: Any) -> None:
    listed = service.visit("GET", "/demands", "member").text
    assert "养老院夜间看护" in listed
    assert "车身焊点" not in listed
    assert service.visit("GET", "/demands/D3", "member").status_code == 200
    for path in ("/demands/D1", "/demands/D1/edit", "/demands/D1/history", "/solutions/S1"):
        assert service.visit("GET", path, "member").status_code == 404, path
    assert service.visit("POST", "/demands/D1", "member", data=form()).status_code == 404
    api = service.visit("GET", "/api/v1/demands", "member", headers={"Accept": "application/json"})
    assert {item["organization"] for item in api.json()["items"]} == {"某养老院"}
    assert service.visit("GET", "/api/v1/demands/D1/contact", "member").status_code == 404
    path = filed(service, "member", organization="别人的单位", batch="第九批", source="乱写")
    record = service.parts.store.get(Kind.DEMAND, path.rpartition("/")[2])
    assert (record.organization, record.batch, record.source) == ("某养老院", "", "")
    assert service.visit("GET", path, "member").status_code == 200
    service.parts.store.put(Demand(record.id, record.title, organization="某养老院", status="published"))
    page = service.visit("GET", path, "member").text
    assert "已发布" in page
    assert "/edit" not in page
    assert service.visit("GET", f"{path}/edit", "member").status_code == 409
    for path in ("/accounts", "/keys", "/system"):
        assert service.visit("GET", path, "member").status_code == 403


def test_a_member_is_known_however_its_name_is_written(make_service: Callable[[], Any]) -> None:
    service = make_service()
    store = service.parts.store
    store.put_many(
        [
            Demand("V1", "写法不同", organization="某 養老院"),
            Demand("V2", "别的叫法", organization="幸福之家"),
            Demand("V3", "名称只是相近", organization="某养老院分院"),
        ]
    )
    seen = {id: service.visit("GET", f"/demands/{id}", "member").status_code for id in ("V1", "V2", "V3")}
    assert seen == {"V1": 200, "V2": 404, "V3": 404}
    with store.writing() as writer:
        join(writer, "幸福之家", "某养老院")
    assert service.visit("GET", "/demands/V2", "member").status_code == 200
    listed = service.visit("GET", "/demands", "member").text
    assert [id for id in ("D1", "D3", "V1", "V2", "V3") if f'href="/demands/{id}"' in listed] == ["D3", "V1", "V2"]
    revision = re.search(r'name="revision" value="(\d+)"', service.visit("GET", "/demands/V2/edit", "member").text)
    assert revision is not None
    sent = {"title": "别的叫法", "description": "夜间看护", "revision": revision[1]}
    assert service.visit("POST", "/demands/V2", "member", data=sent).status_code == 303
    kept = store.get(Kind.DEMAND, "V2")
    assert isinstance(kept, Demand)
    assert (kept.description, kept.organization) == ("夜间看护", "幸福之家"), "the name stays as it was filed"


def test_the_history_names_people(make_service: Callable[[], Any]) -> None:
    service = make_service()
    store = service.parts.store
    store.put(Demand("H1", "甲", organization="某单位"), actor=CONSOLE)
    store.put(Demand("H1", "乙", organization="某单位"), actor=Actor("staff-account", "staff"))
    store.put(Demand("H1", "丙", organization="某单位"))
    page = service.visit("GET", "/demands/H1/history").text
    who = re.findall(r"\d\d:\d\d　(\S+)　(\S+?)<", page)
    assert who == [("系统", "修改"), ("staff某", "修改"), ("命令行", "新建")]


def test_ids_with_a_slash_and_lists_in_pages(service: Any) -> None:
    assert "仓库搬运机器人" in service.visit("GET", "/solutions/2025%2F03-12").text
    assert 'href="/solutions/2025%2F03-12"' in service.visit("GET", "/solutions").text
    service.parts.store.put_many(Demand(f"L{n:02}", "分页示例") for n in range(45))
    second = service.visit("GET", "/demands?page=2&text=L").text
    assert re.search(r"第 21–40 条，共 \d+ 条", second)
    assert "text=L&amp;page=3" in second
    for nonsense in ("0", "-1", "abc", "9" * 30):
        assert service.visit("GET", "/demands", params={"page": nonsense}).status_code == 200


def test_completeness_stands_beside_the_record(service: Any) -> None:
    assert 'hx-get="/demands/D1/completeness"' in service.visit("GET", "/demands/D1").text
    assert "完整度" in service.visit("GET", "/demands/D1/completeness", headers={"HX-Request": "true"}).text
