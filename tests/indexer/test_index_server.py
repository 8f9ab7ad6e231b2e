"""Generations whose vectors are on an index server: made, kept three deep, swept, left and come back to."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.build import build
from indexer.collections import read_collection
from indexer.verify import check_generation
from indexer.workshop import Workshop, workshop
from matcher.adapters.faiss_index import FaissIndex
from matcher.adapters.milvus import MilvusIndex
from matcher.adapters.milvus_server import MilvusServer
from matcher.adapters.shelves import collections
from matcher.errors import InvalidInput, Unavailable
from matcher.library import Library
from matcher.model import Kind, Ranking
from matcher.settings import Settings
from matcher.store import Store

pytestmark = pytest.mark.usefixtures("unhurried")

DEAD = "milvus://127.0.0.1:1"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, root: Path, light_data: Path, milvus_url: str) -> Settings:
    """A home with thirty records and nothing built, set to Milvus Lite."""
    collection = read_collection(root / "data" / "gold" / "dev")
    home = tmp_path_factory.mktemp("filled")
    settings = Settings.from_env(
        {"SCENEMATCH_HOME": str(home), "SCENEMATCH_DATA": str(light_data), "SCENEMATCH_INDEX_URL": milvus_url}
    )
    with Store.open(settings.database_url, write=True) as store:
        store.put_many([*list(collection.demands.values())[:10], *list(collection.solutions.values())[:20]])
    return settings


@pytest.fixture
def settings(filled: Settings, tmp_path: Path) -> Settings:
    shutil.copytree(filled.home, tmp_path / "home")
    moved = {"SCENEMATCH_HOME": str(tmp_path / "home"), "SCENEMATCH_DATA": str(filled.data)}
    return Settings.from_env({**moved, "SCENEMATCH_INDEX_URL": filled.index_url})


@pytest.fixture
def asked(root: Path, settings: Settings) -> Callable[[str], tuple[Library, Ranking]]:
    """One demand ranked through the published generation, with the index URL given."""
    demand = read_collection(root / "data" / "gold" / "dev").demands["D001"]

    def ranked(url: str) -> tuple[Library, Ranking]:
        shop = workshop(replace(settings, index_url=url))
        library = Library(shop.generations, shop.read_store(), shop.parts, shop.server)
        return library, shop.engine(library.view).match(shop.parts.profile(demand))

    return ranked


def held(shop: Workshop) -> set[str]:
    """This home's collections on the server."""
    assert shop.server is not None
    names = shop.server._asked(lambda client: client.list_collections())
    return {name for name in names if name.startswith(shop.server._prefix)}


def test_a_generation_is_searched_on_the_server_and_three_are_kept(settings: Settings) -> None:
    shop = workshop(settings)
    assert shop.server is not None
    reports = [build(settings) for _ in range(4)]
    assert [report.reused for report in reports] == [0, 30, 30, 30]
    assert reports[0].checks.recall == 1.0
    names = [collections(shop.generations.folder(report.generation)) for report in reports[1:]]
    assert held(shop) == names[0] | names[1] | names[2]
    assert [len(pair) for pair in names] == [2, 2, 2]
    assert sorted(shop.server.rows(name) for name in names[2]) == [10, 20]
    assert isinstance(
        Library(shop.generations, shop.read_store(), shop.parts, shop.server).view().sides[Kind.SOLUTION].base.vectors,
        MilvusIndex,
    )


def test_what_a_killed_build_left_on_the_server_is_swept(settings: Settings) -> None:
    shop = workshop(settings)
    assert shop.server is not None
    kept = collections(shop.generations.folder(build(settings).generation))
    shelf = Library(shop.generations, shop.read_store(), shop.parts, shop.server).view().sides[Kind.DEMAND].base
    leftover = shop.server.name("gen-000002", "demand", shelf.whole[:3])
    shop.server.put(leftover, shelf.whole[:3])
    neighbour = MilvusServer.of(settings.index_url, settings.home / "another")
    theirs = neighbour.name("gen-000002", "demand", shelf.whole[:3])
    neighbour.put(theirs, shelf.whole[:3])
    assert held(shop) == {*kept, leftover}
    build(settings)
    assert leftover not in held(shop)
    assert neighbour.rows(theirs) == 3
    neighbour.drop([theirs])


def test_without_its_server_nothing_is_published_and_nothing_passes_the_gate(settings: Settings) -> None:
    """Answers made here prove nothing about the server."""
    shop, alone = workshop(settings), replace(settings, index_url=DEAD)
    first = build(settings).generation
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1"):
        build(alone)
    assert (shop.generations.current(), shop.generations.list()) == (first, (first,))
    check_generation(first, shop)
    with pytest.raises(Unavailable, match="不能用"):
        check_generation(first, workshop(alone))


def test_rankings_are_the_same_with_the_server_without_it_and_after_going_back(
    settings: Settings, asked: Callable[[str], tuple[Library, Ranking]]
) -> None:
    build(settings)
    served, with_server = asked(settings.index_url)
    assert served.state().server == ""
    alone, without = asked(DEAD)
    assert "本机逐条比对" in (alone.state().server or "")
    back, by_faiss = asked(f"faiss:///{settings.index_folder.as_posix()}")
    assert back.state().server is None
    assert isinstance(back.view().sides[Kind.SOLUTION].base.vectors, FaissIndex)
    assert len(with_server.matches) == 10
    assert [(m.id, m.evidence) for m in without.matches] == [(m.id, m.evidence) for m in with_server.matches]
    assert [(m.id, m.evidence) for m in by_faiss.matches] == [(m.id, m.evidence) for m in with_server.matches]


def test_a_generation_made_before_moving_is_searched_here_until_the_next_build(
    settings: Settings, asked: Callable[[str], tuple[Library, Ranking]]
) -> None:
    build(replace(settings, index_url=f"faiss:///{settings.index_folder.as_posix()}"))
    library, before = asked(settings.index_url)
    assert isinstance(library.view().sides[Kind.SOLUTION].base.vectors, FaissIndex)
    assert build(settings).reused == 30
    library, after = asked(settings.index_url)
    assert isinstance(library.view().sides[Kind.SOLUTION].base.vectors, MilvusIndex)
    assert [(m.id, m.evidence) for m in after.matches] == [(m.id, m.evidence) for m in before.matches]


def test_an_unknown_server_is_refused_without_its_password(settings: Settings) -> None:
    with pytest.raises(InvalidInput, match=r"faiss://、milvus://、milvus\+tls://.*“qdrant”") as refused:
        workshop(replace(settings, index_url="qdrant://jia:geheim@host"))
    assert "geheim" not in str(refused.value)
