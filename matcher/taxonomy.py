"""The words centres sort by: industries, technologies, regions, maturity, qualifications, and what is done, on what and
where, read from data/.

Every record is tagged from its text even when a form field is empty or free-worded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from matcher import tables
from matcher.cues import SHORTEST, Cues, fold
from matcher.overlay import PLAIN, Overlay
from matcher.tables import Row

FACETS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "industry": ("industries.tsv", ("名称", "国标代码", "相近行业", "别名", "线索词")),
        "technology": ("technologies.tsv", ("名称", "上级", "别名", "线索词")),
        "region": ("regions.tsv", ("名称", "省份", "大湾区", "别名", "线索词")),
        "maturity": ("maturity.tsv", ("名称", "级别", "TRL", "别名", "线索词")),
        "qualification": ("qualifications.tsv", ("名称", "类别", "别名", "线索词")),
        "task": ("tasks.tsv", ("名称", "别名", "需求方线索词", "方案方线索词")),
        "object": ("objects.tsv", ("名称", "别名", "需求方线索词", "方案方线索词")),
        "site": ("sites.tsv", ("名称", "别名", "需求方线索词", "方案方线索词")),
    }
)
"""Facet → its file and that file's columns. 别名 are words that mean the name when they stand alone in a form field;
线索词 are words that imply it anywhere in a text, and so also alone."""

INFERRED = frozenset({"object", "site"})
"""Facets that no form asks for: only the text speaks of them. The trade 养老 says nothing of where the work is done."""

TRAPS = ("traps.tsv", ("词语", "说明"))
"""Words that look like they contain a cue and do not (化工具, 老师傅)."""

_SPLIT = re.compile(r"[\s、，,;；/|·+()\[\]【】「」]+")
_TAILS = re.compile(r"(?:行业|产业|领域|场景|应用|技术|系统|业|等)$")


@dataclass(frozen=True, slots=True, eq=False)
class Taxonomy:
    """Everything the taxonomy files say. Build it with `load`; it never changes afterwards.

    Texts and labels are expected normalised (simplified, half-width); case does not matter.
    """

    version: str
    names: Mapping[str, tuple[str, ...]]
    _rows: Mapping[str, Row]
    _known: Mapping[str, Mapping[str, str]]
    _related: Mapping[str, frozenset[str]]
    _cues: Cues
    _places: Cues

    @classmethod
    def load(cls, folder: Path, overlay: Overlay = PLAIN) -> Taxonomy:
        """Read all tables of a folder, with the house's own changes laid over them.

        Raises InvalidInput naming the file and line, or the change, of the first bad row.
        """
        rows: dict[str, Row] = {}
        names: dict[str, tuple[str, ...]] = {}
        known: dict[str, dict[str, str]] = {}
        cues: dict[str, list[str]] = {}
        for facet, (file, columns) in FACETS.items():
            table = overlay.over(file, tables.read(folder / file, columns))
            names[facet] = tuple(row["名称"] for row in table)
            known[facet] = _known_words(table, columns)
            for row in table:
                tag = f"{facet}:{row['名称']}"
                rows[tag] = row
                for word in _cue_words(row, columns):
                    if tag not in cues.setdefault(word, []):
                        cues[word].append(tag)
        _check_levels(rows)
        traps = [row["词语"] for row in overlay.over(TRAPS[0], tables.read(folder / TRAPS[0], TRAPS[1]))]
        files = [file for file, _ in (*FACETS.values(), TRAPS)]
        version, own = tables.version(folder / file for file in files), overlay.part(files)
        places = {word: [t for t in tags if t.startswith("region:")] for word, tags in cues.items()}
        return cls(
            f"{version}+{own}" if own else version,
            MappingProxyType(names),
            MappingProxyType(rows),
            MappingProxyType(known),
            MappingProxyType(_neighbours(row for tag, row in rows.items() if tag.startswith("industry:"))),
            Cues(cues, traps),
            Cues({word: tags for word, tags in places.items() if tags}, traps),
        )

    def tag(self, text: str, labels: Sequence[str] = ()) -> frozenset[str]:
        """Tags such as "industry:汽车" of a text and of the form words that came with it.

        A label counts by its name or alias first, whole, then in pieces (汽车/家电), and by its cue words in the facets
        where that found nothing. A label that is itself a tag stands for that tag, so tagging twice changes nothing.
        More labels never remove a tag. A cue that the text denies (不含焊接, 除焊接外) does not count.
        """
        found = set(self._cues.find(text))
        for label in labels:
            found |= _of_label(self, label)
        return frozenset(found)

    def resolve(self, facet: str, word: str) -> str | None:
        """The name that a form word stands for in one facet: itself, an alias, or a cue of exactly one name."""
        known = self._known.get(facet, {})
        folded = fold(word.strip())
        return known.get(folded) or known.get(_TAILS.sub("", folded))

    def region_of(self, text: str) -> str | None:
        """The first place named in a text, as its city; a province only where no city of it is named."""
        found = [tag.partition(":")[2] for tag in self._places.find(text)]
        return next((r for r in found if all(o == r or self.province(o) != r for o in found)), None)

    def province(self, region: str) -> str | None:
        """The province of a region name; of a province, itself. None for an unknown name."""
        row = self._rows.get(f"region:{region}")
        return row["省份"] if row else None

    def in_bay_area(self, region: str) -> bool:
        """Whether a region name is one of the nine cities, 香港 or 澳门."""
        row = self._rows.get(f"region:{region}")
        return row is not None and row["大湾区"] == "是"

    def parent(self, technology: str) -> str | None:
        """The technology direction above a name (机器视觉 → 感知识别); None for a direction or an unknown name."""
        row = self._rows.get(f"technology:{technology}")
        return (row["上级"] or None) if row else None

    def related(self, industry: str) -> frozenset[str]:
        """Industries near enough for partial agreement, in both directions; never the industry itself."""
        return self._related.get(industry, frozenset())

    def maturity_level(self, name: str) -> int | None:
        """1 (概念) to 9 (规模化应用); `name` may be any alias. None when it says nothing about maturity."""
        resolved = self.resolve("maturity", name)
        return int(self._rows[f"maturity:{resolved}"]["级别"]) if resolved else None

    def code(self, industry: str) -> tuple[str, ...]:
        """GB/T 4754-2017 codes of an industry name, such as ("C36",); () when none is clear."""
        row = self._rows.get(f"industry:{industry}")
        return row.words("国标代码") if row else ()

    def labelled(self, label: str) -> frozenset[str]:
        """What one form word stands for."""
        if label in self._rows:
            return frozenset({label})
        found = self._exact(label) or {tag for piece in _SPLIT.split(label) for tag in self._exact(piece)}
        settled = {tag.partition(":")[0] for tag in found} | INFERRED
        return frozenset(found | {tag for tag in self._cues.find(label) if tag.partition(":")[0] not in settled})

    def _exact(self, word: str) -> set[str]:
        facets = (facet for facet in FACETS if facet not in INFERRED)
        return {f"{facet}:{name}" for facet in facets if (name := self.resolve(facet, word))}


@lru_cache(maxsize=8192)
def _of_label(taxonomy: Taxonomy, label: str) -> frozenset[str]:
    """`Taxonomy.labelled`, remembered: a list of ten thousand records has a few hundred form words."""
    return taxonomy.labelled(label)


def _cue_words(row: Row, columns: Iterable[str]) -> list[str]:
    words = [word for column in columns if column.endswith("线索词") for word in row.words(column)]
    for word in words:
        if len(word) < SHORTEST:
            raise row.wrong(f"线索词「{word}」太短，至少 {SHORTEST} 个字")
    return words


def _known_words(table: Sequence[Row], columns: Sequence[str]) -> dict[str, str]:
    """Word → name for one facet, names and aliases before cues.

    A name or alias belongs to one name; a cue that two names share resolves to none.
    """
    owners: dict[str, Row] = {}
    for row in table:
        for word in (row["名称"], *row.words("别名")):
            owner = owners.setdefault(fold(word), row)
            if owner is not row:
                raise row.wrong(f"「{word}」已经属于「{owner['名称']}」（{owner.place}）")
    implied: dict[str, set[str]] = {}
    for row in table:
        for word in _cue_words(row, columns):
            implied.setdefault(fold(word), set()).add(row["名称"])
    clear = {word: min(names) for word, names in implied.items() if len(names) == 1}
    return clear | {word: row["名称"] for word, row in owners.items()}


def _neighbours(table: Iterable[Row]) -> dict[str, frozenset[str]]:
    """Industry → the industries that name it or that it names. Every name must exist."""
    rows = {row["名称"]: row for row in table}
    near: dict[str, set[str]] = {name: set() for name in rows}
    for name, row in rows.items():
        for other in row.words("相近行业"):
            if other not in rows or other == name:
                raise row.wrong(f"相近行业「{other}」不是其他行业的名称")
            near[name].add(other)
            near[other].add(name)
    return {name: frozenset(others) for name, others in near.items()}


def _check_levels(rows: Mapping[str, Row]) -> None:
    """Every technology's parent is a direction of the same table, every maturity has a level."""
    for tag, row in rows.items():
        if tag.startswith("technology:") and row["上级"]:
            parent = rows.get(f"technology:{row['上级']}")
            if parent is None or parent["上级"]:
                raise row.wrong(f"上级「{row['上级']}」不是技术方向的名称")
        elif tag.startswith("maturity:") and row["级别"] not in set("123456789"):
            raise row.wrong(f"「级别」应是 1 到 9 的整数，现为「{row['级别']}」")
