"""The word lists behind search: synonyms, bridges from demanders to vendors, Hong Kong words, the dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from matcher import tables
from matcher.errors import InvalidInput
from matcher.expansion import NOTHING, Expansion
from matcher.overlay import PLAIN, Overlay
from matcher.tables import Row
from matcher.translation import NOTHING_LEARNED, Translation

FILES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "synonyms.tsv": ("词组",),
        "bridges.tsv": ("需求方用词", "方案方用词", "权重"),
        "hongkong.tsv": ("港澳用词", "内地用词"),
        "vague.tsv": ("用词", "建议追问"),
        "filler.tsv": ("用词", "套话分"),
    }
)
DICTIONARY = "dictionary.txt"
FILLER = "filler.tsv"
BASE = "（基准）"
"""The row of FILLER that is no word but the constant of the sum."""

LEARNED = "learned.json"
"""The table of matcher.translation; not a list that staff change."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything the lexicon files say. Build it with `load`; it never changes afterwards.

    All words are simplified and, but for the dictionary and the Hong Kong words, in lower case.

    synonyms    word → the other words of its groups, in file order
    bridges     demander's word → vendor's words with a weight in (0, 1]
    hongkong    Hong Kong or Macau word, after simplification → mainland word. Replace leftmost-longest; an entry that
                maps to itself only protects a longer mainland word (天秤座)
    dictionary  word → frequency for the segmenter
    vague       wording that says nothing measurable → the question to ask back
    expansion   what the house's own synonyms and bridges add to a query. The shipped ones are not asked with: the
                encoder was trained on the knowledge they were drawn from
    translation which words of vendors answer which of demanders, learned from the knowledge
    filler      term → how much it makes its sentence one that says nothing of the matter; BASE is the constant
    """

    version: str
    synonyms: Mapping[str, tuple[str, ...]]
    bridges: Mapping[str, Mapping[str, float]]
    hongkong: Mapping[str, str]
    dictionary: Mapping[str, int]
    vague: Mapping[str, str]
    expansion: Expansion = NOTHING
    filler: Mapping[str, float] = field(default_factory=dict)
    translation: Translation = NOTHING_LEARNED

    @classmethod
    def load(cls, folder: Path, overlay: Overlay = PLAIN) -> Lexicon:
        """Read all word lists of a folder, with the house's own changes laid over them.

        Raises InvalidInput naming the file and line, or the change, of the first bad row.
        """
        files = (*FILES, DICTIONARY)
        learned = [folder / LEARNED] if (folder / LEARNED).is_file() else []
        version, own = tables.version([*(folder / file for file in files), *learned]), overlay.part(files)
        rows = {file: rows_of(folder, file, overlay) for file in files}
        return cls(
            f"{version}+{own}" if own else version,
            MappingProxyType(_synonyms(rows["synonyms.tsv"])),
            MappingProxyType(_bridges(rows["bridges.tsv"])),
            MappingProxyType(_pairs(rows["hongkong.tsv"], "hongkong.tsv")),
            MappingProxyType({row["词"]: int(row["频次"]) for row in rows[DICTIONARY]}),
            MappingProxyType(_pairs(rows["vague.tsv"], "vague.tsv")),
            Expansion.of(*(overlay.own(file) for file in ("synonyms.tsv", "bridges.tsv"))),
            MappingProxyType(_filler(rows[FILLER])),
            Translation.read(folder / LEARNED),
        )

    def vague_in(self, text: str) -> tuple[str, ...]:
        """The vague wordings a text uses, in order of first appearance, shorter ones inside longer ones left out."""
        found = [(text.find(word), -len(word), word) for word in self.vague if word in text]
        words = [word for _, _, word in sorted(found)]
        return tuple(w for w in words if not any(w != longer and w in longer for longer in words))


def rows_of(folder: Path, file: str, overlay: Overlay = PLAIN) -> list[Row]:
    """The rows of one word list as they are in force. Raises InvalidInput naming the first bad one."""
    shipped = _dictionary(folder / file) if file == DICTIONARY else tables.read(folder / file, FILES[file])
    rows = overlay.over(file, shipped)
    if file == DICTIONARY:
        for row in rows:
            if not row["频次"].isdecimal() or int(row["频次"]) < 1:
                raise row.wrong("应为「词 频次」，频次是正整数，词不重复")
    return rows


def _synonyms(rows: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    others: dict[str, tuple[str, ...]] = {}
    for row in rows:
        group = tuple(word.casefold() for word in row.words("词组"))
        if len(group) < 2 or len(set(group)) != len(group):
            raise row.wrong("一组同义词至少两个，且不能重复")
        for word in group:
            if word in others:
                raise row.wrong(f"「{word}」已在另一组同义词中")
            others[word] = tuple(other for other in group if other != word)
    return others


def _bridges(rows: Iterable[Row]) -> dict[str, Mapping[str, float]]:
    bridges: dict[str, dict[str, float]] = {}
    for row in rows:
        weight = row.number("权重", 0.01, 1)
        asked = row["需求方用词"].casefold()
        words = tuple(word.casefold() for word in row.words("方案方用词"))
        targets = bridges.setdefault(asked, {})
        for word in words:
            if word in targets or word == asked:
                raise row.wrong(f"「{asked}」到「{word}」重复或指向自身")
            targets[word] = weight
        if not words:
            raise row.wrong("「方案方用词」不能为空")
    return {word: MappingProxyType(targets) for word, targets in bridges.items()}


def _pairs(rows: Iterable[Row], file: str) -> dict[str, str]:
    key, value = FILES[file]
    pairs: dict[str, str] = {}
    for row in rows:
        if not row[value]:
            raise row.wrong(f"「{value}」不能为空")
        if pairs.setdefault(row[key], row[value]) != row[value]:
            raise row.wrong(f"「{row[key]}」重复")
    return pairs


def _filler(rows: Iterable[Row]) -> dict[str, float]:
    scores: dict[str, float] = {}
    for row in rows:
        if row["用词"] in scores:
            raise row.wrong(f"「{row['用词']}」重复")
        scores[row["用词"]] = row.number("套话分", -1000, 1000)
    if scores and BASE not in scores:
        raise InvalidInput(f"{FILLER} 缺少「{BASE}」一行", file=FILLER)
    return scores


def _dictionary(path: Path) -> list[Row]:
    """The dictionary's lines as rows of 词 and 频次."""
    rows: list[Row] = []
    seen: set[str] = set()
    for line, raw in enumerate(tables.text(path).split("\n"), 1):
        if not raw.strip() or raw.startswith("#"):
            continue
        word, _, frequency = raw.strip().partition(" ")
        row = Row(path.name, line, {"词": word, "频次": frequency})
        if word in seen:
            raise row.wrong("应为「词 频次」，频次是正整数，词不重复")
        seen.add(word)
        rows.append(row)
    return rows
