"""A record read once for its completeness, and what judges it: one rule per item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from matcher.indicators import Indicator
from matcher.model import Contact, Record
from matcher.said import Said
from matcher.vagueness import Vague


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the filer. `weight` 3 to 1: how much hangs on the answer. `instead_of`: labels of items whose own
    question it makes needless."""

    topic: str
    asks: str
    weight: int
    instead_of: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Examined:
    """A record read for its completeness, once; what the items are judged by.

    plain      the texts, cleaned, by the field of the record; empty ones left out
    said       what they say together
    open       questions that fit and are not answered; `answered` those that fit and are
    contact    None when it is not known whether there is one
    """

    record: Record
    plain: Mapping[str, str]
    industry_read: bool
    said: Said
    open: tuple[Asked, ...]
    answered: tuple[str, ...]
    vague: tuple[Vague, ...]
    requirements: tuple[Indicator, ...]
    contact: Contact | None


Grade = tuple[float, str]
"""The share of an item's points, 0 to 1, and the reason in Chinese."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How one item is judged; None from `grade` leaves the item out."""

    key: str
    label: str
    most: int
    grade: Callable[[Examined], Grade | None]
    asks: str = ""
