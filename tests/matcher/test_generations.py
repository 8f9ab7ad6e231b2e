"""Generations survive kill -9 at every step and notice every flipped bit; controls show that the checks can fail."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from matcher import draft, generations
from matcher.durable import sync_file, sync_folder
from matcher.errors import BrokenGeneration, Conflict, NotFound
from matcher.generations import POINTER, STEPS, Draft, Generations
from matcher.manifest import MANIFEST, SEAL, FileSum, Manifest, seal_of

REPOSITORY = Path(__file__).parents[2]
ABOUT = {"encoder": "e-1", "analyser": "a-1", "taxonomy": "t-1", "weights": "w-1"}
NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


def fill(draft: Draft, revision: int) -> Manifest:
    draft.path("solutions/vectors.npy").write_bytes(bytes(range(256)) * 8)
    draft.path("solutions/forward/terms.npy").write_bytes(f"revision {revision}".encode())
    draft.path("empty.json").write_bytes(b"")
    return draft.finish(revision=revision, counts={"solutions": 3, "demands": 0}, extra={"note": "说明"}, **ABOUT)


def build(home: Generations, revision: int = 1) -> str:
    with home.begin() as building:
        fill(building, revision)
    home.verify(building.name)
    home.publish(building.name)
    return building.name


@pytest.fixture
def home(tmp_path: Path) -> Generations:
    return Generations(tmp_path / "索引", now=lambda: NOW)


def contents(home: Generations) -> list[str]:
    return sorted(path.name for path in home.root.iterdir() if path.suffix != ".lock")


class TestLife:
    def test_first_build(self, home: Generations) -> None:
        assert (home.current(), home.list(), home.sweep()) == (None, (), ())
        with home.begin() as building:
            manifest = fill(building, revision=7)
            assert home.current() is None
        assert home.list() == ("gen-000001",)
        assert manifest == home.manifest("gen-000001") == home.verify("gen-000001")
        assert manifest == Manifest(
            format=1,
            name="gen-000001",
            created_at="2026-03-01T08:30:00+00:00",
            revision=7,
            counts={"solutions": 3, "demands": 0},
            files={
                "empty.json": FileSum(hashlib.sha256(b"").hexdigest(), 0),
                "solutions/forward/terms.npy": FileSum(hashlib.sha256(b"revision 7").hexdigest(), 10),
                "solutions/vectors.npy": FileSum(hashlib.sha256(bytes(range(256)) * 8).hexdigest(), 2048),
            },
            extra={"note": "说明"},
            **ABOUT,
        )
        home.publish("gen-000001")
        assert home.current() == "gen-000001"
        assert contents(home) == ["CURRENT", "gen-000001"]
        assert {p.name for p in home.folder("gen-000001").iterdir()} == {"solutions", "empty.json", MANIFEST, SEAL}

    def test_numbers_only_grow(self, home: Generations) -> None:
        assert [build(home, n) for n in (1, 2, 3)] == ["gen-000001", "gen-000002", "gen-000003"]
        assert home.rollback() == "gen-000002" == home.current()
        assert build(home, 4) == "gen-000004" == home.current()
        (home.root / "gen-000004").rename(home.root / "moved-by-hand")
        assert home.begin().name == "gen-000005"

    def test_order_is_by_number(self, home: Generations) -> None:
        build(home)
        for number in ("gen-1000000", "gen-999999"):
            (home.root / number).mkdir()
        assert home.list() == ("gen-000001", "gen-999999", "gen-1000000")

    def test_rollback(self, home: Generations) -> None:
        with pytest.raises(NotFound, match="没有更早的完整索引版本"):
            home.rollback()
        for revision in (1, 2, 3, 4):
            build(home, revision)
        (home.folder("gen-000003") / "empty.json").write_bytes(b"x")
        assert home.rollback() == "gen-000002"  # 3 is damaged
        assert home.rollback() == "gen-000001"
        with pytest.raises(NotFound, match="没有更早的完整索引版本"):
            home.rollback()
        assert home.current() == "gen-000001"

    def test_rollback_repairs_a_damaged_pointer(self, home: Generations) -> None:
        build(home)
        build(home)
        (home.root / POINTER).write_bytes(b"gen-000001")
        with pytest.raises(BrokenGeneration, match=POINTER):
            home.current()
        assert home.rollback() == "gen-000002" == home.current()

    def test_prune_keeps_the_newest_and_the_current(self, home: Generations) -> None:
        names = [build(home, n) for n in range(1, 7)]
        home.publish(names[1])
        assert home.prune(keep=3) == (names[0], names[2])
        assert home.list() == (names[1], *names[3:])
        assert home.prune() == ()
        home.publish(names[5])
        assert home.prune() == (names[1],)
        assert home.prune(keep=1) == (names[3], names[4])
        assert home.prune(keep=1) == ()
        with pytest.raises(ValueError, match="newest"):
            home.prune(keep=0)

    def test_unfinished_draft_leaves_nothing(self, home: Generations) -> None:
        build(home)
        unfinished = home.begin()
        unfinished.path("half").write_bytes(b"half")
        with pytest.raises(ZeroDivisionError), unfinished:
            raise ZeroDivisionError
        assert contents(home) == ["CURRENT", "gen-000001"]
        later = home.begin()
        unfinished.close()  # once more: must not touch the later draft of the same number
        later.path("whole").write_bytes(b"whole")
        assert contents(home) == ["CURRENT", "gen-000001", "gen-000002.building"]
        later.close()

    def test_one_build_at_a_time(self, home: Generations) -> None:
        other = Generations(home.root)
        with home.begin():
            with pytest.raises(Conflict, match="正在进行"):
                other.begin()
            assert other.sweep() == ()
            assert contents(home) == ["gen-000001.building"]
        other.begin().close()

    def test_sweep_takes_leftovers_and_nothing_else(self, home: Generations) -> None:
        build(home)
        for folder in ("gen-000009.building", "gen-000002.removing", "mine", "gen-5", "gen-000003.keep"):
            (home.root / folder / "inner").mkdir(parents=True)
        (home.root / "CURRENT.new").write_bytes(b"")
        (home.root / "notes.txt").write_bytes(b"")
        assert home.sweep() == ("CURRENT.new", "gen-000002.removing", "gen-000009.building")
        assert contents(home) == ["CURRENT", "gen-000001", "gen-000003.keep", "gen-5", "mine", "notes.txt"]
        assert home.list() == ("gen-000001",)

    @pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/../../x", "/etc/x", "a\\b", MANIFEST, SEAL])
    def test_paths_stay_inside(self, home: Generations, name: str) -> None:
        with home.begin() as building, pytest.raises(ValueError, match="not a name inside"):
            building.path(name)

    @pytest.mark.parametrize("name", ["gen-000002", "..", "gen-000001/../gen-000001", "", "gen-000001.building"])
    def test_unknown_names(self, home: Generations, name: str) -> None:
        build(home)
        for call in (home.folder, home.manifest, home.verify, home.publish):
            with pytest.raises(NotFound):
                call(name)
        assert home.current() == "gen-000001"

    def test_manifest_of_another_generation_or_format_is_refused(self, home: Generations) -> None:
        build(home)
        folder = home.folder("gen-000001")
        for old, new in ((b'"gen-000001"', b'"gen-000008"'), (b'"format": 1', b'"format": 2')):
            whole = (folder / MANIFEST).read_bytes()
            data = whole.replace(old, new)
            assert data != whole
            (folder / MANIFEST).write_bytes(data)
            (folder / SEAL).write_bytes(seal_of(data))
            with pytest.raises(BrokenGeneration, match=MANIFEST):
                home.verify("gen-000001")
            (folder / MANIFEST).write_bytes(whole)


CHILD = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, str(Path(sys.argv[3]) / "tests" / "matcher"))
from matcher.generations import Generations
from test_generations import build

def step(name):
    if name == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

home = Generations(Path(sys.argv[1]), step=step)
build(home, 99)
home.prune(keep=1)
"""


def run_until(home: Generations, step: str) -> int:
    command = [sys.executable, "-c", CHILD, str(home.root), step, str(REPOSITORY)]
    return subprocess.run(command, cwd=REPOSITORY, check=False, timeout=60).returncode


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
class TestKill:
    @pytest.mark.parametrize("step", STEPS)
    def test_kill_at_every_step(self, home: Generations, step: str) -> None:
        build(home, 1)
        build(home, 2)
        assert run_until(home, step) == -signal.SIGKILL
        moved = STEPS.index(step) >= STEPS.index("publish: pointer moved")
        assert home.current() == ("gen-000003" if moved else "gen-000002")
        assert home.verify(home.current() or "").revision == (99 if moved else 2)
        for name in home.list():
            home.verify(name)  # nothing half-written bears a generation's name
        home.sweep()
        assert all(path == POINTER or path in home.list() for path in contents(home))
        before = home.current()
        newer = build(home, 100)
        assert newer > (before or "")
        assert home.current() == newer

    def test_without_a_kill_the_child_finishes(self, home: Generations) -> None:
        build(home, 1)
        assert run_until(home, "never") == 0
        assert (home.current(), home.list()) == ("gen-000002", ("gen-000002",))

    def test_every_step_is_listed_and_reached(self, tmp_path: Path) -> None:
        seen: list[str] = []
        home = Generations(tmp_path, step=seen.append)
        build(home)
        build(home)
        home.prune(keep=1)
        build_steps = list(STEPS[:11])
        assert seen == build_steps * 2 + list(STEPS[11:])

    def test_negative_control_a_generation_named_too_early_does_not_verify(self, home: Generations) -> None:
        name = build(home)
        (home.folder(name) / MANIFEST).unlink()
        with pytest.raises(BrokenGeneration, match=MANIFEST):
            home.verify(home.current() or "")


def damages(whole: bytes, rng: random.Random) -> list[bytes]:
    """A flipped bit in up to 300 of its bytes, some truncations, some growth."""
    flipped = []
    for place in rng.sample(range(len(whole)), min(300, len(whole))):
        data = bytearray(whole)
        data[place] ^= 1 << rng.randrange(8)
        flipped.append(bytes(data))
    cut = [whole[:size] for size in {0, 1, len(whole) // 2, len(whole) - 1} if 0 <= size < len(whole)]
    return [*flipped, *cut, whole + b"\0"]


def test_every_damage_is_noticed(home: Generations) -> None:
    build(home, 1)
    rng, tried = random.Random(7), 0
    for path in sorted(p for p in home.folder("gen-000001").rglob("*") if p.is_file()):
        whole = path.read_bytes()
        for data in damages(whole, rng):
            path.write_bytes(data)
            with pytest.raises(BrokenGeneration, match=f"{path.name}|{MANIFEST}") as caught:
                home.verify("gen-000001")
            assert "重建索引" in str(caught.value)
            tried += 1
        path.unlink()
        with pytest.raises(BrokenGeneration, match=path.name):
            home.verify("gen-000001")
        path.write_bytes(whole)
    assert tried > 700
    assert home.verify("gen-000001").revision == 1


def test_every_flipped_bit_of_the_pointer_is_noticed(home: Generations) -> None:
    for revision in range(1, 10):
        build(home, revision)
    whole = (home.root / POINTER).read_bytes()
    for data in [*damages(whole, random.Random(7)), *(_flip(whole, bit) for bit in range(8 * len(whole)))]:
        (home.root / POINTER).write_bytes(data)
        with pytest.raises(BrokenGeneration, match=POINTER):
            home.current()


def _flip(whole: bytes, bit: int) -> bytes:
    data = bytearray(whole)
    data[bit // 8] ^= 1 << bit % 8
    return bytes(data)


def test_negative_control_without_checksums_a_flip_passes(home: Generations, monkeypatch: pytest.MonkeyPatch) -> None:
    build(home, 1)
    path = home.folder("gen-000001") / "solutions" / "vectors.npy"
    expected = FileSum.of(path)
    path.write_bytes(_flip(path.read_bytes(), 999))
    with pytest.raises(BrokenGeneration, match=r"vectors\.npy"):
        home.verify("gen-000001")
    for other in home.manifest("gen-000001").files.values():
        assert other.sha256
    blind = home.manifest("gen-000001").files
    monkeypatch.setattr(
        FileSum, "of", staticmethod(lambda p: blind[p.relative_to(home.folder("gen-000001")).as_posix()])
    )
    assert home.verify("gen-000001").files["solutions/vectors.npy"] == expected


def test_a_link_is_not_a_file_of_ours(home: Generations, tmp_path: Path) -> None:
    build(home, 1)
    path = home.folder("gen-000001") / "empty.json"
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BrokenGeneration, match=r"empty\.json"):
        home.verify("gen-000001")


def test_files_folder_and_root_are_synced_before_the_pointer_moves(
    home: Generations, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    real_replace = os.replace
    for module in (draft, generations):
        monkeypatch.setattr(module, "sync_folder", lambda p: (done.append(f"{p.name}/"), sync_folder(p))[1])
    monkeypatch.setattr(draft, "sync_file", lambda p: (done.append(p.name), sync_file(p))[1])
    monkeypatch.setattr(os, "replace", lambda a, b: (done.append("pointer"), real_replace(a, b))[1])
    build(home)
    assert done[:3] == ["empty.json", "terms.npy", "vectors.npy"]
    assert set(done[3:6]) == {"forward/", "solutions/", "gen-000001.building/"}
    assert done[6:] == ["索引/", "pointer", "索引/"]
