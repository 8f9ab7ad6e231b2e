"""A cell through the reader of its field. Amounts and dates need to know the header too, 同上 the row above."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from indexer import cells
from indexer.catalogue import catalogue
from indexer.dates import deadline
from indexer.headers import Column, Header
from indexer.money import money
from indexer.phones import contact, phones
from indexer.reading import Cell, Confidence, Note, Reading, Rule, Verdict
from matcher.dirt import PERSONAL, find

PROSE = frozenset({"description", "requirements", "target", "current_base", "scale", "scenes", "indicators", "cases",
                   "delivery"})  # fmt: skip
LISTS = frozenset({"industries", "technologies", "qualifications", "cooperation", "keywords"})
MONEY = frozenset({"budget", "price"})
DATES = frozenset({"deadline", "filed"})
FEW_VALUES = LISTS | MONEY | DATES | {"maturity", "region"}
"""Fields in which a list says the same few things again and again."""

DITTO = re.compile(r"(?:同上|同前|上同|[〃″]|''|\")[。.]?")
LONGEST_DITTO = 3
ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
_LEVEL = re.compile(r"[1-9](?:\.0)?")
_ORDINAL = re.compile(r"\d{1,4}")

ERROR_CELL = Note("error_cell", "单元格是 Excel 错误值，未入库", Verdict.QUESTION)
DITTO_NOTE = Note("ditto", "“同上”已按上一条记录填入，请核对是否确为同一内容", Verdict.QUESTION)
DITTO_LOST = Note("ditto_lost", "“同上”之前没有可用的记录，未入库", Verdict.QUESTION)
NUMBER_AS_TEXT = Note(
    "number_as_text", "文字栏里是一个数字（可能原为百分比），已按数字原样保留，请核对", Verdict.QUESTION
)
ORDINAL_ID = Note("ordinal_id", "编号只是序号，不能作为编号，已按单位和名称生成")
DITTO_RULE = Rule("ditto", "“同上”取上一条记录的值", Confidence.DOUBTFUL)

IN_TEXT = {
    "web": "有网页残留（菜单、浏览量、声明、目录等），检索时已略去，原文未改",
    "repeat": "同一段文字粘贴了多遍，检索时只算一遍，原文未改，请核对是否需要删去重复",
    "markup": "有网页代码，检索时已略去，原文未改",
    "ornament": "有装饰符号，检索时已略去，原文未改",
}
"""Code of matcher.dirt → what staff should know; personal data have their own words."""
PERSONAL_HINT = "正文里写有联系人或联系方式，检索和匹配说明中已遮盖；请移到联系人栏"

READERS: Mapping[str, Callable[[Cell], Reading[Any]]] = {
    **dict.fromkeys(PROSE, cells.text),
    **dict.fromkeys(LISTS, cells.words),
    **dict.fromkeys(("technologies", "keywords"), cells.phrases),
    "industries": lambda cell: catalogue().industries(cell),
    "maturity": lambda cell: catalogue().maturity(cell),
    "region": lambda cell: catalogue().region(cell),
    "phone": phones,
    "contact": contact,
}
"""Field → its reader; a field that is not here is one line of text."""


def read_cell(column: Column, cell: Cell, header: Header, above: Mapping[str, Any]) -> Reading[Any]:
    """The value of a cell in a column with a field; `above` are the values of the last record before it."""
    text = cells.plain(cell).strip()
    if text in ERRORS:
        return Reading("", (ERROR_CELL,))
    if len(text) <= LONGEST_DITTO and DITTO.fullmatch(text):
        before = above.get(column.field, "")
        return Reading(before, (DITTO_NOTE,), DITTO_RULE) if before else Reading("", (DITTO_LOST,))
    if column.field in FEW_VALUES:
        return _remembered(column, cell, header.unit, header.year)
    if column.field == "id" and _ORDINAL.fullmatch(text):
        return Reading("", (ORDINAL_ID,))
    reading: Reading[Any] = READERS.get(column.field, cells.line)(cell)
    if column.field in PROSE and isinstance(cell, float):
        return replace(reading, notes=(*reading.notes, NUMBER_AS_TEXT))
    if column.field in PROSE or column.field == "title":
        return replace(reading, notes=(*reading.notes, *_dirt(reading.value)))
    return reading


@lru_cache(maxsize=1 << 13, typed=True)
def _remembered(column: Column, cell: Cell, unit: str, year: int | None) -> Reading[Any]:
    if column.field in MONEY:
        return money(cell, column.unit or unit, column.currency)
    if column.field in DATES:
        return deadline(cell, year)
    text = cells.plain(cell).strip()
    if column.field == "maturity" and "TRL" in column.label.upper() and _LEVEL.fullmatch(text):
        cell = f"TRL{text.removesuffix('.0')}"
    return READERS[column.field](cell)


def _dirt(text: str) -> Iterator[Note]:
    """One note for each kind of dirt, with its first place."""
    told: set[str] = set()
    for each in find(text):
        personal = each.code in PERSONAL
        code = "personal_in_text" if personal else f"{each.code}_in_text"
        if code not in told:
            told.add(code)
            hint = PERSONAL_HINT if personal else IN_TEXT[each.code]
            yield Note(code, f"第 {each.start + 1} 个字起：{hint}", Verdict.QUESTION if personal else Verdict.NOTE)
