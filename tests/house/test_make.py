"""Targets of the Makefile that take arguments hand on what was asked."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ([], "evaluate --collection data/gold/dev"),
        (["COLLECTION=somewhere"], "evaluate --collection somewhere"),
        (["ARGS=--all"], "evaluate --all"),
        (["ARGS=--shared folder --all"], "evaluate --shared folder --all"),
    ],
)
def test_what_evaluate_asks_for(given: list[str], asked: str, root: Path) -> None:
    # `make test` hands on to every make below it how it was called itself.
    outside = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    asking = ["make", "-n", "evaluate", *given]
    done = subprocess.run(asking, cwd=root, env=outside, capture_output=True, text=True, check=True)
    command = done.stdout.splitlines()[-1]
    assert " ".join(command.split()).endswith(f"scenematch {asked}")
