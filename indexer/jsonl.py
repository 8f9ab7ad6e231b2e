"""Records as JSON: one mapping becomes one Demand or Solution, through this door only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from matcher.model import Demand, Kind, Record, Solution


def record_from_json(kind: Kind, mapping: Mapping[str, Any], line: int = 0) -> Demand | Solution:
    """The record that `mapping` describes, by the short keys of a list or by the full field names of matcher.model.

    Short keys: `industry` (one text), `budget_wan` and `price_wan` (万元), `deadline` (text), `contact_name`,
    `contact_phone`, `contact_email`. Without an `id` the record gets the stable one of indexer.identity.
    InvalidInput names the line (if not 0) and the key: unknown key, wrong type, neither title nor description.
    """
    raise NotImplementedError


def read_records(path: Path, kind: Kind) -> Iterator[tuple[int, Record]]:
    """(line, record) for every line that is not blank, first line 1. InvalidInput at the first bad one."""
    raise NotImplementedError
