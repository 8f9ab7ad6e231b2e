"""Figures as Chinese texts write them: full width, thousands commas, Chinese numerals."""

from __future__ import annotations

import re
import unicodedata

from matcher.numerals import han_number

_FORMAL = str.maketrans("〇壹贰叁肆伍陆柒捌玖拾佰仟", "零一二三四五六七八九十百千")
_DIGITS = {char: str(value) for value, char in enumerate("零一二三四五六七八九")} | {"两": "2"}
_NUMERAL = re.compile(f"[{''.join(_DIGITS)}十百千]+")
_VAGUE = re.compile("[几数多上近余]")
_TRADITIONAL = str.maketrans("萬億圓圆幣號後為", "万亿元元币号后为")
_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def arabic(text: str) -> str:
    """NFKC, no white space, no thousands commas, 二百万 as 200万. 几十万 stays, since nobody knows how much it is."""
    flat = "".join(unicodedata.normalize("NFKC", text).split()).translate(_TRADITIONAL)
    flat = _COMMA.sub("", flat).translate(_FORMAL)

    def figure(found: re.Match[str]) -> str:
        if _VAGUE.search(flat[max(0, found.start() - 1) : found.start()] + flat[found.end() : found.end() + 1]):
            return found[0]
        value = value_of(found[0])
        return found[0] if value is None else str(value)

    return _NUMERAL.sub(figure, flat)


def value_of(numeral: str) -> int | None:
    """The value of a numeral below ten thousand: 三千五百 is 3500, 十二 is 12, and digit by digit 二〇二六 is 2026.

    None for what is no one number (百, 十百).
    """
    plain = numeral.translate(_FORMAL)
    if all(char in _DIGITS for char in plain):
        return int("".join(_DIGITS[char] for char in plain))
    value = han_number(plain)
    return None if value is None else int(value)
