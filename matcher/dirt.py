"""What stands in a text and is none of what it says: personal data, leftovers of web pages, pasted repeats, ornaments.

It stays in the stored text and is masked, character for character, in what is indexed, compared and quoted, so that
every place keeps its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from matcher.text import HAN

PERSONAL = frozenset({"phone", "email", "identity", "account", "person"})
MASK = "*"


@dataclass(frozen=True, slots=True)
class Dirt:
    """A stretch of a text, and what it is."""

    code: str
    start: int
    end: int


_SURNAME = (
    "[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜谢邹喻苏潘葛范彭郎鲁韦马苗方俞任袁柳鲍史唐费薛雷贺倪汤"
    "罗毕郝邬安常傅卞康伍余元顾孟黄穆萧尹姚邵汪祁毛米贝臧戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季贾江郭梅林钟徐邱骆高夏蔡田樊胡凌霍"
    "虞万柯管卢莫房丁邓洪包左石崔吉龚程邢裴陆荣翁甄曲段侯全甘武刘叶白蒲赖卓屠池谭申冉牛温庄晏柴阎向易廖耿匡文欧聂晁曾关游岑冼"
    "區陳張劉黃李吳鄭許楊葉謝蘇羅鄧馬]"
)
_TITLE = "(?:先生|女士|小姐|经理|主任|老师|科长|处长|部长|院长|校长|工程师|工|总|队长|站长|经理人|師傅|师傅)"
_MOBILE = r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"
_LANDLINE = r"[(（]?0\d{2,3}[)）]?[- ]?\d{3,4}[- ]?\d{4}(?: ?[-转] ?\d{1,6})?"
_ABROAD = r"[(（]?\+?(?:852|853)[)）]?[- ]?\d{4}[- ]?\d{4}"
_SPECIAL = r"[48]00[- ]?\d{3}[- ]?\d{4}"
_ANY_PHONE = rf"(?<![\d.])(?:{_MOBILE}|{_ABROAD}|{_LANDLINE}|{_SPECIAL})(?![\d.]?\d)"

_FIGURES = re.compile(r"\d[\d )）-]{6}")
"""What every telephone and identity number has, and few other texts."""

_PHONE = re.compile(_ANY_PHONE)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_IDENTITY = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])")
_ACCOUNT = re.compile(r"(?:微信|企鹅号|[QqＱｑ]{2})(?:号|群)?\s*[:：]?\s*([A-Za-z0-9][\w-]{4,19})")
_ACCOUNT_CUES = ("微信", "企鹅号", "QQ", "qq", "Qq", "ＱＱ", "ｑｑ")
_ROLE = "(?:联系人|联络人|对接人|经办人|填报人|负责人|联系方式|聯絡人|聯繫人|負責人)"
_PERSON = re.compile(rf"{_ROLE}(?:姓名)?\s*[:：]\s*([{HAN}]{{1,3}}?{_TITLE}|[{HAN}]{{2,4}}(?=[\s,，。；;、（(/\d]|\Z))")
_BESIDE = re.compile(
    rf"({_SURNAME}[{HAN}]{{0,2}}?{_TITLE}?)[\s:：,，(（]*(?:电话|手机|联系电话)?\s*[:：]?\s*(?={_ANY_PHONE})"
)

_WEB_CUE = re.compile(
    "(?=[浏阅点发更的当版Cc©I网分上下打关收字免郑责稿信文来首访….·])(?:浏览|阅读|点击|发布[时日]|更新时间|的位置|当前位置|版权|[Cc]opyright|©|ICP|网安备"
    "|分享到|[上下]一[篇条]|打印|关闭|收藏|字号|字体|免责声明|郑重声明|责编|责任编辑|来源[:：]|首页|访问量|……|[.]{4}|·{4})"
)
"""No leftover of a web page is without one of these; most texts have none, and are done with."""

_WEB = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        r"[（(【\[]?(?:浏览(?:次数|量|数)?|阅读(?:次数|量|数)?|点击(?:率|量|数|次数)?|访问量)\s*[:：]\s*\d+\s*次?[）)】\]]?",
        r"(?:发布(?:时间|日期)|更新时间)\s*[:：]\s*\d{4}[-年./]\d{1,2}[-月./]\d{1,2}日?(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?",
        r"(?:当前位置|您(?:现在)?的位置|你的位置)\s*[:：][^\n。；]{0,80}",
        r"^[ \t]*(?:网站)?首页(?:\s*(?:[>›»|/]|-{1,2}|&gt;)\s*[^\s>›»|/]{1,12})+[ \t]*$",
        r"^[ \t]*(?:网站)?首页(?:[ \t　|]+[^\s|]{2,8}){2,}[ \t]*$",
        r"[【\[(（]?(?:字号|字体(?:大小)?)\s*[:：]?\s*[大中小\s|]{3,9}[】\])）]?",
        r"[【\[(（]?(?:打印(?:本页|此页)?|关闭(?:窗口|本页)?|收藏(?:本页)?|我要纠错|返回顶部)(?:[\s|】\[【\]]+(?:打印(?:本页|此页)?|关闭(?:窗口|本页)?|收藏(?:本页)?|我要纠错|返回顶部))+[】\])）]?",
        r"[【\[](?:打印|关闭|收藏)(?:本页|窗口|此页)?[】\]]",
        r"分享到\s*[:：][^\n。]{0,40}",
        r"^[ \t]*(?:上|下)一[篇条]\s*[:：][^\n]{0,80}$",
        r"(?:责任编辑|责编|稿件来源|信息来源|文章来源)\s*[:：]\s*[^\s，。；]{1,20}",
        r"[^\n。；，]{0,30}ICP[备证]\s*[\w-]+号?(?:-\d+)?",
        r"[^\n。；，]{0,10}公网安备\s*\d+号?",
        r"(?:版权所有|Copyright|©|\(c\)\s*\d{4})[^\n。]{0,60}",
        r"(?:免责声明|版权声明|郑重声明)\s*[:：][^\n]{0,300}",
        r"^[ \t]*来源\s*[:：]\s*[^\s，。；]{2,20}(?:网|报|社|公众号|平台)[ \t]*$",
        r"第\s*[\d一二三四五六七八九十]{1,3}\s*[章节][^\n…·.]{0,30}(?:…{2,}|\.{4,}|·{4,})\s*\d{1,4}",
    )
)
_MARKUP = re.compile(
    r"</?[A-Za-z][A-Za-z0-9:]{0,9}(?:\s[^<>]{0,200})?/?>|&(?:nbsp|lt|gt|amp|quot|ldquo|rdquo|middot|#\d{2,6});"
)
_ORNAMENT = re.compile(
    r"[\u2605\u2606\u25c6-\u25cb\u25cd-\u25cf\u2600-\u2604\u2607-\u26ff\u2700-\u2712\u2715-\u275a\u2764-\u27bf"
    r"\u10e6\ua9c1\ua9c2\u06e9\u06de\U0001f300-\U0001faff]+"
)

SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]*")
SAME, MUCH = 12, 100
"""Sentences of at least so many characters count as pasted again, when together they have at least so many."""


def find(text: str) -> tuple[Dirt, ...]:
    """Every stretch, by place; stretches of different kinds may overlap. Clean text costs a few searches."""
    found = [*personal(text), *_web(text), *_repeats(text)]
    if "<" in text or "&" in text:
        found += _all("markup", _MARKUP, text)
    found += _all("ornament", _ORNAMENT, text)
    return tuple(sorted(found, key=lambda dirt: (dirt.start, dirt.end, dirt.code)))


@lru_cache(maxsize=1024)
def masked(text: str) -> str:
    """The text with its dirt blanked and its personal data starred; the length never changes."""
    found = find(text)
    if not found:
        return text
    characters = list(text)
    for sign, personal in ((" ", False), (MASK, True)):
        for dirt in found:
            if (dirt.code in PERSONAL) is personal:
                for at in range(dirt.start, dirt.end):
                    characters[at] = "\n" if characters[at] == "\n" else sign
    return "".join(characters)


def personal(text: str) -> Iterator[Dirt]:
    """The stretches of personal data alone, in no order; they may overlap."""
    if _FIGURES.search(text):
        for found in _BESIDE.finditer(text):
            yield Dirt("person", found.start(1), found.end(1))
        yield from _all("phone", _PHONE, text)
        yield from _all("identity", _IDENTITY, text)
    if "@" in text:
        yield from _all("email", _EMAIL, text)
    if any(cue in text for cue in _ACCOUNT_CUES):
        yield from (Dirt("account", found.start(1), found.end(1)) for found in _ACCOUNT.finditer(text))
    if ":" in text or "：" in text:
        yield from (Dirt("person", found.start(1), found.end(1)) for found in _PERSON.finditer(text))


def _web(text: str) -> Iterator[Dirt]:
    if _WEB_CUE.search(text):
        for pattern in _WEB:
            yield from _all("web", pattern, text)


def _repeats(text: str) -> list[Dirt]:
    """Sentences that have come before, where enough of the text is such: a page pasted several times."""
    if len(text) < 2 * MUCH:
        return []
    seen: set[str] = set()
    again: list[Dirt] = []
    for found in SENTENCE.finditer(text):
        sentence = "".join(found[0].split())
        if len(sentence) >= SAME:
            if sentence in seen:
                again.append(Dirt("repeat", found.start(), found.end()))
            seen.add(sentence)
    return again if sum(dirt.end - dirt.start for dirt in again) >= MUCH else []


def _all(code: str, pattern: re.Pattern[str], text: str) -> Iterator[Dirt]:
    return (Dirt(code, *found.span()) for found in pattern.finditer(text))
