"""One contract for every LexicalIndex; the oracle is BM25F written down plainly, with dictionaries."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.adapters.bm25 import MORE, Bm25Index
from matcher.adapters.bm25_weights import Bm25Parameters
from matcher.adapters.forward import Document, Forward
from matcher.errors import BrokenGeneration, NotFound
from matcher.model import FIELDS, Hit
from matcher.ports import LexicalIndex, Rows

PARAMETERS = Bm25Parameters(
    k1=1.4,
    weights={"title": 3.0, "body": 1.0, "labels": 2.0, "needs": 1.5, "cases": 0.5},
    b={"title": 0.3, "body": 0.75, "labels": 0.0, "needs": 0.6, "cases": 1.0},
)


class PlainBm25F:
    """The formula, record by record. Only for tests: every search reads every record."""

    def __init__(
        self,
        ids: Sequence[str],
        documents: Sequence[Document],
        parameters: Bm25Parameters,
        collection: Sequence[Document] | None = None,
    ) -> None:
        known = documents if collection is None else collection
        self.documents, self.p, self.size = dict(zip(ids, documents, strict=True)), parameters, len(known)
        self.ids = list(ids)
        self.df = Counter(term for d in known for term in {t for f in d.values() for t in f})
        lengths = {f: [sum(d[f].values()) for d in known if d.get(f)] for f in FIELDS}
        self.average = {f: sum(n) / len(n) if n else 1.0 for f, n in lengths.items()}

    def __len__(self) -> int:
        return len(self.ids)

    def idf(self, term: str) -> float:
        return math.log(1 + (self.size - self.df[term] + 0.5) / (self.df[term] + 0.5))

    def frequency(self, document: Document, field: str, term: str) -> float:
        counts, b = document.get(field, {}), self.p.b[field]
        return counts[term] / (1 - b + b * sum(counts.values()) / self.average[field]) if term in counts else 0.0

    def saturate(self, tf: float) -> float:
        return tf * (self.p.k1 + 1) / (self.p.k1 + tf)

    def contributions(self, query: Mapping[str, float], id: str) -> dict[str, float]:
        document = self.documents[id]
        weighted = {t: sum(self.p.weights[f] * self.frequency(document, f, t) for f in FIELDS) for t in query}
        return {t: query[t] * self.idf(t) * self.saturate(tf) for t, tf in weighted.items() if tf > 0}

    def field_score(self, query: Mapping[str, float], id: str, field: str) -> float:
        tf = {t: self.frequency(self.documents[id], field, t) for t in query}
        return math.fsum(query[t] * self.idf(t) * self.saturate(tf[t]) for t in query)

    def word_score(self, words: Mapping[str, float], doubled: set[str], id: str) -> float:
        document = self.documents[id]
        tf = {t: sum(self.p.weights[f] * self.frequency(document, f, t) for f in FIELDS) for t in words}
        half = {t: n / 2 if t in doubled else n for t, n in tf.items()}
        return math.fsum(words[t] * self.idf(t) ** 2 * self.saturate(half[t]) for t in words)

    def search(self, query: Mapping[str, float], k: int, allowed: Rows | None = None) -> list[Hit]:
        pool = [id for row, id in enumerate(self.ids) if allowed is None or allowed[row]]
        # float32, as the port's other side: equal records must tie whatever the order of their sums
        scores = {id: float(np.float32(math.fsum(self.contributions(query, id).values()))) for id in pool}
        best = sorted((id for id in pool if scores[id] > 0), key=lambda id: (-scores[id], id))[:k]
        return [Hit(id, scores[id], rank) for rank, id in enumerate(best, 1)]


def world(records: int, seed: int, terms: int = 300) -> list[Document]:
    """Records of skewed random terms; some have no text in some fields, some have none at all."""
    rng = np.random.default_rng(seed)
    popularity = 1 / np.arange(1, terms + 1)
    sizes = dict(zip(FIELDS, (5, 40, 4, 15, 20), strict=True))
    return [
        {
            field: Counter(f"词{n}" for n in rng.choice(terms, rng.poisson(size), p=popularity / popularity.sum()))
            for field, size in sizes.items()
            if rng.random() < 0.85
        }
        for _ in range(records)
    ]


def ids_of(count: int) -> list[str]:
    return [f"d{(i * 7919) % count:04d}" for i in range(count)]


def questions(count: int, seed: int) -> list[dict[str, float]]:
    rng = np.random.default_rng(seed)
    return [
        {f"词{n}": float(rng.uniform(0.2, 3)) for n in rng.choice(400, rng.integers(1, 80), replace=False)}
        for _ in range(count)
    ]


def same(got: list[Hit], want: list[Hit]) -> None:
    assert [h.id for h in got] == [h.id for h in want]
    assert [h.rank for h in got] == list(range(1, len(want) + 1))
    np.testing.assert_allclose([h.score for h in got], [h.score for h in want], rtol=1e-6)


class LexicalIndexContract:
    def make(self, ids: Sequence[str], documents: Sequence[Document]) -> LexicalIndex:
        raise NotImplementedError

    def test_agrees_with_the_formula(self) -> None:
        ids, documents = ids_of(400), world(400, seed=1)
        ours, truth = self.make(ids, documents), PlainBm25F(ids, documents, PARAMETERS)
        assert len(ours) == 400
        for seed, query in enumerate(questions(15, seed=2)):
            allowed = np.random.default_rng(seed).random(400) < 0.3
            for k in (1, 10, 500):
                same(ours.search(query, k), truth.search(query, k))
                same(ours.search(query, k, allowed), truth.search(query, k, allowed))

    def test_contributions_are_the_score(self) -> None:
        ids, documents = ids_of(200), world(200, seed=1)
        ours, truth = self.make(ids, documents), PlainBm25F(ids, documents, PARAMETERS)
        for query in questions(10, seed=3):
            for hit in ours.search(query, 20):
                shares = ours.contributions(query, hit.id)
                assert shares == pytest.approx(truth.contributions(query, hit.id), rel=1e-9)
                assert math.fsum(shares.values()) == pytest.approx(hit.score, rel=1e-6)

    def test_arithmetic_by_hand(self) -> None:
        documents: list[Document] = [
            {"title": {"视觉": 1}, "body": {"检测": 2, "瓷砖": 1}},
            {"title": {"瓷砖": 1, "釉面": 1}, "body": {"视觉": 1}},
            {"body": {"物流": 4}},
        ]
        ours = self.make(["a", "b", "c"], documents)
        # 检测: df 1 of 3; body of a has 3 terms, the average body (3 + 1 + 4) / 3.
        tf = 1.0 * 2 / (1 - 0.75 + 0.75 * 3 / (8 / 3))
        assert ours.search({"检测": 1.0}, 9) == [
            Hit("a", pytest.approx(math.log(1 + 2.5 / 1.5) * tf * 2.4 / (1.4 + tf), rel=1e-6), 1)
        ]
        # 瓷砖: df 2; in a once in the body, in b once in a title of 2 terms (average (1 + 2) / 2) with weight 3.
        in_a, in_b = 1 / (1 - 0.75 + 0.75 * 3 / (8 / 3)), 3 * 1 / (1 - 0.3 + 0.3 * 2 / 1.5)
        points = [0.5 * math.log(1 + 1.5 / 2.5) * tf * 2.4 / (1.4 + tf) for tf in (in_b, in_a)]
        assert ours.search({"瓷砖": 0.5}, 9) == [
            Hit("b", pytest.approx(points[0], rel=1e-6), 1),
            Hit("a", pytest.approx(points[1], rel=1e-6), 2),
        ]

    def test_equal_records_tie_and_go_by_id(self) -> None:
        documents: list[Document] = [{"title": {"机器": 1, "视觉": 2}, "body": {"瓷砖": 1}}] * 50
        ids = ids_of(50)
        hits = self.make(ids, documents).search({"视觉": 0.7, "瓷砖": 0.1, "机器": 1.3}, 7)
        assert [h.id for h in hits] == sorted(ids)[:7]
        assert len({h.score for h in hits}) == 1

    def test_nothing_shared_is_absent(self) -> None:
        ours = self.make(["a", "b", "c"], [{"body": {"x": 1}}, {"body": {"y": 1}}, {}])
        assert [h.id for h in ours.search({"x": 1.0, "unknown": 9.0}, 10)] == ["a"]
        assert ours.search({"unknown": 1.0}, 10) == []
        assert ours.search({}, 10) == []
        assert ours.search({"x": 1.0}, 0) == []
        assert ours.search({"x": 1.0}, 10, np.array([False, True, True])) == []
        assert ours.contributions({"x": 1.0}, "b") == {}

    def test_empty_index(self) -> None:
        ours = self.make([], [])
        assert len(ours) == 0
        assert ours.search({"x": 1.0}, 5) == []
        assert ours.search({"x": 1.0}, 5, np.zeros(0, dtype=bool)) == []

    def test_the_same_input_gives_the_same_bits(self) -> None:
        ids, documents = ids_of(200), world(200, seed=1)
        first, second = self.make(ids, documents), self.make(ids, documents)
        for query in questions(10, seed=4):
            backwards = dict(reversed(query.items()))
            assert first.search(query, 50) == second.search(query, 50) == first.search(backwards, 50)


class TestPlain(LexicalIndexContract):
    def make(self, ids: Sequence[str], documents: Sequence[Document]) -> LexicalIndex:
        return PlainBm25F(ids, documents, PARAMETERS)


class TestBm25Index(LexicalIndexContract):
    def make(self, ids: Sequence[str], documents: Sequence[Document]) -> Bm25Index:
        return Bm25Index.build(ids, documents, PARAMETERS)

    def test_rows_and_fields_agree_with_the_formula(self) -> None:
        ids, documents = ids_of(300), world(300, seed=5)
        ours, truth = self.make(ids, documents), PlainBm25F(ids, documents, PARAMETERS)
        rows = np.random.default_rng(1).permutation(300)[:150]
        for query in questions(5, seed=6):
            want = [math.fsum(truth.contributions(query, ids[row]).values()) for row in rows]
            np.testing.assert_allclose(ours.score_rows(query, rows), want, rtol=1e-6)
            for field in FIELDS:
                want = [truth.field_score(query, ids[row], field) for row in rows]
                np.testing.assert_allclose(ours.field_scores(query, rows, field), want, rtol=1e-6, atol=1e-12)

    def test_shared_terms_are_tallied_and_named_by_field(self) -> None:
        ids, documents = ids_of(300), world(300, seed=5)
        ours = self.make(ids, documents)
        rows = np.random.default_rng(1).permutation(300)[:150]
        for query in questions(5, seed=6):
            overlap = ours.overlap(query, rows)
            gains = {term: 0.25 * number for number, term in enumerate(query)}
            want = [sum(gains[t] * own.get(t, 0) for own in documents[row].values() for t in gains) for row in rows]
            assert max(want) > 0
            np.testing.assert_allclose(overlap.tally(gains), want, rtol=1e-6)
            for field in FIELDS:
                shared = [query.keys() & documents[row].get(field, {}).keys() for row in rows]
                assert [overlap.shared_in(at, field) for at in range(len(rows))] == shared
        nothing = ours.overlap({"没有的词": 1.0}, rows)
        assert nothing.tally({"没有的词": 1.0}).tolist() == [0.0] * len(rows)
        assert nothing.shared_in(0, "title") == frozenset()

    def test_words_score_by_the_square_of_their_rarity(self) -> None:
        ids, documents = ids_of(300), world(300, seed=5)
        ours, truth = self.make(ids, documents), PlainBm25F(ids, documents, PARAMETERS)
        rows = np.random.default_rng(1).permutation(300)[:150]
        for query in questions(5, seed=6):
            words = {term: 0.5 + number % 3 for number, term in enumerate(query) if number % 2}
            doubled = set(list(words)[::2])
            want = [truth.word_score(words, doubled, ids[row]) for row in rows]
            got = ours.overlap(query, rows).word_scores(words, doubled)
            np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-12)
            assert ours.self_score(words, power=2) == pytest.approx(
                math.fsum(weight * truth.idf(term) ** 2 for term, weight in words.items())
            )
        assert ours.overlap({}, rows).word_scores({}, set()).tolist() == [0.0] * 150

    def test_strongest_terms_find_the_candidates_and_all_terms_score_them(self) -> None:
        ids, documents = ids_of(300), world(300, seed=5)
        ours, truth = self.make(ids, documents), PlainBm25F(ids, documents, PARAMETERS)
        for query in questions(10, seed=7):
            known = [term for term in query if truth.df[term]]
            strongest = sorted(known, key=lambda t: (-query[t] * truth.idf(t), t))[:8]
            reached = [h.id for h in truth.search({t: query[t] for t in strongest}, 300)]
            allowed = np.array([id in set(reached) for id in ids])
            same(ours.search(query, 300, max_terms=8), truth.search(query, 300, allowed))
            assert ours.search(query, 20, max_terms=500) == ours.search(query, 20)

    def test_the_strongest_are_the_rows_of_search(self) -> None:
        ids, documents = ids_of(400), world(400, seed=1)
        documents[50:90] = [documents[50]] * 40  # ties at the edge
        ours = Bm25Index.build(ids, documents, PARAMETERS)
        for seed, query in enumerate([*questions(10, seed=2), {"unknown": 1.0}, {}]):
            for pool in (None, np.random.default_rng(seed).random(400) < 0.4):
                for k, most in ((0, None), (7, None), (7, 3), (500, 3)):
                    hits = ours.search(query, k, pool, most)
                    found = [ids[row] for row in ours.strongest(query, k, pool, most)]
                    assert found == sorted(found, key=ids.index)
                    assert len(found) <= k + k // MORE
                    assert {hit.id for hit in hits} <= set(found)
                    if len(found) > k:
                        more = ours.score_rows(query, np.array([ids.index(id) for id in found]))
                        last = hits[-1].score
                        assert sorted(more, reverse=True)[:k] == [hit.score for hit in hits]
                        assert min(more) <= last

    def test_borrowed_statistics_score_changed_rows_like_the_collection(self) -> None:
        documents, changed = world(300, seed=5), world(6, seed=8)
        changed[0] = {"title": {"全新": 1, "词3": 1}}
        big = self.make(ids_of(300), documents)
        ids = [f"n{i}" for i in range(6)]
        small = Bm25Index.build(ids, changed, PARAMETERS, big.statistics)
        truth = PlainBm25F(ids, changed, PARAMETERS, collection=documents)
        for query in [*questions(5, seed=9), {"全新": 1.0, "词3": 2.0}]:
            same(small.search(query, 6), truth.search(query, 6))
        assert small.idf("全新") == big.idf("全新") == pytest.approx(math.log(1 + 300.5 / 0.5))
        with pytest.raises(ValueError, match="in memory"):
            small.save(Path("never-written"))
        copied = Bm25Index.build(ids_of(300), documents, PARAMETERS, big.statistics)
        assert [copied.search(q, 9) for q in questions(3, seed=1)] == [big.search(q, 9) for q in questions(3, seed=1)]

    def test_idf_and_self_score(self) -> None:
        ours = self.make(["a", "b"], [{"body": {"x": 3}}, {"title": {"x": 1, "y": 1}}])
        idf = {"x": math.log(1 + 0.5 / 2.5), "y": math.log(1 + 1.5 / 1.5), "z": math.log(1 + 2.5 / 0.5)}
        assert {term: ours.idf(term) for term in idf} == pytest.approx(idf)
        assert ours.self_score({"x": 2.0, "y": 1.0, "z": 0.5}) == pytest.approx(
            2 * idf["x"] + idf["y"] + 0.5 * idf["z"]
        )
        assert ours.self_score({}) == 0.0

    def test_against_bm25s(self) -> None:
        """An independent implementation, one field; its "lucene" method leaves out the factor k1 + 1."""
        documents = [{"body": d["body"]} for d in world(300, seed=11) if d.get("body")]
        spelled = [[term for term, n in d["body"].items() for _ in range(n)] for d in documents]
        other = bm25s.BM25(method="lucene", k1=1.4, b=0.75)
        other.index(spelled, show_progress=False)
        ids = [f"d{row:04d}" for row in range(len(documents))]
        ours = self.make(ids, documents)
        for query in questions(10, seed=12):
            known = [term for term in query if ours.search({term: 1.0}, 1)]
            want = other.get_scores(known) * 2.4
            np.testing.assert_allclose(ours.score_rows(dict.fromkeys(known, 1.0), np.arange(len(ids))), want, rtol=1e-5)
            best = sorted(ids, key=lambda id: (-float(np.float32(want[int(id[1:])])), id))[:1]
            assert [h.id for h in ours.search(dict.fromkeys(known, 1.0), 1)] == best

    def test_unknown_id_and_field(self) -> None:
        ours = self.make(["a"], [{"body": {"x": 1}}])
        with pytest.raises(NotFound, match="b"):
            ours.contributions({"x": 1.0}, "b")
        with pytest.raises(ValueError, match="bodies"):
            self.make(["a"], [{"bodies": {"x": 1}}])
        with pytest.raises(ValueError, match="2 ids for 1"):
            self.make(["a", "b"], [{}])
        with pytest.raises(ValueError, match="1 or more"):
            self.make(["a"], [{"body": {"x": 0}}])

    @pytest.mark.parametrize("wrong", [{"k1": 0.0}, {"b": dict.fromkeys(FIELDS, 2.0)}, {"weights": {"title": 1.0}}])
    def test_parameters_are_checked(self, wrong: dict) -> None:
        with pytest.raises(ValueError, match=r"k1|weights"):
            Bm25Parameters(**wrong)

    def test_answers_the_same_after_loading(self, tmp_path: Path) -> None:
        ids, documents = [f"编号\n{i}" for i in range(3000)], world(3000, seed=5)
        documents[7]["body"] = {"行\n内": 2, "\u2028": 1, "": 1}
        built = self.make(ids, documents)
        built.save(tmp_path / "关键词")
        loaded = Bm25Index.load(tmp_path / "关键词")
        assert loaded.parameters == PARAMETERS
        for query in [*questions(5, seed=2), {"行\n内": 1.0, "": 1.0}]:
            assert loaded.search(query, 50) == built.search(query, 50)
            assert loaded.self_score(query) == built.self_score(query)
            assert loaded.contributions(query, ids[7]) == built.contributions(query, ids[7])
        small = [Bm25Index.build(["n"], world(1, seed=3), PARAMETERS, ix.statistics) for ix in (built, loaded)]
        assert small[0].search(questions(1, seed=2)[0], 1) == small[1].search(questions(1, seed=2)[0], 1)
        again = self.make(ids, documents)
        again.save(tmp_path / "again")
        for file in (tmp_path / "关键词").rglob("*.*"):
            assert file.read_bytes() == (tmp_path / "again" / file.relative_to(tmp_path / "关键词")).read_bytes()

    def test_files_that_do_not_fit_are_refused(self, tmp_path: Path) -> None:
        self.make(ids_of(50), world(50, seed=5)).save(tmp_path)
        for file in sorted(path for path in tmp_path.rglob("*") if path.is_file()):
            whole = file.read_bytes()
            for damaged in (b"", whole[: len(whole) // 2], b"\x93NUMPY junk", b'["a"]', b"7"):
                file.write_bytes(damaged)
                with pytest.raises(BrokenGeneration):
                    Bm25Index.load(tmp_path)
            file.unlink()
            with pytest.raises(BrokenGeneration, match=file.name):
                Bm25Index.load(tmp_path)
            file.write_bytes(whole)
        assert len(Bm25Index.load(tmp_path)) == 50


TERMS = st.dictionaries(st.sampled_from("甲乙丙丁戊己"), st.integers(1, 70_000), max_size=4)
DOCUMENTS = st.lists(st.dictionaries(st.sampled_from(FIELDS), TERMS, max_size=3), max_size=8)


def content(forward: Forward) -> tuple:
    arrays = (forward.starts, forward.terms, forward.fields, forward.counts, forward.lengths)
    return forward.vocabulary.terms, *[array.tolist() for array in arrays]


@settings(deadline=None, max_examples=80)
@given(documents=DOCUMENTS, data=st.data())
def test_forward_counts_do_not_remember_how_they_came_together(documents: list[Document], data: st.DataObject) -> None:
    whole = Forward.count(documents)
    cut = data.draw(st.integers(0, len(documents)))
    assert content(Forward.concat([Forward.count(documents[:cut]), Forward.count(documents[cut:])])) == content(whole)
    rows = data.draw(st.lists(st.integers(0, len(documents) - 1), max_size=9)) if documents else []
    assert content(whole.take(rows)) == content(Forward.count([documents[row] for row in rows]))
    assert content(Forward.concat([])) == content(Forward.count([]))


def test_words_of_a_record_that_may_be_told() -> None:
    documents: list[Document] = [
        {"title": {"瓷砖": 1, "的": 1}, "body": {"釉面": 2, "瓷砖": 1}, "cases": {"的": 3}},
        {"body": {"物流": 4}},
        {},
    ]
    index = Bm25Index.build(["a", "b", "c"], documents)
    asked: list[str] = []

    def telling(term: str) -> bool:
        asked.append(term)
        return len(term) > 1

    for _ in range(2):
        assert [index.words(row, telling) for row in range(3)] == [{"瓷砖": 2, "釉面": 2}, {"物流": 4}, {}]
    assert sorted(asked) == sorted({"瓷砖", "的", "釉面", "物流"}), "a term is asked about once"
    assert index.words(0, lambda term: term == "的") == {"的": 4}, "another question has answers of its own"
