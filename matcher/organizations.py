"""Names of organisations as they are compared: legal form, brackets and place in front do not matter.

Short forms agree with the full ones. What is stored stays as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from matcher.text import simplified

_BRACKET = re.compile(r"[(（\[【][^()（）\[\]【】]*[)）\]】]")
_NOISE = re.compile(r"[\W_]+")
_LEGAL = re.compile(
    r"(?:(?:股份|责任|集团|控股|实业)*有限(?:责任)?公司|(?:集团|总|股份)公司|(?:股份)?有限合伙|公司|集团)"
)
_BRANCH = re.compile(r"(?:[\u4e00-\u9fff]{2,4})?(?:分公司|分院|分校|分行|支行|分店|办事处|分中心|事业部)$")
_PLACE = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,3}(?:省|自治区|特别行政区))?(?:[\u4e00-\u9fff]{2,3}市)?(?:[\u4e00-\u9fff]{1,3}[区县镇])?"
)
_CITIES = (
    "广东|广州|深圳|珠海|汕头|佛山|韶关|河源|梅州|惠州|汕尾|东莞|中山|江门|阳江|湛江|茂名|肇庆|清远|潮州"
    "|揭阳|云浮|香港|澳门|北京|上海|中国"
)
_CITY = re.compile(f"^(?:{_CITIES})")
_SOME = re.compile("^[某一]|(?<=[\u4e00-\u9fff])某|某(?=[\u4e00-\u9fff])")
SHORTEST = 2
"""Letters that must be left of a name for it to mean anything."""


def key(name: str) -> str:
    """The name as it is compared: 佛山市恒洁卫浴（集团）股份有限公司 and 恒洁卫浴 have one key. "" for no name."""
    flat = simplified(unicodedata.normalize("NFKC", name)).casefold()
    bare = _NOISE.sub("", _BRACKET.sub("", flat)) or _NOISE.sub("", flat)
    steps = (_LEGAL, _BRANCH, _PLACE, _CITY, _SOME)
    for step in steps:
        shorter = step.sub("", bare)
        if len(shorter) >= SHORTEST:
            bare = shorter
    return bare


@lru_cache(maxsize=65_536)
def spelled(name: str) -> str:
    """The name without what is mere writing: script, width, letter case, blanks and punctuation.

    Unlike `key` nothing else is left out, so that namesakes of two cities stay apart: by this it is told what a member
    may see.
    """
    return _NOISE.sub("", simplified(unicodedata.normalize("NFKC", name)).casefold())


def likeness(a: str, b: str, same: Mapping[str, str] | None = None) -> float:
    """How alike two names are, 0 to 1: 1 with equal keys, also after `same` (key → key of confirmed variants), .9 when
    one contains the other, .8 when the shorter abbreviates the longer, else the share of character pairs."""
    ours, theirs = ((same or {}).get(found, found) for found in (key(a), key(b)))
    if not ours or not theirs:
        return 0.0
    if ours == theirs:
        return 1.0
    short, long = sorted((ours, theirs), key=len)
    if len(short) >= SHORTEST and short in long:
        return 0.9
    if len(short) > SHORTEST and _abbreviates(short, long):
        return 0.8
    pairs = [{text[at : at + 2] for at in range(len(text) - 1)} for text in (short, long)]
    return 2 * len(pairs[0] & pairs[1]) / (len(pairs[0]) + len(pairs[1])) if all(pairs) else 0.0


def _abbreviates(short: str, long: str) -> bool:
    """Whether the letters of the short name stand in the long one, in order and from its first letter on."""
    letters = iter(long)
    return short[0] == long[0] and all(letter in letters for letter in short)
