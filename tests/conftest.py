"""Shared fixtures: the real lexicon, analyser and taxonomy, loaded once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from matcher.adapters import milvus_server
from matcher.adapters.milvus_server import MilvusServer
from matcher.analyser import Analyser
from matcher.lexicon import Lexicon
from matcher.taxonomy import Taxonomy

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("SCENEMATCH_SHARED", ROOT.parent / "shared"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that read the judged collections kept beside the repository say so and skip visibly without them."""
    if SHARED.is_dir():
        return
    reason = pytest.mark.skip(reason="the judged collections are not beside this checkout (SCENEMATCH_SHARED)")
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(reason)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    return SHARED


@pytest.fixture(scope="session")
def light_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder without a gold floor, so that a build in a test does not rank the gold collections each time."""
    data = tmp_path_factory.mktemp("light") / "data"
    shutil.copytree(ROOT / "data", data, ignore=shutil.ignore_patterns("knowledge", "samples"), copy_function=_linked)
    (data / "gold" / "floor.json").unlink()
    (data / "gold" / "floor.json").write_text("{}", "utf-8")
    return data


@pytest.fixture(scope="session")
def milvus_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a file of Milvus Lite; a visible skip where it is not installed, as on Windows."""
    pytest.importorskip("pymilvus", reason="Milvus is not installed (the extra milvus)")
    pytest.importorskip("milvus_lite", reason="Milvus Lite is not installed (the extra milvus)")
    return f"milvus:///{(tmp_path_factory.mktemp('milvus') / 'lite.db').as_posix()}"


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Milvus Lite gets the time it needs on a busy machine: whoever gave up on it would prove nothing."""
    for name in ("CONNECT_S", "SEARCH_S", "LOAD_S"):
        monkeypatch.setattr(milvus_server, name, 120.0)


@pytest.fixture
def milvus(milvus_url: str, unhurried: None, tmp_path: Path) -> MilvusServer:
    """Milvus Lite as one home sees it."""
    return MilvusServer.of(milvus_url, tmp_path)


def _linked(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return Lexicon.load(ROOT / "data" / "lexicon")


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    return Taxonomy.load(ROOT / "data" / "taxonomy")


@pytest.fixture(scope="session")
def analyser(lexicon: Lexicon, tmp_path_factory: pytest.TempPathFactory) -> Analyser:
    return Analyser.load(lexicon, tmp_path_factory.mktemp("jieba"))
