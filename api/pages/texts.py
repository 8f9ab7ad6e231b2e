"""The catalogue: every text of the pages, one file a page, so that another language is another folder."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "web" / "texts"


class Texts:
    """`texts("desk.title")` is the line `title` of desk.toml; tables in a file make longer names."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        self.lines = lines

    @classmethod
    def read(cls, language: str = "zh", folder: Path = FOLDER) -> Texts:
        """All files of one language."""
        files = sorted((folder / language).glob("*.toml"))
        return cls(dict(line for file in files for line in _flat(file.stem, tomllib.loads(file.read_text("utf-8")))))

    def __call__(self, name: str, /, **values: object) -> str:
        """The text, with its {places} filled in. KeyError for a name that is not in the catalogue."""
        line = self.lines[name]
        return line.format(**values) if values else line

    def __contains__(self, name: str) -> bool:
        return name in self.lines


def _flat(prefix: str, table: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(f"{prefix}.{name}", value)
        else:
            yield f"{prefix}.{name}", str(value)
