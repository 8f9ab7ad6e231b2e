"""A pilot's figures held against what was asked."""

from __future__ import annotations

import pytest

from matcher.measuring import asked_of, blank_table, judged, measured
from matcher.model import Demand, Status

DEMAND = Demand(
    "D1",
    "焊点检测",
    description="夜班容易漏检，要求车速不低于60米/分钟。",
    requirements="漏检率≤0.3%；单件检测时间不超过3秒；适应粉尘环境。",
)


@pytest.mark.parametrize(
    ("requirement", "result", "status"),
    [
        ("漏检率≤0.3%", "漏检率0.25%", Status.MET),
        ("漏检率≤0.3%", "0.25%", Status.MET),
        ("漏检率≤0.3%", "0.5%", Status.UNMET),
        ("单件检测时间不超过3秒", "2.1秒", Status.MET),
        ("单件检测时间不超过3秒", "4秒", Status.UNMET),
        ("8小时续航", "9小时", Status.MET),
        ("漏检率≤0.3%", "很好", Status.UNKNOWN),
        ("漏检率≤0.3%", "", Status.UNKNOWN),
        ("适应粉尘环境", "正常", Status.UNKNOWN),
    ],
)
def test_a_bare_figure_is_the_requirements_own(requirement: str, result: str, status: Status) -> None:
    assert measured(requirement, result).status is status


def test_a_new_table_lists_what_was_asked() -> None:
    assert asked_of(DEMAND) == ("漏检率≤0.3%", "单件检测时间不超过3秒", "适应粉尘环境", "要求车速不低于60米/分钟")
    assert [(m.requirement, m.measured, m.status) for m in blank_table(DEMAND)] == [
        ("漏检率≤0.3%", "", Status.UNKNOWN),
        ("单件检测时间不超过3秒", "", Status.UNKNOWN),
        ("适应粉尘环境", "", Status.UNKNOWN),
        ("要求车速不低于60米/分钟", "", Status.UNKNOWN),
    ]


def test_numbering_is_no_part_of_a_condition() -> None:
    demand = Demand("D2", "验布", requirements="1. 能打标、自动评分（四分制）；\n（2）结果传到MES；三、4米宽幅布能用")
    assert asked_of(demand) == ("能打标、自动评分（四分制）", "结果传到MES", "4米宽幅布能用")


def test_what_people_say_counts() -> None:
    rows = [("适应粉尘环境", "连续三个月正常", Status.MET), ("漏检率≤0.3%", "0.2%", None)]
    assert [(m.status, m.says) for m in judged(rows)] == [
        (Status.MET, "人工判断：达到要求"),
        (Status.MET, "达到要求"),
    ]
