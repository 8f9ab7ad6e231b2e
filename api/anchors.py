"""The audit's anchors: one small file a day with the chain's last line, in a folder that may lie on another disk.

Whoever cuts off the newest lines leaves a chain that is sound in itself; the anchors show that there was more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from matcher.durable import write_durably
from matcher.store import Anchor, Store

_LINE = re.compile(r"([0-9]{1,18}) ([0-9a-f]{64})")


def write_anchor(store: Store, folder: Path, today: date) -> Path | None:
    """Today's file, None when there is one already or nothing to anchor yet. OSError when the folder cannot be used."""
    file = folder / f"audit-{today.isoformat()}.txt"
    if file.exists():
        return None
    end = store.audit_end()
    if not end.seq or not end.hash:
        return None
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_durably(file, f"{end.seq} {end.hash}\n".encode())
    return file


def read_anchors(folder: Path) -> Sequence[Anchor]:
    """Every anchor in the folder that can be read, the oldest first."""
    files = sorted(folder.glob("audit-*.txt")) if folder.is_dir() else []
    found = [_LINE.fullmatch(file.read_text("ascii", errors="replace").strip()) for file in files]
    return [Anchor(int(line[1]), line[2]) for line in found if line]
