"""The engine: one screen, both directions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matcher.analyser import Analyser
from matcher.asked import Asked, ask, left_out
from matcher.caveats import caveats
from matcher.explain import Explainer
from matcher.features import Pool, matrix
from matcher.filters import Filter, allowed
from matcher.model import Hit, Kind, Match, Profile, Ranking, Requirement
from matcher.ports import Encoder, Reranker, RowNumbers, Rows
from matcher.requirements import compare, read_ahead
from matcher.shelf import Shelf
from matcher.taxonomy import Taxonomy
from matcher.tried import tried
from matcher.weights import RERANK, Weights

CANDIDATES = 100
"""Candidates taken from each arm, at least; and five times the k asked for. The arms: the encoder, shared words, and
between demands and solutions the context model."""

STRONGEST_TERMS = 48
"""Query terms the lexical arm looks for when it collects candidates; scores count all of them."""

RERANKED = 30
"""Best candidates by all other features that a re-ranking model reads; it takes too long to read them all."""

FILLER_WORTH_TELLING = 3
"""Sentences left out of the search from which on people are told of it."""

NOTHING_YET = "还没有可供匹配的记录，请先导入。"
NOTHING_LEFT = "没有符合筛选条件的记录，请放宽筛选。"
NOT_SUITABLE = {
    Kind.SOLUTION: "没有达到“合适”标准的方案；以下结果仅供参考，建议列入下一批征集。",
    Kind.DEMAND: "没有达到“合适”标准的需求；以下结果仅供参考，可在下一批需求发布后再匹配。",
}
NOT_SIMILAR = "没有十分相似的记录；以下结果仅供参考。"


@dataclass(frozen=True, eq=False)
class Side:
    """One side as it stands now: the generation's shelf, the rows of it that no longer count, and the changed rows."""

    base: Shelf
    hidden: Rows
    delta: Shelf

    def shelves(self) -> tuple[tuple[Shelf, Rows], ...]:
        """Each shelf with the rows that count."""
        return ((self.base, ~self.hidden), (self.delta, self.delta.every_row()))


@dataclass(frozen=True, eq=False)
class View:
    """The whole index at one moment. A ranking is a function of it, the query and the filters."""

    generation: str
    sides: Mapping[Kind, Side]


class Engine:
    """Ranks one side for a profile of the other (or of the same), with its reasons."""

    def __init__(
        self,
        analyser: Analyser,
        encoder: Encoder,
        taxonomy: Taxonomy,
        weights: Weights,
        view: Callable[[], View],
        reranker: Reranker | None = None,
        context: Encoder | None = None,
    ) -> None:
        """`view` is asked at every match, so that a change shows at once."""
        self._analyser, self._encoder, self._taxonomy = analyser, encoder, taxonomy
        self.weights = weights
        self._view = view
        self._reranker, self._context = reranker, context
        self._names = tuple(weights.weights)
        self._factors = np.array([weights.weights[name] for name in self._names])
        self._explain = Explainer(analyser, encoder, taxonomy)

    def match(self, query: Profile, *, k: int = 10, filters: Sequence[Filter] = ()) -> Ranking:
        """The k best records of the other side: solutions for a demand, demands for a solution."""
        return self._rank(query, query.kind.other, k, filters)

    def survey(
        self, query: Profile, *, k: int = 10, filters: Sequence[Filter] = (), near: int = 50
    ) -> tuple[Ranking, Sequence[frozenset[str]]]:
        """`match`, and the tags of the `near` best records without the filters, best first: what filters can choose
        from. Without filters both come from one search."""
        view, kind = self._view(), query.kind.other
        asked = self._asked(query)
        found = self._found(asked, view, kind, k, filters, most=k if filters else max(k, near))
        around = self._found(asked, view, kind, k, (), most=near) if filters else found[:near]
        tags = tuple(candidate.pool.shelf.tags.of_row(candidate.row) for candidate in around)
        return self._ranking(asked, view, kind, found[:k], filters), tags

    def similar(self, query: Profile, *, k: int = 5, filters: Sequence[Filter] = ()) -> Ranking:
        """The k nearest records of the same side, the query's own record apart."""
        return self._rank(query, query.kind, k, filters)

    def hits(self, query: Profile, *, k: int = 10, filters: Sequence[Filter] = ()) -> list[Hit]:
        """The same order and scores as `match`, without a word of explanation: for evaluation and alerts."""
        asked = self._asked(query)
        found = self._found(asked, self._view(), query.kind.other, k, filters)
        return [Hit(candidate.id, candidate.score, rank) for rank, candidate in enumerate(found, 1)]

    def reading(self, query: Profile, kind: Kind, id: str) -> float | None:
        """The re-ranking model's score of this record, in [0, 1]; 0 where it is not among those that are read, None
        without such a model."""
        if self._reranker is None:
            return None
        asked = self._asked(query)
        found = self._found(asked, self._view(), kind, RERANKED, ())
        return next((candidate.reading for candidate in found if candidate.id == id), 0.0)

    def prepare(self, shelf: Shelf, row: int) -> None:
        """Make what the reasons for a record are taken from, so that the first who is shown it need not wait. It is
        kept for KEPT records of a shelf; preparing more would only push out the first."""
        read_ahead(self._explain.materials.of(shelf, row).profile.fields)

    def _asked(self, query: Profile) -> Asked:
        return ask(query, self._analyser, self._encoder, self._context)

    def _found(
        self, asked: Asked, view: View, kind: Kind, k: int, filters: Sequence[Filter], most: int | None = None
    ) -> list[_Candidate]:
        """The k best candidates of both shelves of a side, best first, ties by id; up to `most` of the same pool."""
        most = k if most is None else most
        depth = k if self._reranker is None else max(k, RERANKED)
        found = [
            candidate
            for shelf, counting in view.sides[kind].shelves()
            for candidate in self._scored(asked, shelf, counting, depth, filters, max(depth, most))
        ]
        found.sort(key=_order)
        if self._reranker is not None:
            self._reread(asked.profile, found[:RERANKED], self._reranker)
            found.sort(key=_order)
        return found[:most]

    def _reread(self, query: Profile, found: Sequence[_Candidate], reranker: Reranker) -> None:
        """Gives each of these its points of the re-ranking model."""
        readings = reranker.scores(query, [candidate.profile for candidate in found])
        for candidate, reading in zip(found, readings, strict=True):
            candidate.read(reading, self.weights)

    def _rank(self, query: Profile, kind: Kind, k: int, filters: Sequence[Filter]) -> Ranking:
        view = self._view()
        asked = self._asked(query)
        return self._ranking(asked, view, kind, self._found(asked, view, kind, k, filters), filters)

    def _ranking(
        self, asked: Asked, view: View, kind: Kind, found: Sequence[_Candidate], filters: Sequence[Filter]
    ) -> Ranking:
        """These candidates with their reasons."""
        query = asked.profile
        matches = self._told(asked, found)
        suitable = any(match.grade >= self.weights.suitable for match in matches)
        notes = () if suitable else (_note(query.kind, kind, bool(matches), bool(filters)),)
        return Ranking(
            generation=view.generation,
            matches=matches,
            suitable=suitable,
            filters=tuple(map(str, filters)),
            notes=notes + _filler_note(left_out(query, self._analyser)),
        )

    def _scored(
        self, asked: Asked, shelf: Shelf, counting: Rows, k: int, filters: Sequence[Filter], most: int
    ) -> list[_Candidate]:
        """The best candidates of both arms with their points, unordered: `most` of those collected for k."""
        if not len(shelf):
            return []
        rows = self._candidates(asked, shelf, counting & allowed(filters, shelf), k)
        pool = Pool.of(asked, shelf, rows, self._taxonomy)
        points = matrix(pool, self._names) * self._factors
        totals = points.sum(axis=1)
        best = np.lexsort((rows, -totals))[: max(most, 1)]
        return [_Candidate(pool, int(at), points[at], self.weights.base) for at in best]

    def _candidates(self, asked: Asked, shelf: Shelf, rows: Rows, k: int) -> RowNumbers:
        depth = max(CANDIDATES, 5 * k)
        own = shelf.row_of.get(asked.profile.id)
        if own is not None and asked.profile.kind is shelf.kind:
            rows = rows.copy()
            rows[own] = False
        by_meaning = shelf.vectors.nearest(asked.whole, depth, rows)
        by_words = shelf.lexical.strongest(asked.terms, depth, rows, STRONGEST_TERMS)
        found = np.union1d(by_meaning, by_words)
        if asked.profile.kind is shelf.kind:
            return found
        return np.union1d(found, shelf.nearest_in_context(asked.context, depth, rows))

    def _told(self, asked: Asked, found: Sequence[_Candidate]) -> tuple[Match, ...]:
        """The candidates with their reasons, in the same order."""
        asking = self._explain.asking(asked)
        candidates = self._explain.candidates(
            asking,
            [self._explain.materials.of(each.pool.shelf, each.row) for each in found],
            [each.pool.overlap.contributions(each.at) for each in found],
            [each.pool.bridged.contributions(each.at) for each in found],
            [each.pool.overlap.shared_in(each.at, "title") for each in found],
            [float(each.pool.similarity[each.at]) for each in found],
            [each.reading for each in found],
        )
        return tuple(
            Match(
                each.id,
                tuple(self._explain.evidence(asking, candidate, self._points(each), self.weights.base)),
                requirements(asked.profile, candidate.profile, self._analyser),
            )
            for each, candidate in zip(found, candidates, strict=True)
        )

    def _points(self, found: _Candidate) -> dict[str, float]:
        return dict(zip((*self._names, RERANK), (*found.points.tolist(), found.reread), strict=True))


def _note(asking: Kind, kind: Kind, found: bool, filtered: bool) -> str:
    """Why a ranking has nothing suitable."""
    if not found:
        return NOTHING_LEFT if filtered else NOTHING_YET
    return NOT_SIMILAR if asking is kind else NOT_SUITABLE[kind]


def _filler_note(sentences: Sequence[str]) -> tuple[str, ...]:
    """That much of the text was not searched with, when it was more than a sentence here or there."""
    if len(sentences) < FILLER_WORTH_TELLING:
        return ()
    return (f"原文有 {len(sentences)} 句是单位介绍、承诺、客套一类的话，没有参与匹配。",)


class _Candidate:
    """One row with its points, before anything is put into words."""

    __slots__ = ("at", "id", "points", "pool", "reading", "reread", "row", "score")

    def __init__(self, pool: Pool, at: int, points: np.ndarray, base: float) -> None:
        self.pool, self.at, self.points = pool, at, points
        self.row = int(pool.rows[at])
        self.id = pool.shelf.ids[self.row]
        self.reading = self.reread = 0.0
        self.score = math.fsum((*points.tolist(), base))

    @property
    def profile(self) -> Profile:
        return self.pool.shelf.profiles[self.row]

    def read(self, reading: float, weights: Weights) -> None:
        """Adds the points for a re-ranking model's score."""
        self.reading, self.reread = reading, weights.rerank * reading
        self.score = math.fsum((*self.points.tolist(), self.reread, weights.base))


def _order(candidate: _Candidate) -> tuple[float, str]:
    return -candidate.score, candidate.id


def requirements(query: Profile, candidate: Profile, analyser: Analyser) -> tuple[Requirement, ...]:
    """The demand's measurable requirements held against the offer, whichever of the two is asking, what was tried
    of the kind before, and what the offer excludes of what the demand speaks of.

    Two demands have nothing to hold against each other. What the description asks for comes after the requirements.
    """
    if query.kind is candidate.kind:
        return ()
    demand, offer = (query, candidate) if query.kind is Kind.DEMAND else (candidate, query)
    side = "query" if query.kind is Kind.DEMAND else "candidate"
    out: list[Requirement] = []
    for field in ("needs", "body"):
        if text := demand.fields.get(field, ""):
            out += compare(text, offer.fields, field=field, context=demand.text(), side=side)  # type: ignore[arg-type]
    for told in (tried, caveats):
        out += told(demand, offer, analyser, offered_by_query=query is offer)
    return tuple(out)
