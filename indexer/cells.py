"""Cells as text: one text, one line, or a list. The wording stays as it was written; only wrapping goes."""

from __future__ import annotations

import re
from datetime import date, datetime

from indexer.reading import Cell, Note, Reading

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_EDGES = re.compile(rf"\A[\s{INVISIBLE}]+|[\s{INVISIBLE}]+\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]|_x000[Dd]_")
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|tr)>", re.IGNORECASE)
_TAG = re.compile(r"</?(?:p|div|span|b|i|u|strong|em|font|li|ul|ol|a|td|tr|table)(?:\s[^<>]*)?>", re.IGNORECASE)
_ENTITIES = {"&nbsp;": " ", "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"'}
_ENTITY = re.compile("|".join(_ENTITIES))
_QUOTES = re.compile(r'\A"([^"]*)"\Z|\A“([^“”]*)”\Z', re.DOTALL)
_SEPARATORS = frozenset("、；;,，\n")
_SLASHES = frozenset("/／|｜")
_OPEN, _CLOSE = "(（[【《", ")）]】》"
NOTHING = frozenset({"", "无", "（无）", "(无)", "其他", "其它", "-", "—", "--", "N/A", "n/a", "暂无"})
_ELSEWHERE = re.compile(r"(?:详)?见(?:附件|附表|附页|后附).*")

HTML = Note("html", "单元格含网页代码残留，已转为普通文字，请核对")
LONGEST_FIGURE = 200
"""A cell with more characters than this is prose, not an amount, a date or a number."""

ELSEWHERE = Note("see_attachment", "内容写在附件里，未导入，请补填")


def plain(cell: Cell) -> str:
    """The cell as it would be typed: whole numbers without .0, dates as 2026-12-31, a blank cell as ""."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if (cell.hour, cell.minute, cell.second) == (0, 0, 0) else str(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def text(cell: Cell) -> Reading[str]:
    """Paragraphs and all, without edges of white space and invisible characters, without HTML; notes if it had any."""
    raw = _CONTROL.sub("", plain(cell).replace("\r\n", "\n").replace("\r", "\n"))
    clean = raw
    if "<" in raw or "&" in raw:
        clean = _ENTITY.sub(lambda found: _ENTITIES[found[0]], _TAG.sub("", _BREAK.sub("\n", raw)))
    return Reading(_EDGES.sub("", clean), (HTML,) if clean != raw else ())


def line(cell: Cell) -> Reading[str]:
    """The same on one line, without quotation marks around the whole; for titles, names and regions."""
    reading = text(cell)
    value = re.sub(r"(?<=[^\x00-\x7f])\s*\n\s*(?=[^\x00-\x7f])", "", reading.value)
    value = " ".join(value.translate(dict.fromkeys(map(ord, INVISIBLE))).split())
    quoted = _QUOTES.match(value)
    if quoted and isinstance(cell, str):
        value = (quoted[1] or quoted[2] or "").strip()
    return Reading(value, reading.notes)


def words(cell: Cell) -> Reading[tuple[str, ...]]:
    """The entries of a list cell, each once, in order. Separators inside brackets do not separate; 无 and 其他 go."""
    return _entries(cell, _SEPARATORS | _SLASHES)


def phrases(cell: Cell) -> Reading[tuple[str, ...]]:
    """The same for entries that may hold a slash (AIS/雷达/CCTV融合): it separates only where nothing else does."""
    several = len(_split(text(cell).value, _SEPARATORS)) > 1
    return _entries(cell, _SEPARATORS if several else _SEPARATORS | _SLASHES)


def _entries(cell: Cell, separators: frozenset[str]) -> Reading[tuple[str, ...]]:
    reading = text(cell)
    if _ELSEWHERE.fullmatch(reading.value):
        return Reading((), (*reading.notes, ELSEWHERE))
    entries = (" ".join(entry.split()) for entry in _split(reading.value, separators))
    return Reading(tuple(dict.fromkeys(entry for entry in entries if entry not in NOTHING)), reading.notes)


def _split(value: str, separators: frozenset[str]) -> list[str]:
    parts, depth = [""], 0
    for char in value:
        depth = max(0, depth + (char in _OPEN) - (char in _CLOSE))
        if char in separators and not depth:
            parts.append("")
        else:
            parts[-1] += char
    if depth:  # a bracket nobody closed must not swallow the rest of the list
        return re.split("[" + re.escape("".join(separators)) + "]", value)
    return parts
