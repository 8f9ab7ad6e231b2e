"""Words of form fields in their standard wording: industries, maturity, and the city that a place belongs to.

A wording that is not in the tables stays as it was written, with a hint. Nothing here decides what is matched: the
engine tags records from their whole text with the full taxonomy.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from indexer import cells
from indexer.reading import Cell, Confidence, Note, Reading, Rule, Verdict
from matcher import tables
from matcher.text import simplified

DATA = Path(__file__).resolve().parents[1] / "data"
FIELDS = ("industries", "maturity")

SYNONYM = Rule("synonym", "换成标准叫法")
NEAR = Rule("near_synonym", "按相近的标准叫法换", Confidence.DOUBTFUL)
CITY = Rule("city", "按地名归到所在城市", Confidence.LIKELY)
PROVINCE = Rule("province", "全省范围，不归到某个城市", Confidence.LIKELY)

OTHER = frozenset({"其他", "其它", "其他行业", "其它行业"})
WHOLE_PROVINCE = frozenset({"全省", "省内", "全省各地市", "全省各市"})

_SPACE = re.compile(r"\s+")
_MARKS = re.compile(r"[\s，,、;；/／|·\-—()（）]+")
_SUFFIX = re.compile(r"(?:特别行政区|壮族自治区|维吾尔自治区|回族自治区|自治区|省|市)")


@dataclass(frozen=True)
class Catalogue:
    """The tables: by field, wording → (standard, is it only near); standard names; place word → city."""

    known: Mapping[str, Mapping[str, tuple[str, bool]]]
    standard: Mapping[str, frozenset[str]]
    cities: Mapping[str, str]
    whole: Mapping[str, str]
    provinces: Mapping[str, str]

    @classmethod
    def load(cls, data: Path = DATA) -> Catalogue:
        """Read data/import/terms.tsv and the taxonomy's names. InvalidInput names the line of a bad row."""
        known: dict[str, dict[str, tuple[str, bool]]] = {field: {} for field in FIELDS}
        standard: dict[str, set[str]] = {field: set() for field in FIELDS}
        for row in tables.read(data / "import" / "terms.tsv", ("字段", "名称", "同义", "近义")):
            if row["字段"] not in known:
                raise row.wrong(f"「字段」应为 {'、'.join(FIELDS)}，现为「{row['字段']}」")
            words = known[row["字段"]]
            standard[row["字段"]].add(_key(row["名称"]))
            for column, near in (("同义", False), ("近义", True)):
                for word in map(_key, row.words(column)):
                    if words.setdefault(word, (row["名称"], near))[0] != row["名称"]:
                        raise row.wrong(f"「{word}」已对应到「{words[word][0]}」")
        industries = tables.read(data / "taxonomy" / "industries.tsv", _columns("国标代码", "相近行业"))
        standard["industries"] |= {_key(row["名称"]) for row in industries}
        regions = tables.read(data / "taxonomy" / "regions.tsv", _columns("省份", "大湾区"))
        return cls(
            known,
            {field: frozenset(names) for field, names in standard.items()},
            {word: row["名称"] for row in regions for word in row.words("线索词") if _is_city(row)},
            {word: row["名称"] for row in regions for word in (row["名称"], *row.words("别名"))},
            {row["名称"]: row["省份"] for row in regions},
        )

    def industry(self, word: str) -> tuple[str, Note | None, Rule | None]:
        """The standard industry for one wording, with what to tell: mapped, or unknown and kept."""
        standard, near = self._standard("industries", word)
        if standard is None:
            hint = f"“{word}”不在行业目录中，已按原文保留，请核对"
            return word, Note("industry_unknown", hint), None
        if standard == word:
            return word, None, None
        rule = NEAR if near else SYNONYM
        hint = f"“{word}”已对应为行业“{standard}”" + ("，请核对" if near else "")
        return standard, Note("industry_mapped", hint, Verdict.QUESTION if near else Verdict.NOTE), rule

    def knows(self, field: str, word: str) -> bool:
        """Whether a wording is in the table of a field."""
        return self._standard(field, word)[0] is not None

    def _standard(self, field: str, word: str) -> tuple[str | None, bool]:
        key = _key(word)
        if key in self.standard[field]:
            return word, False
        return self.known[field].get(key, (None, False))

    def industries(self, cell: Cell) -> Reading[tuple[str, ...]]:
        """The industries of a cell, each once. 其他 says nothing and goes, with a hint when others stand beside it."""
        reading = cells.words(cell, keep=OTHER)
        found: list[str] = []
        notes, rules = list(reading.notes), [reading.rule]
        for word in reading.value:
            if word in OTHER:
                notes.append(Note("industry_other", f"行业里的“{word}”没有实际含义，未导入"))
                continue
            standard, note, rule = self.industry(word)
            found.append(standard)
            rules.append(rule)
            notes += [note] if note else []
        return Reading(tuple(dict.fromkeys(found)), tuple(notes), _weakest(rules))

    def maturity(self, cell: Cell) -> Reading[str]:
        """The standard word for a maturity; an unlisted wording as it is."""
        reading = cells.line(cell)
        standard, near = self._standard("maturity", reading.value)
        if standard is None or standard == reading.value:
            return reading
        hint = f"“{reading.value}”已对应为“{standard}”" + ("，请核对" if near else "")
        note = Note("maturity_mapped", hint, Verdict.QUESTION if near else Verdict.NOTE)
        return Reading(standard, (*reading.notes, note), NEAR if near else SYNONYM)

    def region(self, cell: Cell) -> Reading[str]:
        """The city of a place; a province or a city as written, several places or an unknown one too."""
        reading = cells.line(cell)
        text = reading.value
        plain = simplified(unicodedata.normalize("NFKC", text))
        if not text or plain in self.provinces:
            return reading
        if plain in WHOLE_PROVINCE:
            note = Note("region_province", "“全省”不是一个城市，已记为“广东”", Verdict.QUESTION)
            return Reading("广东", (*reading.notes, note), PROVINCE)
        cities = self._cities(plain)
        if not cities:
            note = Note("region_unknown", f"认不出“{text}”在哪个城市，已按原文保留，请核对")
            return Reading(text, (*reading.notes, note), reading.rule)
        if len(cities) > 1:
            return reading
        (city,) = cities
        bare = _SUFFIX.sub("", _MARKS.sub("", plain))
        if bare == city:
            return Reading(city, reading.notes, CITY)
        if bare == self.provinces[city] + city:
            return reading if self.provinces[city] != "广东" else Reading(city, reading.notes, CITY)
        note = Note("region_mapped", f"“{text}”已归到“{city}”，请核对")
        return Reading(city, (*reading.notes, note), CITY)

    def _cities(self, plain: str) -> Sequence[str]:
        """The cities named in a text, each once, in order; a word inside a longer one that was found does not count."""
        pieces = [piece for piece in _MARKS.split(plain) if piece]
        cities = set(self.cities.values())
        whole = [self.whole[piece] for piece in pieces if self.whole.get(piece) in cities]
        found = [self.cities[match[0]] for match in _alternation(tuple(self.cities)).finditer(plain)]
        return list(dict.fromkeys(found)) or list(dict.fromkeys(whole))


@cache
def catalogue() -> Catalogue:
    """The shipped tables, read once."""
    return Catalogue.load()


@cache
def _alternation(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word)))))


def _columns(first: str, second: str) -> tuple[str, ...]:
    return ("名称", first, second, "别名", "线索词")


def _is_city(row: tables.Row) -> bool:
    """Whether a row of the regions is a city: a province is its own, but for the four that are cities."""
    return row["名称"] != row["省份"] or row["名称"] in ("北京", "天津", "上海", "重庆", "香港", "澳门")


def _key(text: str) -> str:
    return _SPACE.sub("", simplified(unicodedata.normalize("NFKC", text))).casefold()


def _weakest(rules: Iterable[Rule | None]) -> Rule | None:
    order = (Confidence.DOUBTFUL, Confidence.LIKELY, Confidence.CERTAIN)
    given = [rule for rule in rules if rule]
    return min(given, key=lambda rule: order.index(rule.confidence)) if given else None
