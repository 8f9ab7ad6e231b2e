"""The small words around a figure: how it is compared, whether it is a level, a change or a best case, and when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

_MAY = "(?:得|应|能|可|宜|要|会|允许|准)?"

RELATIONS: Mapping[str, str] = {
    "≤": (
        rf"≤|<=|=<|不{_MAY}(?:高于|大于|超过|超出|多于|长于|晚于|迟于|超|逾)|(?:小于|低于|少于)或?等于"
        "|至多|最多不?超?过?|顶多"
    ),
    "≥": rf"≥|>=|=>|不{_MAY}(?:低于|少于|小于|短于|弱于)|(?:大于|高于|多于)或?等于|至少|最少|起码",
    "<": "<|低于|小于|少于|短于|不足|不到|不满|未超过|未超",
    ">": ">|高于|大于|超过|多于|长于|突破|超出|超|逾",
    "≈": "≈|~|约为?|大约|大概|接近|将近|近",
    "=": "=",
    "better": rf"优于|好于|快于|不{_MAY}(?:劣于|差于|逊于|慢于)",
}
"""Comparison → the words standing before a figure. "better": on the good side of it, whichever that is."""

SUFFIXES: Mapping[str, str] = {
    "≥": r"(?:\(含\)|及其?|或)?以上|之上|起(?![降步飞重点升吊来草订])|\+",
    "≤": r"(?:\(含\)|及其?|或)?以下|之下|(?:\(含\))?以内|之内|以里|内(?![部存容置外核燃蒙衬壁径网])",
    "≈": r"左右|上下(?![料件车班游行楼坡层])|许(?![可多])",
    "": r"\(含\)|之间|不等|范围内?",
}
"""Comparison → the words standing behind a figure. 以上/以下/以内 include the figure itself (Civil Code, art. 1259)."""

_UP = r"提高|提升|上升|升高|升|增加|增长|增幅|延长|增"
_DOWN = r"下降|降低|降幅|降|减少|减|缩短|压缩|压降|节约|节省|节"
TO = re.compile(
    r"(?:下?降低?|减少?|缩短?|压缩?|压降|控制|稳定|保持|维持|提高?|提升|上?升高?|增加?|增长|延长|收窄|改善|优化|变)了?(?:到了?|至|为|成|在)"
)
"""A change with its target: what follows is the level reached, not the size of the change."""
UP = re.compile(rf"(?:{_UP})(?:了|幅度)?")
DOWN = re.compile(rf"(?:{_DOWN})(?:了|幅度)?")
_LONG_UP, _LONG_DOWN = (r"提高|提升(?!机)|上升|升高|增加|增长|延长", r"下降|降低|减少|缩短|压缩|压降|节约|节省")
CHANGING = re.compile(
    rf"(?:(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?:了|约|近|逾|超过?)?"
    rf"|(?:(?P<raising>{_LONG_UP})|(?P<lowering>{_LONG_DOWN}))[\u4e00-\u9fff]{{0,6}})$"
)
"""A verb of change right before a name or a figure: 降低能耗20%, 提升20%的效率."""

_FILLERS = """
为 是 达到了 达到 达成 达 应 须 需 需要 要求 要 必须 均 都 各 仅 只 仅为 只有 在 于 实测
实现 指标 值 参数 做到 也 还 即 就 能 能够 可 将 一般 通常 全程 长期 整体 综合 的 了 时间
时长 范围 区间 等级 级别 能力 水平 目标 标准 标称 额定 设计 典型值 典型 : | 合计 总计 已
现 且 或 并 不等 从 由 介于 单 再 又 和 与 控制 未 未能 尚未 没有 无法 目前 现在 当前
原来 原先 过去 不能 难以 较人工 比人工 较传统 较原来 较以往 同比 环比
"""
_MAX = "最大 最高 最多 最长 最远 最大可达 峰值 上限"
_MIN = "最小 最低 最短 下限"
_BEST = "可达 可达到 高达 低至 可低至 最高可达 最低可达 最大可 最高可 最快 最优 最佳 最好 理论 最快可 多达"
_MEAN = "平均 均值 平均为 中位 平均值"
CONDITIONS: Mapping[str, str] = {
    "夜间": "夜间 夜晚 夜里 晚上 弱光 暗光 低照度",
    "白天": "白天 日间 昼间",
    "恶劣天气": "雨天 雨雾 雨雪 大雾 雾天 恶劣天气 雨中 暴雨",
    "满载": "满载 重载",
    "空载": "空载",
    "静态": "静态 静止",
    "动态": "动态 动态下",
    "室内": "室内",
    "室外": "室外 户外",
    "逆光": "逆光 强光",
    "水平": "水平 横向",
    "垂直": "垂直 竖直 纵向",
    "低温": "低温",
    "高温": "高温",
    "单点": "单点",
}
"""Circumstance → its words. Figures given for different circumstances are not compared."""


PER = re.compile(
    r"每个?(?P<time>小时|分钟|秒钟|秒|分)|(?P<hour>时速)|(?P<day>每天|每日|日均|单日|每昼夜"
    r"|(?<![0-9一二三四五六七八九十本节假生次今明昨即平往工休])日(?=[均产处作清吞加监配发送采查运]))"
    r"|(?P<year>每年|年均|年产|年处理)|(?P<month>每月|月均|月产)"
    r"|(?P<each>[人户亩吨车班台]均|每(?:[百千万]|[0-9]{1,6})?(?:米|公里|吨|班|人|户|亩|平方米|套|万))"
)
"""What makes the figure behind it a rate: 每小时600件, 日处理500吨, 每百米不超过3个."""
_PER_PLAIN = re.sub(r"\?P<\w+>", "?:", PER.pattern)


class Part(StrEnum):
    """What a word between a name and its figure does."""

    RELATION = "relation"
    FILLER = "filler"
    TO = "to"
    UP = "up"
    DOWN = "down"
    MAX = "max"
    MIN = "min"
    BEST = "best"
    MEAN = "mean"
    CONDITION = "condition"
    EACH = "each"
    ASIDE = "aside"


def _words(words: str) -> list[str]:
    return sorted(map(re.escape, words.split()), key=lambda w: (-len(w), w))


def _alternation(names: Mapping[str, str], prefix: str) -> str:
    return "|".join(f"(?P<{prefix}{i}>{pattern})" for i, pattern in enumerate(names.values()))


_CONDITION_OF = {word: name for name, words in CONDITIONS.items() for word in words.split()}
_CONDITION = "|".join(_words(" ".join(_CONDITION_OF)))
_SYMBOLS = tuple(RELATIONS)
_BEHIND = tuple(SUFFIXES)
_RELATION = _alternation(RELATIONS, "r")
_PART = re.compile(
    rf"(?P<to>{TO.pattern}|至|到)|{_RELATION}"
    rf"|(?P<up>{UP.pattern})|(?P<down>{DOWN.pattern})"
    rf"|(?P<best>{'|'.join(_words(_BEST))})|(?P<max>{'|'.join(_words(_MAX))})|(?P<min>{'|'.join(_words(_MIN))})"
    rf"|(?P<mean>{'|'.join(_words(_MEAN))})|(?P<condition>{_CONDITION})(?:条件|环境|工况|状态|场景|情况)?下?"
    rf"|(?P<each>分别)|(?P<aside>\([^()]{{0,24}}\))|(?P<filler>\s|{_PER_PLAIN}|{'|'.join(_words(_FILLERS))})"
)
_BEFORE = re.compile(rf"(?:{_RELATION}) ?(?:约|近)? ?$")
_SUFFIX = re.compile(rf" ?(?:{_alternation(SUFFIXES, 's')})")
_IN_NAME = re.compile(
    rf"(?P<best>{'|'.join(_words(_BEST))})|(?P<max>{'|'.join(_words(_MAX))})|(?P<min>{'|'.join(_words(_MIN))})"
    rf"|(?P<mean>{'|'.join(_words(_MEAN))})|(?P<condition>{_CONDITION})"
)


def parts(folded: str, start: int, end: int) -> list[tuple[Part, str]] | None:
    """What the words of `folded[start:end]` do, in order, with a relation's symbol or a condition's name; None if some
    word is none of ours, for then the name before and the figure behind may not belong together."""
    found: list[tuple[Part, str]] = []
    at = start
    while at < end:
        part = _PART.match(folded, at, end)
        if part is None:
            return None
        found.append(_part(part))
        at = part.end()
    return found


def _part(part: re.Match[str]) -> tuple[Part, str]:
    group = part.lastgroup or ""
    if group[1:].isdigit():
        return Part.RELATION, _SYMBOLS[int(group[1:])]
    if group == "condition":
        return Part.CONDITION, _CONDITION_OF[part["condition"]]
    if group == "aside":
        inside = _IN_NAME.search(part[0])
        return _part(inside) if inside else (Part.ASIDE, "")
    return Part(group), ""


def relation_before(folded: str, start: int, end: int) -> tuple[str, int]:
    """The comparison standing right before `end`, and where it starts; ("", end) where there is none."""
    found = _BEFORE.search(folded, max(start, end - 8), end)
    if found is None:
        return "", end
    symbol = next(name for name, text in found.groupdict().items() if text is not None)
    return _SYMBOLS[int(symbol[1:])], found.start()


def relation_behind(folded: str, at: int) -> tuple[str, int]:
    """The comparison standing right behind a figure that ends at `at`, and where it ends."""
    found = _SUFFIX.match(folded, at)
    if found is None:
        return "", at
    return _BEHIND[int((found.lastgroup or "s0")[1:])], found.end()


def circumstances(words: str) -> tuple[frozenset[str], frozenset[str]]:
    """The conditions and the extremes (max, min, best, mean) named in the words before a name."""
    conditions, extremes = set(), set()
    for found in _IN_NAME.finditer(words):
        kind, name = _part(found)
        if kind is Part.CONDITION:
            conditions.add(name)
        else:
            extremes.add(kind.value)
    return frozenset(conditions), frozenset(extremes)
