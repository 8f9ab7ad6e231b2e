"""Builds: reuse, the gate, and kill -9 at every step."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.build import build
from indexer.collections import read_collection
from indexer.verify import probe
from indexer.workshop import workshop
from matcher.adapters import shelves
from matcher.errors import Conflict, RejectedGeneration
from matcher.generations import Generations
from matcher.model import Kind
from matcher.settings import Settings
from matcher.store import Store


def lit(home: Path, data: Path) -> Settings:
    """Settings of a home with the light data folder."""
    return Settings.from_env({"SCENEMATCH_HOME": str(home), "SCENEMATCH_DATA": str(data)})


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, root: Path, light_data: Path) -> Settings:
    """A home with forty records, nothing built."""
    collection = read_collection(root / "data" / "gold" / "dev")
    settings = lit(tmp_path_factory.mktemp("filled"), light_data)
    with Store.open(settings.database_url, write=True) as store:
        store.put_many([*list(collection.demands.values())[:10], *list(collection.solutions.values())[:30]])
    return settings


@pytest.fixture
def settings(filled: Settings, tmp_path: Path, light_data: Path) -> Settings:
    shutil.copytree(filled.home, tmp_path / "home")
    return lit(tmp_path / "home", light_data)


def test_a_build_covers_the_store(settings: Settings) -> None:
    seen: list[tuple[str, int, int]] = []
    report = build(settings, lambda *step: seen.append(step))
    assert report.counts == {"demand": 10, "solution": 30}
    assert (report.reused, report.checks.self_hits, report.checks.recall) == (0, 1.0, 1.0)
    assert ("分析方案", 30, 30) in seen
    manifest = workshop(settings).generations.verify(report.generation)
    with Store.open(settings.database_url, write=False) as store:
        assert manifest.revision == store.revision()


def test_a_rebuild_costs_what_changed(settings: Settings) -> None:
    first = build(settings)
    with Store.open(settings.database_url, write=True) as store:
        record = store.get(Kind.SOLUTION, "S003")
        store.put(replace(record, title=record.title + "升级版"))  # type: ignore[arg-type]
        store.remove(Kind.SOLUTION, "S004")
    second = build(settings)
    assert second.reused == 38
    folder = Generations(settings.index_folder).folder(second.generation) / "solution"
    shelf = shelves.load(Kind.SOLUTION, folder)
    assert shelf.profiles[shelf.row_of["S003"]].fields["title"].endswith("升级版")
    assert "S004" not in shelf.row_of
    assert first.generation < second.generation


def test_reused_rows_equal_new_ones(settings: Settings, tmp_path: Path) -> None:
    """The same store built twice, once from the generation before and once from nothing, gives the same files."""
    build(settings)
    reused = build(settings)
    shutil.copytree(settings.home, tmp_path / "other")
    fresh_settings = lit(tmp_path / "other", settings.data)
    shutil.rmtree(fresh_settings.index_folder)
    fresh = build(fresh_settings)
    ours = Generations(settings.index_folder).manifest(reused.generation).files
    theirs = Generations(fresh_settings.index_folder).manifest(fresh.generation).files
    assert {n: f.sha256 for n, f in ours.items()} == {n: f.sha256 for n, f in theirs.items()}
    assert (reused.reused, fresh.reused) == (40, 0)


def test_three_generations_are_kept(settings: Settings) -> None:
    names = [build(settings).generation for _ in range(5)]
    assert Generations(settings.index_folder).list() == tuple(names[-3:])


def test_a_worse_generation_is_not_published(settings: Settings, root: Path, tmp_path: Path) -> None:
    first = build(settings)
    data = tmp_path / "data"
    shutil.copytree(root / "data", data, ignore=shutil.ignore_patterns("knowledge", "samples"))
    (data / "gold" / "floor.json").write_text(json.dumps({"dev": 1.01}), "utf-8")
    with pytest.raises(RejectedGeneration, match="低于下限"):
        build(replace(settings, data=data))
    assert Generations(settings.index_folder).current() == first.generation


def test_one_build_at_a_time(settings: Settings) -> None:
    with Generations(settings.index_folder).begin(), pytest.raises(Conflict):
        build(settings)


def test_an_empty_store_builds(tmp_path: Path, light_data: Path) -> None:
    settings = lit(tmp_path, light_data)
    Store.open(settings.database_url, write=True).close()
    assert build(settings).counts == {"demand": 0, "solution": 0}


def test_the_probe_notices_swapped_vectors(settings: Settings) -> None:
    """The negative control of the self-hit check: ids that no longer belong to their vectors are found out."""
    report = build(settings)
    folder = Generations(settings.index_folder).folder(report.generation) / "solution"
    shelf = shelves.load(Kind.SOLUTION, folder)
    assert probe(shelf)[0] == 1.0
    swapped = replace(shelf, ids=list(reversed(shelf.ids)))
    assert probe(swapped)[0] < 0.2


KILLED = """
import os, signal, sys
from indexer import build as module
from indexer.workshop import workshop as real
from matcher.generations import Generations
from matcher.settings import Settings
settings, at = Settings.from_env(), sys.argv[1]
def step(name):
    if name == at:
        os.kill(os.getpid(), signal.SIGKILL)
def shop(settings, words):
    from dataclasses import replace
    made = real(settings)
    return replace(made, generations=Generations(settings.index_folder, step=step))
module.workshop = shop
module.build(settings)
"""

AFTER_THE_POINTER_MOVED = ("publish: pointer moved", "publish: root synced")


@pytest.mark.slow
@pytest.mark.parametrize(
    "step",
    [
        "begin: folder made",
        "finish: files synced",
        "finish: seal written",
        "finish: manifest written",
        "finish: renamed",
        "publish: pointer written",
        "publish: pointer moved",
    ],
)
def test_kill_at_every_step(settings: Settings, step: str) -> None:
    """After a SIGKILL the old generation serves (the new one once the pointer has moved), whole, and the next build
    works."""
    first = build(settings)
    died = subprocess.run(
        [sys.executable, "-c", KILLED, step],
        env={
            "SCENEMATCH_HOME": str(settings.home),
            "SCENEMATCH_DATA": str(settings.data),
            "PATH": "",
            "OPENBLAS_NUM_THREADS": "1",
        },
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()[-2000:]
    generations = Generations(settings.index_folder)
    current = generations.current()
    assert current is not None
    assert (current == first.generation) == (step not in AFTER_THE_POINTER_MOVED)
    generations.verify(current)
    again = build(settings)
    assert generations.current() == again.generation
    assert not [p for p in settings.index_folder.iterdir() if p.name.endswith(".building")]
