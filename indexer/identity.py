"""The id of a record whose source gave it none: the same organisation and title always get the same one."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from matcher.model import Kind

PREFIX = {Kind.DEMAND: "D", Kind.SOLUTION: "S"}
_LEGAL_FORM = re.compile(r"(?:(?:股份|责任|集团)?有限(?:责任)?)?公司")
_NOISE = re.compile(r"[\W_]+")
_BRACKET = re.compile(r"\([^()]*\)")


def name_key(text: str) -> str:
    """A name as it is compared: width, case, white space, punctuation and the legal form of a company do not matter.

    Deliberately not the analyser of matcher.text: an id must outlive every change of that.
    """
    flat = unicodedata.normalize("NFKC", text).casefold()
    return _NOISE.sub("", _LEGAL_FORM.sub("", _BRACKET.sub("", flat))) or _NOISE.sub("", flat)


def title_key(text: str) -> str:
    """A title as it is compared. Brackets and legal forms stay, since （二期） is another demand."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())


def stable_id(kind: Kind, owner: str, title: str) -> str:
    """Such as D-3f9c1a2b4d5e; `title` may be the description where there is no title."""
    key = f"{kind}\0{name_key(owner)}\0{title_key(title)}"
    return f"{PREFIX[kind]}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
