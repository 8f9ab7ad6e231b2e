"""What the house tests walk: every Python file of the product, parsed once."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

FLOORS = ("matcher", "indexer", "api")
"""A floor may use itself and the floors before it."""


@pytest.fixture(scope="session")
def trees(root: Path) -> Mapping[str, ast.Module]:
    """File, relative to the repository with forward slashes, → its tree."""
    files = sorted(file for floor in FLOORS for file in (root / floor).rglob("*.py"))
    return {file.relative_to(root).as_posix(): ast.parse(file.read_text("utf-8"), str(file)) for file in files}
