"""The values that travel through the engine. All are frozen; none knows about storage, HTTP or an index library."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Literal


class Kind(StrEnum):
    """Which shelf a record stands on."""

    DEMAND = "demand"
    SOLUTION = "solution"

    @property
    def other(self) -> Kind:
        """The side a record is matched against."""
        return Kind.SOLUTION if self is Kind.DEMAND else Kind.DEMAND


@dataclass(frozen=True, slots=True)
class Contact:
    """Personal data. Kept apart in the store, never indexed, embedded, explained or logged."""

    person: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in 万元 (ten thousand units of `currency`), with the text it was read from.

    `low` and `high` are equal for a single figure and both None when the text names no figure (面议).
    `per` is the counted thing of a unit price (套, 线, 架次), empty for a total.
    """

    low: float | None = None
    high: float | None = None
    currency: str = "CNY"
    per: str = ""
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date with the precision its text had; `day` is the last day of the named month or year.

    None with a raw text (尽快) means: a wish without a date.
    """

    day: date | None = None
    precision: Literal["day", "month", "year", ""] = ""
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Demand:
    """应用场景需求: what somebody needs solved."""

    id: str
    title: str
    organization: str = ""
    org_type: str = ""
    industries: tuple[str, ...] = ()
    region: str = ""
    site: str = ""
    description: str = ""
    requirements: str = ""
    target: str = ""
    current_base: str = ""
    scale: str = ""
    budget: Money | None = None
    deadline: Deadline | None = None
    cooperation: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    contact: Contact = field(default_factory=Contact, repr=False)
    source: str = ""
    batch: str = ""
    status: str = "open"

    @property
    def kind(self) -> Kind:
        return Kind.DEMAND


@dataclass(frozen=True, slots=True)
class Solution:
    """解决方案: what a vendor offers."""

    id: str
    title: str
    vendor: str = ""
    industries: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    region: str = ""
    description: str = ""
    scenes: str = ""
    indicators: str = ""
    cases: str = ""
    maturity: str = ""
    trl: int | None = None
    price: Money | None = None
    delivery: str = ""
    qualifications: tuple[str, ...] = ()
    contact: Contact = field(default_factory=Contact, repr=False)
    source: str = ""
    batch: str = ""
    status: str = "open"

    @property
    def kind(self) -> Kind:
        return Kind.SOLUTION


Record = Demand | Solution

FIELDS = ("title", "body", "labels", "needs", "cases")
"""The scored text fields of a profile, in the order every per-field array uses."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The one face a demand and a solution show the engine, so both directions are the same code.

    `fields` maps each name of FIELDS to original, unnormalised text: title; body (problem or description, site,
    scenes); labels (technologies, keywords and industries as written); needs (requirements or indicators); cases.
    `tags` are taxonomy keys such as "industry:汽车", "technology:机器视觉", "region:东莞", "maturity:规模化应用",
    "qualification:专精特新", "place:佛山" (a place in the text that is not the record's region). They come from the
    taxonomy, whether the form named them or the text implied them.
    """

    id: str
    kind: Kind
    fields: Mapping[str, str]
    tags: frozenset[str] = frozenset()
    money: Money | None = None

    def text(self) -> str:
        """All fields in FIELDS order, one per line."""
        return "\n".join(self.fields[name] for name in FIELDS if self.fields.get(name))

    def tagged(self, facet: str) -> frozenset[str]:
        """The values this profile has under one facet, without the prefix."""
        start = facet + ":"
        return frozenset(tag[len(start) :] for tag in self.tags if tag.startswith(start))


def grade_of(score: float) -> int:
    """Log-odds as a whole number of percent, 0 to 100."""
    return round(100 / (1 + math.exp(-max(-40.0, min(40.0, score)))))


@dataclass(frozen=True, slots=True)
class Hit:
    """One index's opinion of one record. `rank` starts at 1; higher `score` is better."""

    id: str
    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of original text worth highlighting: `field[start:end]` of the query or of the candidate."""

    side: Literal["query", "candidate"]
    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason, in log-odds points. `says` is shown to people as it stands, in Chinese."""

    source: str
    points: float
    says: str
    spans: tuple[Span, ...] = ()


class Status(StrEnum):
    """How an offer answers one measurable requirement."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement of the demand, held against the offer: its own sentence, the verdict, and why in Chinese."""

    text: str
    status: Status
    says: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A ranked answer. Its score is the sum of its evidence, never a separate number."""

    id: str
    evidence: tuple[Evidence, ...]
    requirements: tuple[Requirement, ...] = ()

    @property
    def score(self) -> float:
        """Log-odds that the candidate is a suitable answer. Summed exactly, so the order of evidence is irrelevant."""
        return math.fsum(e.points for e in self.evidence)

    @property
    def grade(self) -> int:
        """The calibrated probability as a whole number of percent, 0 to 100."""
        return grade_of(self.score)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The answer to one query: a function of (query, filters, generation, rows changed since) and of nothing else."""

    generation: str
    matches: tuple[Match, ...]
    suitable: bool
    filters: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


EMPTY: Mapping[str, str] = MappingProxyType({})
