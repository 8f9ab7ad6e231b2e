"""The follow-up as it goes in and out: pairs, moves, notes, pilots, files, cases, states of demands, batches."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from api.schemas.base import WHOLE, Day, In, Out, RecordId

Said = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
Named = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*\S[^\x00]*$")]
Version = Annotated[
    int | None, Field(ge=1, le=10**9, description="读到的 version；别人改过则拒绝，不填则不检查"), WHOLE
]
OnDay = Annotated[Day | None, Field(description="发生日期，不填为今天")]
NextDay = Annotated[Day | None, Field(description="下一步的日期")]

StageName = Literal["候选", "已推荐", "对接中", "验证中", "已落地", "搁置", "已排除"]
StateName = Literal["草稿", "待审核", "待补正", "已完善", "已发布", "已关闭"]
OutcomeName = Literal["进行中", "通过", "部分通过", "未通过"]
Verdict = Literal["met", "unmet", "unknown"]


class ShortlistIn(In):
    """列为候选的方案。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"solution_id": "S-000001", "grade": 83}]})

    solution_id: Annotated[RecordId, Field(description="方案编号")]
    owner: Annotated[Said, Field(max_length=100, description="跟进人；不填则为操作人")] = ""
    grade: Annotated[int | None, Field(ge=0, le=100, description="当时显示的分数"), WHOLE] = None
    note: Annotated[Said, Field(description="说明")] = ""


class ExcludeIn(In):
    """排除的方案和原因。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"solution_id": "S-000002", "reason": "只能离线检测，产线装不下"}]}
    )

    solution_id: Annotated[RecordId, Field(description="方案编号")]
    reason: Annotated[Said, Field(min_length=1, description="原因")]
    grade: Annotated[int | None, Field(ge=0, le=100, description="当时显示的分数"), WHOLE] = None


class MoveIn(In):
    """推进一步。哪些步骤合法、需要填什么，见对接详情里的 moves。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"to": "对接中", "next_step": "约供应商上门看线", "next_on": "2026-12-31"}]}
    )

    to: Annotated[StageName, Field(description="到哪个阶段")]
    reason: Annotated[Said, Field(description="原因或说明")] = ""
    next_step: Annotated[Said, Field(description="下一步")] = ""
    next_on: NextDay = None
    on: OnDay = None
    version: Version = None


class NoteIn(In):
    """一条记事。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "供应商报价 95 万元，含一年质保"}]})

    text: Annotated[Said, Field(min_length=1, description="内容")]
    on: OnDay = None


class ArrangeIn(In):
    """跟进人和下一步；不发送的项不变。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"next_step": "催检测报告", "next_on": "2026-12-31", "version": 1}]}
    )

    owner: Annotated[Said | None, Field(min_length=1, max_length=100, description="跟进人")] = None
    next_step: Annotated[Said | None, Field(description="下一步；发送空白表示取消")] = None
    next_on: NextDay = None
    version: Version = None


class MeasureIn(In):
    """一项指标要求和实测结果；status 不填则由系统比较。"""

    requirement: Annotated[Said, Field(min_length=1, description="指标要求")]
    measured: Annotated[Said, Field(description="实测结果")] = ""
    status: Annotated[Verdict | None, Field(description="人工判断")] = None


class PilotIn(In):
    """验证记录。measures 不填则列出需求的全部指标要求。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "place": "长安厂区二号线",
                    "scale": "1 条产线",
                    "begins": "2026-03-01",
                    "ends": "2026-09-01",
                    "measures": [{"requirement": "漏检率≤0.3%", "measured": "0.25%"}],
                }
            ]
        }
    )

    place: Annotated[Said, Field(min_length=1, description="验证地点")]
    scale: Annotated[Said, Field(description="验证规模，例如 20 台套")] = ""
    begins: Annotated[Day | None, Field(description="开始日期")] = None
    ends: Annotated[Day | None, Field(description="结束日期")] = None
    outcome: Annotated[OutcomeName, Field(description="结论")] = "进行中"
    remark: Annotated[Said, Field(description="说明")] = ""
    measures: Annotated[list[MeasureIn] | None, Field(max_length=100, description="指标实测")] = None


class CaseIn(In):
    """典型案例的文字；请不要写联系方式。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"title": "某精密五金厂中框外观检测", "text": "两条线上线半年，漏检率降到 0.1%。"}]
        }
    )

    title: Annotated[Named, Field(description="案例名称")]
    text: Annotated[Said, Field(min_length=1, description="案例内容")]


class DemandMoveIn(In):
    """需求状态的一步。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"to": "待补正", "reason": "缺少节拍和工件尺寸"}]})

    to: Annotated[StateName, Field(description="到哪个状态")]
    reason: Annotated[Said, Field(description="原因")] = ""
    batch: Annotated[Said, Field(max_length=200, description="批次；发布时必须有")] = ""
    on: OnDay = None


class BatchIn(In):
    """批次的计划发布日期和说明。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"publish_on": "2026-12-31", "note": "与市工信局联合发布"}]}
    )

    publish_on: Annotated[Day | None, Field(description="计划发布日期")] = None
    note: Annotated[Said, Field(description="说明")] = ""


class BatchDemandsIn(In):
    """要放进批次的需求。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"demands": ["D-000001", "D-000002"]}]})

    demands: Annotated[list[RecordId], Field(min_length=1, max_length=1000, description="需求编号")]


class EngagementOut(Out):
    """一条对接。before 是搁置之前的阶段；moved_at 是进入现阶段的时间。"""

    number: str
    demand_id: str
    solution_id: str
    stage: StageName
    before: StageName | None
    owner: str
    next_step: str
    next_on: str | None
    reason: str
    grade: int | None
    version: int
    created_at: str
    updated_at: str
    moved_at: str


class LegalMove(Out):
    """现在可以走的一步：到哪里、叫什么、需要填什么。"""

    to: str
    name: str
    needs: list[Literal["reason", "next_step", "batch"]]


class EventOut(Out):
    """发生过的一件事；on 是发生的日期，at 是记下的时间。"""

    seq: int
    subject: str
    demand_id: str
    kind: Literal["shortlist", "exclude", "move", "note", "plan", "pilot", "file", "case", "state"]
    at: str
    on: str
    actor: str
    start: str
    to: str
    says: str


class MeasureOut(Out):
    """一项指标的实测。"""

    requirement: str
    measured: str
    status: Verdict
    says: str


class PilotPlanOut(Out):
    """验证的内容。"""

    place: str
    scale: str
    begins: str | None
    ends: str | None
    outcome: OutcomeName
    remark: str
    measures: list[MeasureOut]


class PilotOut(Out):
    """一次验证。"""

    number: str
    engagement: str
    plan: PilotPlanOut
    created_at: str
    updated_at: str


class AttachmentOut(Out):
    """一个附件。"""

    number: str
    engagement: str
    name: str
    type: str
    size: int
    sha256: str
    actor: str
    at: str


class CaseOut(Out):
    """一个典型案例；已发布的会作为方案的案例参与匹配。"""

    number: str
    engagement: str
    demand_id: str
    solution_id: str
    title: str
    text: str
    state: Literal["草稿", "已发布", "已撤回"]
    created_at: str
    published_at: str | None


class EngagementDetail(Out):
    """一条对接的全部内容。demand_title 或 solution_title 为空表示记录已删除。"""

    engagement: EngagementOut
    demand_title: str
    solution_title: str
    moves: list[LegalMove]
    events: list[EventOut]
    pilots: list[PilotOut]
    files: list[AttachmentOut]
    cases: list[CaseOut]


class EngagementList(Out):
    """对接列表的一页，最近有变动的在前；by_stage 是不计阶段筛选时各阶段的条数。"""

    items: list[EngagementOut]
    total: int
    limit: int
    offset: int
    by_stage: dict[str, int]


class Shortlist(Out):
    """一条需求的全部对接，按编号排列。"""

    items: list[EngagementOut]


class CaseList(Out):
    """典型案例，按编号排列。"""

    items: list[CaseOut]


class DemandStateOut(Out):
    """需求现在的状态、可以走的步骤和经过。"""

    id: str
    state: StateName
    batch: str
    moves: list[LegalMove]
    events: list[EventOut]


class BatchOut(Out):
    """一个批次。"""

    name: str
    publish_on: str | None
    note: str
    created_at: str
    published_at: str | None


class BatchList(Out):
    """批次，最早建立的在前。"""

    items: list[BatchOut]


class BatchPublished(Out):
    """发布的结果：left 是批次里还没有审核完的需求，没有发布。"""

    batch: BatchOut
    published: list[str]
    left: list[str]
