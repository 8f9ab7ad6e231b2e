"""The manifest of an index generation: what it is made of, with size and SHA-256 of every file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson

from matcher.errors import BrokenGeneration

FORMAT = 1
"""Changed when older code could no longer read a generation, or newer code an old one."""

MANIFEST, SEAL = "manifest.json", "manifest.sha256"
"""The manifest, and its own checksum in the form that `sha256sum -c` reads."""


@dataclass(frozen=True, slots=True)
class FileSum:
    """What a file must be: its SHA-256 in hex, and its length."""

    sha256: str
    bytes: int

    @classmethod
    def of(cls, path: Path) -> FileSum:
        """Reads the whole file."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return cls(digest, file.tell())


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is made of.

    `revision` is the database revision it covers, `counts` the records per shelf. `encoder`, `analyser`, `taxonomy` and
    `weights` name the parts it was built with, a content hash included: a part that differs must not read it.
    """

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

    def dumps(self) -> bytes:
        """Indented JSON."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """A generation's manifest. Raises BrokenGeneration when it is missing, altered or of another format."""
        try:
            data = (folder / MANIFEST).read_bytes()
            seal = (folder / SEAL).read_bytes()
        except OSError as wrong:
            raise broken(folder.name, Path(str(wrong.filename)).name, "缺失或无法读取") from wrong
        if seal != seal_of(data):
            raise broken(folder.name, MANIFEST, "校验和不符")
        content = orjson.loads(data)
        if content.get("format") != FORMAT:
            raise broken(folder.name, MANIFEST, f"格式版本为 {content.get('format')},本程序只认 {FORMAT}")
        content["files"] = {name: FileSum(**about) for name, about in content["files"].items()}
        return cls(**content)


def seal_of(data: bytes) -> bytes:
    """The line of the seal file for a manifest with this content."""
    return f"{hashlib.sha256(data).hexdigest()}  {MANIFEST}\n".encode()


def broken(generation: str, file: str, what: str) -> BrokenGeneration:
    """The error that names the file and says what to do."""
    return BrokenGeneration(
        f"索引版本 {generation} 的文件 {file} {what};请重建索引,或回退到上一版本", generation=generation, file=file
    )
