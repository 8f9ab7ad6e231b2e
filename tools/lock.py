"""Write the two lock files from what is installed: exact versions of everything that pyproject.toml asks for.

    requirements-serve.lock  what the running service needs
    requirements.lock        that, and what training, PostgreSQL, tests and checks need

Run it in an environment whose tests have passed: `make lock`. `requires` alone reads metadata; nothing is fetched.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
SERVE, ALL = "requirements-serve.lock", "requirements.lock"
HEAD = (
    "# Exact versions, made by `make lock` from an environment whose tests have passed. Do not edit by hand.",
    "# No hashes: builds of torch differ from system to system (see docs/operations.md).",
)
BUILD_OF_TORCH = ("nvidia-", "cuda-", "triton")
"""Only some builds of torch need these; pip finds the right ones for the build it takes."""


def asked(pyproject: Path = ROOT / "pyproject.toml") -> dict[str, list[Requirement]]:
    """Lock file → what pyproject.toml asks for in it. The build tool is in both, so that no network is needed later."""
    project = tomllib.loads(pyproject.read_text("utf-8"))
    serve = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    extras = project["project"]["optional-dependencies"].values()
    every = [*serve, *(line for extra in extras for line in extra)]
    return {SERVE: [Requirement(line) for line in serve], ALL: [Requirement(line) for line in every]}


def pins(wanted: Iterable[Requirement]) -> dict[str, tuple[str, str]]:
    """Name → (version, marker) of everything wanted and of everything that needs, as installed here.

    The marker is empty when any requirement for the package has none. PackageNotFoundError for a missing one.
    """
    found: dict[str, tuple[str, set[str]]] = {}
    seen: set[str] = set()
    waiting = [(requirement, frozenset(requirement.extras)) for requirement in wanted]
    while waiting:
        requirement, extras = waiting.pop()
        name = canonicalize_name(requirement.name)
        installed = distribution(name)
        _, markers = found.setdefault(name, (Version(installed.version).public, set()))
        markers.add(str(requirement.marker or "") if "extra" not in str(requirement.marker) else "")
        key = f"{name}[{','.join(sorted(extras))}]"
        if key not in seen:
            seen.add(key)
            waiting += [(needed, frozenset(needed.extras)) for needed in _needs(installed.requires or (), extras)]
    return {name: (version, _either(markers)) for name, (version, markers) in sorted(found.items())}


def _needs(lines: Iterable[str], extras: frozenset[str]) -> Iterator[Requirement]:
    for line in lines:
        needed = Requirement(line)
        here = not needed.marker or any(needed.marker.evaluate({"extra": extra}) for extra in (*extras, ""))
        if here and not needed.name.startswith(BUILD_OF_TORCH):
            yield needed


def _either(markers: Iterable[str]) -> str:
    each = sorted(markers)
    return "" if "" in each else " or ".join(f"({m})" if len(each) > 1 else m for m in each)


def text(wanted: Iterable[Requirement]) -> str:
    """The whole lock file."""
    lines = [
        f"{name}=={version}" + (f" ; {marker}" if marker else "") for name, (version, marker) in pins(wanted).items()
    ]
    return "\n".join((*HEAD, *lines)) + "\n"


if __name__ == "__main__":
    for file, wanted in asked().items():
        (ROOT / file).write_text(text(wanted), "utf-8")
        print(f"wrote {file}")
