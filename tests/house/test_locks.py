"""The lock files pin, exactly, everything that pyproject.toml asks for and that it needs in turn."""

from __future__ import annotations

import importlib.util
import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

LOCKS = ("requirements-serve.lock", "requirements.lock")


@pytest.fixture(scope="module")
def lock(root: Path) -> ModuleType:
    """The program that writes them."""
    spec = importlib.util.spec_from_file_location("lock", root / "tools" / "lock.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def lines(root: Path, name: str) -> list[str]:
    return [line for line in (root / name).read_text("utf-8").splitlines() if not line.startswith("#")]


def pinned(root: Path, name: str) -> dict[str, Version]:
    found = [Requirement(line) for line in lines(root, name)]
    return {canonicalize_name(r.name): Version(str(r.specifier).removeprefix("==")) for r in found}


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_is_one_exact_version_from_the_registry(root: Path, name: str) -> None:
    exact = re.compile(r"[a-z0-9][a-z0-9-]*==[0-9][0-9a-z.]*( ; .+)?")
    assert [line for line in lines(root, name) if not exact.fullmatch(line)] == []
    assert lines(root, name) == sorted(set(lines(root, name)), key=lambda line: line.partition("==")[0])


def test_everything_asked_for_is_pinned_as_asked(root: Path, lock: ModuleType) -> None:
    for name, wanted in lock.asked().items():
        versions = pinned(root, name)
        wrong = [
            str(requirement)
            for requirement in wanted
            if (version := versions.get(canonicalize_name(requirement.name))) is None
            or not requirement.specifier.contains(version, prereleases=True)
        ]
        assert not wrong, f"{name} lacks {', '.join(wrong)}: run make lock"


def test_serving_is_a_part_of_everything_and_needs_no_torch(root: Path) -> None:
    serve, every = set(lines(root, LOCKS[0])), set(lines(root, LOCKS[1]))
    assert serve < every
    heavy = {"torch", "transformers", "sentence-transformers", "scikit-learn", "pytest"}
    assert not heavy & {line.partition("==")[0] for line in serve}


MADE_ON = ("linux", (3, 11))
"""Where the locks are made. Elsewhere a package may need a few more or fewer, which pip adds by itself."""


@pytest.mark.skipif((sys.platform, sys.version_info[:2]) != MADE_ON, reason=f"the locks are made on {MADE_ON}")
def test_the_locks_are_what_these_tests_run_with(root: Path, lock: ModuleType) -> None:
    """Where everything is installed as locked, writing the locks again changes nothing."""
    other = {}
    for name, version in pinned(root, LOCKS[1]).items():
        try:
            installed = Version(distribution(name).version).public
        except PackageNotFoundError:
            installed = "missing"
        if installed != str(version):
            other[name] = f"{installed} instead of {version}"
    if other:
        pytest.skip(f"not installed from the lock: {other}")
    for name, wanted in lock.asked().items():
        assert (root / name).read_text("utf-8") == lock.text(wanted), f"{name} is behind: run make lock"
