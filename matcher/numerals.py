"""Numbers as people write them in Chinese text: 3.5, 1,200, 10万, ３, 三百二十, 两千三, 百分之九十五, 三分之一, 半."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from matcher.text import simplified

_SAME_WIDTH: dict[int, str] = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code != ord("，")},
    **dict.fromkeys((0x3000, 0xA0, *range(0x2002, 0x200B)), " "),
    **dict.fromkeys(map(ord, "–—−‒―－﹣‑‐"), "-"),
    **dict.fromkeys(map(ord, "～〜∼˜"), "~"),
    **dict.fromkeys(map(ord, "≦⩽﹤＜"), "≤"),
    **dict.fromkeys(map(ord, "≧⩾﹥＞"), "≥"),
    **dict.fromkeys(map(ord, "✕✖╳＊*"), "×"),
    **dict.fromkeys(map(ord, "˚º"), "°"),
    **dict.fromkeys(map(ord, "➔⇒➜"), "→"),
    **dict.fromkeys(map(ord, "﹪％"), "%"),
    **dict.fromkeys(map(ord, "（﹙"), "("),
    **dict.fromkeys(map(ord, "）﹚"), ")"),
    ord("µ"): "μ",
    ord("〇"): "零",
    ord("﹤"): "<",
    ord("＜"): "<",
    ord("﹥"): ">",
    ord("＞"): ">",
}


_ODD = re.compile("[" + re.escape("".join(map(chr, _SAME_WIDTH))) + "]")
_BY = re.compile(r"(?<=[0-9m米])( ?)[xX](?= ?[0-9])")


def fold(text: str) -> str:
    """Half width, simplified, one kind of dash, wave and times sign; character for character, so offsets stay true.

    The full-width comma stays: between digits it separates, where the plain one may group thousands.
    """
    plain = simplified(_ODD.sub(lambda found: _SAME_WIDTH[ord(found[0])], text))
    return _BY.sub(r"\1×", plain) if "x" in plain or "X" in plain else plain


@dataclass(frozen=True, slots=True)
class Number:
    """One written number at `folded[start:end]`, without its unit.

    `part`      it is a share by its own words (百分之三, 三分之一), so needs no unit
    `more`      strictly more than `value` (三十多, 10余万)
    `han`       written in Chinese numerals; `half` is the bare word 半
    `attached`  glued by - or / to a letter or digit before it: part of a model number unless a range claims it
    """

    value: Fraction
    start: int
    end: int
    part: bool = False
    more: bool = False
    han: bool = False
    half: bool = False
    attached: bool = False


_DIGIT = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}
_POWER = {"十": 10, "百": 100, "千": 1000}
_MYRIAD = {"万": 10**4, "亿": 10**8}
_TIMES = _POWER | _MYRIAD
_HAN = "".join({**_DIGIT, **_TIMES})

_NUMBER = re.compile(
    rf"(?=[0-9半{_HAN}])(?P<part>[百千万亿]分之)?(?:"
    r"(?P<arabic>[0-9]++(?:,[0-9]{3}(?![0-9]))*+(?:\.[0-9]++)?)"
    r"(?: ?(?P<some>[多余])?(?P<times>(?:[十百千万亿](?!分[之点])){1,3}))?"
    rf"|(?P<han>[{_HAN}]++(?:点[零一二三四五六七八九]++)?)"
    r"|(?P<half>半)"
    r")(?P<more>[多余来](?![于自源]))?"
)
_SHARE = re.compile(rf"分之(?:[0-9]{{1,9}}(?![0-9])|[{_HAN}]{{1,9}}(?![{_HAN}]))")
_LONGEST = 24
"""Characters a number may have; longer ones are codes, and too long for an int."""
_VAGUE_BEFORE = frozenset("几数上好第")
_INSIDE = frozenset("_.^#@0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_GLUE = frozenset("-/")


def numbers(folded: str) -> Iterator[Number]:
    """The numbers of a folded text, left to right. Vague ones (几十, 七八, 上百), ordinals and pieces of model numbers
    or versions (M8, 2.0.1, 10^5) are left out."""
    end = 0
    for found in _NUMBER.finditer(folded):
        start = found.start()
        if start < end:
            continue
        number = _number(folded, found)
        if number is not None:
            end = number.end
            yield number


def _number(folded: str, found: re.Match[str]) -> Number | None:
    start, end = found.span()
    before = folded[start - 1] if start else ""
    if before in _INSIDE or before in _VAGUE_BEFORE or folded.startswith("几", end):
        return None
    attached = before in _GLUE and start > 1 and folded[start - 2].isascii() and folded[start - 2].isalnum()
    if end - start > _LONGEST:
        return None
    han, half = found["han"] is not None, found["half"] is not None
    more = bool(found["more"] or found["some"])
    if half:
        return None if found["part"] else Number(Fraction(1, 2), start, end, han=True, half=True)
    value = han_number(found["han"]) if han else Fraction(found["arabic"].replace(",", ""))
    if value is None:
        return None
    for character in found["times"] or "":
        value *= _TIMES[character]
    if found["part"]:
        return Number(value / {"百": 100, **_TIMES}[found["part"][0]], start, end, part=True, more=more, han=han)
    share = _SHARE.match(folded, end)
    if share is not None:
        top = _plain(share[0][2:])
        return None if top is None or not value else Number(top / value, start, share.end(), part=True, han=han)
    return Number(value, start, end, more=more, han=han, attached=attached)


def _plain(written: str) -> Fraction | None:
    return Fraction(written) if written.isascii() else han_number(written)


def han_number(written: str) -> Fraction | None:
    """The value of a Chinese numeral, or None where it is none or not one number (七八, 三五, 二〇二四, 百)."""
    whole, _, decimals = written.partition("点")
    value = _whole(whole)
    if value is None or not decimals:
        return value
    digits = "".join(str(_DIGIT[c]) for c in decimals)
    return value + Fraction(int(digits), 10 ** len(digits))


def _whole(written: str) -> Fraction | None:
    """Strict reading: a digit needs its place, places must fall, a last digit may lean on the place before (一万五)."""
    if not written or (len(written) == 1 and written in "百千万亿"):
        return None
    total, section, digit, place, zero = 0, 0, -1, 0, False
    last = 10**9
    for character in written:
        if character == "零":
            if digit > 0:
                return None
            zero, digit = True, 0 if len(written) == 1 else -1
        elif character in _DIGIT:
            if digit >= 0:
                return None
            digit = _DIGIT[character]
        elif character in _POWER:
            power = _POWER[character]
            if (digit < 0 and (section or power != 10)) and not (digit < 0 and not section and not total):
                return None
            if place and power >= place:
                return None
            section += (digit if digit >= 0 else 1) * power
            place, digit, zero = power, -1, False
        else:
            power = _MYRIAD[character]
            if power >= last:
                return None
            amount = section + max(digit, 0)
            if not amount:
                return None
            total += amount * power
            last, section, digit, place, zero = power, 0, -1, power, False
    if digit >= 0:
        lean = place // 10 if place >= 100 and not zero else 1
        section += digit * lean
    return Fraction(total + section)
