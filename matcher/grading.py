"""The items of the completeness check and their points: one table for demands, one for solutions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from matcher.examined import Examined, Grade, Rule
from matcher.model import Contact, Demand, Money, Solution

_TODAY = re.compile(
    "目前|现在|现有|现由|现靠|现用|一直|全靠|靠人|人工|手工|肉眼|老师傅|经常|常常|时有|频发|近年|去年|今年|前年|难以|不足|滞后|困难"
    "|投诉|返工|事故|不够|招不到|痛点|低下|偏高|漏|缺乏|短缺|严重|费时|费力|发现不了|看不|不准|麻烦|怕|现时|现行|未能|依靠|靠|没人|缺|只能|高发|常年|长期|只有|没底|来回|不便|压力|风险|占用|滞后|一直|没有"
)
_WANTED = re.compile(
    "想|希望|期望|要求|需要|需求|拟|寻求|征集|建设|实现|解决|提升|代替|替代|能不能|有没有|寻|求|遴选|引入"
)
_DUE = re.compile(
    "(?:20[0-9]{2} ?年|[0-9一二三四五六七八九十两]个?月|年底|年内|月底)[^，。；,;]{0,8}"
    "(?:前|投用|上线|完成|建成|投运|交付|试行|可用)"
)
_FIGURE = re.compile("[0-9]")
_EXTENT = frozenset({"台套", "户", "床位", "面积", "里程", "人次", "产量", "质量", "人"})
_STORYLESS = 0.35
"""A short text that tells nothing of today gets no more of the problem's points."""
_THINGS = frozenset({"件数"})
_SITES = (
    *("工位", "点位", "车间", "工地", "考点", "站", "门店", "网点", "标段", "项目"),
    *("村", "镇", "学校", "院", "园区", "线", "房", "岛", "库"),
)
"""A plain count tells the extent only of one of these."""
_INDICATORS = (0.0, 0.45, 0.7, 0.85, 1.0)
"""Share of the points for 0, 1, 2, 3, and 4 or more measurable requirements."""


def _demand(examined: Examined) -> Demand:
    assert isinstance(examined.record, Demand)
    return examined.record


def _solution(examined: Examined) -> Solution:
    assert isinstance(examined.record, Solution)
    return examined.record


def _filled(value: Callable[[Examined], object], found: str, lacks: str) -> Callable[[Examined], Grade]:
    """All points for a field that is filled, none for an empty one."""
    return lambda examined: (1.0, found) if value(examined) else (0.0, lacks)


def _title(examined: Examined) -> Grade:
    letters = len(examined.record.title.strip())
    if not letters:
        return 0.0, "没有填名称"
    return (1.0, "已填写") if letters >= 5 else (0.5, "名称太短，看不出要做什么")


def _industry(examined: Examined) -> Grade:
    if not examined.record.industries:
        return 0.0, "没有填行业"
    return (1.0, "已填写") if examined.industry_read else (0.6, "行业不在词表里，按原文保留")


def _problem(examined: Examined) -> Grade:
    plain = examined.plain
    text = "\n".join(plain[field] for field in ("description", "current_base") if field in plain)
    if not text:
        return 0.0, "没有写要解决的问题"
    length = 1.0 if len(text) >= 60 else 0.65 if len(text) >= 30 else 0.3 if len(text) >= 12 else 0.0
    today = _TODAY.search(text) is not None
    wanted = any(_WANTED.search(words) for words in plain.values()) or "requirements" in plain
    lacks = [
        *([] if length == 1 else ["写得太少"]),
        *([] if today else ["没有写现在怎么做、问题出在哪里"]),
        *([] if wanted else ["没有写希望达到什么效果"]),
    ]
    share = (length + today + wanted) / 3
    return share if today or length == 1 else min(share, _STORYLESS), "；".join(lacks) or "现状、问题和愿望都有"


def _measurable(examined: Examined) -> Grade:
    figures = len(examined.requirements)
    if figures:
        return _INDICATORS[min(figures, 4)], f"读出 {figures} 项可以衡量的要求"
    demand = examined.record
    text = demand.requirements if isinstance(demand, Demand) else demand.indicators
    return (0.2, "写了要求，但没有一项写明数值") if text.strip() else (0.0, "没有写指标")


def _clear(examined: Examined) -> Grade:
    if not "".join((examined.record.description, *_wanted_texts(examined))).strip():
        return 0.0, "正文是空的"
    vague = [found.text for found in examined.vague]
    if not vague:
        return 1.0, "没有发现含糊用语"
    return max(0.0, 1 - len(vague) / 3), f"有 {len(vague)} 处用语含糊：{'、'.join(dict.fromkeys(vague))}"


def _wanted_texts(examined: Examined) -> tuple[str, ...]:
    record = examined.record
    return (record.requirements, record.target) if isinstance(record, Demand) else (record.indicators, record.scenes)


def _extent(examined: Examined) -> Grade:
    if _demand(examined).scale.strip():
        return 1.0, "已填写试点规模"
    if examined.said.counts(_EXTENT, ()) or examined.said.counts(_THINGS, _SITES):
        return 1.0, "正文写明了数量或范围"
    return 0.0, "没有写数量、范围或规模"


def _conditions(examined: Examined) -> Grade | None:
    total = len(examined.open) + len(examined.answered)
    if not total:
        return None
    open_ = "、".join(asked.topic for asked in examined.open)
    says = f"这类需求要说明的 {total} 项，已说明 {len(examined.answered)} 项"
    return len(examined.answered) / total, says + (f"，还缺：{open_}" if open_ else "")


def _deadline(examined: Examined) -> Grade:
    due = _demand(examined).deadline
    if due is not None and due.day is not None:
        return 1.0, "已写明时限"
    if due is not None and due.raw.strip():
        return 0.3, f"只写了“{due.raw.strip()}”，没有具体时间"
    if _DUE.search(examined.said.text):
        return 0.8, "正文提到了时间"
    return 0.0, "没有写时限"


def _amount(money: Money | None, name: str) -> Grade:
    if money is not None and money.low is not None:
        return 1.0, f"已写明{name}"
    if money is not None and money.raw.strip():
        return 0.3, f"只写了“{money.raw.strip()}”，没有金额"
    return 0.0, f"没有写{name}"


def _budget(examined: Examined) -> Grade:
    return _amount(_demand(examined).budget, "预算")


def _price(examined: Examined) -> Grade:
    return _amount(_solution(examined).price, "报价")


def _contact(examined: Examined) -> Grade | None:
    contact = examined.contact
    if contact is None:
        return None
    if contact == Contact():
        return 0.0, "没有联系人和电话"
    reachable = bool(contact.phone.strip() or contact.email.strip())
    return (1.0, "已填写") if reachable else (0.2, "只有联系人，没有电话或邮箱")


def _cases(examined: Examined) -> Grade:
    text = _solution(examined).cases.strip()
    if not text:
        return 0.0, "没有写应用案例"
    return (1.0, "案例里有数字") if _FIGURE.search(text) and len(text) >= 15 else (0.6, "有案例，但没有写规模和成效")


def _capability(examined: Examined) -> Grade:
    length = len(_solution(examined).description.strip())
    if not length:
        return 0.0, "没有写方案内容"
    return (1.0, "已写明方案内容") if length >= 60 else (0.6, "方案内容写得太少")


_OWNER = _filled(lambda e: _demand(e).organization.strip(), "已填写", "没有填需求单位")
_REGION = _filled(lambda e: e.record.region.strip(), "已填写", "没有填所在地")
_COOPERATION = _filled(lambda e: _demand(e).cooperation, "已填写", "没有写合作方式")
_VENDOR = _filled(lambda e: _solution(e).vendor.strip(), "已填写", "没有填申报单位")
_TECHNOLOGIES = _filled(lambda e: _solution(e).technologies, "已填写", "没有填技术方向")
_SCENES = _filled(lambda e: _solution(e).scenes.strip(), "已填写", "没有写适用场景")
_MATURITY = _filled(lambda e: _solution(e).maturity.strip() or _solution(e).trl, "已写明成熟度", "没有写成熟度")
_DELIVERY = _filled(lambda e: _solution(e).delivery.strip(), "已写明交付周期", "没有写交付周期")

_ASK_PROBLEM = "请写明要解决什么问题：现在怎么做、难在哪里、希望变成什么样。"
_ASK_FIGURES = "请列出可以验收的指标和数值，例如准确率、速度、精度。"
_ASK_EXTENT = "请写明数量或范围：几条线、几台设备、多少点位、多大面积或多少人使用。"
_ASK_TESTED = "请列出实测指标和数值，例如准确率、速度、精度，并注明测试条件。"
_ASK_CASES = "请给出一至三个案例：用在哪家单位、什么时候投用、取得什么成效。"
_ASK_MATURITY = "请写明目前处于样机、小试、中试、小批量还是规模化应用。"
_ASK_PRICE = "请给出大致报价范围（万元），注明按套还是按项目。"

RULES: Mapping[type, Sequence[Rule]] = MappingProxyType(
    {
        Demand: (
            Rule("title", "需求名称", 4, _title, "请给这项需求起一个名称，写明对象和要做的事。"),
            Rule("organization", "需求单位", 6, _OWNER, "请填写需求单位的全称。"),
            Rule("industry", "所属行业", 4, _industry, "请填写所属行业。"),
            Rule("region", "所在地", 5, _REGION, "请填写项目所在的市、区和具体场所。"),
            Rule("problem", "问题描述", 20, _problem, _ASK_PROBLEM),
            Rule("requirements", "指标要求", 18, _measurable, _ASK_FIGURES),
            Rule("clarity", "用语明确", 6, _clear),
            Rule(
                "extent",
                "数量与范围",
                8,
                _extent,
                _ASK_EXTENT,
            ),
            Rule("conditions", "现场条件", 11, _conditions),
            Rule("deadline", "时限", 6, _deadline, "请写明希望完成或投用的年月。"),
            Rule(
                "budget",
                "预算",
                5,
                _budget,
                "如已有预算，请给出大致范围（万元）。",
            ),
            Rule("contact", "联系方式", 5, _contact, "请填写联系人和电话，便于核对情况。"),
            Rule("cooperation", "合作方式", 2, _COOPERATION),
        ),
        Solution: (
            Rule("title", "方案名称", 4, _title, "请给方案起一个名称，写明用在什么对象上、做什么事。"),
            Rule("vendor", "申报单位", 6, _VENDOR, "请填写申报单位的全称。"),
            Rule("industry", "适用行业", 5, _industry, "请填写适用的行业。"),
            Rule("technologies", "技术方向", 5, _TECHNOLOGIES, "请填写所用的主要技术。"),
            Rule("region", "所在地", 3, _REGION, "请填写单位所在地。"),
            Rule("capability", "方案内容", 16, _capability, "请写明方案由什么组成、怎样工作、解决什么问题。"),
            Rule("scenes", "适用场景", 8, _SCENES, "请列出可以应用的场景，以及不适用的情况。"),
            Rule(
                "indicators",
                "主要指标",
                17,
                _measurable,
                _ASK_TESTED,
            ),
            Rule("clarity", "用语明确", 4, _clear),
            Rule("cases", "应用案例", 15, _cases, _ASK_CASES),
            Rule("maturity", "成熟度", 7, _MATURITY, _ASK_MATURITY),
            Rule(
                "price",
                "报价",
                4,
                _price,
                _ASK_PRICE,
            ),
            Rule("delivery", "交付周期", 3, _DELIVERY, "请写明从签约到投用大约要几个月。"),
            Rule("contact", "联系方式", 3, _contact, "请填写联系人和电话。"),
        ),
    }
)
"""Kind of record → its items in the order they are shown. The points of a kind add up to 100."""
