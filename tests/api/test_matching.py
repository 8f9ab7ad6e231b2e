"""Matching over HTTP: the shape of a ranking, filters, both directions, and that what was acknowledged shows."""

from __future__ import annotations

import math
from typing import Any

import pytest

from api.schemas.ranking import DemandRanking, SolutionRanking

QUESTION = {
    "description": "焊接车间焊点虚焊、偏焊靠人工目检，夜班漏检，想用视觉自动检测",
    "requirements": "漏检率≤0.5%；单件不超过3秒",
}


def test_a_ranking_has_the_documented_shape(service: Any) -> None:
    answer = service.call("POST", "/api/v1/match", "viewer", json=QUESTION)
    assert answer.status_code == 200
    ranking = answer.json()
    assert list(ranking) == ["generation", "suitable", "took_ms", "filters", "notes", "query", "matches"]
    SolutionRanking.model_validate(ranking)
    first = ranking["matches"][0]
    assert first["solution"]["id"] == "S1"
    assert first["solution"]["vendor"] == "甲视觉科技"
    assert [match["rank"] for match in ranking["matches"]] == list(range(1, len(ranking["matches"]) + 1))
    assert (
        service.call("POST", "/api/v1/match", json={"title": "x", **QUESTION}).json()["matches"][0]["solution"]["id"]
        == "S1"
    )


def test_evidence_adds_up_and_spans_lie_inside_the_texts(service: Any) -> None:
    ranking = service.call("POST", "/api/v1/match", json=QUESTION).json()
    for match in ranking["matches"]:
        assert math.isclose(sum(e["points"] for e in match["evidence"]), match["score"], abs_tol=1e-9)
        assert match["grade"] == round(100 / (1 + math.exp(-match["score"])))
        assert match["label"]
        texts = {"query": ranking["query"]["fields"], "candidate": match["solution"]["fields"]}
        spans = [span for reason in match["evidence"] + match["requirements"] for span in reason["spans"]]
        for span in spans:
            assert 0 <= span["start"] < span["end"] <= len(texts[span["side"]][span["field"]])


def test_requirements_are_held_against_the_offer(service: Any) -> None:
    first = service.call("POST", "/api/v1/match", json=QUESTION).json()["matches"][0]
    assert {requirement["status"] for requirement in first["requirements"]} == {"met"}
    assert "漏检率≤0.5%" in first["requirements"][0]["text"]


def test_scores_fall_and_repeat(service: Any) -> None:
    one, two = (service.call("POST", "/api/v1/match", json=QUESTION).json() for _ in range(2))
    scores = [match["score"] for match in one["matches"]]
    assert scores == sorted(scores, reverse=True)
    assert one["matches"] == two["matches"]


def test_top_k(service: Any) -> None:
    assert len(service.call("POST", "/api/v1/match", json={**QUESTION, "top_k": 1}).json()["matches"]) == 1
    for bad in (0, 201, "3", 2.5, True):
        assert service.call("POST", "/api/v1/match", json={**QUESTION, "top_k": bad}).status_code == 422


def test_demands_for_a_solution(service: Any) -> None:
    body = {"kind": "solution", "title": "焊点视觉检测", "indicators": "漏检率≤0.3%"}
    ranking = service.call("POST", "/api/v1/match", json=body).json()
    DemandRanking.model_validate(ranking)
    assert {ranking["matches"][0]["demand"]["id"], ranking["matches"][1]["demand"]["id"]} == {"D1", "D2"}
    assert service.call("POST", "/api/v1/match", json={**body, "organization": "x"}).status_code == 422


def test_matches_and_similar_of_a_stored_record(service: Any) -> None:
    assert service.call("GET", "/api/v1/demands/D1/matches").json()["matches"][0]["solution"]["id"] == "S1"
    assert service.call("GET", "/api/v1/solutions/S2/matches?top_k=1").json()["matches"][0]["demand"]["id"] == "D3"
    similar = service.call("GET", "/api/v1/demands/D1/similar").json()["matches"]
    assert similar[0]["demand"]["id"] == "D2"
    assert "D1" not in [match["demand"]["id"] for match in similar]
    assert service.call("GET", "/api/v1/demands/D9/matches").status_code == 404


@pytest.mark.parametrize(
    ("filters", "sentence", "left"),
    [
        ({"industries": ["养老"]}, "行业为", {"S2"}),
        ({"regions": ["深圳", "广州"]}, "地区为深圳或广州", {"S1", "S2"}),
        ({"maturity_at_least": "规模化应用"}, "成熟度不低于规模化应用", {"S1"}),
        ({"exclude": ["S1", "2025/03-12"]}, "不含已排除的2条", {"S2", "S3"}),
        ({"budget_within": 50}, "报价不超过50万元（含面议）", {"S2", "S3", "2025/03-12"}),
    ],
)
def test_filters_exclude_and_say_so(service: Any, filters: dict[str, Any], sentence: str, left: set[str]) -> None:
    ranking = service.call("POST", "/api/v1/match", json={"description": "自动检测", "filters": filters}).json()
    assert {match["solution"]["id"] for match in ranking["matches"]} <= left
    assert len(ranking["filters"]) == 1
    assert ranking["filters"][0].startswith(sentence)


def test_an_unknown_filter_word_is_named(service: Any) -> None:
    answer = service.call("POST", "/api/v1/match", json={**QUESTION, "filters": {"industries": ["炼金术"]}})
    assert answer.status_code == 422
    assert "“炼金术”" in answer.json()["error"]["message"]
    assert (
        service.call("POST", "/api/v1/match", json={**QUESTION, "filters": {"industry": ["汽车"]}}).status_code == 422
    )


def test_the_vocabulary_is_accepted_by_the_filters(service: Any) -> None:
    words = service.call("GET", "/api/v1/vocabulary", "viewer").json()
    for field in ("industries", "technologies", "regions", "qualifications"):
        filters = {field: words[field][:50]}
        assert service.call("POST", "/api/v1/match", json={**QUESTION, "filters": filters}).status_code == 200
    for word in words["maturities"]:
        filters = {"maturity_at_least": word}
        assert service.call("POST", "/api/v1/match", json={**QUESTION, "filters": filters}).status_code == 200


def test_nothing_suitable_is_an_ordinary_answer(service: Any) -> None:
    ranking = service.call("POST", "/api/v1/match", json={"description": "寻找失传的昆曲手抄乐谱"}).json()
    assert ranking["suitable"] is False
    assert ranking["notes"]


def test_a_question_has_a_length(service: Any) -> None:
    answer = service.call("POST", "/api/v1/match", json={"description": "焊" * 20_001})
    assert answer.status_code == 422
    assert "20000 字" in answer.json()["error"]["message"]
    assert service.call("POST", "/api/v1/match", json={}).status_code == 422
    assert service.call("POST", "/api/v1/match", json={"description": "  ", "title": ""}).status_code == 422


def test_what_was_acknowledged_shows_and_what_was_withdrawn_is_gone(make_service: Any) -> None:
    service = make_service()

    def found() -> list[str]:
        body = {"description": "古建筑木构件白蚁声学监测"}
        return [m["solution"]["id"] for m in service.call("POST", "/api/v1/match", json=body).json()["matches"]]

    new = {"id": "S-new", "title": "木构件白蚁声学监测仪", "description": "听声识别古建筑木构件里的白蚁。"}
    assert "S-new" not in found()
    filed = service.call("POST", "/api/v1/solutions", "staff", json=new)
    assert filed.status_code == 201
    assert found()[0] == "S-new"
    assert service.call("DELETE", "/api/v1/solutions/S-new", "staff").status_code == 204
    assert "S-new" not in found()
