"""Which records are probably the same filing as these: the nearest on the shelf, judged one by one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matcher.analyser import Analyser
from matcher.engine import View
from matcher.model import Demand, Kind, Profile, Record
from matcher.organizations import key, likeness
from matcher.ports import Encoder, LexicalIndex, Vectors
from matcher.profile import takes_part
from matcher.repeats import Readers, RepeatModel, Side, Tools, Two
from matcher.repeats import likeness as likenesses
from matcher.shelf import Shelf

NEAREST, LEAST_COSINE = 12, 0.35
"""Neighbours of a record that are judged, and how near they must be; repeats written for the tests are all nearer."""

SAME_VENDOR, SAME_OFFER = 0.8, 0.72
"""Solutions of two vendors are never a repeat: rivals sell alike things. Of one vendor, from which likeness on."""

SIDES = 512
"""Records kept ready to compare."""

_NOISE = re.compile(r"[\W_]+")

Fetch = Callable[[Kind, Sequence[str]], Mapping[str, Record]]
"""Ids to stored records; unknown ones are left out."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Two ids that may be one filing. `exact`: same owner, title and text. `says` is a Chinese sentence for people."""

    a: str
    b: str
    probability: float
    exact: bool
    says: str


@dataclass(frozen=True, eq=False)
class Compared:
    """A record ready to compare."""

    record: Record
    side: Side


class Finder:
    """Finds suspected repeats of demands and of solutions. Safe to call from many threads.

    `judge` is None where it was fitted with another encoder; then only filings of one owner are suspected.
    """

    def __init__(
        self,
        analyser: Analyser,
        encoder: Encoder,
        profile: Callable[[Record], Profile],
        judge: RepeatModel | None,
        anchors: Vectors,
    ) -> None:
        self._encoder, self._profile = encoder, profile
        self._judge, self._tools = judge, Readers(analyser, encoder, anchors)
        self._kept: dict[tuple[Kind, str], Compared] = {}

    @property
    def name(self) -> str:
        """The judge's name; another one means that everything has to be compared again."""
        fitted = f"{self._judge.threshold:.4f}/{self._judge.base:.4f}" if self._judge else "names"
        return f"repeats-1/{self._encoder.name}/{fitted}"

    def find(
        self, records: Sequence[Record], view: View, fetch: Fetch, same_names: Mapping[str, str] | None = None
    ) -> list[Suspicion]:
        """Every record's probable repeats among the stored ones and among each other, each pair once.

        Records need an id each; a stored record of the same id is not compared with itself. Ones that take no part
        (withdrawn, merged) have none.
        """
        best: dict[tuple[str, str], Suspicion] = {}
        for kind in Kind:
            given = {record.id: record for record in records if record.kind is kind and takes_part(record)}
            for record in given.values():
                for found in self._of(record, given, view, fetch, same_names or {}):
                    pair = (min(found.a, found.b), max(found.a, found.b))
                    if pair not in best or best[pair].probability < found.probability:
                        best[pair] = found
        return sorted(best.values(), key=lambda s: (not s.exact, -s.probability, s.a, s.b))

    def _of(
        self, record: Record, given: Mapping[str, Record], view: View, fetch: Fetch, same: Mapping[str, str]
    ) -> list[Suspicion]:
        ours = self._compared(record)
        ids = self._near(ours, view)
        stored = fetch(record.kind, [id for id in ids if id not in given])
        others = [other for other in (*stored.values(), *self._given_near(ours, given)) if other.id != record.id]
        others += [given[id] for id in ids if id in given and id != record.id]
        lexical = _lexical(view, record.kind)
        return self._judged(ours, [self._compared(other) for other in _distinct(others)], lexical, same)

    def _near(self, ours: Compared, view: View) -> list[str]:
        hits = [
            hit
            for shelf, counting in view.sides[ours.record.kind].shelves()
            if len(shelf)
            for hit in shelf.vectors.search(ours.side.asked.whole, NEAREST + 1, counting)
        ]
        hits.sort(key=lambda hit: (-hit.score, hit.id))
        return [hit.id for hit in hits[: NEAREST + 1] if hit.score >= LEAST_COSINE]

    def _given_near(self, ours: Compared, given: Mapping[str, Record]) -> list[Record]:
        """The nearest of a small batch that is not on the shelf yet; a big one is compared once it is."""
        if len(given) > SIDES or len(given) < 2:
            return []
        others = [other for id, other in given.items() if id != ours.record.id]
        cosines = np.stack([self._compared(other).side.asked.whole for other in others]) @ ours.side.asked.whole
        near = np.argsort(-cosines, kind="stable")[:NEAREST]
        return [others[at] for at in near.tolist() if cosines[at] >= LEAST_COSINE]

    def _compared(self, record: Record) -> Compared:
        kept = self._kept.get((record.kind, record.id))
        if kept is not None and kept.record == record:
            return kept
        made = Compared(record, Side.of(self._profile(record), self._tools, _owner(record)))
        if len(self._kept) >= SIDES:
            self._kept = {}
        self._kept[record.kind, record.id] = made
        return made

    def _judged(
        self, a: Compared, others: Sequence[Compared], lexical: LexicalIndex, same: Mapping[str, str]
    ) -> list[Suspicion]:
        found, rest = list[Suspicion](), list[tuple[Compared, float]]()
        for b in others:
            owners = likeness(_owner(a.record), _owner(b.record), same)
            if _exact(a.record, b.record, owners):
                found.append(Suspicion(a.record.id, b.record.id, 1.0, True, "单位、名称和正文都相同"))
            else:
                rest.append((b, owners))
        tools = Tools(self._tools.analyser, self._tools.encoder, self._tools.anchors, lexical)
        pairs = Two.among(a.side, [b.side for b, _ in rest], tools)
        for two, (b, owners) in zip(pairs, rest, strict=True):
            alike = likenesses(two)
            probability, least = self._promised(a.record, alike, owners)
            if probability >= least:
                says = _says(alike, owners)
                found.append(Suspicion(a.record.id, b.record.id, min(probability, 0.999), False, says))
        return found

    def _promised(self, record: Record, alike: Mapping[str, float], owners: float) -> tuple[float, float]:
        """(how probably it is a repeat, from which probability on it is told)."""
        if isinstance(record, Demand) and self._judge is not None:
            return self._judge.probability(alike), self._judge.threshold
        near = (alike["semantic"] + alike["title"] + alike["shared_most"]) / 3
        return (near if owners >= SAME_VENDOR else 0.0), SAME_OFFER


def _lexical(view: View, kind: Kind) -> LexicalIndex:
    """An index that knows which words are rare: the generation's, or the changed rows' where there is none."""
    side = view.sides[kind]
    shelf: Shelf = side.base if len(side.base) else side.delta
    return shelf.lexical


def _owner(record: Record) -> str:
    return record.organization if isinstance(record, Demand) else record.vendor


def _body(record: Record) -> str:
    more = record.requirements if isinstance(record, Demand) else record.indicators
    return f"{record.description}\n{more}"


def _flat(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())


def _exact(a: Record, b: Record, owners: float) -> bool:
    body = _flat(_body(a))
    same_text = _flat(a.title) == _flat(b.title) and body == _flat(_body(b))
    known = bool(key(_owner(a)) and key(_owner(b)))
    return same_text and bool(body) and (owners >= SAME_VENDOR or not known)


def _distinct(records: Sequence[Record]) -> list[Record]:
    return list({record.id: record for record in records}.values())


def _says(alike: Mapping[str, float], owners: float) -> str:
    """The strongest agreements and the strongest differences, for people."""
    agree = [text for found, text in (
        (owners >= SAME_VENDOR, "单位相同或相近"),
        (alike["title"] >= 0.7, "名称相近"),
        (alike["shared_most"] >= 0.6, "用语大部分相同"),
        (alike["same_region"] == 1, "所在地相同"),
        (alike["semantic"] >= 0.6, "说的是相近的事"),
    ) if found]  # fmt: skip
    differ = [text for found, text in (
        (alike["other_region"] == 1, "所在地不同"),
        (alike["other_figures"] >= 0.5, "有数字不一致"),
        (owners < 0.4, "单位名称不同"),
    ) if found]  # fmt: skip
    return "；".join(
        filter(None, ("、".join(agree) or "要解决的问题相近", "、".join(differ) and f"但{'、'.join(differ)}"))
    )
