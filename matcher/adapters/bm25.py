"""BM25F (Robertson & Zaragoza, The Probabilistic Relevance Framework, 2009) behind the LexicalIndex port.

tf = Σ over fields of weight · count / (1 − b + b · length / average); score = Σ over terms of
query weight · idf · tf · (k1 + 1) / (k1 + tf). Fields are weighted before the one saturation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
from scipy import sparse

from matcher.adapters.arrays import broken, read_array, write_array
from matcher.adapters.bm25_weights import Bm25Parameters, Floats, Statistics, average_lengths, stretch
from matcher.adapters.forward import Document, Forward
from matcher.adapters.overlap import Overlap, Scores
from matcher.adapters.roster import Roster, RowNumbers, at_least_kth
from matcher.adapters.vocabulary import UNKNOWN, TermNumbers
from matcher.model import FIELDS, Hit
from matcher.ports import Rows

Query = Mapping[str, float]
Asked = tuple[list[str], TermNumbers, Floats]
EMPTY: Query = {}

ROUGH = 1e-4
"""More than the relative error of a float32 sum over a few hundred terms: candidates this close are scored exactly."""

MORE = 5
"""`strongest` may give one more in so many."""

UNASKED, REFUSED, ACCEPTED = range(3)
"""What `words` knows of a term."""

BLOCK = 1024
"""Rows scored at a time: bounds the memory of scoring very many."""

POSTINGS = {"postings_starts": np.int32, "postings_rows": np.int32, "postings_impacts": np.float32}
"""The arrays of the postings on disk, one .npy file each."""


class Bm25Index:
    """A LexicalIndex that scores exactly and can say why.

    `postings` (terms × rows, impacts in float32) finds candidates; `forward` scores them in full. `statistics` may be
    handed to another build, so that a few changed rows score as if they were part of this collection.
    """

    def __init__(
        self, roster: Roster, forward: Forward, postings: Any, parameters: Bm25Parameters, statistics: Statistics
    ) -> None:
        """Use `build` or `load`."""
        self.forward, self.parameters, self.statistics = forward, parameters, statistics
        self._roster, self._postings = roster, postings
        self._idf = statistics.idf_over(forward.vocabulary)
        self._last: tuple[Query, Asked] = (EMPTY, ([], np.zeros(0, np.int32), np.zeros(0)))
        self._verdicts: tuple[Callable[[str], bool] | None, npt.NDArray[np.uint8]] = (None, np.zeros(0, np.uint8))

    @classmethod
    def build(
        cls,
        ids: Sequence[str],
        documents: Forward | Iterable[Document],
        parameters: Bm25Parameters | None = None,
        statistics: Statistics | None = None,
    ) -> Bm25Index:
        """An index of one record per id, in order. Raises ValueError when there are more ids than records or fewer."""
        forward = documents if isinstance(documents, Forward) else Forward.count(documents)
        if len(ids) != len(forward):
            raise ValueError(f"{len(ids)} ids for {len(forward)} documents")
        parameters = parameters or Bm25Parameters()
        average = average_lengths(forward) if statistics is None else statistics.average_lengths
        postings = _frequencies(forward, parameters, average)
        record_counts = np.diff(postings.indptr).astype(np.int32)
        if statistics is None:
            statistics = Statistics(len(forward), forward.vocabulary, record_counts, average)
        idf = statistics.idf_over(forward.vocabulary).astype(np.float32)
        postings.data = idf.repeat(record_counts) * parameters.saturate(postings.data)
        return cls(Roster(ids), forward, postings.T, parameters, statistics)

    def __len__(self) -> int:
        return len(self._roster)

    def search(self, query: Query, k: int, allowed: Rows | None = None, max_terms: int | None = None) -> list[Hit]:
        """See LexicalIndex. With `max_terms`, candidates are found by the m strongest terms (weight × idf) alone.

        Scores are full in either case; a record that shares only weaker terms is then absent.
        """
        asked = self._known(query)
        rows = self._candidates(asked, k, allowed, max_terms)
        scores = self._scores(asked, rows)
        best = self._roster.best(rows, scores, k)
        return self._roster.hits(rows[best], scores[best])

    def strongest(self, query: Query, k: int, allowed: Rows | None = None, max_terms: int | None = None) -> RowNumbers:
        """See LexicalIndex. Only where many records are equally likely candidates are they scored."""
        asked = self._known(query)
        rows = self._candidates(asked, k, allowed, max_terms)
        if len(rows) <= k + k // MORE:
            return rows
        return np.sort(rows[self._roster.best(rows, self._scores(asked, rows), k)])

    def _candidates(self, asked: Asked, k: int, allowed: Rows | None, max_terms: int | None) -> RowNumbers:
        """Rows among which the k best are, in ascending order; of those with equal scores perhaps too many."""
        _, numbers, weights = asked
        if k <= 0 or not len(numbers):
            return np.zeros(0, np.int64)
        if max_terms is not None and max_terms < len(numbers):
            strongest = np.lexsort((numbers, -weights * self._idf[numbers]))[:max_terms]
            numbers, weights = numbers[strongest], weights[strongest]
        rough = self._rough(numbers, weights)
        if allowed is not None:
            rough[~allowed] = 0
        rows = np.flatnonzero(rough > 0)
        if not len(rows):
            return rows
        rough = rough[rows]
        return rows[at_least_kth(rough, k, ROUGH * float(rough.max()))]

    def _rough(self, numbers: TermNumbers, weights: Floats) -> Scores:
        """Every row's score by these terms, from the postings."""
        starts, rows, impacts = self._postings.indptr, self._postings.indices, self._postings.data
        spans = [slice(*span) for span in zip(starts[numbers].tolist(), starts[numbers + 1].tolist(), strict=True)]
        gains = [impacts[span] * weight for span, weight in zip(spans, weights.astype(np.float32), strict=True)]
        summed = np.bincount(np.concatenate([rows[span] for span in spans]), np.concatenate(gains), len(self))
        return np.asarray(summed, dtype=np.float32)

    def _known(self, query: Query) -> Asked:
        """The query's terms that some record has, their numbers, their weights; kept for the last query, which is asked
        about twice. A query is not changed afterwards."""
        last, asked = self._last
        if last is not query:
            asked = self._looked_up(query)
            self._last = (query, asked)
        return asked

    def _looked_up(self, query: Query) -> Asked:
        numbers = self.forward.vocabulary.numbers(query)
        weights = np.fromiter(query.values(), np.float64, len(query))
        known = numbers != UNKNOWN
        if known.all():
            return list(query), numbers, weights
        return list(compress(query, known.tolist())), numbers[known], weights[known]

    def _overlap(self, asked: Asked, rows: RowNumbers) -> Overlap:
        terms, numbers, weights = asked
        b = self.parameters.per_field(self.parameters.b)
        normaliser = stretch(self.forward.lengths[rows], self.statistics.average_lengths, b)
        return Overlap(self.forward, self.parameters, normaliser, rows, terms, numbers, weights, self._idf[numbers])

    def _scores(self, asked: Asked, rows: RowNumbers) -> Scores:
        blocks = [self._overlap(asked, rows[start : start + BLOCK]).scores() for start in range(0, len(rows), BLOCK)]
        return np.concatenate([np.zeros(0, dtype=np.float32), *blocks])

    def overlap(self, query: Query, rows: RowNumbers) -> Overlap:
        """What the query shares with these rows: total, per-field scores, contributions. Meant for hundreds of rows."""
        return self._overlap(self._known(query), rows)

    def score_rows(self, query: Query, rows: RowNumbers) -> Scores:
        """Full scores of the given rows, in their order; 0 where nothing is shared."""
        return self._scores(self._known(query), rows)

    def field_scores(self, query: Query, rows: RowNumbers, field: str) -> Scores:
        """Plain BM25 on one field for the given rows, with the idf of whole records."""
        return self.overlap(query, rows).field_scores(field)

    def contributions(self, query: Query, id: str) -> dict[str, float]:
        """See LexicalIndex. Raises NotFound for an unknown id."""
        return self.overlap(query, np.array([self._roster.row(id)])).contributions(0)

    def words(self, row: int, telling: Callable[[str], bool]) -> dict[str, int]:
        """See LexicalIndex."""
        verdicts = self._verdicts_of(telling)
        terms, counts = self.forward.counts_of(row)
        names = self.forward.vocabulary.terms
        for number in set(terms[verdicts[terms] == UNASKED].tolist()):
            verdicts[number] = ACCEPTED if telling(names[number]) else REFUSED
        accepted = verdicts[terms] == ACCEPTED
        found: dict[str, int] = {}
        for number, count in zip(terms[accepted].tolist(), counts[accepted].tolist(), strict=True):
            found[names[number]] = found.get(names[number], 0) + count
        return found

    def _verdicts_of(self, telling: Callable[[str], bool]) -> npt.NDArray[np.uint8]:
        """What is known of each term; two threads may both ask about one, and then note the same."""
        asked, verdicts = self._verdicts
        if asked is not telling:
            verdicts = np.full(len(self.forward.vocabulary), UNASKED, np.uint8)
            self._verdicts = (telling, verdicts)
        return verdicts

    def row(self, id: str) -> int:
        """The row of a record. Raises NotFound."""
        return self._roster.row(id)

    def idf(self, term: str) -> float:
        """ln(1 + (N − df + 0.5) / (df + 0.5)), always > 0; an unknown term has df 0."""
        return float(self.statistics.idf([term])[0])

    def self_score(self, query: Query, power: int = 1) -> float:
        """The score of a record with each term once, in a field of weight 1 and average length: Σ weight idf^power."""
        return math.fsum(self.statistics.idf(list(query)) ** power * np.fromiter(query.values(), dtype=np.float64))

    def save(self, folder: Path) -> None:
        """Writes the index into `folder`, made if need be. Raises ValueError when its statistics are borrowed."""
        if not self.statistics.belongs_to(self.forward.vocabulary):
            raise ValueError("an index with another's statistics is for a few changed rows, in memory")
        self.forward.save(folder / "forward")
        self._roster.save(folder / "ids.json")
        for name, array in zip(
            POSTINGS, (self._postings.indptr, self._postings.indices, self._postings.data), strict=True
        ):
            write_array(folder / f"{name}.npy", array)
        write_array(folder / "record_counts.npy", self.statistics.record_counts)
        write_array(folder / "average_lengths.npy", self.statistics.average_lengths)
        (folder / "parameters.json").write_bytes(orjson.dumps(asdict(self.parameters), option=orjson.OPT_INDENT_2))

    @classmethod
    def load(cls, folder: Path) -> Bm25Index:
        """Opens what `save` wrote, memory-mapped. Raises BrokenGeneration when the files do not fit together."""
        roster, forward = Roster.load(folder / "ids.json"), Forward.load(folder / "forward")
        indptr, indices, data = (read_array(folder / f"{name}.npy", dtype) for name, dtype in POSTINGS.items())
        record_counts = read_array(folder / "record_counts.npy", np.int32)
        average = read_array(folder / "average_lengths.npy", np.float64)
        try:
            parameters = Bm25Parameters(**orjson.loads((folder / "parameters.json").read_bytes()))
        except (OSError, TypeError, ValueError) as wrong:
            raise broken("parameters.json") from wrong
        if len(roster) != len(forward):
            raise broken("ids.json")
        if len(record_counts) != len(forward.vocabulary) or len(average) != len(FIELDS):
            raise broken("record_counts.npy")
        try:
            postings = sparse.csr_matrix((data, indices, indptr), shape=(len(forward.vocabulary), len(forward)))
        except ValueError as wrong:
            raise broken("postings_starts.npy") from wrong
        statistics = Statistics(len(forward), forward.vocabulary, record_counts, average)
        return cls(roster, forward, postings, parameters, statistics)


def _frequencies(forward: Forward, parameters: Bm25Parameters, average: Floats) -> Any:
    """The weighted term frequency of every record and term, as a sparse matrix rows × terms in column order."""
    weights, b = parameters.per_field(parameters.weights), parameters.per_field(parameters.b)
    scale = (weights / stretch(forward.lengths, average, b)).astype(np.float32)
    row = np.arange(len(forward), dtype=np.int32).repeat(np.diff(forward.starts))
    values = scale[row, forward.fields] * forward.counts
    starts = forward.starts.astype(np.int32 if len(values) < 1 << 31 else np.int64)
    shape = (len(forward), len(forward.vocabulary))
    matrix = sparse.csr_matrix((values, forward.terms, starts), shape=shape).tocsc()
    matrix.sum_duplicates()
    return matrix
