"""The Milvus server as a HOME sees it: its address, its name there, and what happens when it does not answer."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from matcher.adapters.exact import ExactIndex
from matcher.adapters.milvus import COLLECTION, MilvusIndex
from matcher.adapters.milvus_server import MOST_ASKED, MOST_LISTED, QUIET_S, Address, MilvusServer
from matcher.adapters.roster import Roster
from matcher.errors import BrokenGeneration, InvalidInput, Unavailable

NOWHERE = Address.of("milvus://127.0.0.1:1")
ROWS = np.eye(6, 4, dtype=np.float16)
IDS = [f"s{n}" for n in (5, 3, 1, 4, 2, 0)]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Refusing:
    """A connection that counts how often it was tried."""

    tried = 0

    def __call__(self, address: Address) -> object:
        self.tried += 1
        raise ConnectionError("refused")


def test_addresses() -> None:
    assert Address.of("milvus://db.example.org") == Address("http://db.example.org:19530", "db.example.org:19530")
    assert Address.of("milvus+tls://jia:p%40ss@10.0.0.7:443/scenes") == Address(
        "https://10.0.0.7:443", "10.0.0.7:443", "jia", "p@ss", "scenes"
    )
    assert Address.of("milvus://[::1]:9").uri == "http://[::1]:9"
    assert Address.of("milvus:////srv/场景/lite.db").uri == "/srv/场景/lite.db"
    assert Address.of("milvus:///lite.db").uri == str(Path.cwd() / "lite.db")
    assert "p@ss" not in repr(Address.of("milvus://jia:p%40ss@host"))


@pytest.mark.parametrize("url", ["milvus:///lite", "milvus://", "milvus://:19530", "milvus://u:geheim@host:port/x"])
def test_addresses_that_cannot_be_read(url: str) -> None:
    with pytest.raises(InvalidInput, match="SCENEMATCH_INDEX_URL") as refused:
        Address.of(url)
    assert "geheim" not in str(refused.value)


def test_a_library_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Unavailable, match=r"pymilvus：请运行 pip install 'scenematch\[milvus\]'"):
        MilvusServer.of("milvus://host", tmp_path)
    with pytest.raises(Unavailable, match="pymilvus、milvus_lite"):
        MilvusServer.of("milvus:///x.db", tmp_path)


def test_a_home_keeps_its_name_and_another_has_another(milvus_url: str, tmp_path: Path) -> None:
    ours, again, other = (MilvusServer.of(milvus_url, tmp_path / home) for home in ("a", "a", "b"))
    name = ours.name("gen-000007", "solution", ROWS)
    assert name == again.name("gen-000007", "solution", ROWS)
    others = {
        other.name("gen-000007", "solution", ROWS),
        ours.name("gen-000008", "solution", ROWS),
        ours.name("gen-000007", "demand", ROWS),
        ours.name("gen-000007", "solution", ROWS[:5]),
    }
    assert len(others - {name}) == 4
    (tmp_path / "a" / "MILVUS_OWNER").write_text("", "ascii")
    with pytest.raises(InvalidInput, match="MILVUS_OWNER"):
        MilvusServer.of(milvus_url, tmp_path / "a")


def test_nobody_at_the_address(tmp_path: Path) -> None:
    """With the real client: making an index fails, searching one goes on here, and both say why."""
    pytest.importorskip("pymilvus", reason="Milvus is not installed (the extra milvus)")
    server = MilvusServer(NOWHERE, "aaaa")
    with pytest.raises(Unavailable, match=r"向量服务器 127\.0\.0\.1:1 不能用"):
        MilvusIndex.build(IDS, ROWS, server, "gen-000001", "solution")
    ours, truth = saved(tmp_path, server), ExactIndex(IDS, ROWS.astype(np.float32))
    for query in np.random.default_rng(1).normal(size=(5, 4)).astype(np.float32):
        for allowed in (None, np.arange(6) % 2 == 0):
            assert ours.search(query, 4, allowed) == truth.search(query, 4, allowed)
    assert "不能用" in server.trouble()


def saved(folder: Path, server: MilvusServer) -> MilvusIndex:
    """An index saved and opened again, with nobody asked."""
    MilvusIndex(Roster(IDS), ROWS, server, "nowhere").save(folder)
    return MilvusIndex.load(folder, server)


def test_a_server_that_failed_is_left_alone_for_a_while(tmp_path: Path) -> None:
    clock, refusing = Clock(), Refusing()
    ours = saved(tmp_path, MilvusServer(NOWHERE, "aaaa", connect=refusing, clock=clock))
    query = np.ones(4, np.float32)
    for _ in range(3):
        assert [hit.id for hit in ours.search(query, 2)] == ["s1", "s3"]
    assert refusing.tried == 1
    clock.now += QUIET_S
    ours.search(query, 2)
    ours.search(query, 2)
    assert refusing.tried == 2


def test_trouble_is_looked_up_anew_and_over_when_it_is_over() -> None:
    clock, refusing = Clock(), Refusing()
    server = MilvusServer(NOWHERE, "aaaa", connect=refusing, clock=clock)
    assert [server.trouble() != "", server.trouble() != "", refusing.tried] == [True, True, 1]

    class Answering:
        def list_collections(self, timeout: float) -> list[str]:
            return []

    server._connect = lambda address: Answering()
    assert server.trouble() != ""
    clock.now += QUIET_S
    assert server.trouble() == ""


def test_what_is_too_much_for_one_answer_is_answered_here(milvus: MilvusServer) -> None:
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(2 * MOST_LISTED + 2, 2))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)
    query, half = np.array([1, 2], np.float32), np.arange(len(rows)) % 2 == 0
    for count, allowed in ((MOST_ASKED + 1, None), (10, half)):
        with pytest.raises(Unavailable, match="超出"):
            milvus.search("any", query, count, allowed)
    assert milvus.trouble() == ""
    ids = [f"s{n:05d}" for n in range(len(rows))]
    ours, truth = MilvusIndex(Roster(ids), rows, milvus, "none"), ExactIndex(ids, rows.astype(np.float32))
    assert ours.search(query, 10, half) == truth.search(query, 10, half)
    assert ours.search(query, MOST_ASKED, None) == truth.search(query, MOST_ASKED, None)


def test_a_collection_cut_short_is_not_believed(milvus: MilvusServer) -> None:
    """Rows missing on the server: the answer is made here, and the server is in trouble."""
    ours, truth = MilvusIndex.build(IDS, ROWS, milvus, "gen-000001", "solution"), ExactIndex(IDS, ROWS.astype("f4"))
    milvus.put(ours.collection, ROWS[:2])
    assert milvus.rows(ours.collection) == 2
    assert ours.search(np.ones(4, np.float32), 4) == truth.search(np.ones(4, np.float32), 4)
    assert "不完整" in milvus.trouble()


def test_files_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    server = MilvusServer(NOWHERE, "aaaa")
    saved(tmp_path, server)
    for file, content in ((COLLECTION, b"[]"), (COLLECTION, b""), ("ids.json", b'["a"]'), ("vectors.npy", b"x")):
        whole = (tmp_path / file).read_bytes()
        (tmp_path / file).write_bytes(content)
        with pytest.raises(BrokenGeneration):
            MilvusIndex.load(tmp_path, server)
        (tmp_path / file).write_bytes(whole)
