"""Cells as text: one text, one line, or a list. The wording stays as it was written; wrapping and damage go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from functools import lru_cache

from indexer.reading import Cell, Confidence, Note, Reading, Rule, Verdict
from matcher.repair import repaired

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_EDGE = INVISIBLE + "".join(filter(str.isspace, map(chr, range(0x3001))))
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]|_x000[Dd]_")
_QUOTES = re.compile(r'\A"([^"]*)"\Z|\A“([^“”]*)”\Z', re.DOTALL)
_WRAP = re.compile(r"(?<=[^\x00-\x7f])\s*\n\s*(?=[^\x00-\x7f])")
_NO_INVISIBLE = dict.fromkeys(map(ord, INVISIBLE))
_SEPARATORS = frozenset("、；;,，\n")
_SLASHES = frozenset("/／|｜")
_OPEN, _CLOSE = "(（[【《", ")）]】》"
NOTHING = frozenset({"", "无", "（无）", "(无)", "其他", "其它", "-", "—", "--", "N/A", "n/a", "暂无"})
_ELSEWHERE = re.compile(r"(?:详)?见(?:附件|附表|附页|后附).*")

LONGEST_FIGURE = 200
"""A cell with more characters than this is prose, not an amount, a date or a number."""

ELSEWHERE = Note("see_attachment", "内容写在附件里，未导入，请补填", Verdict.QUESTION)

DAMAGE: Mapping[str, tuple[Note, Rule]] = {
    "html": (
        Note("html", "单元格含网页代码残留，已转为普通文字，请核对"),
        Rule("html", "网页代码转为普通文字"),
    ),
    "residue": (
        Note("residue", "简繁转换时留下的重复字（如“養(养)”）已还原，请核对"),
        Rule("residue", "去掉转码残留"),
    ),
    "pinyin": (
        Note("pinyin", "文字后面夹带的拼音（如“產(chǎn)”）已去掉，请核对"),
        Rule("pinyin", "去掉夹带的拼音"),
    ),
    "mojibake": (
        Note("mojibake", "文字原为乱码，已按编码还原，请核对", Verdict.QUESTION),
        Rule("mojibake", "乱码按编码还原", Confidence.LIKELY),
    ),
    "punctuation": (
        Note("punctuation", "重复的标点已合并"),
        Rule("punctuation", "合并重复的标点"),
    ),
}
"""Code of a damage that was undone → what to tell of it."""

TRIMMED = Rule("trimmed", "去掉首尾的空格、引号和看不见的字符")


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
    """Paragraphs and all, without edges of white space, quotation marks around the whole, invisible characters at the
    edges and damage that can be undone; a note for every kind of damage."""
    return _remembered(cell) if isinstance(cell, str) and len(cell) <= LONGEST_FIGURE else _text(cell)


def _text(cell: Cell) -> Reading[str]:
    clean = raw = plain(cell)
    if not raw.isprintable() or "_x000" in raw:
        clean = _CONTROL.sub("", raw.replace("\r\n", "\n").replace("\r", "\n"))
    notes: list[Note] = []
    rule: Rule | None = None
    if isinstance(cell, str):
        clean, found = repaired(clean)
        for damage in found:
            if damage.undone:
                note, rule = DAMAGE[damage.code]
            else:
                hint = f"第 {damage.at + 1} 个字起像是乱码，无法可靠还原，已按原文保留，请对照原件改正"
                note = Note("mojibake_lost", hint, Verdict.QUESTION)
            notes.append(note)
    value = clean.strip(_EDGE)
    if value[:1] in ('"', "“") and isinstance(cell, str) and (quoted := _QUOTES.match(value)):
        value = (quoted[1] or quoted[2] or "").strip(_EDGE)
    if rule is None and value != raw:
        rule = TRIMMED
    return Reading(value, tuple(notes), rule)


_remembered = lru_cache(maxsize=1 << 14)(_text)
"""Lists say the same few things again and again, and each cell is looked at more than once."""


def line(cell: Cell) -> Reading[str]:
    """The same on one line; for titles, names and regions."""
    reading = text(cell)
    if reading.value.isprintable() and "  " not in reading.value:
        return reading
    value = _WRAP.sub("", reading.value)
    value = " ".join(value.translate(_NO_INVISIBLE).split())
    return Reading(value, reading.notes, reading.rule or (TRIMMED if value != reading.value else None))


def words(cell: Cell, keep: AbstractSet[str] = frozenset()) -> Reading[tuple[str, ...]]:
    """The entries of a list cell, each once, in order. Separators inside brackets do not separate; 无 and 其他 go,
    unless they are to be kept."""
    return _entries(cell, _SEPARATORS | _SLASHES, keep)


def phrases(cell: Cell) -> Reading[tuple[str, ...]]:
    """The same for entries that may hold a slash (AIS/雷达/CCTV融合): it separates only where nothing else does."""
    several = len(_split(text(cell).value, _SEPARATORS)) > 1
    return _entries(cell, _SEPARATORS if several else _SEPARATORS | _SLASHES, frozenset())


SPLIT = Rule("split", "按分隔符拆成多项")


def _entries(cell: Cell, separators: frozenset[str], keep: AbstractSet[str]) -> Reading[tuple[str, ...]]:
    reading = text(cell)
    if _ELSEWHERE.fullmatch(reading.value):
        return Reading((), (*reading.notes, ELSEWHERE))
    entries = (" ".join(entry.split()) for entry in _split(reading.value, separators))
    value = tuple(dict.fromkeys(entry for entry in entries if entry in keep or entry not in NOTHING))
    return Reading(value, reading.notes, reading.rule or (SPLIT if len(value) > 1 else None))


def _split(value: str, separators: frozenset[str]) -> list[str]:
    if separators.isdisjoint(value):
        return [value]
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
