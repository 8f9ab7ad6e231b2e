"""The benchmark runs from end to end on a small size, and its table has a row for every figure."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from fastapi.routing import APIRoute

from api.app import create_app
from api.auth import Permit, needs
from api.bench.__main__ import CLIENTS, LETTERS, busy, conditions, fill, measure, table
from api.bench.client import percentile
from api.bench.pages import PAGES, measure_pages, pages_table
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
    assert set(result["load"]) == {*map(str, CLIENTS), "new"}
    assert set(result["by_length_p50_ms"]) == {str(n) for n in LETTERS}
    if sys.platform == "linux":
        assert result["cpu_ms_first_time"] > 0
        assert result["cpu_ms_asked_again"] <= result["cpu_ms_first_time"]  # remembered: hardly a tick of the clock
        assert 0 <= busy(busy())["stolen_share"] <= 1
    assert all(result[name] > 0 for name in ("build_seconds", "ready_seconds", "p50_ms", "p99_ms"))
    (tmp_path / "bench.md").write_text("Above.\n<!-- figures: bench -->old<!-- end -->\nBelow.\n", "utf-8")
    report = {"measured": conditions(), "sizes": [result]}
    fill(tmp_path, "bench", report, table(report))
    page = (tmp_path / "bench.md").read_text("utf-8")
    written = table(report)
    assert page == f"Above.\n<!-- figures: bench -->\n{written}\n<!-- end -->\nBelow.\n"
    assert re.search(r"\| one match over HTTP, p50 ms \| [\d.]+ \|", written)


@pytest.mark.slow
def test_every_page_is_measured(knowledge: Knowledge) -> None:
    found = measure_pages(knowledge, 60, 2)
    assert list(found["pages"]) == list(PAGES)
    assert (found["demands"], found["pairs"]) == (60, 3)
    assert all(each["p50_ms"] > 0 and each["bytes"] > 200 for each in found["pages"].values())
    (_, _, head, _, first, *_) = pages_table({"measured": conditions(), **found}).splitlines()
    assert head == "| page | p50 ms | p95 ms | processor ms | kB |"
    assert first.startswith("| /desk | ")


def test_no_page_is_left_out() -> None:
    """Whatever a person can open has a line among the pages measured, its ids aside."""
    known = {re.sub(r"\{\w+\}|bench-staff", "{}", page.path.partition("?")[0]) for page in PAGES.values()}
    known |= {"/reports/{}", "/imports/{}"}  # tabs of one page; an import is as large as its file
    app = create_app(MagicMock())
    need = needs(app)
    opened = {
        re.sub(r"\{\w+(:path)?\}", "{}", path)
        for path in (route.path for route in app.routes if isinstance(route, APIRoute) and not route.include_in_schema)
        if isinstance(need.get(("GET", path)), Permit)
    }
    assert opened - known - {"/followup-files/{}", "/imports/{}/progress", "/words/preview"} == set()


def test_figures_are_filled_in_beside_others(tmp_path: Path) -> None:
    (tmp_path / "bench.md").write_text("A\n<!-- figures: pages -->\nold\n<!-- end -->\nB\n", "utf-8")
    (tmp_path / "bench.json").write_text('{"sizes": [1]}', "utf-8")
    fill(tmp_path, "pages", {"pages": {"demands": 2}}, "new")
    assert (tmp_path / "bench.md").read_text("utf-8") == "A\n<!-- figures: pages -->\nnew\n<!-- end -->\nB\n"
    assert json.loads((tmp_path / "bench.json").read_text("utf-8")) == {"sizes": [1], "pages": {"demands": 2}}


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
