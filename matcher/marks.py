"""Whose figure it is: a fact of today, of the past, of others, a wish, a goal, or one with conditions attached."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum


class Mark(StrEnum):
    """Why a figure may not count as what is asked or offered. REACHED: it is what something came to (降到1%).
    UNCLEAR: its comparison can be read both ways (精度≥0.1mm)."""

    PRESENT = "present"
    PAST = "past"
    OTHERS = "others"
    WISH = "wish"
    OWN = "own"
    GOAL = "goal"
    DENIED = "denied"
    PARTIAL = "partial"
    REACHED = "reached"
    UNCLEAR = "unclear"


# Every alternative starts with a plain character: the regex engine then skips all places where none can start.
_WISHES = (
    "要求|希望|期望|必须|须(?=[在能具支可满达控不保实])|需(?=[要在能具支可满达控不有将对实配提完兼保]|[≥≤<>])|力争|确保|争取|期待|保证|不得"
    "|应(?=[不能达在为具支可满控小大低高有当按保实]|[≥≤<>])(?<!响应)(?<!适应)(?<!供应)"
)
_INSTEAD = "|".join(
    before + what
    for before in ("从", "由", "将", "把", "较", "比", "替代", "代替", "取代", "无需", "免", "减少")
    for what in ("目前", "现在", "当前", "现有", "原来", "原先", "去年", "以往", "此前", "人工", "传统")
)
"""Words that name the past only to leave it: 从目前的2%降到0.1%, 替代人工."""
_STATES: Mapping[Mark, str] = {
    Mark.PRESENT: "目前|现在|当前|现有|现状|现阶段|仍|已(?=[将经降达实做由从在用升提])|居高不下|一直|常年|眼下|如今",
    Mark.PAST: (
        "原来|原先|原有|以前|以往|过去|去年|上年|前年|此前|之前|往年|传统|人工(?=[检查测抽巡目操分搬判记录方漏误识完约需每单平误的|0-9])|手工|旧系统|旧设备|老系统|老设备"
        "|上线前|改造前|应用前|投用前|使用前"
    ),
    Mark.OTHERS: "同类|竞品|市面|行业平均|友商|普通产品|国外|进口|业内|常规产品|一般产品|同行",
    Mark.WISH: _WISHES,
    Mark.OWN: (
        "上线后|应用后|投用后|使用后|改造后|引入后|部署后|投运后|本系统|本方案|本产品|本设备|该系统|该方案|该产品|该设备|我司"
        f"|{_INSTEAD}"
    ),
}
_STATE = re.compile("|".join(_STATES.values()))
_KINDS = tuple((mark, re.compile(pattern)) for mark, pattern in _STATES.items())
_ASKING = re.compile(f"{_WISHES}|想|目标|拟(?<!模拟)(?<!虚拟)(?![合态真])|做到|达到|指标")
_CLAUSE_MARKS: Mapping[Mark, re.Pattern[str]] = {
    Mark.GOAL: re.compile(
        "目标(?![识检跟定分捕物])(?<!小目标)(?<!多目标)(?<!动目标)|预计(?!到)|计划(?=[达在于到将提建])|力争|有望|预期"
        "|拟(?<!模拟)(?<!虚拟)(?![合态真])|理论|研发中|在研|下一代|将达|可望|争取|展望"
    ),
    Mark.DENIED: re.compile(
        "无法|不能(?![超大高低小少多])|未能|难以|不保证|不承诺|达不到|做不到|没有达到|尚未|未达|不支持|不具备|很难|不可能|不要求|不需要|无需|不必"
        "|若(?!干)|如果|假如|除非|一旦|否则"
    ),
    Mark.PARTIAL: re.compile(
        "部分|个别|理想|实验室|特定|少数|有的|某些|仿真|样机|测试集|公开集|数据集|选配|可选|客户要求|用户要求|适用|适合|适配|占比|不含|不包括|除外"
    ),
}


def marks(before: str, clause: str, whole: str, compared: bool) -> frozenset[Mark]:
    """The marks of a figure, by its own clause up to the figure, the sentence `before` that, and the `whole` clause.

    Of the words for now, before, others and wish, the last one counts: 目前人工漏检率5%，要求降到1% is a wish. Those of
    earlier clauses say nothing about a figure with a written comparison (现状靠人工，漏检率≤1%).
    """
    found = {mark for mark, pattern in _CLAUSE_MARKS.items() if pattern.search(whole)}
    state = _state(clause) or _state(before)
    if state is not None and not (compared and state not in (Mark.WISH, Mark.OWN) and _state(clause) is None):
        found.add(state)
    return frozenset(found)


def _state(words: str) -> Mark | None:
    states = list(_STATE.finditer(words))
    if not states:
        return None
    return next(mark for mark, pattern in _KINDS if pattern.match(words, states[-1].start()))


def asks(sentence: str) -> bool:
    """Whether a sentence says that something is wanted."""
    return _ASKING.search(sentence) is not None


MAY_ASK = "要求|希望|期望|必须|须|需|力争|确保|争取|期待|保证|不得|应|想|目标|拟|做到|达到|指标"
"""Any text in which a part asks has one of these: the beginnings of the words of `asks`, whatever follows them."""
