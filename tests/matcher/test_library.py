"""The live view: a change shows at once, a withdrawn record is gone at once, a rebuild changes neither."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexer.build import build
from indexer.collections import Collection, read_collection
from indexer.workshop import Workshop, workshop
from matcher.adapters import shelves
from matcher.engine import Engine
from matcher.errors import BrokenGeneration
from matcher.library import NO_GENERATION, Library
from matcher.model import Kind, Profile
from matcher.settings import Settings
from matcher.store import SYSTEM, Store
from matcher.store.repeats import RepeatWriter


@pytest.fixture(scope="module")
def collection(root: Path) -> Collection:
    return read_collection(root / "data" / "gold" / "dev")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, collection: Collection, light_data: Path) -> Settings:
    """A home with the gold records stored and one generation built; tests work on copies of it."""
    home = tmp_path_factory.mktemp("filled")
    settings = Settings.from_env({"SCENEMATCH_HOME": str(home), "SCENEMATCH_DATA": str(light_data)})
    with Store.open(settings.database_url, write=True) as store:
        store.put_many([*collection.demands.values(), *collection.solutions.values()])
    build(settings)
    return settings


class Desk:
    """A store, its library and an engine, as the service holds them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = Store.open(settings.database_url, write=True)
        self.shop: Workshop = workshop(settings)
        self.library = Library(self.shop.generations, self.store, self.shop.parts)
        self.engine: Engine = self.shop.engine(self.library.view)

    def ids(self, query: Profile, k: int = 10) -> list[str]:
        return [match.id for match in self.engine.match(query, k=k).matches]


@pytest.fixture
def desk(filled: Settings, tmp_path: Path) -> Iterator[Desk]:
    shutil.copytree(filled.home, tmp_path / "home")
    desk = Desk(Settings.from_env({"SCENEMATCH_HOME": str(tmp_path / "home"), "SCENEMATCH_DATA": str(filled.data)}))
    yield desk
    desk.store.close()


def test_what_was_built_is_what_exact_search_finds(desk: Desk, filled: Settings, collection: Collection) -> None:
    """The same records without any generation, all searched exactly, give the same ranking."""
    shutil.rmtree(desk.settings.index_folder)
    bare = Library(workshop(desk.settings).generations, desk.store, desk.shop.parts)
    exact = desk.shop.engine(bare.view)
    assert bare.state().generation is None
    for id in ("D001", "D010", "D045"):
        query = desk.shop.parts.profile(collection.demands[id])
        ours, theirs = desk.engine.match(query), exact.match(query)
        assert [(m.id, m.evidence) for m in ours.matches] == [(m.id, m.evidence) for m in theirs.matches]


def test_a_new_solution_appears_at_once_and_a_withdrawn_one_is_gone(desk: Desk, collection: Collection) -> None:
    demand = desk.shop.parts.profile(collection.demands["D013"])
    best = desk.ids(demand)[0]
    twin = replace(collection.solutions[best], id="NEW", status="open")
    desk.store.add(twin)
    assert set(desk.ids(demand)[:2]) == {best, "NEW"}
    desk.store.remove(Kind.SOLUTION, "NEW")
    assert "NEW" not in desk.ids(demand, 50)
    desk.store.remove(Kind.SOLUTION, best)
    assert best not in desk.ids(demand, 50)
    desk.store.add(collection.solutions[best])
    assert desk.ids(demand)[0] == best


def test_a_twin_of_an_indexed_record_scores_the_same(desk: Desk, collection: Collection) -> None:
    """Changed rows borrow the generation's statistics, so a copy ties with its original."""
    demand = desk.shop.parts.profile(collection.demands["D001"])
    best = desk.ids(demand)[0]
    desk.store.add(replace(collection.solutions[best], id="TWIN"))
    scores = {m.id: m.score for m in desk.engine.match(demand).matches}
    assert scores["TWIN"] == pytest.approx(scores[best], abs=1e-3)


def test_an_edit_shows_at_once(desk: Desk, collection: Collection) -> None:
    demand = desk.shop.parts.profile(collection.demands["D001"])
    best = desk.ids(demand)[0]
    desk.store.put(
        replace(
            collection.solutions[best], title="食堂点餐软件", description="职工食堂点餐结算。", indicators="", cases=""
        )
    )
    assert best not in desk.ids(demand, 3)
    assert desk.library.state().changed[Kind.SOLUTION] == 1


@pytest.mark.parametrize("status", ["withdrawn", "closed", "void"])
def test_records_that_take_no_part_are_not_found(desk: Desk, collection: Collection, status: str) -> None:
    demand = desk.shop.parts.profile(collection.demands["D001"])
    best = desk.ids(demand)[0]
    desk.store.put(replace(collection.solutions[best], status=status))
    assert best not in desk.ids(demand, 100)


def test_a_rebuild_covers_the_changes_and_changes_no_answer(desk: Desk, collection: Collection) -> None:
    demand = desk.shop.parts.profile(collection.demands["D001"])
    best = desk.ids(demand)[0]
    desk.store.remove(Kind.SOLUTION, best)
    before = desk.ids(demand, 20)
    report = build(desk.settings)
    assert report.reused == 299
    assert desk.library.refresh()
    assert not desk.library.refresh()
    state = desk.library.state()
    assert (state.generation, state.changed[Kind.SOLUTION], state.counts[Kind.SOLUTION]) == (report.generation, 0, 239)
    assert desk.ids(demand, 20)[:5] == before[:5]


def test_the_readers_keep_the_view_they_hold(desk: Desk, collection: Collection) -> None:
    held = desk.library.view()
    desk.store.remove(Kind.SOLUTION, "S057")
    assert desk.library.view() is not held
    assert desk.library.view() is desk.library.view()
    assert "S057" in held.sides[Kind.SOLUTION].base.row_of


def test_a_commit_of_something_else_changes_no_view(desk: Desk) -> None:
    """Whoever remembers rankings of a view need not forget them for every commit of the follow-up."""
    held = desk.library.view()
    revision = desk.store.revision()
    desk.store.keys.create("staff", 1, now=datetime.now(UTC))
    with desk.store.writing(SYSTEM) as writer:
        RepeatWriter(writer).begin_anew(Kind.DEMAND, "another judge")
    assert desk.library.view() is held
    desk.store.remove(Kind.DEMAND, "D060")
    assert desk.store.revision() > revision
    assert desk.library.view() is not held


def test_a_damaged_generation_is_refused_and_the_old_one_serves(desk: Desk, collection: Collection) -> None:
    demand = desk.shop.parts.profile(collection.demands["D001"])
    before = desk.ids(demand)
    report = build(desk.settings)
    file = desk.settings.index_folder / report.generation / "solution" / "field_vectors.npy"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(BrokenGeneration, match=r"field_vectors\.npy"):
        desk.library.refresh()
    assert desk.ids(demand) == before


def test_another_encoder_makes_the_index_stale_but_answers_exactly(desk: Desk, root: Path, tmp_path: Path) -> None:
    other = tmp_path / "model"
    shutil.copytree(root / "data" / "models" / "default", other)
    (other / "note.txt").write_text("another", "utf-8")
    settings = replace(desk.settings, encoder=other)
    shop = workshop(settings)
    library = Library(shop.generations, desk.store, shop.parts)
    state = library.state()
    assert "编码模型" in state.stale
    assert state.changed[Kind.SOLUTION] == 240
    assert state.generation != NO_GENERATION


def test_an_index_without_sizes_is_read_as_of_an_encoder_that_adds_up_none(desk: Desk) -> None:
    """As an earlier release wrote it; a missing file that the manifest names is refused all the same."""
    folder = desk.shop.generations.folder(desk.library.state().generation or "") / Kind.SOLUTION
    whole = shelves.load(Kind.SOLUTION, folder)
    assert whole.sizes.min() > 0
    (folder / "sizes.npy").unlink()
    assert shelves.load(Kind.SOLUTION, folder).sizes.tolist() == [0.0] * len(whole)
    with pytest.raises(BrokenGeneration, match=r"sizes\.npy"):
        Library(desk.shop.generations, desk.store, desk.shop.parts)
