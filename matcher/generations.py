"""The life of index generations: immutable folders, published by one atomic pointer move."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileSum:
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is made of. `encoder`, `analyser`, `taxonomy`, `weights` name content, hash included."""

    format: int
    name: str
    created_at: str
    revision: int
    counts: Mapping[str, int]
    encoder: str
    analyser: str
    taxonomy: str
    weights: str
    files: Mapping[str, FileSum] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)


class Draft:
    """A generation being built; holds the build lock until closed. Use as a context manager."""

    name: str

    def path(self, name: str) -> Path:
        """Where to write a file of the generation ("solutions/vectors.npy"); parent folders are made."""
        raise NotImplementedError

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
        """Makes it a complete, unpublished generation."""
        raise NotImplementedError

    def close(self) -> None:
        """Releases the build lock; an unfinished draft is removed."""
        raise NotImplementedError


class Generations:
    """All generations under one root."""

    def __init__(self, root: Path, step: Callable[[str], None] = lambda name: None) -> None: ...

    def begin(self) -> Draft:
        """Raises Conflict when a build is running."""
        raise NotImplementedError

    def folder(self, name: str) -> Path:
        """Raises NotFound."""
        raise NotImplementedError

    def manifest(self, name: str) -> Manifest:
        """Raises NotFound, BrokenGeneration."""
        raise NotImplementedError

    def verify(self, name: str) -> Manifest:
        """Sizes and SHA-256 of all files. Raises NotFound, BrokenGeneration naming the file."""
        raise NotImplementedError

    def publish(self, name: str) -> None:
        """Makes it current, in one atomic step."""
        raise NotImplementedError

    def current(self) -> str | None:
        raise NotImplementedError

    def rollback(self) -> str:
        """Publishes the newest older generation that verifies. Raises NotFound."""
        raise NotImplementedError

    def list(self) -> tuple[str, ...]:
        """Complete generations, oldest first."""
        raise NotImplementedError

    def prune(self, keep: int = 3) -> tuple[str, ...]:
        """Removes all but the `keep` newest and the current one; returns the names removed."""
        raise NotImplementedError

    def sweep(self) -> tuple[str, ...]:
        """Removes leftovers of killed builds, unless a build is running."""
        raise NotImplementedError
