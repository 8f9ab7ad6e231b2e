"""The completeness check and its letter over HTTP."""

from __future__ import annotations

import io
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from api.schemas.completeness import CompletenessOut
from matcher.model import Contact, Demand, Kind, Solution

PERSON, PHONE = "邓小姐", "13800007777"
POOR = Demand(
    "D-缺/1",
    "塑胶件外观检测",
    organization="中山某塑胶厂",
    industries=("橡胶塑料",),
    description="希望采用先进水平的设备代替人工看外观。",
    requirements="漏检率≤0.5%",
    contact=Contact(PERSON, PHONE),
)
PATH = "/api/v1/demands/D-%E7%BC%BA%2F1"


@pytest.fixture(scope="module")
def office(make_service: Any) -> Any:
    service = make_service()
    service.parts.store.put_many([POOR, Solution("S-缺", "视觉检测", description="检测外观。")])
    return service


def test_a_stored_demand(office: Any) -> None:
    answer = office.call("GET", f"{PATH}/completeness", "viewer")
    assert answer.status_code == 200
    found = CompletenessOut.model_validate(answer.json())
    assert found.level in ("人工复核", "建议退回补正")
    assert [(v.field, v.text) for v in found.vague] == [("description", "先进水平")]
    assert [(r.quantity, r.text, r.high) for r in found.requirements] == [("漏检率", "漏检率≤0.5%", 0.005)]
    assert {"节拍产能", "检测项目"} <= {question.topic for question in found.questions}
    assert "联系方式" not in found.missing
    assert PHONE not in answer.text
    assert PERSON not in answer.text


def test_an_unsaved_record_is_judged_alike(office: Any) -> None:
    body = {
        "title": POOR.title,
        "organization": POOR.organization,
        "industries": ["橡胶塑料"],
        "description": POOR.description,
        "requirements": POOR.requirements,
        "contact": {"person": PERSON, "phone": PHONE},
    }
    unsaved = office.call("POST", "/api/v1/completeness", "viewer", json=body).json()
    assert unsaved == office.call("GET", f"{PATH}/completeness").json()
    solution = office.call("POST", "/api/v1/completeness", json={"kind": "solution", "title": "视觉检测"})
    assert "应用案例" in CompletenessOut.model_validate(solution.json()).missing
    assert office.call("POST", "/api/v1/completeness", json={}).status_code == 422


def test_a_stored_solution_and_a_missing_record(office: Any) -> None:
    found = office.call("GET", "/api/v1/solutions/S-%E7%BC%BA/completeness").json()
    assert found["level"] == "建议退回补正"
    assert office.call("GET", "/api/v1/demands/D404/completeness").status_code == 404


def test_the_letter_is_laid_out_as_offices_do(office: Any) -> None:
    answer = office.call("GET", f"{PATH}/letter.docx?days=15", "viewer")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats-officedocument")
    assert (
        "filename*=UTF-8''%E8%A1%A5%E6%AD%A3%E9%80%9A%E7%9F%A5-D-%E7%BC%BA%2F1.docx"
        in (answer.headers["content-disposition"])
    )
    document = Document(io.BytesIO(answer.content))
    section = document.sections[0]
    sizes = (section.page_width, section.top_margin, section.left_margin)
    assert [round(size / Mm(1)) for size in sizes if size is not None] == [210, 37, 28]
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert lines[:2] == ["应用场景需求补正通知", "中山某塑胶厂："]
    assert lines[-2] == "粤港澳大湾区应用场景创新中心"
    assert [table.rows[0].cells[1].text for table in document.tables] == ["事项", "原文用语", "指标"]
    title = document.paragraphs[0].runs[0]
    assert title.font.size == Pt(22)
    assert title._element.rPr.rFonts.get(qn("w:eastAsia")) == "方正小标宋简体"
    everything = "\n".join([*lines, *(c.text for t in document.tables for row in t.rows for c in row.cells)])
    assert "先进水平" in everything
    assert PHONE not in everything


def test_the_contact_needs_its_own_permission_and_leaves_a_trace(office: Any) -> None:
    refused = office.call("GET", f"{PATH}/letter.docx?contact=true", "viewer")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
    pointless = office.call("GET", f"{PATH}/letter.docx?contact=true", "staff")
    assert (pointless.status_code, pointless.json()["error"]["details"]["field"]) == (422, "reason")
    named = office.call("GET", f"{PATH}/letter.docx?contact=true&reason=寄补正通知", "staff")
    document = Document(io.BytesIO(named.content))
    assert f"（收件人：联系人：{PERSON}　电话：{PHONE}）" in [paragraph.text for paragraph in document.paragraphs]
    (export, *_), _ = office.parts.store.exports.page(limit=1)
    assert (export.what, export.contacts, export.reason) == (f"补正通知（{POOR.id}）", True, "寄补正通知")
    assert export.label in document.sections[0].footer.paragraphs[0].text
    assert office.parts.store.audit_lines(limit=1)[0].action == "export"


def test_no_letter_for_a_complete_demand(office: Any) -> None:
    full = Demand(
        "D-全",
        "失能老人搬抱转移",
        organization="某护理院",
        industries=("养老",),
        region="佛山",
        description="全院失能长者430人，护理员112名分三班，现在靠两个人抱，去年23人腰伤，床间距只有90厘米，希望一个人就能转移。",
        requirements="承重≥120公斤；单次转移不超过3分钟；通过宽度不超过80厘米；续航≥8小时；预计2027年3月投用，先买12台。",
        cooperation=("采购设备",),
        contact=Contact(PERSON, PHONE),
    )
    office.parts.store.put(full)
    asked = office.call("GET", "/api/v1/demands/D-%E5%85%A8/completeness").json()["questions"]
    assert [question["topic"] for question in asked] == ["预算"]
    office.call("PATCH", "/api/v1/demands/D-%E5%85%A8", json={"budget": 80})
    refused = office.call("GET", "/api/v1/demands/D-%E5%85%A8/letter.docx")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "conflict")
    assert office.parts.store.contact(Kind.DEMAND, "D-全").phone == PHONE
