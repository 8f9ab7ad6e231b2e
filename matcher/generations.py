"""The life of index generations: immutable folders under one root, published by one atomic pointer move.

    gen-000007.building   a draft, or what a killed build left behind; never read
    gen-000007            complete: every file written, synced and listed in manifest.json, which is written last
    CURRENT               names the published generation; replaced in one step
    gen-000004.removing   a generation on its way out; never read

A process may be killed between any two steps; at every moment CURRENT names a complete generation. Knows nothing of
what the files hold.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from matcher.draft import Draft, Step
from matcher.durable import sync_folder, write_durably
from matcher.errors import BrokenGeneration, Conflict, NotFound
from matcher.manifest import MANIFEST, FileSum, Manifest, broken

COMPLETE, LEFTOVER = re.compile(r"gen-(\d{6,})"), re.compile(r"gen-\d{6,}\.(building|removing)|CURRENT\.new")
POINTER, LOCK, POINTER_LOCK = "CURRENT", "BUILDING.lock", "CURRENT.lock"

STEPS = (
    "begin: locked",
    "begin: folder made",
    "finish: files synced",
    "finish: seal written",
    "finish: manifest written",
    "finish: folder synced",
    "finish: renamed",
    "finish: root synced",
    "publish: pointer written",
    "publish: pointer moved",
    "publish: root synced",
    "prune: set aside",
    "prune: removed",
)
"""Every point at which the `step` given to Generations is called, in order; a test may kill the process there."""


class Generations:
    """All generations under one root folder, which is made if need be."""

    def __init__(
        self,
        root: Path,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        step: Step = lambda name: None,
    ) -> None:
        self.root = root
        self._now, self._step = now, step
        root.mkdir(parents=True, exist_ok=True)

    def begin(self) -> Draft:
        """A new draft under the next number; what killed builds left is removed. Raises Conflict while one is open."""
        lock = self._locked()
        try:
            self._step("begin: locked")
            self._sweep()
            used = [*self.list(), *filter(None, [self._named()])]  # never the number of a folder deleted by hand
            name = f"gen-{max(map(_number, used), default=0) + 1:06d}"
            (self.root / f"{name}.building").mkdir()
            self._step("begin: folder made")
            return Draft(self.root, name, lock, self._now().isoformat(timespec="seconds"), self._step)
        except BaseException:
            lock.release()
            raise

    def folder(self, name: str) -> Path:
        """Where a complete generation lies. Raises NotFound."""
        if not COMPLETE.fullmatch(name) or not (self.root / name).is_dir():
            raise NotFound(f"没有名为 {name} 的索引版本", generation=name)
        return self.root / name

    def manifest(self, name: str) -> Manifest:
        """Raises NotFound, or BrokenGeneration when the manifest itself is damaged."""
        folder = self.folder(name)
        manifest = Manifest.read(folder)
        if manifest.name != name:
            raise broken(name, MANIFEST, f"属于另一版本 {manifest.name}")
        return manifest

    def verify(self, name: str) -> Manifest:
        """Reads every file and compares size and SHA-256. Raises NotFound, or BrokenGeneration naming the file."""
        manifest, folder = self.manifest(name), self.folder(name)
        for file, expected in manifest.files.items():
            path = folder / file
            if path.is_symlink() or not path.is_file():
                raise broken(name, file, "缺失")
            if path.stat().st_size != expected.bytes:
                raise broken(name, file, f"大小不符(应为 {expected.bytes} 字节)")
            if FileSum.of(path) != expected:
                raise broken(name, file, "校验和不符")
        return manifest

    def publish(self, name: str) -> None:
        """Makes a complete generation current, in one atomic step. Verify before. Raises NotFound, BrokenGeneration."""
        with self._pointing():
            self.manifest(name)
            fresh = self.root / f"{POINTER}.new"
            write_durably(fresh, _pointer(name))
            self._step("publish: pointer written")
            os.replace(fresh, self.root / POINTER)
            self._step("publish: pointer moved")
            sync_folder(self.root)
            self._step("publish: root synced")

    def current(self) -> str | None:
        """The published generation, None before the first. Raises BrokenGeneration when the pointer is damaged."""
        if not (self.root / POINTER).exists():
            return None
        name = self._named()
        if name is None or not (self.root / name).is_dir():
            raise broken(name or "?", POINTER, "损坏,或所指版本已不存在")
        return name

    def _named(self) -> str | None:
        """The name in the pointer; None when there is no pointer or it is damaged."""
        try:
            data = (self.root / POINTER).read_bytes()
        except OSError:
            return None
        found = COMPLETE.match(data.decode("ascii", "replace"))
        return found[0] if found and data == _pointer(found[0]) else None

    def rollback(self) -> str:
        """Publishes the newest generation older than the current one that verifies, and names it. Raises NotFound.

        With a damaged pointer, the newest generation that verifies.
        """
        try:
            now = self.current()
        except BrokenGeneration:
            now = None
        for name in reversed(self.list()):
            if now is not None and _number(name) >= _number(now):
                continue
            try:
                self.verify(name)
            except BrokenGeneration:
                continue
            self.publish(name)
            return name
        raise NotFound("没有更早的完整索引版本可以回退;如果当前版本有问题,请重建索引")

    def list(self) -> tuple[str, ...]:
        """Complete generations, oldest first."""
        names = [path.name for path in self.root.iterdir() if COMPLETE.fullmatch(path.name) and path.is_dir()]
        return tuple(sorted(names, key=_number))

    def prune(self, keep: int = 3) -> tuple[str, ...]:
        """Removes all but the `keep` newest and the current one; names those removed. Raises BrokenGeneration."""
        if keep < 1:
            raise ValueError("the newest generation stays: its number must not be used again")
        removed = []
        with self._pointing():
            now = self.current()
            for name in self.list()[:-keep]:
                if name == now:
                    continue
                aside = self.root / f"{name}.removing"
                try:
                    (self.root / name).rename(aside)
                except PermissionError:  # Windows refuses while a reader has files open; the next prune takes it
                    continue
                self._step("prune: set aside")
                shutil.rmtree(aside, ignore_errors=True)
                self._step("prune: removed")
                removed.append(name)
        return tuple(removed)

    def sweep(self) -> tuple[str, ...]:
        """Removes what killed builds left, and names it; nothing while a build is running."""
        try:
            lock = self._locked()
        except Conflict:
            return ()
        try:
            return self._sweep()
        finally:
            lock.release()

    def _sweep(self) -> tuple[str, ...]:
        with self._pointing():
            leftovers = sorted(path for path in self.root.iterdir() if LEFTOVER.fullmatch(path.name))
            for path in leftovers:
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
        return tuple(path.name for path in leftovers)

    def _pointing(self) -> BaseFileLock:
        """Held for the moments in which the pointer moves or something that it may name goes away."""
        return FileLock(self.root / POINTER_LOCK, timeout=30)

    def _locked(self) -> BaseFileLock:
        lock = FileLock(self.root / LOCK, timeout=0, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            raise Conflict("另一个索引构建正在进行,请等它完成后再试") from None
        return lock


def _number(name: str) -> int:
    return int(name.removeprefix("gen-"))


def _pointer(name: str) -> bytes:
    """The name with a check on it, so that no flipped bit can name another generation."""
    return f"{name} {hashlib.sha256(name.encode()).hexdigest()[:16]}\n".encode()
