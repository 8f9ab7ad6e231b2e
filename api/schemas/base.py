"""Kinds of values that all models share. Strict: a number is not a text, an unknown field is an error."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

LONGEST = 32_767
"""Letters in one field, as in a cell of a workbook."""

_NO_NUL = r"^[^\x00]*$"

Line = Annotated[str, StringConstraints(max_length=500, pattern=_NO_NUL)]
Text = Annotated[str, StringConstraints(max_length=LONGEST, pattern=_NO_NUL)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_NO_NUL)]
Words = Annotated[list[Word], Field(max_length=100)]
RecordId = Annotated[
    str,
    StringConstraints(
        max_length=128,
        pattern=r"^[^\s\x00-\x1f\x7f-\x9f]([^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f])?$",
    ),
]


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)
"""Stands last in the annotation of an integer; JSON does not tell 90 from 90.0."""

Amount = Annotated[float, Field(ge=0, le=1e10, allow_inf_nan=False)]


def _day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError("应为日期，例如 2026-12-31") from None
    return text


Day = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"),
    AfterValidator(_day),
    Field(json_schema_extra={"format": "date"}),
]


class In(BaseModel):
    """What comes in."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class Out(BaseModel):
    """What goes out. The models document the answers and are held against them in the tests."""

    model_config = ConfigDict(extra="forbid")


class MoneyIn(In):
    """金额，单位万元。"""

    low: Annotated[Amount | None, Field(description="下限，万元；与 high 同时填或都不填")] = None
    high: Annotated[Amount | None, Field(description="上限，万元；两数先后不限")] = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(description="币种")] = "CNY"
    per: Annotated[Line, Field(description="单价的计价单位，例如 套、线；总价留空")] = ""
    raw: Annotated[Line, Field(description="原文")] = ""

    def plain(self) -> dict[str, object]:
        """The mapping indexer.jsonl reads: both figures, in order, or none."""
        figures = sorted(figure for figure in (self.low, self.high) if figure is not None)
        rest: dict[str, object] = {"currency": self.currency, "per": self.per, "raw": self.raw}
        return {**rest, "low": figures[0], "high": figures[-1]} if figures else rest


class DatedIn(In):
    """写明日期的期限。"""

    day: Annotated[Day, Field(description="日期；只到月或年时取最后一天")]
    precision: Annotated[Literal["day", "month", "year"], Field(description="原文精确到日、月还是年")] = "day"
    raw: Annotated[Line, Field(description="原文")] = ""


class UndatedIn(In):
    """没有写明日期的期限，例如“尽快”。"""

    day: None = None
    precision: Literal[""] = ""
    raw: Annotated[Line, Field(description="原文")] = ""


class ContactIn(In):
    """联系方式。单独保存，不参与匹配，不出现在任何普通响应里。"""

    person: Line = ""
    phone: Line = ""
    email: Line = ""


Budget = Annotated[
    MoneyIn | Amount | Line | None,
    Field(description="金额：数字（万元）、原文（例如“50-80万元”“面议”）或对象"),
]
Due = Annotated[
    DatedIn | UndatedIn | Line | None,
    Field(description="期限：原文（例如“2026年底”“尽快”）或对象"),
]


class MoneyOut(Out):
    """金额，单位万元；没有写明金额时 low 和 high 为 null。"""

    low: float | None
    high: float | None
    currency: str
    per: str
    raw: str


class DeadlineOut(Out):
    """期限；没有写明日期时 day 为 null。"""

    day: str | None
    precision: Literal["day", "month", "year", ""]
    raw: str


class RevealIn(In):
    """为什么要看完整的联系方式。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "电话核实现场参数"}]})

    reason: Annotated[
        str,
        StringConstraints(min_length=2, max_length=200, pattern=r"^[^\x00]*\S[^\x00]*$"),
        Field(description="用途，记入审计"),
    ]


class ContactOut(Out):
    """联系方式（个人信息；完整的只有写明用途才能看）。"""

    person: str
    phone: str
    email: str
