"""Likely repeats within one list, told from names and characters alone: fast enough for fifty thousand rows.

What these miss (the same need in other words) the judge of `matcher.repeats` finds once the rows are stored.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from matcher.model import Demand, Record
from matcher.organizations import key

_NOISE = re.compile(r"[\W_]+")
SAME_TITLE, SAME_TEXT = 0.6, 0.7
"""Share of character pairs from which two titles, or two texts, of one filer are taken for one."""
MOST_OF_ONE_FILER = 200
"""Records of one filer compared pair by pair; of more, only the equal ones are found."""


@dataclass(frozen=True, slots=True)
class Twin:
    """Two rows, by position, the earlier first. `exact`: nothing that matters differs."""

    first: int
    second: int
    exact: bool
    says: str


def twins(records: Sequence[Record], same_names: Mapping[str, str] | None = None) -> tuple[Twin, ...]:
    """Every pair of rows that looks like one filing, in order of the second row. `same_names`: key → key of confirmed
    variants of organisations' names."""
    found: dict[tuple[int, int], Twin] = {}
    for group in _groups([_text(record) for record in records]):
        for first, second in _chain(group):
            found[first, second] = Twin(first, second, True, "名称和正文完全相同")
    owners = [key(owner_of(record)) for record in records]
    owners = [(same_names or {}).get(owner, owner) for owner in owners]
    for group in _groups(owners):
        alike = _of_one_filer(records, group) if len(group) <= MOST_OF_ONE_FILER else _of_a_busy_filer(records, group)
        for twin in alike:
            found.setdefault((twin.first, twin.second), twin)
    return tuple(sorted(found.values(), key=lambda twin: (twin.second, twin.first)))


def owner_of(record: Record) -> str:
    """Who filed it, or offers it."""
    return record.organization if isinstance(record, Demand) else record.vendor


def _of_one_filer(records: Sequence[Record], group: Sequence[int]) -> Iterator[Twin]:
    titles = {at: _pairs(_flat(records[at].title)) for at in group}
    texts = {at: _pairs(_flat(_body(records[at]))) for at in group}
    for number, second in enumerate(group):
        for first in group[:number]:
            title, text = _share(titles[first], titles[second]), _contained(texts[first], texts[second])
            if title == 1 and titles[first]:
                yield Twin(first, second, text == 1 and len(texts[first]) == len(texts[second]), "同一单位、名称相同")
            elif title >= SAME_TITLE:
                yield Twin(first, second, False, "同一单位、名称相近")
            elif text >= SAME_TEXT:
                yield Twin(first, second, False, "同一单位、正文大部分相同")


def _of_a_busy_filer(records: Sequence[Record], group: Sequence[int]) -> Iterator[Twin]:
    for same in _groups([_flat(records[at].title) for at in group]):
        yield from (Twin(group[a], group[b], False, "同一单位、名称相同") for a, b in _chain(same))


def _groups(keys: Sequence[str]) -> list[list[int]]:
    """Positions with the same key, groups of at least two, in order; empty keys are in none."""
    groups: dict[str, list[int]] = {}
    for at, found in enumerate(keys):
        if found:
            groups.setdefault(found, []).append(at)
    return [group for group in groups.values() if len(group) > 1]


def _chain(group: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Every later one with the first."""
    yield from ((group[0], later) for later in group[1:])


def _body(record: Record) -> str:
    more = record.requirements if isinstance(record, Demand) else record.indicators
    return f"{record.description}{more}"


def _text(record: Record) -> str:
    body = _flat(_body(record))
    return f"{_flat(record.title)}\0{body}" if body else ""


def _flat(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1)) or frozenset({text} if text else ())


def _share(a: frozenset[str], b: frozenset[str]) -> float:
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


def _contained(a: frozenset[str], b: frozenset[str]) -> float:
    """Share of the shorter text that the other one has too; 0 for a text of under ten pairs."""
    return len(a & b) / min(len(a), len(b)) if min(len(a), len(b)) >= 10 else 0.0
