"""A ranking as it goes out, and what one asks for it with."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator

from api.schemas.base import WHOLE, Amount, In, Out, RecordId, Word, Words
from api.schemas.completeness import CompletenessOut
from api.schemas.records import (
    DEMAND,
    SAYS_SOMETHING,
    SOLUTION,
    DemandFields,
    DemandOut,
    Fields,
    SolutionFields,
    SolutionOut,
)

LONGEST_QUERY = 20_000
"""Letters of all fields of a query together."""

TopK = Annotated[int, Field(ge=1, le=200, description="最多返回多少条"), WHOLE]


class FiltersIn(In):
    """硬性筛选：只在写明时才排除。行业、技术等按词表填写，别名也认（词表见 /api/v1/vocabulary）。"""

    industries: Words = Field(default_factory=list, description="行业，满足其一即可")
    technologies: Words = Field(default_factory=list, description="技术方向，满足其一即可")
    regions: Words = Field(default_factory=list, description="地区，满足其一即可")
    maturity_at_least: Annotated[Word | None, Field(description="成熟度不低于")] = None
    qualifications: Words = Field(default_factory=list, description="资质，满足其一即可")
    budget_within: Annotated[Amount | None, Field(description="报价不超过，万元；面议的保留")] = None
    exclude: list[RecordId] = Field(default_factory=list, max_length=1000, description="不要返回的编号")


class MatchDemandIn(DemandFields):
    """用一条需求找方案；只填说明也可以。不保存。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{**DEMAND, "top_k": 5}, {"description": "养老院夜间离床看护"}],
            **SAYS_SOMETHING,
        }
    )

    kind: Literal["demand"] = "demand"
    top_k: TopK = 10
    filters: FiltersIn = FiltersIn()

    @model_validator(mode="after")
    def _short_enough(self) -> MatchDemandIn:
        _check_length(self)
        return self


class MatchSolutionIn(SolutionFields):
    """用一个方案找需求。不保存。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "solution", **SOLUTION}], **SAYS_SOMETHING})

    kind: Literal["solution"]
    top_k: TopK = 10
    filters: FiltersIn = FiltersIn()

    @model_validator(mode="after")
    def _short_enough(self) -> MatchSolutionIn:
        _check_length(self)
        return self


def _check_length(query: Fields) -> None:
    letters = sum(len(str(value)) for value in query.given().values())
    if letters > LONGEST_QUERY:
        raise ValueError(f"各项文字合计不能超过 {LONGEST_QUERY} 字，请只保留要点")


def _kind(value: Any) -> Any:
    return value.get("kind", "demand") if isinstance(value, dict) else getattr(value, "kind", "demand")


MatchIn = Annotated[
    Annotated[MatchDemandIn, Tag("demand")] | Annotated[MatchSolutionIn, Tag("solution")], Discriminator(_kind)
]
"""Without a kind it is a demand."""


class SpanOut(Out):
    """原文中值得高亮的一段：`fields[field]` 的第 start 到 end 个字（不含 end，按 Unicode 字符计）。"""

    side: Literal["query", "candidate"]
    field: str
    start: int
    end: int


class EvidenceOut(Out):
    """一条依据。points 是对数几率分，可正可负；各条相加就是 score。"""

    source: str
    points: float
    says: str
    spans: list[SpanOut]


class RequirementOut(Out):
    """一项指标要求及方案的满足情况。"""

    text: str
    status: Literal["met", "unmet", "unknown"]
    says: str
    spans: list[SpanOut]


class Card(Out):
    """排名里显示的记录；fields 是参与匹配的原文，spans 的位置以它为准。"""

    id: str
    title: str
    region: str
    industries: list[str]
    status: str
    fields: dict[str, str]


class SolutionCard(Card):
    """排名里的方案。"""

    vendor: str
    technologies: list[str]
    maturity: str


class DemandCard(Card):
    """排名里的需求。"""

    organization: str


class MatchOut(Out):
    """一条匹配。grade 是 0 到 100 的合适概率。"""

    rank: int
    score: float
    grade: int
    label: str
    evidence: list[EvidenceOut]
    requirements: list[RequirementOut]


class SolutionMatch(MatchOut):
    """匹配到的方案。"""

    solution: SolutionCard


class DemandMatch(MatchOut):
    """匹配到的需求。"""

    demand: DemandCard


class QueryOut(Out):
    """查询一方参与匹配的原文；side 为 query 的 spans 以它为准。"""

    fields: dict[str, str]


class RankingOut(Out):
    """排好序的匹配。suitable 为 false 表示没有合适的，列表仍给出供参考。"""

    generation: str
    suitable: bool
    took_ms: float
    filters: list[str]
    notes: list[str]
    query: QueryOut


class SolutionRanking(RankingOut):
    """排好序的方案。"""

    matches: list[SolutionMatch]


class DemandRanking(RankingOut):
    """排好序的需求。"""

    matches: list[DemandMatch]


class DemandFiled(Out):
    """新需求、它是否完整、推荐的方案和相似的已有需求。"""

    demand: DemandOut
    completeness: CompletenessOut
    ranking: SolutionRanking
    similar_demands: list[DemandMatch]


class SolutionFiled(Out):
    """新方案、它是否完整和它可能适用的需求。"""

    solution: SolutionOut
    completeness: CompletenessOut
    ranking: DemandRanking
