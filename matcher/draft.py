"""A generation being built."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from types import TracebackType

from filelock import BaseFileLock

from matcher.durable import sync_file, sync_folder, write_durably
from matcher.manifest import FORMAT, MANIFEST, SEAL, FileSum, Manifest, seal_of

Step = Callable[[str], None]
"""Called at every named step of a generation's life, so that a test can kill the process there."""


class Draft:
    """A generation being built. Holds the build lock until closed; leaving the `with` block unfinished removes it."""

    def __init__(self, root: Path, name: str, lock: BaseFileLock, created_at: str, step: Step) -> None:
        """Use Generations.begin."""
        self.name = name
        self._root, self._lock, self._created_at, self._step = root, lock, created_at, step
        self._folder = root / f"{name}.building"

    def path(self, name: str) -> Path:
        """Where to write a file or folder of the generation ("solutions/vectors.npy"); parent folders are made.

        Raises ValueError for a name that leaves the generation or is the manifest's.
        """
        parts = PurePosixPath(name).parts
        if not parts or PurePosixPath(name).is_absolute() or ".." in parts or "\\" in name or name in (MANIFEST, SEAL):
            raise ValueError(f"not a name inside a generation: {name!r}")
        path = self._folder.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def finish(
        self,
        *,
        revision: int,
        counts: Mapping[str, int],
        encoder: str,
        analyser: str,
        taxonomy: str,
        weights: str,
        extra: Mapping[str, object] | None = None,
    ) -> Manifest:
        """Makes the draft a complete, unpublished generation: everything on disk, then the manifest, then its name."""
        files = {p.relative_to(self._folder).as_posix(): p for p in sorted(self._folder.rglob("*")) if p.is_file()}
        manifest = Manifest(
            format=FORMAT,
            name=self.name,
            created_at=self._created_at,
            revision=revision,
            counts=dict(counts),
            encoder=encoder,
            analyser=analyser,
            taxonomy=taxonomy,
            weights=weights,
            files={name: FileSum.of(path) for name, path in files.items()},
            extra=dict(extra or {}),
        )
        for path in files.values():
            sync_file(path)
        self._step("finish: files synced")
        data = manifest.dumps()
        write_durably(self._folder / SEAL, seal_of(data))
        self._step("finish: seal written")
        write_durably(self._folder / MANIFEST, data)
        self._step("finish: manifest written")
        for folder in {path.parent for path in files.values()} | {self._folder}:
            sync_folder(folder)
        self._step("finish: folder synced")
        self._folder.rename(self._root / self.name)
        self._step("finish: renamed")
        sync_folder(self._root)
        self._step("finish: root synced")
        return manifest

    def close(self) -> None:
        """Removes the draft if it is unfinished, and lets others build. A second call does nothing."""
        if self._lock.is_locked:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._lock.release()

    def __enter__(self) -> Draft:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
