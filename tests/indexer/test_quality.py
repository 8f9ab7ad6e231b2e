"""The quality page: tables from figures, text outside the markers kept, and page and figures in step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from indexer import quality_page, quality_tables
from indexer.bench.peers import PEERS, measured_probes, ours
from indexer.probes import PROBES
from indexer.workshop import workshop
from matcher.errors import InvalidInput
from matcher.settings import Settings

FIGURE = {"mean": 0.5, "low": 0.25, "high": 0.75, "n": 4}
NO_FIGURE = {"mean": None, "low": None, "high": None, "n": 0}


@pytest.fixture
def figures() -> dict[str, Any]:
    return dict(quality_page.rounded(quality_page.last()))


def test_the_page_is_made_from_the_figures(figures: dict[str, Any]) -> None:
    page = (quality_page.DOCS / quality_page.PAGE).read_text("utf-8")
    assert quality_page.filled(page, figures) == page


def test_text_outside_the_markers_is_kept(figures: dict[str, Any], tmp_path: Path) -> None:
    places = "\n".join(f"见下表 {n}\n<!-- figures: {n} -->\n旧\n<!-- end -->" for n in quality_tables.SECTIONS)
    (tmp_path / quality_page.PAGE).write_text(f"# 开头\n{places}\n结尾", "utf-8")
    files = quality_page.publish(figures, tmp_path)
    assert [file.name for file in files] == ["quality.json", "quality.md"]
    page = files[1].read_text("utf-8")
    assert page.startswith("# 开头\n见下表 measured\n<!-- figures: measured -->\n|")
    assert page.endswith("\n<!-- end -->\n结尾")
    assert "旧" not in page
    assert json.loads(files[0].read_text("utf-8")) == figures == quality_page.last(tmp_path)
    assert quality_page.filled(page, figures) == page


def test_a_table_without_a_place_is_refused(figures: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="表格位置与数据不符：ablation"):
        quality_page.filled("<!-- figures: dev -->\n<!-- end -->", figures)


def test_cells() -> None:
    assert quality_tables.interval(FIGURE) == "0.500 [0.250, 0.750]"
    assert quality_tables.mean(NO_FIGURE) == quality_tables.interval(None) == quality_tables.NONE
    assert [quality_tables.chance(p) for p in (None, 0.0001, 0.0123, 1.0)] == ["—", "<0.001", "0.012", "1.000"]
    assert quality_tables.table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | ---: |\n| 1 | 2 |"


def test_figures_are_rounded_and_nothing_else() -> None:
    given = {"a": 0.12345678, "n": 3, "b": [1.0000001, None, "x"], "c": {"d": True}}
    assert quality_page.rounded(given) == {"a": 0.123457, "n": 3, "b": [1.0, None, "x"], "c": {"d": True}}


def test_robustness_table_by_hand() -> None:
    drop = {"mean": -0.00001, "low": -0.1, "high": 0.2, "n": 4}
    shapes = {"dev": {"clean": FIGURE, "variants": {"slips": {"reached": FIGURE, "drop": drop, "p": 1.0}}}}
    assert quality_tables.robustness({"robustness": shapes}).splitlines()[2:] == [
        "| as filed | 0.500 | — |",
        "| slips | 0.500 | +0.000 [-0.100, +0.200] |",
    ]


def test_peers_that_are_missing_keep_their_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    shop = workshop(Settings.from_env({"SCENEMATCH_HOME": str(tmp_path)}))
    before = {"txtai": {"version": "9", "passed": {"a": True}}}
    said: list[str] = []
    measured = measured_probes(shop, before, said.append)
    assert measured["txtai"] == before["txtai"]
    assert measured["Haystack"] == {"version": "not measured", "passed": {}}
    assert said[1] == "txtai is not installed (distribution txtai); kept"
    assert said[2] == "Haystack is not installed (distribution haystack-ai); no figures"
    assert list(measured["SceneMatch"]["passed"]) == [probe.name for probe in PROBES]


def test_our_words_pass_every_probe_and_bm25s_defaults_do_not(tmp_path: Path) -> None:
    search = ours(workshop(Settings.from_env({"SCENEMATCH_HOME": str(tmp_path)})))
    assert [probe.name for probe in PROBES if not probe.passes(search)] == []
    first = PROBES[0]
    assert not first.passes(PEERS["bm25s"].search)
    assert PEERS["bm25s"].search({"a": "焊点 检测", "b": "禽蛋"}, "检测") == ["a"]
