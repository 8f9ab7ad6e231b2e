"""Demands and solutions as they come in and go out."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from api.schemas.base import (
    WHOLE,
    Budget,
    ContactIn,
    DeadlineOut,
    Due,
    In,
    Line,
    MoneyIn,
    MoneyOut,
    Out,
    RecordId,
    Text,
    Words,
)

DEMAND: dict[str, Any] = {
    "title": "车身焊点外观质量在线检测",
    "organization": "某汽车零部件有限公司",
    "industries": ["汽车"],
    "region": "广州",
    "description": "焊接车间每天约 3 万个焊点靠人工目检，容易漏检，夜班尤其明显，希望在线自动识别虚焊、偏焊和飞溅。",
    "requirements": "漏检率≤0.5%；单件检测时间不超过 3 秒；适应车间粉尘环境。",
    "budget": "80-120万元",
    "deadline": "2026年底",
}
SOLUTION: dict[str, Any] = {
    "title": "焊缝焊点视觉检测系统",
    "vendor": "某视觉科技有限公司",
    "industries": ["汽车", "机械"],
    "technologies": ["机器视觉", "缺陷检测"],
    "region": "深圳",
    "description": "面向焊接车间的在线视觉检测，自动识别虚焊、偏焊、飞溅和气孔，结果写入质量追溯系统。",
    "indicators": "漏检率≤0.3%；单件检测时间 2 秒。",
    "cases": "已在三家汽车零部件工厂的焊接线稳定运行一年以上。",
    "maturity": "规模化应用",
    "price": 95,
}

SAYS_SOMETHING: dict[str, Any] = {
    "anyOf": [
        {"required": [name], "properties": {name: {"type": "string", "pattern": r"\S"}}}
        for name in ("title", "description")
    ]
}
"""A record needs a title or a description; JSON Schema's way to say so."""

BESIDE = frozenset({"kind", "top_k", "filters"})
"""Fields of a question that are not the record's."""

Level = Annotated[int, Field(ge=1, le=9), WHOLE]
Status = Annotated[Line, Field(max_length=64, description="状态，例如 open、closed、incomplete")]


class Fields(In):
    """What both kinds of record have."""

    title: Annotated[Line, Field(description="名称；名称和说明至少填一项")] = ""
    industries: Words = Field(default_factory=list, description="行业，照原文写即可")
    region: Annotated[Line, Field(description="地区")] = ""
    contact: Annotated[ContactIn, Field(description="联系方式，单独保存")] = ContactIn()
    source: Annotated[Line, Field(description="来源")] = ""
    batch: Annotated[Line, Field(description="批次")] = ""
    status: Status = "open"

    def given(self) -> dict[str, Any]:
        """The fields of the record that were sent, as indexer.jsonl reads them."""
        return {name: _plain(getattr(self, name)) for name in sorted(self.model_fields_set - BESIDE)}


def _plain(value: Any) -> Any:
    if isinstance(value, MoneyIn):
        return value.plain()
    return value.model_dump() if isinstance(value, In) else value


class DemandFields(Fields):
    """需求的各项内容。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"requirements": "漏检率≤0.3%", "status": "open"}]})

    organization: Annotated[Line, Field(description="需求单位")] = ""
    org_type: Annotated[Line, Field(description="单位性质")] = ""
    site: Annotated[Text, Field(description="落地场地")] = ""
    description: Annotated[Text, Field(description="要解决的问题")] = ""
    requirements: Annotated[Text, Field(description="关键技术和指标，例如“漏检率≤3%”")] = ""
    target: Annotated[Text, Field(description="预期目标")] = ""
    current_base: Annotated[Text, Field(description="现有基础条件")] = ""
    scale: Annotated[Text, Field(description="试点规模")] = ""
    budget: Budget = None
    deadline: Due = None
    cooperation: Words = Field(default_factory=list, description="合作方式")
    keywords: Words = Field(default_factory=list, description="关键词")


class SolutionFields(Fields):
    """解决方案的各项内容。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"maturity": "中试", "status": "open"}]})

    vendor: Annotated[Line, Field(description="供应商")] = ""
    technologies: Words = Field(default_factory=list, description="技术方向")
    description: Annotated[Text, Field(description="方案说明")] = ""
    scenes: Annotated[Text, Field(description="可应用的场景")] = ""
    indicators: Annotated[Text, Field(description="主要指标")] = ""
    cases: Annotated[Text, Field(description="已落地案例")] = ""
    maturity: Annotated[Line, Field(description="成熟度")] = ""
    trl: Annotated[Level | None, Field(description="技术就绪度 1 到 9")] = None
    price: Budget = None
    delivery: Annotated[Text, Field(description="交付周期")] = ""
    qualifications: Words = Field(default_factory=list, description="企业资质")


class DemandIn(DemandFields):
    """一条需求；不填编号时由系统编号。"""

    model_config = ConfigDict(json_schema_extra={"examples": [DEMAND], **SAYS_SOMETHING})

    id: Annotated[RecordId | None, Field(description="编号；不填则由系统给出")] = None


class SolutionIn(SolutionFields):
    """一个解决方案；不填编号时由系统编号。"""

    model_config = ConfigDict(json_schema_extra={"examples": [SOLUTION], **SAYS_SOMETHING})

    id: Annotated[RecordId | None, Field(description="编号；不填则由系统给出")] = None


class DemandOut(Out):
    """一条需求，不含联系方式。"""

    id: str
    title: str
    organization: str
    org_type: str
    industries: list[str]
    region: str
    site: str
    description: str
    requirements: str
    target: str
    current_base: str
    scale: str
    budget: MoneyOut | None
    deadline: DeadlineOut | None
    cooperation: list[str]
    keywords: list[str]
    source: str
    batch: str
    status: str


class SolutionOut(Out):
    """一个解决方案，不含联系方式。"""

    id: str
    title: str
    vendor: str
    industries: list[str]
    technologies: list[str]
    region: str
    description: str
    scenes: str
    indicators: str
    cases: str
    maturity: str
    trl: int | None
    price: MoneyOut | None
    delivery: str
    qualifications: list[str]
    source: str
    batch: str
    status: str


class DemandPage(Out):
    """需求列表的一页，按编号排列。"""

    items: list[DemandOut]
    total: int
    limit: int
    offset: int


class SolutionPage(Out):
    """方案列表的一页，按编号排列。"""

    items: list[SolutionOut]
    total: int
    limit: int
    offset: int
