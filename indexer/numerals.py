"""Figures as Chinese texts write them: full width, thousands commas, Chinese numerals."""

from __future__ import annotations

import re
import unicodedata

_DIGITS = {
    char: value
    for value, chars in enumerate(("零〇", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for char in chars
}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_NUMERAL = re.compile(f"[{''.join(_DIGITS)}{''.join(_TENS)}]+")
_VAGUE = re.compile("[几数多上近余]")
_TRADITIONAL = str.maketrans("萬億圓圆幣號後為", "万亿元元币号后为")
_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def arabic(text: str) -> str:
    """NFKC, no white space, no thousands commas, 二百万 as 200万. 几十万 stays, since nobody knows how much it is."""
    flat = "".join(unicodedata.normalize("NFKC", text).split()).translate(_TRADITIONAL)
    flat = _COMMA.sub("", flat)

    def figure(found: re.Match[str]) -> str:
        if _VAGUE.search(flat[max(0, found.start() - 1) : found.start()] + flat[found.end() : found.end() + 1]):
            return found[0]
        return str(value_of(found[0]))

    return _NUMERAL.sub(figure, flat)


def value_of(numeral: str) -> int:
    """The value of a numeral below ten thousand: 三千五百 is 3500, 十二 is 12, and digit by digit 二〇二六 is 2026."""
    if not any(char in _TENS for char in numeral):
        return int("".join(str(_DIGITS[char]) for char in numeral))
    total, digit = 0, None
    for char in numeral:
        if char in _TENS:
            total += (1 if digit is None else digit) * _TENS[char]
            digit = None
        else:
            digit = _DIGITS[char]
    return total + (digit or 0)
