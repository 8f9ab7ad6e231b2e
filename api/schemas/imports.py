"""Imports as they go in and out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.schemas.base import WHOLE, In, Line, Out, RecordId, Text
from api.schemas.records import DemandOut, SolutionOut
from api.schemas.repeats import FieldDifferenceOut, Side, Suspicion

Outcome = Literal["accepted", "noted", "incomplete", "rejected", "skipped"]
Mode = Literal["good", "all"]
Row = Annotated[int, Field(ge=1, le=1_100_000, description="表格里的行号"), WHOLE]
Sheet = Annotated[Line, Field(description="工作表名；CSV 等没有工作表的文件为空")]


class ProblemOut(Out):
    """导入时发现的一个问题。row 是表格里的行号（整张表的问题为 0）；suggestion 是同意后可以照办的改法。"""

    row: int
    sheet: str
    column: str
    code: str
    found: str
    hint: str
    verdict: Literal["note", "question", "missing", "skipped", "rejected"]
    field: str
    suggestion: str


class ImportOut(Out):
    """一次导入的结果。dry_run 为 true 时只检查：新增、更新、不变是入库后会有的条数。"""

    id: Annotated[str | None, Field(description="导入编号，凭它查看、撤销；只检查时为空")]
    file: str
    dry_run: bool
    demands: Annotated[int, Field(description="读到的需求条数")]
    solutions: Annotated[int, Field(description="读到的方案条数")]
    created: int
    updated: int
    unchanged: int
    accepted: Annotated[int, Field(description="没有问题的行数")]
    noted: Annotated[int, Field(description="已接收、有提示的行数")]
    incomplete: Annotated[int, Field(description="待补正的行数")]
    rejected: Annotated[int, Field(description="没有入库的行数")]
    skipped: Annotated[int, Field(description="不是数据的行数")]
    problems_total: int
    problems: Annotated[list[ProblemOut], Field(description="逐行的问题，最多列出 1000 条")]


class FormColumnOut(Out):
    """表格的一列。field 为空表示不认识；suggestions 是可能的字段（字段、中文名、相似度），确认后才会导入。"""

    at: int
    label: str
    field: str
    name: str
    suggestions: list[tuple[str, str, float]]


class FormOut(Out):
    """文件里的一张表。fingerprint 相同的表头是同一种表，确认过的对应关系会一直沿用。"""

    sheet: str
    kind: Literal["demand", "solution"]
    fingerprint: str
    first: int
    last: int
    columns: list[FormColumnOut]


class ProgressOut(Out):
    """正在做什么，做到哪里。"""

    step: str
    done: int
    total: int


class UploadOut(Out):
    """一次导入的现状。actions 是现在可以做的事。"""

    id: str
    file: str
    sha256: str
    size: int
    kind: Literal["demand", "solution", ""]
    mode: Mode
    state: Literal["reading", "previewed", "committing", "committed", "undone", "failed", "cancelled"]
    state_name: str
    by: str
    created_at: str
    updated_at: str
    counts: dict[str, int]
    message: str
    progress: ProgressOut | None
    actions: list[str]
    forms: list[FormOut]
    problems: Annotated[list[ProblemOut], Field(description="关于整张表的问题；逐行的问题见 rows")]


class KeptOut(Out):
    """撤销时保留下来的一条记录：导入之后又被修改或删除过。"""

    kind: Literal["demand", "solution"]
    id: str


class UndoneOut(UploadOut):
    """撤销的结果。"""

    kept: list[KeptOut]


class UploadPage(Out):
    """导入列表的一页，最近的在前。"""

    items: list[UploadOut]
    total: int
    limit: int
    offset: int


class ConversionOut(Out):
    """一个单元格是怎样读成的：原文、结果、规则、把握。"""

    column: str
    field: str
    raw: str
    value: str
    rule: str
    says: str
    confidence: Literal["certain", "likely", "doubtful"]


class DifferenceOut(Out):
    """一项内容前后的不同。"""

    field: str
    name: str
    before: str
    after: str


class ImportRowOut(Out):
    """读到的一行：记录、问题、读法，入库会新增还是更新，与已入库的有什么不同。"""

    sheet: str
    row: int
    outcome: Outcome
    outcome_name: str
    kind: Literal["demand", "solution", ""]
    id: str
    title: str
    change: Literal["created", "updated", "unchanged", ""]
    missing: list[str]
    conflicts: Annotated[list[str], Field(description="上次导入后人工改过、这次表里也改了的字段；入库以表为准")]
    problems: list[ProblemOut]
    conversions: list[ConversionOut]
    differences: list[DifferenceOut]
    record: Annotated[DemandOut | SolutionOut | None, Field(description="入库后的记录，不含联系方式")]


class ImportRowPage(Out):
    """逐行结果的一页，按文件里的顺序。"""

    items: list[ImportRowOut]
    total: int
    limit: int
    offset: int


class CellIn(In):
    """更正一个单元格：按更正后的文字重新读。"""

    sheet: Sheet = ""
    row: Row
    field: Annotated[Line, Field(description="字段名，例如 title、budget")]
    value: Annotated[Text, Field(description="更正后的文字；空白表示清空")]


class AgreedIn(In):
    """同意一处问题的建议改法。"""

    sheet: Sheet = ""
    row: Row
    code: Annotated[Line, Field(description="问题的代码")]


class CorrectionsIn(In):
    """对读入结果的更正和确认，可以分多次提交。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "corrections": [{"sheet": "需求汇总", "row": 21, "field": "organization", "value": "某市水务局"}],
                    "agreed": [{"sheet": "需求汇总", "row": 43, "code": "contact_swapped"}],
                    "mappings": {"3f9c1a2b4d5e6f70": {"诉求": "description"}},
                }
            ]
        }
    )

    corrections: Annotated[list[CellIn], Field(max_length=5000, description="更正的单元格")] = Field(
        default_factory=list
    )
    agreed: Annotated[list[AgreedIn], Field(max_length=5000, description="同意照办的建议")] = Field(
        default_factory=list
    )
    mappings: Annotated[
        dict[str, dict[str, str]], Field(max_length=50, description="表头指纹 → 表头写法 → 字段；ignored 表示不导入")
    ] = Field(default_factory=dict)
    remember: Annotated[bool, Field(description="记住表头的对应关系，以后同样的表直接沿用")] = True


class PlaceIn(In):
    """一行。"""

    sheet: Sheet = ""
    row: Row


class RepeatIn(In):
    """把一行当作已入库记录的重复：只补上那条记录里空白的各项。"""

    sheet: Sheet = ""
    row: Row
    into: Annotated[RecordId, Field(description="已入库记录的编号")]


class SideOut(Side):
    """疑似重复的一方。已入库的有 filed_at，清单里的有 sheet 和 row。"""

    filed_at: str | None
    sheet: str | None
    row: int | None


class SuspectedOut(Suspicion):
    """一对疑似重复。older 先填报（已入库的，或清单里在前的一行），合并时保留它；newer 在这份清单里。"""

    older: SideOut
    newer: SideOut
    fields: Annotated[list[FieldDifferenceOut], Field(description="逐栏、按词比较；a 先填报")]


class SuspectedPage(Out):
    """清单里疑似重复的一页，最可能的在前。compared 为 false 时清单太长，入库之后才比对。"""

    items: list[SuspectedOut]
    compared: bool
    undecided: Annotated[int, Field(description="还没有判断的对数")]
    total: int
    limit: int
    offset: int


class PairIn(In):
    """对一对疑似重复的判断。"""

    kind: Literal["demand", "solution"]
    older: Annotated[RecordId, Field(description="先填报的编号")]
    newer: Annotated[RecordId, Field(description="清单里那一条的编号")]
    decision: Annotated[
        Literal["merge", "keep", "different", ""],
        Field(description="merge 合并（保留先填报的）、keep 都保留、different 不是重复；为空表示重新判断"),
    ]
    note: Annotated[Line, Field(description="说明")] = ""


class PairsIn(In):
    """对疑似重复的判断，入库时照办。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"decisions": [{"kind": "demand", "older": "D-1", "newer": "D-2", "decision": "different", "note": ""}]}
            ]
        }
    )

    decisions: Annotated[list[PairIn], Field(min_length=1, max_length=1000, description="判断")]


class CommitIn(In):
    """怎样入库。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"mode": "good", "skip": [{"sheet": "需求汇总", "row": 36}]}]}
    )

    mode: Annotated[Mode, Field(description="good：合格的行入库；all：全部合格才入库")] = "good"
    skip: Annotated[list[PlaceIn], Field(max_length=50_000, description="不入库的行")] = Field(default_factory=list)
    merge: Annotated[list[RepeatIn], Field(max_length=50_000, description="并入已有记录的行")] = Field(
        default_factory=list
    )
    later: Annotated[bool, Field(description="还没有判断的疑似重复先入库，以后再判断")] = False


class UndoIn(In):
    """怎样撤销。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"keep_edited": True}]})

    keep_edited: Annotated[bool, Field(description="保留导入之后又修改过的记录，只撤销其余的")] = False


class RevisionOut(Out):
    """记录的一次变动。contact_changed 表示联系方式也有变动（不显示内容）。"""

    revision: int
    at: str
    by: str
    change: Literal["created", "updated", "removed"]
    origin: Annotated[str, Field(description="由哪次导入引起；为空表示不是导入")]
    contact_changed: bool
    differences: list[DifferenceOut]


class HistoryOut(Out):
    """记录的历次变动，最近的在前。"""

    items: list[RevisionOut]
