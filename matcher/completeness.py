"""How complete a record is: points item by item with the reason, what to ask back, vague wording, figures as parsed.

The score says how far staff can work with the text as it stands; it never says whether the need is real.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matcher import tables
from matcher.errors import InvalidInput
from matcher.examined import Asked, Examined
from matcher.grading import RULES
from matcher.indicators import Indicator
from matcher.model import Contact, Demand, Record, Solution
from matcher.profile import profile_of
from matcher.questions import FOLDER, Questions
from matcher.repeats import wish
from matcher.requirements import required
from matcher.said import Said
from matcher.taxonomy import Taxonomy
from matcher.text import Mapped
from matcher.vagueness import Vague, Vagueness

LEVELS = ("levels.tsv", ("等级", "下限", "建议"))
MOST_QUESTIONS = 8
"""Questions about the work that are asked at once; a longer letter is not answered."""
LACKING = 0.4
"""An item with a smaller share of its points is asked about."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was looked at: `points` of at most `most`, and why. `asks` is the question when most of them
    are missing, "" when there is none."""

    key: str
    label: str
    points: int
    most: int
    says: str
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """What a score means to staff."""

    name: str
    low: int
    advice: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """`score` is 0 to 100, the items' points as a share of what they could bring."""

    score: int
    level: Level
    items: tuple[Item, ...]
    questions: tuple[Asked, ...]
    vague: tuple[Vague, ...]
    requirements: tuple[Indicator, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The labels of items without a point, for a list's column 缺项."""
        return tuple(item.label for item in self.items if item.points == 0)


class Checker:
    """Judges demands and solutions. Build it with `load`; safe to call from many threads."""

    def __init__(
        self,
        taxonomy: Taxonomy,
        questions: Questions,
        levels: Sequence[Level],
        vagueness: Vagueness,
        clean: Callable[[str], Mapped],
    ) -> None:
        self._taxonomy, self._questions, self._levels = taxonomy, questions, tuple(levels)
        self._vagueness, self._clean = vagueness, clean

    @classmethod
    def load(
        cls,
        data: Path,
        taxonomy: Taxonomy,
        vague: Mapping[str, str],
        clean: Callable[[str], Mapped],
    ) -> Checker:
        """`vague` are the lexicon's wordings, `clean` the analyser's cleaning. Raises InvalidInput for a bad table."""
        return cls(taxonomy, Questions.load(data, taxonomy), _levels(data), Vagueness(vague, clean), clean)

    def check(self, record: Record, contact: Contact | None = None) -> Completeness:
        """`contact` says whether somebody can be asked; None leaves that item out. About a millisecond."""
        examined = self._examined(record, contact)
        items = []
        for rule in RULES[type(record)]:
            if (graded := rule.grade(examined)) is not None:
                share, says = graded
                items.append(Item(rule.key, rule.label, round(share * rule.most), rule.most, says, rule.asks))
        score = round(100 * sum(item.points for item in items) / sum(item.most for item in items))
        open_ = examined.open[:MOST_QUESTIONS]
        covered = {label for asked in open_ for label in asked.instead_of}
        lacking = [item for item in items if item.asks and item.points < LACKING * item.most]
        asked = [Asked(item.label, item.asks, 3) for item in lacking if item.label not in covered]
        return Completeness(
            score=score,
            level=next(level for level in self._levels if score >= level.low),
            items=tuple(items),
            questions=(*asked, *open_),
            vague=examined.vague,
            requirements=examined.requirements,
        )

    def _examined(self, record: Record, contact: Contact | None) -> Examined:
        texts = texts_of(record)
        plain = {field: self._plain(text) for field, text in texts.items()}
        said = Said.of(texts.values())
        open_, answered = self._topics(record, texts, said) if isinstance(record, Demand) else ((), ())
        vague = [
            found
            for field, text in {**texts, **_raw(record)}.items()
            for found in self._vagueness.find(field, text, wishes_only=field in _RUNNING)
        ]
        named = record.requirements if isinstance(record, Demand) else record.indicators
        more = [text for field, text in texts.items() if field not in ("title", "requirements", "indicators")]
        figures = (*required(named), *(i for text in more for i in required(text, strict=True)))
        unknown = not self._taxonomy.tag("", [self._plain(word) for word in record.industries])
        return Examined(record, plain, not unknown, said, open_, answered, tuple(vague), figures, contact)

    def _topics(
        self, record: Demand, texts: Mapping[str, str], said: Said
    ) -> tuple[tuple[Asked, ...], tuple[str, ...]]:
        profile = profile_of(record, self._taxonomy, self._plain)
        tasks = self._named_in(record.title) or self._first("task", wish(profile))
        labelled = self._taxonomy.tag("", [self._plain(word) for word in record.industries])
        industries = _values("industry", labelled) or self._first("industry", record.title, profile.text())
        filled = {field for field, text in texts.items() if text.strip()} | (
            {"cooperation"} if record.cooperation else set()
        )
        fitting = self._questions.fitting(tasks, industries)
        open_ = [row for row in fitting if not row.answered(said, filled)]
        asked = tuple(Asked(row.topic, row.asks, row.weight, row.instead_of) for row in open_)
        return asked, tuple(row.topic for row in fitting if row not in open_)

    def _first(self, facet: str, *texts: str) -> frozenset[str]:
        """The tags of the first text that has any: a title names the task, a long text touches on many."""
        found = (_values(facet, self._taxonomy.tag(self._plain(text))) for text in texts)
        return next((values for values in found if values), frozenset())

    def _named_in(self, title: str) -> frozenset[str]:
        """The tasks of a title: by cue words, and by a task's own name, which in a title means the thing itself."""
        plain = self._plain(title)
        pieces = {plain[at : at + size] for size in (2, 3, 4) for at in range(len(plain) - size + 1)}
        named = {task for piece in pieces if (task := self._taxonomy.resolve("task", piece))}
        return _values("task", self._taxonomy.tag(plain)) | named

    def _plain(self, text: str) -> str:
        return self._clean(text).text


_RUNNING = frozenset({"description", "current_base", "cases", "scenes"})
"""Fields of running text, in which many a vague word only tells a story."""


def texts_of(record: Record) -> dict[str, str]:
    """The text fields of a record by the name of the field; empty ones left out."""
    names = (
        ("title", "description", "requirements", "target", "current_base", "site", "scale")
        if isinstance(record, Demand)
        else ("title", "description", "scenes", "indicators", "cases", "delivery")
    )
    return {name: text for name in names if (text := getattr(record, name)).strip()}


def _raw(record: Record) -> dict[str, str]:
    """Amounts and dates as written, where vagueness lives too."""
    if isinstance(record, Solution):
        return {"price": record.price.raw} if record.price and record.price.low is None else {}
    found = {"budget": record.budget.raw} if record.budget and record.budget.low is None else {}
    return found | ({"deadline": record.deadline.raw} if record.deadline and record.deadline.day is None else {})


def _values(facet: str, tags: frozenset[str]) -> frozenset[str]:
    return frozenset(tag.partition(":")[2] for tag in tags if tag.startswith(f"{facet}:"))


def _levels(data: Path) -> list[Level]:
    rows = tables.read(data / FOLDER / LEVELS[0], LEVELS[1])
    levels = [Level(row["等级"], int(row.number("下限", 0, 100)), row["建议"]) for row in rows]
    if [level.low for level in levels] != sorted((level.low for level in levels), reverse=True) or levels[-1].low:
        raise InvalidInput(f"{LEVELS[0]} 的「下限」要从高到低排列，最后一级为 0")
    return levels
