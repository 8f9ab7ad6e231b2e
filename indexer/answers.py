"""What staff decided about a file: given back to the importer, which reads the file again with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Cell = tuple[str, int, str]
"""(sheet, the user's row, field of the record)."""

Agreed = tuple[str, int, str]
"""(sheet, the user's row, code of the problem whose suggestion staff agree with)."""


@dataclass(frozen=True)
class Answers:
    """Nothing of this is guessed by the importer itself.

    mappings     fingerprint of a form → header wording → field; "ignored" leaves the column out
    corrections  cell → the text to read in its place, through the same readers; "" empties it
    agreed       problems whose suggestion is to be carried out (swap, realign, take a voided row, use a title …)
    """

    mappings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    corrections: Mapping[Cell, str] = field(default_factory=dict)
    agreed: frozenset[Agreed] = frozenset()

    def corrections_of(self, sheet: str, row: int) -> Mapping[str, str]:
        """Field → text, for one row."""
        return self._by_row[0].get((sheet, row), {})

    def agreed_of(self, sheet: str, row: int) -> frozenset[str]:
        """The codes agreed with, for one row."""
        return self._by_row[1].get((sheet, row), frozenset())

    @cached_property
    def _by_row(self) -> tuple[dict[tuple[str, int], dict[str, str]], dict[tuple[str, int], frozenset[str]]]:
        texts: dict[tuple[str, int], dict[str, str]] = {}
        for (sheet, row, name), text in self.corrections.items():
            texts.setdefault((sheet, row), {})[name] = text
        codes: dict[tuple[str, int], frozenset[str]] = {}
        for sheet, row, code in self.agreed:
            codes[sheet, row] = codes.get((sheet, row), frozenset()) | {code}
        return texts, codes


def to_json(answers: Answers) -> dict[str, Any]:
    """Plain values, equal for equal answers."""
    return {
        "mappings": {form: dict(mapping) for form, mapping in sorted(answers.mappings.items())},
        "corrections": [[*cell, text] for cell, text in sorted(answers.corrections.items())],
        "agreed": [list(each) for each in sorted(answers.agreed)],
    }


def from_json(said: Mapping[str, Any]) -> Answers:
    """The answers `to_json` wrote."""
    return Answers(
        {form: dict(mapping) for form, mapping in said.get("mappings", {}).items()},
        {(sheet, row, name): text for sheet, row, name, text in said.get("corrections", ())},
        frozenset((sheet, row, code) for sheet, row, code in said.get("agreed", ())),
    )
