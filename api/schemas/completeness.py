"""The completeness check as it goes in and out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag

from api.schemas.base import Out
from api.schemas.records import DEMAND, SAYS_SOMETHING, SOLUTION, DemandFields, SolutionFields


class CheckDemandIn(DemandFields):
    """一条还没有保存的需求。"""

    model_config = ConfigDict(json_schema_extra={"examples": [DEMAND], **SAYS_SOMETHING})

    kind: Literal["demand"] = "demand"


class CheckSolutionIn(SolutionFields):
    """一个还没有保存的方案。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "solution", **SOLUTION}], **SAYS_SOMETHING})

    kind: Literal["solution"]


def _kind(value: Any) -> Any:
    return value.get("kind", "demand") if isinstance(value, dict) else getattr(value, "kind", "demand")


CheckIn = Annotated[
    Annotated[CheckDemandIn, Tag("demand")] | Annotated[CheckSolutionIn, Tag("solution")], Discriminator(_kind)
]
"""Without a kind it is a demand."""


class ItemOut(Out):
    """一个评分项目：得分、满分和理由。"""

    key: str
    label: str
    points: int
    most: int
    says: str


class QuestionOut(Out):
    """一个要问填报人的问题。weight 3 最重要。"""

    topic: str
    asks: str
    weight: Annotated[int, Field(ge=1, le=3)]


class VagueOut(Out):
    """一处含糊用语：原文 `field` 栏的第 start 到 end 个字（不含 end），以及建议怎样写清楚。"""

    field: str
    text: str
    start: int
    end: int
    asks: str


class MeasuredOut(Out):
    """一项读出的指标要求。low、high 用基本单位（米、秒、千克、比例等），没有界限的一侧为 null。"""

    quantity: Annotated[str, Field(description="指标名称；原文没有写名称时为空")]
    text: Annotated[str, Field(description="原文")]
    relation: Literal["≤", "<", "≥", ">", "=", "≈", "range"]
    low: float | None
    high: float | None
    dimension: str


class CompletenessOut(Out):
    """完整度：0 到 100 分，各项得分的理由，要追问的问题，含糊用语，读出的指标。"""

    score: Annotated[int, Field(ge=0, le=100)]
    level: str
    advice: str
    items: list[ItemOut]
    missing: Annotated[list[str], Field(description="一分未得的项目名称")]
    questions: list[QuestionOut]
    vague: list[VagueOut]
    requirements: list[MeasuredOut]
