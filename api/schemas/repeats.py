"""Suspected repeats, their difference and what is decided about them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.schemas.base import In, Line, Out

Decided = Literal["merge", "keep", "different"]


class Side(Out):
    """疑似重复的一方：哪一条记录。"""

    id: str
    title: str
    owner: Annotated[str, Field(description="需求单位或供应商")]
    region: str


class Suspicion(Out):
    """一次怀疑：有多大把握，人怎么判断。"""

    kind: Literal["demand", "solution"]
    probability: Annotated[float, Field(ge=0, le=1)]
    exact: Annotated[bool, Field(description="单位、名称和正文都相同")]
    says: Annotated[str, Field(description="为什么怀疑")]
    decision: Literal["", "merge", "keep", "different"]
    decision_name: str
    note: str


class FiledOut(Side):
    """疑似重复的一方；filed_at 是首次入库的时间。"""

    status: str
    filed_at: str


class RepeatOut(Suspicion):
    """一对疑似重复。older 先填报，合并时保留它。"""

    older: FiledOut
    newer: FiledOut
    decided_by: str
    decided_at: str | None


class RepeatPage(Out):
    """疑似重复的一页，最可能的在前。waiting 是还没有比对的记录数。"""

    items: list[RepeatOut]
    total: int
    waiting: int
    limit: int
    offset: int


class PieceOut(Out):
    """并排比较的一小段：a、b 是两边的原文，依次相连就是两边的全文。"""

    change: Literal["same", "removed", "added", "changed"]
    a: str
    b: str


class FieldDifferenceOut(Out):
    """一个栏目的比较。"""

    field: str
    label: str
    same: bool
    pieces: list[PieceOut]


class DifferenceOut(Out):
    """两条记录逐栏比较；a 先填报。"""

    a: FiledOut
    b: FiledOut
    fields: list[FieldDifferenceOut]


class DecisionIn(In):
    """对一对疑似重复的判断。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"decision": "different", "note": "二期工程，另行立项"}]})

    decision: Annotated[
        Decided, Field(description="merge 合并（保留先填报的）、keep 同一需求的不同版本都保留、different 不是重复")
    ]
    note: Annotated[Line, Field(description="说明")] = ""


class VariantIn(In):
    """两个名称是同一单位。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "恒洁卫浴", "same_as": "佛山恒洁卫浴公司"}]})

    name: Annotated[Line, Field(description="别名")]
    same_as: Annotated[Line, Field(description="它所指的单位")]


class VariantOut(Out):
    """一个登记过的别名。"""

    name: str
    same_as: str
    actor: str
    at: str


class VariantList(Out):
    """登记过的别名。"""

    items: list[VariantOut]
