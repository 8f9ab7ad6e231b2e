"""The tables that staff may change, what a changed row must be, and whether all of them together still hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from matcher import tables
from matcher.cues import SHORTEST, fold
from matcher.errors import InvalidInput
from matcher.lexicon import DICTIONARY, FILES, Lexicon, rows_of
from matcher.overlay import PLAIN, Cells, Overlay, key_of
from matcher.tables import Row
from matcher.taxonomy import FACETS, Taxonomy
from matcher.text import simplified

LONGEST_WORD, MOST_WORDS, LONGEST_CELL = 30, 300, 4_000
"""Letters of a word, words of a cell, letters of a cell."""

FREQUENCY, LARGEST_FREQUENCY = "500", 10_000_000
"""How easily the segmenter takes a new word when nobody says otherwise, and the most one may say."""


@dataclass(frozen=True, slots=True)
class Place:
    """One table: its name on the page, its folder and file in `data/`, and its columns."""

    name: str
    folder: str
    file: str
    columns: tuple[str, ...]


PLACES: Mapping[str, Place] = MappingProxyType(
    {
        "synonyms": Place("同义词", "lexicon", "synonyms.tsv", FILES["synonyms.tsv"]),
        "bridges": Place("供需对应词", "lexicon", "bridges.tsv", FILES["bridges.tsv"]),
        "dictionary": Place("专业词", "lexicon", DICTIONARY, ("词", "频次")),
        "hongkong": Place("港澳用词", "lexicon", "hongkong.tsv", FILES["hongkong.tsv"]),
        "industries": Place("行业", "taxonomy", *FACETS["industry"]),
        "technologies": Place("技术方向", "taxonomy", *FACETS["technology"]),
        "tasks": Place("作业类型", "taxonomy", *FACETS["task"]),
        "objects": Place("作业对象", "taxonomy", *FACETS["object"]),
        "sites": Place("作业地点", "taxonomy", *FACETS["site"]),
        "regions": Place("地区", "taxonomy", *FACETS["region"]),
        "qualifications": Place("资质", "taxonomy", *FACETS["qualification"]),
    }
)
"""Address of a table → the table."""


def rows(data: Path, place: Place, overlay: Overlay = PLAIN) -> list[Row]:
    """The rows in force. Bridges come one word to a row, so that each can be changed by itself."""
    if place.folder == "lexicon":
        found = rows_of(data / place.folder, place.file, overlay)
    else:
        found = overlay.over(place.file, tables.read(data / place.folder / place.file, place.columns))
    if place.file != "bridges.tsv":
        return found
    return [
        Row(row.file, row.line, {**row.cells, "方案方用词": word}) for row in found for word in row.words("方案方用词")
    ]


def written(place: Place, given: Mapping[str, str]) -> tuple[str, Cells]:
    """The key and the row of what somebody filled in: half width, lists joined by 、, doubled words once.

    Raises InvalidInput with the column and what to do.
    """
    cells = {column: _cell(place, column, given.get(column, "")) for column in place.columns}
    if not cells[place.columns[0]]:
        raise InvalidInput(f"请填写“{place.columns[0]}”。", field=place.columns[0])
    check = CHECKS.get(place.file)
    if check:
        check(cells)
    return key_of(place.file, cells), cells


def check(data: Path, overlay: Overlay) -> None:
    """Raises InvalidInput, in words for staff, when the tables no longer hold together with these changes."""
    Lexicon.load(data / "lexicon", overlay)
    Taxonomy.load(data / "taxonomy", overlay)


def fitting(overlay: Overlay, data: Path) -> tuple[Overlay, tuple[tuple[str, str, str], ...]]:
    """The changes that fit the tables in `data`, and those that do not, each as (file, key, why).

    All of them fit until an upgrade brings tables that already say something else; the service must start all the same.
    """
    if not overlay.version:
        return overlay, ()
    try:
        check(data, overlay)
        return overlay, ()
    except InvalidInput:
        pass
    kept, left_out = Overlay(overlay.edition), []
    for file, changes in overlay.tables.items():
        for key, cells in changes.items():
            more = kept.with_row(file, key, cells)
            try:
                check(data, more)
                kept = more
            except InvalidInput as why:
                left_out.append((file, key, str(why)))
    return kept, tuple(left_out)


def _cell(place: Place, column: str, text: str) -> str:
    text = " ".join(simplified(text).split())
    if place.folder == "lexicon":
        text = fold(text)
    if len(text) > LONGEST_CELL:
        raise InvalidInput(f"“{column}”太长，最多 {LONGEST_CELL} 个字。", field=column)
    if column not in LISTS:
        return text
    found = list(dict.fromkeys(tables.words(text)))
    if len(found) > MOST_WORDS:
        raise InvalidInput(f"“{column}”最多 {MOST_WORDS} 个词，现在有 {len(found)} 个。", field=column)
    for word in found:
        if len(word) > LONGEST_WORD:
            raise InvalidInput(f"“{word[:12]}…”太长；一个词最多 {LONGEST_WORD} 个字，词与词用顿号隔开。", field=column)
    return "、".join(found)


LISTS = frozenset({"词组", "别名", "线索词", "需求方线索词", "方案方线索词", "相近行业", "国标代码"})
"""Columns that hold several words."""


def _synonyms(cells: Cells) -> None:
    words = tables.words(cells["词组"])
    if len(words) < 2:
        raise InvalidInput("一组同义词至少要有两个词，用顿号隔开，例如：巡检、巡查、点检。", field="词组")


def _bridge(cells: dict[str, str]) -> None:
    for column in ("需求方用词", "方案方用词"):
        if not cells[column] or len(tables.words(cells[column])) > 1:
            raise InvalidInput(f"“{column}”请只填一个词；几个词请分几条添加。", field=column)
        if len(cells[column]) < SHORTEST:
            raise InvalidInput(f"“{cells[column]}”太短，至少 {SHORTEST} 个字：单个字的意思太多。", field=column)
    cells["权重"] = cells["权重"] or "0.8"
    try:
        fine = 0.01 <= float(cells["权重"]) <= 1
    except ValueError:
        fine = False
    if not fine:
        raise InvalidInput("“权重”应是 0.01 到 1 之间的数，越大越可靠；拿不准就填 0.8。", field="权重")


def _word(cells: dict[str, str]) -> None:
    word = cells["词"]
    if not all("\u3400" <= letter <= "\u9fff" for letter in word) or not SHORTEST <= len(word) <= 12:
        raise InvalidInput("“词”只收 2 到 12 个汉字；字母、数字和型号本来就会整体识别，不必添加。", field="词")
    cells["频次"] = cells["频次"] or FREQUENCY
    if not cells["频次"].isdecimal() or not 1 <= int(cells["频次"]) <= LARGEST_FREQUENCY:
        raise InvalidInput(f"“频次”应是 1 到 {LARGEST_FREQUENCY} 的整数；拿不准就留空。", field="频次")


def _hongkong(cells: Cells) -> None:
    if not cells["内地用词"]:
        raise InvalidInput("请填写“内地用词”。", field="内地用词")


CHECKS: Mapping[str, Callable[[dict[str, str]], None]] = MappingProxyType(
    {"synonyms.tsv": _synonyms, "bridges.tsv": _bridge, DICTIONARY: _word, "hongkong.tsv": _hongkong}
)
"""Table → what its rows must be, beyond what the tables check together; a missing figure is filled in."""
