"""Starts that failed, counted on disk: a service that dies at every start comes up in safe mode instead of dying on."""

from __future__ import annotations

from pathlib import Path

from matcher.durable import write_durably

MOST = 3
"""Failed starts in a row after which the next one is safe."""

FILE = "failed-starts"


class Starts:
    """The count of one HOME. A start counts as failed until it is taken back or has succeeded, so that a killed one
    counts too."""

    def __init__(self, home: Path) -> None:
        self._file = home / FILE

    def failed(self) -> int:
        """Starts in a row that did not get as far as answering."""
        try:
            return int(self._file.read_text("ascii"))
        except (OSError, ValueError):
            return 0

    def begin(self) -> None:
        """Another start."""
        self._write(self.failed() + 1)

    def take_back(self) -> None:
        """The start that was begun was none: somebody stopped it, or another program was in the way."""
        self._write(self.failed() - 1)

    def succeeded(self) -> None:
        """It answers."""
        self._file.unlink(missing_ok=True)

    def safe(self) -> None:
        """It answers in safe mode: the next start tries once more, and one failure is then enough."""
        self._write(MOST - 1)

    def _write(self, count: int) -> None:
        if count <= 0:
            self.succeeded()
            return
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(self._file, str(count).encode())
