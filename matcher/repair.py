"""Damage that can be undone with certainty: web markup, a converter's leftovers, text read in the wrong encoding.

Used where a file is read; what was there before is kept beside the value. What cannot be undone for certain is only
named, with its place. Typing errors, Traditional characters and full-width figures are no damage and stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape

from matcher.text import HAN, Mapped, glosses, simplified

_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6])>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:p|div|span|b|i|u|strong|em|font|li|ul|ol|a|td|tr|th|table|tbody|img|h[1-6]|o:p|section|br|sup|sub)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z]{2,8}\d{0,2});", re.IGNORECASE)
_RESIDUE = re.compile(rf"([{HAN}])\s?[(（]([{HAN}])[)）]")
_DOUBLED = re.compile(r"([，；、：,;])\1+|(?<!。)。。(?!。)")
_LOST = re.compile(r"(?:锟斤拷)+|\ufffd+|(?:烫烫|屯屯){2,}|\?{4,}")
_FOREIGN = re.compile(r"[^\x00-\x7f]{4,}")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_WESTERN = re.compile("[\u0080-\u00ff]")
_CHINESE_BYTES = re.compile(rb"[\xe4-\xe9][\x80-\xbf]{2}")
_SIGNS = re.compile("[<&(（\ufffd锟烫屯]|([，；、：,;])\\1|。。|[?]{4}")
"""Nothing but misread bytes is damaged without one of these; most texts have none, and are done with."""
_ENOUGH = 0.2
"""Of text that was read in the wrong encoding, at most so many characters are lost when it is read again."""
_CHINESE_AT_LEAST = 2
"""So many Chinese characters at least come out of it."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One kind of damage in a text: its code, and where it is first seen (from 0) if it could not be undone."""

    code: str
    at: int = -1

    @property
    def undone(self) -> bool:
        return self.at < 0


def repaired(text: str) -> tuple[str, tuple[Damage, ...]]:
    """The text with what is certain undone, and every kind of damage found. Most texts come back as they are."""
    if not _SIGNS.search(text) and not _misread(text):
        return text, ()
    found: list[Damage] = []
    for code, step in STEPS:
        after = step(text)
        if after != text:
            found.append(Damage(code))
            text = after
    if lost := mojibake(text):
        found.append(Damage("mojibake_lost", lost[0]))
    return text, tuple(found)


def mojibake(text: str) -> tuple[int, int] | None:
    """(start, end) of the first stretch whose characters are lost or were read in the wrong encoding, or None."""
    if found := _LOST.search(text):
        return found.span()
    for found in _FOREIGN.finditer(text) if _misread(text) else ():
        if any(_again(found[0], encode)[1] <= _ENOUGH for encode in WRONG):
            return found.span()
    return None


def _reread(text: str) -> str:
    """UTF-8 that was read as GBK or as Latin, read again where nothing of a stretch is lost."""

    def again(found: re.Match[str]) -> str:
        for encode in WRONG:
            whole, lost = _again(found[0], encode)
            if not lost:
                return whole
        return found[0]

    return _FOREIGN.sub(again, text) if _misread(text) else text


def _misread(text: str) -> bool:
    """Whether the bytes of a text may be those of Chinese in UTF-8; of ordinary text very seldom."""
    if text.isascii():
        return False
    return bool(_WESTERN.search(text)) or len(_CHINESE_BYTES.findall(_as_gbk(text))) >= _CHINESE_AT_LEAST


def _again(text: str, encode: Callable[[str], bytes]) -> tuple[str, float]:
    """The text read again as UTF-8, and how much of it is lost (0–1); 1 when no Chinese comes out."""
    try:
        written = encode(text)
    except UnicodeEncodeError:
        return text, 1.0
    if len(_CHINESE_BYTES.findall(written)) < _CHINESE_AT_LEAST:
        return text, 1.0
    again = written.decode("utf-8", "replace")
    lost = again.count("\ufffd") / len(again)
    return again, lost if lost <= _ENOUGH and len(_CHINESE.findall(again)) >= _CHINESE_AT_LEAST else 1.0


def _as_gbk(text: str) -> bytes:
    return b"\x80".join(part.encode("gb18030") for part in text.split("€"))


def _as_latin(text: str) -> bytes:
    if not _WESTERN.search(text):
        raise UnicodeEncodeError("latin-1", text, 0, 1, "nothing of it looks like Latin")
    return b"".join(char.encode("latin-1") if ord(char) < 256 else char.encode("cp1252") for char in text)


WRONG: tuple[Callable[[str], bytes], ...] = (_as_gbk, _as_latin)
"""How the bytes of UTF-8 were taken for something else."""


def _markup(text: str) -> str:
    if "<" not in text and "&" not in text:
        return text
    plain = _TAG.sub("", _BREAK.sub("\n", text))
    return _ENTITY.sub(lambda found: unescape(found[0]).replace("\xa0", " "), plain)


def _converted(text: str) -> str:
    """養(养)老 → 养老. 90厘米(实测) stays: not the same character twice."""
    if "(" not in text and "（" not in text:
        return text
    return _RESIDUE.sub(lambda f: f[2] if f[1] != f[2] and simplified(f[1]) == f[2] else f[0], text)


def _unglossed(text: str) -> str:
    """產(chǎn)業(yè) → 產業."""
    return glosses(Mapped(text)).text if "(" in text or "（" in text else text


def _single(text: str) -> str:
    """，， → ，: one mark where a slip of the finger left several; …… and 。。。 stay."""
    return _DOUBLED.sub(lambda found: found[0][0], text)


STEPS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("mojibake", _reread),
    ("html", _markup),
    ("residue", _converted),
    ("pinyin", _unglossed),
    ("punctuation", _single),
)
"""(code of the damage, what undoes it), in the order they are done."""
