"""The word lists behind search: synonyms, bridges from demanders to vendors, Hong Kong words, the dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from matcher import tables
from matcher.errors import InvalidInput

FILES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "synonyms.tsv": ("词组",),
        "bridges.tsv": ("需求方用词", "方案方用词", "权重"),
        "hongkong.tsv": ("港澳用词", "内地用词"),
        "vague.tsv": ("用词", "建议追问"),
    }
)
DICTIONARY = "dictionary.txt"


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
    """

    version: str
    synonyms: Mapping[str, tuple[str, ...]]
    bridges: Mapping[str, Mapping[str, float]]
    hongkong: Mapping[str, str]
    dictionary: Mapping[str, int]
    vague: Mapping[str, str]

    @classmethod
    def load(cls, folder: Path) -> Lexicon:
        """Read all word lists of a folder. Raises InvalidInput naming the file and line of the first bad row."""
        return cls(
            tables.version(folder / file for file in (*FILES, DICTIONARY)),
            MappingProxyType(_synonyms(folder)),
            MappingProxyType(_bridges(folder)),
            MappingProxyType(_pairs(folder, "hongkong.tsv")),
            MappingProxyType(_dictionary(folder / DICTIONARY)),
            MappingProxyType(_pairs(folder, "vague.tsv")),
        )

    def vague_in(self, text: str) -> tuple[str, ...]:
        """The vague wordings a text uses, in order of first appearance, shorter ones inside longer ones left out."""
        found = [(text.find(word), -len(word), word) for word in self.vague if word in text]
        words = [word for _, _, word in sorted(found)]
        return tuple(w for w in words if not any(w != longer and w in longer for longer in words))


def _synonyms(folder: Path) -> dict[str, tuple[str, ...]]:
    others: dict[str, tuple[str, ...]] = {}
    for row in tables.read(folder / "synonyms.tsv", FILES["synonyms.tsv"]):
        group = tuple(word.casefold() for word in row.words("词组"))
        if len(group) < 2 or len(set(group)) != len(group):
            raise row.wrong("一组同义词至少两个，且不能重复")
        for word in group:
            if word in others:
                raise row.wrong(f"「{word}」已在另一组同义词中")
            others[word] = tuple(other for other in group if other != word)
    return others


def _bridges(folder: Path) -> dict[str, Mapping[str, float]]:
    bridges: dict[str, dict[str, float]] = {}
    for row in tables.read(folder / "bridges.tsv", FILES["bridges.tsv"]):
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


def _pairs(folder: Path, file: str) -> dict[str, str]:
    key, value = FILES[file]
    pairs: dict[str, str] = {}
    for row in tables.read(folder / file, FILES[file]):
        if not row[value]:
            raise row.wrong(f"「{value}」不能为空")
        if pairs.setdefault(row[key], row[value]) != row[value]:
            raise row.wrong(f"「{row[key]}」重复")
    return pairs


def _dictionary(path: Path) -> dict[str, int]:
    words: dict[str, int] = {}
    for line, raw in enumerate(tables.text(path).split("\n"), 1):
        if not raw.strip() or raw.startswith("#"):
            continue
        word, _, frequency = raw.strip().partition(" ")
        if not frequency.isdecimal() or int(frequency) < 1 or word in words:
            raise InvalidInput(
                f"{path.name} 第 {line} 行：应为「词 频次」，频次是正整数，词不重复", file=path.name, line=line
            )
        words[word] = int(frequency)
    return words
