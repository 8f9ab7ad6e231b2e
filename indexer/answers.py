"""What staff decided about a file: given back to the importer, which reads the file again with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
