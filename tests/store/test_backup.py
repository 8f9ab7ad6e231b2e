"""A backup brings back exactly what was there, and a damaged one changes nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest

from api.cli import main
from matcher.errors import Conflict, InUse, InvalidInput, NotFound, Unavailable
from matcher.model import Contact, Demand, Kind
from matcher.store import Store
from matcher.store.backup import DATABASE, MANIFEST, Place, backup, restore
from matcher.store.versions import LATEST

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)
OLD = Demand("D1", "巡检", description="夜里没人看", contact=Contact("某某", "13800000000", ""))


def url(place: Place) -> str:
    return f"sqlite:///{place.database.as_posix()}"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An installation with a demand, an attachment and something like an index."""
    home = tmp_path / "home"
    made = Place(home / "scenematch.db", home / "attachments", home / "index")
    with Store.open(url(made), write=True) as store:
        store.put(OLD)
    made.attachments.mkdir()
    (made.attachments / "a1").write_bytes(b"signed")
    made.index.mkdir()
    (made.index / "CURRENT").write_text("gen-000007", "ascii")
    return made


def titles(place: Place) -> dict[str, str]:
    with Store.open(url(place), write=False) as store:
        return {record.id: record.title for record in store.page(Kind.DEMAND).items}


def test_there_and_back(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    with Store.open(url(place), write=True) as store:  # the service runs
        contents = backup(place, file, NOW)
        store.put(replace(OLD, title="改过"))
        store.put(Demand("D2", "后来的", description="备份以后才有"))
        with pytest.raises(InUse, match="先停止服务"):
            restore(file, place, NOW)
    assert (contents.schema, sorted(contents.files)) == (LATEST, ["attachments/a1", DATABASE])
    assert file.stat().st_mode & 0o077 == 0
    (place.attachments / "a1").write_bytes(b"broken")
    aside = restore(file, place, NOW)
    assert titles(place) == {"D1": "巡检"}
    with Store.open(url(place), write=True) as store:
        assert store.contact(Kind.DEMAND, "D1").phone == "13800000000"
    assert (place.attachments / "a1").read_bytes() == b"signed"
    assert (place.index.exists(), (aside / "index" / "CURRENT").read_text("ascii")) == (False, "gen-000007")
    before = Place(aside / "scenematch.db", aside / "none", aside / "index")
    assert titles(before) == {"D1": "改过", "D2": "后来的"}


def test_into_an_empty_place(place: Place, tmp_path: Path) -> None:
    file, other = tmp_path / "b.zip", tmp_path / "other"
    backup(place, file, NOW)
    there = Place(other / "scenematch.db", other / "attachments", other / "index")
    restore(file, there, NOW)
    assert titles(there) == titles(place)


def flip(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 3] ^= 1
    file.write_bytes(raw)


def shorten(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def rewrite(change: Callable[[dict[str, object]], None], more: str = "") -> Callable[[Path], None]:
    """The same files with another manifest, and perhaps one more file."""

    def damage(file: Path) -> None:
        with ZipFile(file) as archive:
            content = {name: archive.read(name) for name in archive.namelist()}
        manifest = json.loads(content[MANIFEST])
        change(manifest)
        content[MANIFEST] = json.dumps(manifest).encode()
        with ZipFile(file, "w") as archive:
            for name, data in content.items():
                archive.writestr(name, data)
            if more:
                archive.writestr(more, b"evil")

    return damage


def outside(manifest: dict[str, object]) -> None:
    manifest["files"]["../evil"] = {"size": 4, "sha256": ""}  # type: ignore[index]


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (flip, InvalidInput),
        (shorten, InvalidInput),
        (lambda file: file.write_bytes(b"no archive"), InvalidInput),
        (rewrite(lambda m: m.update(schema=LATEST + 1)), Unavailable),
        (rewrite(lambda m: m.update(schema=LATEST - 1)), InvalidInput),
        (rewrite(lambda m: m.update(format=99)), InvalidInput),
        (rewrite(outside, "../evil"), InvalidInput),
        (lambda file: file.unlink(), NotFound),
    ],
)
def test_a_damaged_one_changes_nothing(
    place: Place, tmp_path: Path, damage: Callable[[Path], object], error: type[Exception]
) -> None:
    file = tmp_path / "b.zip"
    backup(place, file, NOW)
    rewrite(lambda manifest: None)(file)
    damage(file)
    with pytest.raises(error):
        restore(file, place, NOW)
    assert titles(place) == {"D1": "巡检"}
    assert place.index.is_dir()
    assert not list(tmp_path.rglob("evil"))
    assert [p.name for p in place.database.parent.iterdir() if "restore" in p.name] == []


def test_what_cannot_be_backed_up(place: Place, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        backup(replace(place, database=tmp_path / "none.db"), tmp_path / "b.zip", NOW)
    (tmp_path / "b.zip").write_text("mine")
    with pytest.raises(Conflict):
        backup(place, tmp_path / "b.zip", NOW)
    with closing(sqlite3.connect(place.database)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = bytearray(place.database.read_bytes())
    raw[4096 : 3 * 4096] = b"\xff" * 2 * 4096
    place.database.write_bytes(raw)
    with pytest.raises(Unavailable, match="已损坏"):
        backup(place, tmp_path / "c.zip", NOW)
    assert not (tmp_path / "c.zip").exists()


def test_by_command(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCENEMATCH_HOME", str(place.database.parent))
    assert main(["backup", str(tmp_path / "b.zip"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"] == 2
    assert main(["restore", str(tmp_path / "b.zip")]) == 0
    assert "scenematch build" in capsys.readouterr().out
    monkeypatch.setenv("SCENEMATCH_DATABASE_URL", "postgresql+psycopg://a:b@c/d")
    assert main(["backup", str(tmp_path / "d.zip")]) == 1
    assert "pg_dump" in capsys.readouterr().err
