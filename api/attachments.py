"""Files that belong to a pair: kept in HOME under their number, known by what they hold and not by their name."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO
from urllib.parse import quote

from matcher.engagement import Attachment
from matcher.errors import InvalidInput, NotFound, TooLarge

MOST_BYTES = 20 * 1024 * 1024
NAME_LENGTH = 120
CHUNK = 1 << 20


def _zip(head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04")


def _ole(head: bytes) -> bool:
    return head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def _text(head: bytes) -> bool:
    return b"\0" not in head


@dataclass(frozen=True, slots=True)
class Type:
    """What is sent back as `media`, if its first bytes are right."""

    media: str
    right: Callable[[bytes], bool]


_OFFICE = "application/vnd.openxmlformats-officedocument."

TYPES: Mapping[str, Type] = {
    ".pdf": Type("application/pdf", lambda head: head.startswith(b"%PDF-")),
    ".docx": Type(_OFFICE + "wordprocessingml.document", _zip),
    ".xlsx": Type(_OFFICE + "spreadsheetml.sheet", _zip),
    ".pptx": Type(_OFFICE + "presentationml.presentation", _zip),
    ".doc": Type("application/msword", _ole),
    ".xls": Type("application/vnd.ms-excel", _ole),
    ".ppt": Type("application/vnd.ms-powerpoint", _ole),
    ".png": Type("image/png", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    ".jpg": Type("image/jpeg", lambda head: head.startswith(b"\xff\xd8\xff")),
    ".jpeg": Type("image/jpeg", lambda head: head.startswith(b"\xff\xd8\xff")),
    ".txt": Type("text/plain; charset=utf-8", _text),
    ".csv": Type("text/csv; charset=utf-8", _text),
}
"""Ending → what the file is. Nothing else is kept."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has arrived and waits for its number."""

    path: Path
    name: str
    type: str
    size: int
    sha256: str


class Attachments:
    """The folder of all files. A file is on the disk before the database names it, and is erased after."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def receive(self, name: str, content: BinaryIO) -> Received:
        """Take a file in. InvalidInput for a kind that is not kept or an empty file, TooLarge over 20 MB."""
        name = clean_name(name)
        kind = TYPES.get(PurePosixPath(name).suffix.lower())
        if kind is None:
            known = "、".join(ending.removeprefix(".") for ending in TYPES)
            raise InvalidInput(f"不能上传这种文件；可以上传：{known}。", name=name)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / f"{uuid.uuid4().hex}.part"
        try:
            size, digest, head = _written(path, content)
            if not size:
                raise InvalidInput("这个文件是空的，请检查后重新上传。", name=name)
            if not kind.right(head):
                raise InvalidInput("文件内容与扩展名不符，可能已损坏，请重新保存后再上传。", name=name)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Received(path, name, kind.media, size, digest)

    def keep(self, received: Received, number: str) -> None:
        """Give the file its number; called inside the transaction that names it."""
        os.replace(received.path, self._folder / number)

    def drop(self, received: Received, number: str = "") -> None:
        """Erase a file that the database will not name after all."""
        received.path.unlink(missing_ok=True)
        if number:
            self.erase(number)

    def erase(self, number: str) -> None:
        """Erase a file that the database no longer names."""
        (self._folder / number).unlink(missing_ok=True)

    def path(self, attachment: Attachment) -> Path:
        """Where the content is. NotFound when it is missing or is not what was sent."""
        path = self._folder / attachment.number
        if not path.is_file() or path.stat().st_size != attachment.size:
            raise NotFound("附件的内容不在了或已损坏；请管理员从备份恢复。", number=attachment.number)
        return path


def clean_name(name: str) -> str:
    """The last part of what the sender called the file, without control characters, at most 120 letters."""
    last = PureWindowsPath(PurePosixPath(name.replace("\0", "")).name).name
    kept = "".join(letter for letter in last if letter.isprintable() and not "\ud800" <= letter <= "\udfff").strip()
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[:NAME_LENGTH]}{dot}{ending}" if dot and len(ending) <= 8 else kept[:NAME_LENGTH]


def disposition(name: str) -> str:
    """A Content-Disposition that saves the file under its own name (RFC 6266)."""
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


def _written(path: Path, content: BinaryIO) -> tuple[int, str, bytes]:
    """Size, SHA-256 and first bytes of what was written and synced."""
    digest, size, head = hashlib.sha256(), 0, b""
    with path.open("xb") as file:
        while chunk := content.read(CHUNK):
            size += len(chunk)
            if size > MOST_BYTES:
                raise TooLarge(f"附件不能超过 {MOST_BYTES // 1024 // 1024} MB；请压缩图片或拆分文件。")
            head = head or chunk[:4096]
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest(), head
