"""Rows that do not fit their header: moved sideways, two cells exchanged, the wrong kind of list. Told, not guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from indexer import cells
from indexer.catalogue import catalogue
from indexer.dates import deadline
from indexer.headers import Column, Header
from indexer.money import money
from indexer.phones import phones
from indexer.reading import Cell
from matcher.model import Kind

Row = Mapping[int, Cell]
"""Column position → cell; blank cells are ""."""

OWNER = {Kind.DEMAND: "organization", Kind.SOLUTION: "vendor"}
COMPANY = re.compile(r"(?:公司|集团|工厂|厂|企业|合作社|事务所|商行|经营部|工作室)(?:[（(].{1,12}[)）])?$")
PUBLIC = re.compile(
    r"(?:局|委员会|委|办公室|办|政府|街道|管委会|医院|学校|大学|中学|小学|幼儿园|学院|中心|站|所|队|馆|院|处|协会|社区|村|法院|检察院|"
    r"管理署|署)$"
)
_PROSE = re.compile(r"(?:[^\W\d_].*){4}")

_WISH = re.compile(
    "希望|想要|要求|不能|要能|最好|我们|我司|我院|我局|本局|本院|本会|本行|现在|靠人|全靠|看不过来|忙不过来|投诉|缺人|难招|难请|痛点|不够"
    "|招不到|辛苦|去年|怎么办|有没有|能不能|只能|少装|必须"
)
_OFFER = re.compile(
    "采用|基于|支持|可实现|搭载|提供|适配|内置|自研|融合|算法|模型|引擎|方案|集成|模块|可选|开放接口|累计|交付"
)
_PRODUCT = re.compile("(?:系统|平台|机器人|设备|装置|解决方案|方案|引擎|终端|仪|一体机|软件)$")
BLANK_OFFER = ("technologies", "cases", "maturity", "qualifications")
"""What every vendor fills in and nobody with a need can."""


def shift(header: Header, row: Row) -> int:
    """By how many columns the row stands too far left (1) or right (-1); 0 when it fits its header best as it is."""
    typed = [column for column in header.columns if column.field in FITS]
    scores = {by: sum(_fits(column, row.get(column.at - by, "")) for column in typed) for by in (0, 1, -1)}
    best = max((1, -1), key=lambda by: scores[by])
    return best if scores[best] >= scores[0] + 2 else 0


def moved(header: Header, row: Row, by: int) -> dict[int, Cell]:
    """The row as it was meant."""
    return {at: row.get(at - by, "") for at in row}


def prose_in_number(header: Header, row: Row) -> str:
    """The text that stands where a running number should, or ""."""
    for column in header.columns:
        cell = row.get(column.at, "")
        if column.field == "number" and isinstance(cell, str) and _PROSE.search(cell):
            return cell
    return ""


def exchanged(header: Header, row: Row) -> tuple[Column, Column] | None:
    """The columns of person and telephone, when each holds what belongs in the other."""
    at = {column.field: column for column in header.columns}
    if "person" not in at or "phone" not in at:
        return None
    person, phone = cells.line(row.get(at["person"].at, "")).value, cells.line(row.get(at["phone"].at, "")).value
    fits = person and phone and not re.search(r"\d", phone) and _is_phone(person)
    return (at["person"], at["phone"]) if fits else None


def owner_for_title(kind: Kind, values: Mapping[str, object]) -> bool:
    """Whether name and organisation look exchanged: only the name is a company."""
    title, owner = str(values.get("title", "")), str(values.get(OWNER[kind], ""))
    return bool(COMPANY.search(title) and owner and not COMPANY.search(owner) and not PUBLIC.search(owner))


def other_kind(header: Header, values: Mapping[str, object]) -> bool:
    """Whether a row seems to belong in the other list: a need among offers, or an offer among needs."""
    owner = str(values.get(OWNER[header.kind], ""))
    if header.kind is Kind.SOLUTION:
        asked = [column.field for column in header.columns if column.field in BLANK_OFFER]
        if len(asked) < 2 or any(values.get(name) for name in asked):
            return False
        wishes, offers = _wishes_and_offers(values)
        return len(wishes) + bool(PUBLIC.search(owner)) > len(offers)
    if not (_PRODUCT.search(str(values.get("title", ""))) and COMPANY.search(owner)):
        return False
    wishes, offers = _wishes_and_offers(values)
    return not wishes and len(offers) >= 3


def _wishes_and_offers(values: Mapping[str, object]) -> tuple[set[str], set[str]]:
    """The words of needing and the words of offering in a row."""
    text = "".join(str(values.get(name, "")) for name in ("title", "description", "requirements", "indicators"))
    return set(_WISH.findall(text)), set(_OFFER.findall(text))


def _fits(column: Column, cell: Cell) -> bool:
    return cell != "" and FITS[column.field](cell)


def _is_phone(cell: Cell) -> bool:
    reading = phones(cell)
    return bool(reading.value) and not any(note.code == "phone_invalid" for note in reading.notes)


def _is_date(cell: Cell) -> bool:
    if isinstance(cell, date):
        return True
    reading = deadline(cell, 2000)
    return reading.value is not None and reading.value.day is not None and len(cells.plain(cell)) <= 24


def _is_money(cell: Cell) -> bool:
    if isinstance(cell, int | float):
        return True
    text = cells.plain(cell)
    reading = money(cell)
    return len(text) <= 24 and reading.value is not None and (reading.value.low is not None or "议" in text)


def _is_ordinal(cell: Cell) -> bool:
    return re.fullmatch(r"[A-Za-z]{0,2}\d{1,5}", unicodedata.normalize("NFKC", cells.plain(cell)).strip()) is not None


def _is_region(cell: Cell) -> bool:
    text = cells.line(cell).value
    return len(text) <= 16 and not any(note.code == "region_unknown" for note in catalogue().region(cell).notes)


def _is_maturity(cell: Cell) -> bool:
    return catalogue().knows("maturity", cells.line(cell).value)


FITS: Mapping[str, Callable[[Cell], bool]] = {
    "number": _is_ordinal,
    "phone": _is_phone,
    "deadline": _is_date,
    "filed": _is_date,
    "budget": _is_money,
    "price": _is_money,
    "region": _is_region,
    "maturity": _is_maturity,
    "email": lambda cell: "@" in cells.plain(cell),
}
"""Fields whose content shows whether it is in the right column."""
