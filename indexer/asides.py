"""Rows below a header that hold no record: subtitles, remarks, totals, signatures, repeated headers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer import cells
from indexer.headers import Header, Headers
from indexer.reading import Cell, Note, Verdict

SUBTITLE = Note("subtitle_row", "分组标题行，不是记录，已跳过", Verdict.SKIPPED)
REMARK = Note("remark_row", "备注行，不是记录，已跳过", Verdict.SKIPPED)
TOTAL = Note("total_row", "合计行，不是记录，已跳过", Verdict.SKIPPED)
REPEATED = Note("repeated_header", "重复的表头行，已跳过", Verdict.SKIPPED)
NUMBER_ONLY = Note("number_only", "只有序号、没有内容，已跳过", Verdict.SKIPPED)
EXAMPLE = Note("example_row", "填写示例，不是记录，已跳过", Verdict.SKIPPED)

_REMARK = re.compile(
    r"\s*(?:[※*]\s*)?(?:注|备注|说明|填表说明|填报说明|填写说明|注意|温馨提示|联系方式|填表人|填报人|制表人?|制表单位|审核人?|负责人|单位负责人|"
    r"单位[（(]盖章[)）]|填报单位|填报日期|填表日期|日期|盖章)\s*(?:[:：\d]|[（(]签[字章名][)）]|$)"
)
_TOTAL = re.compile(r"\s*(?:本页|全部)?(?:合\s*计|总\s*计|小\s*计|共\s*计)\s*(?:[:：\d（(]|$)|\s*共\s*\d+\s*[条项个家]")
_SUBTITLE = re.compile(r"\s*(?:[一二三四五六七八九十]+|[(（][一二三四五六七八九十]+[)）]|第.{1,4}[批类部])\s*[、.．]?")
_EXAMPLE = re.compile(r"\s*[【（(]?\s*(?:示\s*例|样\s*例|填写示例|填报示例|范\s*例|例)\s*(?:[】）):：\d]|$)")
FEW = 3
"""A repeated header shows at least so many known wordings."""


def aside(row: Sequence[Cell], header: Header, headers: Headers, across: bool) -> Note | None:
    """Why a row is no record, or None for one. `across`: it has cells merged over several columns."""
    filled = [(at, cell) for at, cell in enumerate(row) if cell != ""]
    if not filled:
        return None
    number = next((column.at for column in header.columns if column.field == "number"), None)
    first = cells.line(filled[0][1]).value
    if len(filled) == 1:
        return _lone(filled[0][0], filled[0][1], number, across)
    if _EXAMPLE.match(first):
        return EXAMPLE
    if _TOTAL.match(first) and all(_figure(cell) for _, cell in filled[1:]):
        return TOTAL
    if all(isinstance(cell, str) and _REMARK.match(cell) for _, cell in filled):
        return REMARK
    return REPEATED if _repeated(row, header, headers) else None


def _lone(at: int, cell: Cell, number: int | None, across: bool) -> Note | None:
    """What a row with a single cell is, or None for a record with nothing else filled in."""
    text = cells.line(cell).value
    if at == number and not re.search(r"[^\W\d]{2}", text):
        return NUMBER_ONLY
    if not (across or at == 0):
        return None
    if _TOTAL.match(text):
        return TOTAL
    if _REMARK.match(text):
        return REMARK
    return SUBTITLE if across or at == number or _SUBTITLE.match(text) else None


def _figure(cell: Cell) -> bool:
    """Whether a cell of a total is one: an amount, a count, a dash."""
    return bool(re.fullmatch(r"[\d.,，\s]*\s*(?:亿|万|千)?元?|[-—/]|\d+\s*[条项个家]", cells.plain(cell).strip()))


def _repeated(row: Sequence[Cell], header: Header, headers: Headers) -> bool:
    probe = next((column.at for column in header.columns if column.field in ("title", "description")), None)
    filled = [cell for cell in row if cell != ""]
    edge = [filled[0]] if probe is None else [filled[0], row[probe]]
    if not headers.recognised(header.kind, edge):
        return False  # nearly every row: the other cells need not be looked at
    known = headers.recognised(header.kind, filled)
    at_probe = probe is not None and headers.recognised(header.kind, [row[probe]]) > 0
    return known >= FEW and 2 * known >= len(filled) and (at_probe or known == len(filled))
