"""The benchmark runs from end to end on a small size, and its table has a row for every figure."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from api.bench.__main__ import CLIENTS, LETTERS, busy, conditions, measure, table, write
from api.bench.client import percentile
from indexer.bench.synthetic import Knowledge, demands, solutions, texts
from indexer.train.knowledge import topics
from matcher.settings import REPOSITORY


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge.of(topics(REPOSITORY / "data" / "knowledge"))


@pytest.mark.slow
def test_the_benchmark_measures_a_small_size(knowledge: Knowledge, tmp_path: Path) -> None:
    result = measure(knowledge, 50, 0.3, 3)
    assert result["solutions"] == 50
    assert result["reused"] == 50 + 200 - 1
    assert {load["failed"] for load in result["load"].values()} == {0}
    assert set(result["load"]) == {str(n) for n in CLIENTS}
    assert set(result["by_length_p50_ms"]) == {str(n) for n in LETTERS}
    if sys.platform == "linux":
        assert result["cpu_ms_first_time"] > 0
        assert result["cpu_ms_asked_again"] > 0
        assert 0 <= busy(busy())["stolen_share"] <= 1
    assert all(result[name] > 0 for name in ("build_seconds", "ready_seconds", "p50_ms", "p99_ms"))
    (tmp_path / "bench.md").write_text("Above.\n<!-- figures: bench -->old<!-- end -->\nBelow.\n", "utf-8")
    report = {"measured": conditions(), "sizes": [result]}
    write(report, tmp_path)
    page = (tmp_path / "bench.md").read_text("utf-8")
    written = table(report)
    assert page == f"Above.\n<!-- figures: bench -->\n{written}\n<!-- end -->\nBelow.\n"
    assert re.search(r"\| one match over HTTP, p50 ms \| [\d.]+ \|", written)


def test_the_same_seed_gives_the_same_records(knowledge: Knowledge) -> None:
    first, again = list(solutions(knowledge, 20, 3)), list(solutions(knowledge, 20, 3))
    assert first == again
    assert list(solutions(knowledge, 20, 4)) != first
    assert [d.id for d in demands(knowledge, 3)] == ["A000000", "A000001", "A000002"]
    assert len(set(texts(knowledge, 100, 25))) == 25


def test_percentiles() -> None:
    values = [n / 1000 for n in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1.0)) == (51.0, 100.0, 100.0)
    assert percentile([], 0.5) != percentile([], 0.5)
