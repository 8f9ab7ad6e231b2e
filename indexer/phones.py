"""Telephone numbers, and cells that hold a whole contact. Digits are never guessed."""

from __future__ import annotations

import re
import unicodedata

from indexer.cells import LONGEST_FIGURE, NOTHING, line, plain
from indexer.reading import Cell, Confidence, Note, Reading, Rule, Verdict
from matcher.model import Contact

INVALID = Note("phone_invalid", "电话位数或写法不对，已按原文保留，请核对", Verdict.QUESTION)
LOSSY = Note("phone_lossy", "电话被存成科学计数，后面的数字已丢失，不可信，未入库，请人工补填", Verdict.MISSING)
SEVERAL = Note("phone_several", "一格里有多个电话，第一个作为主要电话")

CLEANED = Rule("phone", "去掉空格、连字符和 +86，全角转半角")
LOST = Rule("phone_lossy", "数字已丢失，没有取值", Confidence.DOUBTFUL)
AS_IS = Rule("phone_as_is", "写法不对，保留原文", Confidence.DOUBTFUL)
TAKEN_APART = Rule("contact", "把一格里的姓名、电话、邮箱分开", Confidence.LIKELY)

_FORMS = (
    re.compile(r"1[3-9]\d{9}"),  # mainland mobile
    re.compile(r"0\d{2,3}-?\d{7,8}(?:-\d{1,6})?"),  # landline with area code, extension
    re.compile(r"\d{7,8}(?:-\d{1,6})?"),  # landline, Hong Kong or Macau number without code
    re.compile(r"[48]00-?\d{3}-?\d{4}"),
    re.compile(r"\+(?!86)\d{1,3} \d{6,12}"),
)
_REMARK = re.compile(r"\([^()\d]*\)")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d+")
_SPLIT = re.compile(r"[、;/,|\n]+|(?:或者?|和)")
_HOME = re.compile(r"\A\(?(?:\+|00)86\)?-?")
_ABROAD = re.compile(r"\A\(?(?:\+|00)(\d{1,3})\)?[ -]*(?=\d)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IN_TEXT = re.compile(r"(?:\(?\+\d{2,3}\)?\s*)?\(?\d[\d\s()-]{5,}\d")


def phones(cell: Cell) -> Reading[str]:
    """The numbers of a cell without spaces, hyphens of mobiles and +86, joined by 、; as written if it is no number."""
    raw = line(plain(cell).replace("\n", "、")).value
    if raw in NOTHING:
        return Reading("")
    if len(raw) > LONGEST_FIGURE:
        return Reading(raw, (INVALID,), AS_IS)
    flat = _REMARK.sub("", unicodedata.normalize("NFKC", raw))
    if _SCIENTIFIC.fullmatch(flat):
        return Reading("", (LOSSY,), LOST)
    numbers = [number(piece) for piece in _SPLIT.split(flat) if piece.strip()]
    notes = (SEVERAL,) if len(numbers) > 1 else ()
    if not numbers or None in numbers:
        return Reading(raw, (*notes, INVALID), AS_IS)
    value = "、".join(dict.fromkeys(filter(None, numbers)))
    return Reading(value, notes, CLEANED if value != plain(cell) else None)


def number(text: str) -> str | None:
    """One number in one spelling, or None: 138-0000-4192 as 13800004192, (+852) 2800 6025 as +852 28006025."""
    flat = "".join(unicodedata.normalize("NFKC", text).split()).translate(str.maketrans("—–－转", "----"))
    flat = _HOME.sub("", flat)
    abroad = _ABROAD.match(flat)
    if abroad:
        flat = f"+{abroad[1]} " + flat[abroad.end() :].replace("-", "")
    flat = flat.replace("(", "").replace(")", "-" if flat.startswith("(0") else "")
    mobile = flat.replace("-", "")
    for spelling in (mobile, flat) if mobile.startswith("1") else (flat,):
        if any(form.fullmatch(spelling) for form in _FORMS):
            return spelling
    return None


def contact(cell: Cell) -> Reading[Contact]:
    """A cell such as `张三 13800001234 zs@example.com` taken apart; what is no number and no address is the person."""
    raw = unicodedata.normalize("NFKC", line(plain(cell).replace("\n", " ")).value)
    if len(raw) > LONGEST_FIGURE:
        return Reading(Contact(raw), (INVALID,), AS_IS)
    email = next(iter(_EMAIL.findall(raw)), "")
    rest = _EMAIL.sub(" ", raw)
    found = _IN_TEXT.findall(rest)
    person = " ".join(re.sub(r"(?:联系人|姓名|电话|手机|邮箱|[:;,、/])", " ", _IN_TEXT.sub(" ", rest)).split())
    reading = phones("、".join(found))
    return Reading(Contact(person, reading.value, email), reading.notes, TAKEN_APART)
