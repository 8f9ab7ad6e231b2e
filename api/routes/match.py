"""Rank for a record that is not stored, and the words that filters know."""

from __future__ import annotations

from fastapi import FastAPI, Response

from api.asking import ranked, record_of
from api.auth import Matching, Reading
from api.documenting import guarded
from api.parts import Parts
from api.presenting import json_response
from api.schemas.ranking import DemandRanking, MatchIn, SolutionRanking
from api.schemas.service import Vocabulary
from matcher.model import Kind


def add_routes(app: FastAPI, parts: Parts) -> None:
    @app.post(
        "/api/v1/match",
        tags=["匹配"],
        summary="为一条需求（或方案）匹配，不保存",
        description="发送需求的任意几项，只有说明也可以；`kind` 为 solution 时用方案找需求。"
        "返回排好序的匹配、逐条依据、指标要求的满足情况；`suitable` 为 false 表示没有合适的。",
        response_model=SolutionRanking | DemandRanking,
        responses=guarded("match:run", body=True),
    )
    def match(body: MatchIn, caller: Matching) -> Response:
        profile = parts.search.profile(record_of(Kind(body.kind), body))
        return json_response(ranked(parts, profile, k=body.top_k, asked=body.filters))

    @app.get(
        "/api/v1/vocabulary",
        tags=["匹配"],
        summary="筛选可用的词表",
        description="行业、技术方向、地区、成熟度（由低到高）和资质的标准名称。筛选时别名也认。",
        response_model=Vocabulary,
        responses=guarded("records:read"),
    )
    def vocabulary(caller: Reading) -> Response:
        names = parts.taxonomy.names
        return json_response(
            {
                "industries": names["industry"],
                "technologies": names["technology"],
                "regions": names["region"],
                "maturities": names["maturity"],
                "qualifications": names["qualification"],
            }
        )
