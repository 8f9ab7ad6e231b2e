"""Writes that survive a power cut: the data on the disk first, then the name."""

from __future__ import annotations

import os
from pathlib import Path


def write_durably(path: Path, data: bytes) -> None:
    """Writes the file and returns when the disk has it; its name is durable after `sync_folder`."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_file(path: Path) -> None:
    """The same for a file that somebody else wrote."""
    with path.open("r+b") as file:  # writable: Windows syncs nothing else
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Makes the names in the folder durable. Windows has no such call, and journals names by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
