"""Text fit for any document: nothing that a file cannot hold, and no telephone number or address of a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from matcher.dirt import personal

LONGEST = 32_767
"""Letters that one cell of a workbook holds."""

CUT = "……（内容过长，此处从略）"

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_INSTEAD: Mapping[str, str] = MappingProxyType(
    {
        "phone": "（电话略）",
        "email": "（邮箱略）",
        "identity": "（证件号略）",
        "account": "（账号略）",
        "person": "（姓名略）",
    }
)
"""Code of personal data in matcher.dirt → what stands in its place."""


def writable(text: str) -> str:
    """The text without the characters that neither workbooks nor documents can hold; cut at LONGEST letters."""
    clean = _UNWRITABLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return clean if len(clean) <= LONGEST else clean[: LONGEST - len(CUT)] + CUT


def published(text: str) -> str:
    """The text as it may be published: telephone numbers, mail addresses, identity numbers and named contacts gone."""
    pieces, at = [], 0
    for dirt in sorted(personal(text), key=lambda found: (found.start, -found.end)):
        if dirt.start >= at:
            pieces += [text[at : dirt.start], _INSTEAD[dirt.code]]
        at = max(at, dirt.end)
    return writable("".join((*pieces, text[at:])))
