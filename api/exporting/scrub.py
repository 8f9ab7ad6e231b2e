"""Text fit for any document: nothing that a file cannot hold, and no telephone number or address of a person."""

from __future__ import annotations

import re

LONGEST = 32_767
"""Letters that one cell of a workbook holds."""

CUT = "……（内容过长，此处从略）"

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_DIGITS = r"(?<![\d.])"
_END = r"(?![\d.]*\d)"
_PERSONAL: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "（邮箱略）"),
    (re.compile(_DIGITS + r"\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx]" + _END), "（证件号略）"),
    (re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"), "（电话略）"),
    (re.compile(r"(?<!\d)\+?(?:852|853)[- ]?[2-9]\d{3}[- ]?\d{4}(?!\d)"), "（电话略）"),
    (re.compile(r"(?<!\d)[(（]?0\d{2,3}[)）]?[- ]?[2-8]\d{2,3}[- ]?\d{4}(?:[-转 ]{1,2}\d{1,5})?(?!\d)"), "（电话略）"),
    (re.compile(r"(?<![\w-])[48]00[- ]\d{3}[- ]?\d{4}(?!\d)"), "（电话略）"),
    (re.compile(r"(?:微信|QQ|ＱＱ|企鹅号)(?:号)?\s*[:：]?\s*[A-Za-z0-9_-]{5,20}", re.IGNORECASE), "（账号略）"),
    (
        re.compile(
            r"(?:联系人|联络人|经办人)\s*[:：]\s*[\u4e00-\u9fff]{1,3}"
            r"(?:先生|女士|小姐|经理|主任|工程师|科长|处长|总监|老师|工|总)?(?=[\s,，;；。、（(]|$)"
        ),
        "（联系人略）",
    ),
)
"""What personal data in running text looks like, and what stands there instead."""


def writable(text: str) -> str:
    """The text without the characters that neither workbooks nor documents can hold; cut at LONGEST letters."""
    clean = _UNWRITABLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return clean if len(clean) <= LONGEST else clean[: LONGEST - len(CUT)] + CUT


def published(text: str) -> str:
    """The text as it may be published: telephone numbers, mail addresses, identity numbers and named contacts gone."""
    for pattern, instead in _PERSONAL:
        text = pattern.sub(instead, text)
    return writable(text)
