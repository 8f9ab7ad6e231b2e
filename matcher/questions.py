"""What to ask the filer of a demand: a table by kind of work and industry, and whether the text answers it already."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from matcher import tables
from matcher.measures import COLUMNS as INDICATOR_COLUMNS
from matcher.measures import FILE as INDICATORS
from matcher.said import Said, all_kinds
from matcher.tables import Row
from matcher.taxonomy import Taxonomy

FOLDER = "completeness"
GROUPS = ("groups.tsv", ("组名", "成员"))
COLUMNS = (
    "主题",
    "作业",
    "行业",
    "行业除外",
    "轻重",
    "追问",
    "代替",
    "答复指标",
    "答复量纲",
    "旁词",
    "答复说法",
    "答复栏目",
)
QUESTIONS = ("questions.tsv", COLUMNS)

FIELDS = frozenset({"scale", "site", "target", "current_base", "cooperation", "requirements"})
"""Fields of a demand that a column 答复栏目 may name."""


@dataclass(frozen=True, slots=True)
class Question:
    """One row. `weight` 3: without the answer nothing can be chosen; 2: it decides model and price; 1: good to know.

    tasks, industries   when to ask; empty means always. A demand without an industry fits every one
    except_industries   when not to ask
    instead_of           labels of items whose own, more general question is then not asked
    names, kinds, beside, words, fields   what counts as an answer (see the table's head)
    """

    topic: str
    asks: str
    weight: int
    tasks: frozenset[str]
    industries: frozenset[str]
    except_industries: frozenset[str]
    instead_of: frozenset[str]
    names: frozenset[str]
    kinds: frozenset[str]
    beside: tuple[str, ...]
    words: tuple[str, ...]
    fields: frozenset[str]

    def fits(self, tasks: AbstractSet[str], industries: AbstractSet[str]) -> bool:
        """Whether it makes sense for work of these kinds in these industries."""
        if self.except_industries & industries or (self.tasks and not self.tasks & tasks):
            return False
        return not self.industries or not industries or bool(self.industries & industries)

    def answered(self, said: Said, filled: AbstractSet[str]) -> bool:
        """Whether the text says it already, or one of the fields that would say it is `filled`."""
        return (
            bool(self.fields & filled)
            or bool(self.names & said.names)
            or (bool(self.kinds) and said.counts(self.kinds, self.beside))
            or said.mentions(self.words)
        )


class Questions:
    """The table. Build it with `load`; it never changes afterwards."""

    def __init__(self, rows: tuple[Question, ...]) -> None:
        self.rows = rows

    @classmethod
    def load(cls, data: Path, taxonomy: Taxonomy) -> Questions:
        """Raises InvalidInput naming the file and line of a row with an unknown task, industry, figure or field."""
        folder = data / FOLDER
        known = {facet: frozenset(taxonomy.names[facet]) for facet in ("task", "industry")}
        groups: dict[str, frozenset[str]] = {}
        for row in tables.read(folder / GROUPS[0], GROUPS[1]):
            groups[row["组名"]] = _known(row, "成员", known["task"] | known["industry"])
        names = frozenset(row["指标"] for row in tables.read(data / "lexicon" / INDICATORS, INDICATOR_COLUMNS))
        rows = tables.read(folder / QUESTIONS[0], QUESTIONS[1])
        return cls(tuple(_question(row, known | {"indicator": names}, groups) for row in rows))

    def fitting(self, tasks: AbstractSet[str], industries: AbstractSet[str]) -> tuple[Question, ...]:
        """The first fitting row of every topic, the heaviest first, else in the table's order."""
        found: dict[str, Question] = {}
        for row in self.rows:
            if row.topic not in found and row.fits(tasks, industries):
                found[row.topic] = row
        return tuple(sorted(found.values(), key=lambda row: -row.weight))


def _question(row: Row, known: Mapping[str, frozenset[str]], groups: Mapping[str, frozenset[str]]) -> Question:
    if not row["追问"]:
        raise row.wrong("「追问」不能为空")
    return Question(
        topic=row["主题"],
        asks=row["追问"],
        weight=int(row.number("轻重", 1, 3)),
        tasks=_members(row, "作业", known["task"], groups),
        industries=_members(row, "行业", known["industry"], groups),
        except_industries=_members(row, "行业除外", known["industry"], groups),
        instead_of=frozenset(row.words("代替")),
        names=_known(row, "答复指标", known["indicator"]),
        kinds=_known(row, "答复量纲", all_kinds()),
        beside=tuple(word.casefold() for word in row.words("旁词")),
        words=tuple(word.casefold() for word in row.words("答复说法")),
        fields=_known(row, "答复栏目", FIELDS),
    )


def _members(row: Row, column: str, known: frozenset[str], groups: Mapping[str, frozenset[str]]) -> frozenset[str]:
    named = _known(row, column, known | groups.keys())
    return frozenset(name for word in named for name in groups.get(word, frozenset({word})))


def _known(row: Row, column: str, known: AbstractSet[str]) -> frozenset[str]:
    words = row.words(column)
    if unknown := [word for word in words if word not in known]:
        raise row.wrong(f"「{column}」中有不认识的名称：{'、'.join(unknown)}")
    return frozenset(words)
