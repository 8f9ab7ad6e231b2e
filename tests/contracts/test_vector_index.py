"""One contract for every VectorIndex; the brute-force index is the oracle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.adapters import faiss_index
from matcher.adapters.exact import ExactIndex
from matcher.adapters.faiss_index import PROMISED_RECALL, FaissIndex
from matcher.adapters.milvus import MilvusIndex
from matcher.adapters.milvus_server import MilvusServer
from matcher.errors import BrokenGeneration
from matcher.model import Hit
from matcher.ports import VectorIndex, Vectors


def unit_rows(rows: np.ndarray) -> Vectors:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(norms == 0, 1, norms)).astype(np.float32)


def topics(count: int, dim: int, seed: int) -> Vectors:
    """Rows like those of real texts: each the sum of a few of many shared directions, and some noise."""
    directions = unit_rows(np.random.default_rng(99).normal(size=(200, dim)))
    rng = np.random.default_rng(seed)
    popularity = 1 / np.arange(1, 201) ** 0.7
    rows = rng.normal(size=(count, dim)) * 0.35 / np.sqrt(dim)
    for _ in range(4):
        chosen = rng.choice(200, size=count, p=popularity / popularity.sum())
        rows += directions[chosen] * rng.uniform(0.4, 1, size=(count, 1))
    return unit_rows(rows)


def ids_of(count: int) -> list[str]:
    """Ids whose order is not the order of the rows."""
    return [f"s{(i * 7919) % count:05d}" for i in range(count)]


def same(got: list[Hit], want: list[Hit]) -> None:
    assert [h.id for h in got] == [h.id for h in want]
    assert [h.rank for h in got] == list(range(1, len(want) + 1))
    np.testing.assert_allclose([h.score for h in got], [h.score for h in want], atol=1e-5)


class VectorIndexContract:
    recall = 1.0
    """The share of the exact answer that an index promises; 1.0 asks for equality, order included."""

    def make(self, ids: Sequence[str], vectors: Vectors) -> VectorIndex:
        raise NotImplementedError

    def agrees(self, got: list[Hit], want: list[Hit]) -> float:
        if self.recall == 1.0:
            same(got, want)
        assert len(got) == len(want)
        assert got == sorted(got, key=lambda h: (-h.score, h.id))
        return len({h.id for h in got} & {h.id for h in want}) / max(1, len(want))

    def test_agrees_with_brute_force(self) -> None:
        rows, ids = topics(3200, 32, seed=7), ids_of(3200)
        ours, truth = self.make(ids, rows), ExactIndex(ids, rows)
        pools = [None] + [np.random.default_rng(3).random(3200) < share for share in (0.7, 0.2, 0.001)]
        found = [
            self.agrees(ours.search(query, k, pool), truth.search(query, k, pool))
            for query in topics(20, 32, seed=8) * 5  # deliberately not unit length
            for k in (1, 10, 200)
            for pool in pools
        ]
        assert np.mean(found) >= self.recall

    def test_nearest_are_the_rows_of_search(self) -> None:
        rows, ids = topics(3200, 32, seed=7), ids_of(3200)
        ours = self.make(ids, rows)
        for query in topics(5, 32, seed=9):
            for k in (0, 1, 50, 4000):
                for pool in (None, np.random.default_rng(3).random(3200) < 0.3):
                    found = ours.nearest(query, k, pool)
                    assert [ids[row] for row in found] == [hit.id for hit in ours.search(query, k, pool)]

    def test_filters_before_ranking(self) -> None:
        rows, ids = topics(3200, 32, seed=7), ids_of(3200)
        ours = self.make(ids, rows)
        query = rows[5]
        best = [h.id for h in ours.search(query, 50)]
        allowed = np.array([id not in set(best) for id in ids])
        others = ours.search(query, 50, allowed)
        assert len(others) == 50
        assert not {h.id for h in others} & set(best)
        assert ours.search(query, 5, np.zeros(3200, dtype=bool)) == []

    def test_scores_are_cosines(self) -> None:
        rows, ids = topics(3200, 32, seed=7), ids_of(3200)
        ours = self.make(ids, rows)
        for hit in ours.search(rows[17] * 3, 20):
            assert hit.score == pytest.approx(float(rows[ids.index(hit.id)] @ rows[17]), abs=1e-5)
        assert ours.search(rows[17] * 3, 1)[0].id == ids[17]
        assert (
            -1 <= min(h.score for h in ours.search(-rows[17], 3200)) <= max(h.score for h in ours.search(rows[17], 3))
        )
        assert ours.search(rows[17], 1)[0].score <= 1

    def test_ties_go_by_id_even_at_the_edge(self) -> None:
        rows, ids = topics(3200, 32, seed=7), ids_of(3200)
        rows[100:900] = rows[100]
        ours = self.make(ids, rows)
        expected = sorted(ids[100:900])
        assert [h.id for h in ours.search(rows[100], 10)] == expected[:10]
        odd = np.arange(3200) % 2 == 1
        assert [h.id for h in ours.search(rows[100], 10, odd)] == sorted(ids[101:900:2])[:10]
        assert len({h.score for h in ours.search(rows[100], 800)}) == 1

    def test_zero_query_gives_the_first_allowed_ids(self) -> None:
        ids = ids_of(3200)
        ours = self.make(ids, topics(3200, 32, seed=7))
        assert ours.search(np.zeros(32, np.float32), 3) == [Hit(f"s{i:05d}", 0.0, i + 1) for i in range(3)]
        allowed = np.array([id >= "s01000" for id in ids])
        assert [h.id for h in ours.search(np.zeros(32, np.float32), 2, allowed)] == ["s01000", "s01001"]

    def test_zero_rows_score_zero(self) -> None:
        ours = self.make(["b", "a"], np.array([[0, 0], [1, 0]], np.float32))
        assert ours.search(np.array([1, 0], np.float32), 2) == [Hit("a", 1.0, 1), Hit("b", 0.0, 2)]

    def test_small_and_empty(self) -> None:
        nothing = self.make([], np.empty((0, 4), np.float32))
        assert len(nothing) == 0
        assert nothing.search(np.ones(4, np.float32), 3) == []
        assert nothing.search(np.ones(4, np.float32), 3, np.zeros(0, dtype=bool)) == []
        one = self.make(["a"], unit_rows(np.ones((1, 4))))
        assert one.search(np.ones(4, np.float32), 9) == [Hit("a", pytest.approx(1.0), 1)]
        assert one.search(np.ones(4, np.float32), 0) == []

    def test_refuses_unequal_lengths(self) -> None:
        with pytest.raises(ValueError, match="2 ids for 1 vectors"):
            self.make(["a", "b"], np.ones((1, 4), np.float32))


class TestExactIndex(VectorIndexContract):
    def make(self, ids: Sequence[str], vectors: Vectors) -> VectorIndex:
        return ExactIndex(ids, vectors)

    def test_against_plain_python(self) -> None:
        rows = unit_rows(np.random.default_rng(1).normal(size=(50, 4)))
        ids, query = ids_of(50), np.array([3, -1, 0.5, 2], np.float32)
        exact = {
            id: sum(float(a) * float(b) for a, b in zip(row, query, strict=True))
            for id, row in zip(ids, rows, strict=True)
        }
        length = sum(float(x) ** 2 for x in query) ** 0.5
        want = sorted(exact, key=lambda id: (-exact[id], id))
        got = ExactIndex(ids, rows).search(query, 50)
        assert [h.id for h in got] == want
        np.testing.assert_allclose([h.score for h in got], [exact[id] / length for id in want], atol=1e-6)


class TestFaissFlat(VectorIndexContract):
    def make(self, ids: Sequence[str], vectors: Vectors) -> VectorIndex:
        return FaissIndex.build(ids, vectors, "flat")


class TestFaissIvf(VectorIndexContract):
    recall = PROMISED_RECALL["ivf"]

    def make(self, ids: Sequence[str], vectors: Vectors) -> VectorIndex:
        return FaissIndex.build(ids, vectors, "ivf")


class TestMilvus(VectorIndexContract):
    """On Milvus Lite, which keeps its collections in a file; a real server was never asked."""

    @pytest.fixture(autouse=True)
    def _server(self, milvus: MilvusServer) -> Iterator[None]:
        self.server = milvus
        yield
        assert milvus.trouble() == "", "what was answered here proves nothing about the server"

    def make(self, ids: Sequence[str], vectors: Vectors) -> VectorIndex:
        return MilvusIndex.build(ids, vectors, self.server, "gen-000001", "solution")


def test_rows_of_half_precision_are_scanned_as_such_and_found_exactly() -> None:
    rows, ids = topics(3200, 32, seed=7).astype(np.float16).astype(np.float32), ids_of(3200)
    ours, truth = FaissIndex.build(ids, rows.astype(np.float16)), ExactIndex(ids, rows)
    for query in topics(10, 32, seed=8):
        for pool in (None, np.random.default_rng(4).random(3200) < 0.6):
            assert ours.search(query, 200, pool) == truth.search(query, 200, pool)


@pytest.mark.parametrize("kind", ["flat", "ivf"])
class TestFaissOnDisk:
    @pytest.fixture
    def saved(self, kind: faiss_index.Kind, tmp_path: Path) -> tuple[FaissIndex, Path]:
        built = FaissIndex.build(ids_of(3200), topics(3200, 32, seed=7), kind)
        built.save(tmp_path / "向量")
        return built, tmp_path / "向量"

    def test_answers_the_same_after_loading(self, saved: tuple[FaissIndex, Path], kind: str) -> None:
        built, folder = saved
        loaded = FaissIndex.load(folder)
        assert (loaded.kind, len(loaded)) == (kind, 3200)
        for query in topics(5, 32, seed=8):
            assert loaded.search(query, 200) == built.search(query, 200)

    def test_the_same_vectors_give_the_same_files(self, saved: tuple[FaissIndex, Path], tmp_path: Path) -> None:
        built, folder = saved
        FaissIndex.build(ids_of(3200), topics(3200, 32, seed=7), built.kind).save(tmp_path / "again")
        for file in folder.iterdir():
            assert file.read_bytes() == (tmp_path / "again" / file.name).read_bytes()

    def test_files_that_do_not_fit_are_refused(self, saved: tuple[FaissIndex, Path]) -> None:
        _, folder = saved
        for file in sorted(folder.iterdir()):
            whole = file.read_bytes()
            for damaged in (b"", whole[: len(whole) // 2], b"IxPT" + whole[4:]):
                file.write_bytes(damaged)
                with pytest.raises(BrokenGeneration, match=file.name):
                    FaissIndex.load(folder)
            file.write_bytes(whole)
        (folder / "ids.json").write_bytes(b'["a"]')
        with pytest.raises(BrokenGeneration, match=r"vectors\.npy"):
            FaissIndex.load(folder)


def test_kind_is_chosen_by_size(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = topics(3200, 32, seed=7)
    assert FaissIndex.build(ids_of(3200), rows).kind == "flat"
    monkeypatch.setattr(faiss_index, "CROSSOVER", 3000)
    assert FaissIndex.build(ids_of(3200), rows).kind == "ivf"
    assert FaissIndex.build(ids_of(100), rows[:100], "ivf").kind == "flat"  # too few rows to train codes


def test_recall_check_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: an index that scans one list of 64 breaks the promise, and the measure shows it."""
    rows, ids = topics(3200, 32, seed=7), ids_of(3200)
    ours, truth = FaissIndex.build(ids, rows, "ivf"), ExactIndex(ids, rows)
    monkeypatch.setattr(faiss_index, "LISTS", 1)
    found = [
        len({h.id for h in ours.search(q, 200)} & {h.id for h in truth.search(q, 200)}) / 200
        for q in topics(10, 32, seed=8)
    ]
    assert np.mean(found) < PROMISED_RECALL["ivf"]


@settings(deadline=None, max_examples=100)
@given(
    cells=st.lists(st.tuples(*[st.integers(-2, 2)] * 3), max_size=30),
    query=st.tuples(*[st.integers(-2, 2)] * 3),
    k=st.integers(0, 40),
    seed=st.integers(0, 99),
)
def test_small_worlds_full_of_ties(cells: list[tuple[int, ...]], query: tuple[int, ...], k: int, seed: int) -> None:
    """The flat index is the exact index, to the last tie: scores and order are equal, not merely close."""
    rows = unit_rows(np.array(cells, dtype=float).reshape(-1, 3))
    rng = np.random.default_rng(seed)
    ids = [f"r{i:02d}" for i in rng.permutation(len(cells))]
    asked = np.array(query, np.float32)
    for pool in (None, rng.random(len(cells)) < 0.6):
        assert FaissIndex.build(ids, rows, "flat").search(asked, k, pool) == ExactIndex(ids, rows).search(
            asked, k, pool
        )
