"""The documents say what there is: every setting, command, target, route, permission, error, limit and metric."""

from __future__ import annotations

import argparse
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import MagicMock
from urllib.parse import unquote

import pytest
from fastapi import FastAPI

from api.app import create_app
from api.auth import GRANTS, PERMISSIONS, rules
from api.cli import COMMANDS, Parser
from api.errors import PLAIN, STATUS, status_of
from api.limits import AT_ONCE, BODY_S, JSON_BYTES, UPLOAD_BYTES
from api.metrics import Metrics
from api.schemas.ranking import (
    LONGEST_QUERY,
    EvidenceOut,
    MatchDemandIn,
    RequirementOut,
    SolutionMatch,
    SolutionRanking,
    SpanOut,
)
from indexer import sheets
from matcher.errors import MatcherError
from matcher.settings import SETTINGS
from matcher.weights import Weights

READMES = ("README.md", "README.zh-CN.md")


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """The real app around parts that nobody calls."""
    return create_app(MagicMock())


def read(root: Path, name: str) -> str:
    return (root / name).read_text("utf-8")


def cells(text: str) -> list[tuple[str, ...]]:
    """The rows of all Markdown tables, cell by cell, without the marks of code."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [tuple(cell.strip().replace("`", "") for cell in row.strip("|").split("|")) for row in rows]


def section(text: str, heading: str) -> str:
    """The text below one second-level heading."""
    found = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


@pytest.mark.parametrize("name", [*READMES, "docs/operations.md"])
def test_settings(root: Path, name: str) -> None:
    """In the order of the table they are read by, with their defaults."""
    empty = {"空", "empty"}
    rows = [row for row in cells(read(root, name)) if row[0].startswith("SCENEMATCH_")]
    assert [(row[0], "" if row[1] in empty else row[1]) for row in rows] == [(s.name, s.default) for s in SETTINGS]


@pytest.mark.parametrize("name", READMES)
def test_commands(root: Path, name: str) -> None:
    rows = [row[0] for row in cells(read(root, name)) if row[0].startswith("scenematch ")]
    assert [row.split()[1] for row in rows] == [command.name for command in COMMANDS]


def test_options_of_commands(root: Path) -> None:
    rows = {
        row[0].split()[1]: row[1] for row in cells(read(root, "docs/operations.md")) if row[0][:11] == "scenematch "
    }
    assert list(rows) == [command.name for command in COMMANDS]
    missing = [
        f"{command.name} {option}"
        for command in COMMANDS
        for option in options(command.module)
        if not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", rows[command.name])
    ]
    assert not missing, "\n".join(missing)


def options(module: str) -> Iterator[str]:
    """The options and actions of a command, those of its actions too; --help is everywhere."""
    parser = Parser(prog="scenematch")
    importlib.import_module(module).configure(parser)
    waiting: list[argparse.ArgumentParser] = [parser]
    while waiting:
        for action in waiting.pop()._actions:
            if isinstance(action, argparse._SubParsersAction):
                yield from action.choices
                waiting += action.choices.values()
            else:
                yield from (option for option in action.option_strings if option not in ("-h", "--help"))


@pytest.mark.parametrize("name", READMES)
def test_targets(root: Path, name: str) -> None:
    targets = re.findall(r"^([a-z][a-z-]*):.*## ", read(root, "Makefile"), re.MULTILINE)
    assert len(targets) > 5
    assert sorted(row[0] for row in cells(read(root, name)) if row[0].startswith("make ")) == sorted(
        f"make {target}" for target in targets
    )


def test_routes_and_their_permissions(root: Path, app: FastAPI) -> None:
    shown = {(method, path) for path, methods in app.openapi()["paths"].items() for method in map(str.upper, methods)}
    served = {key: permission or "anybody" for key, permission in rules(app).items() if key in shown}
    listed = {(row[0], row[1]): row[2] for row in cells(section(read(root, "docs/api.md"), "Routes"))[2:]}
    assert listed == served


def test_addresses_outside_the_api_are_named(root: Path, app: FastAPI) -> None:
    text = section(read(root, "docs/api.md"), "Routes")
    paths = {path for _, path in rules(app)}
    for path in ("/", "/docs", "/openapi.json"):
        assert path in paths
        assert f"`{path}`" in text


def test_roles(root: Path) -> None:
    head, _, *rows = cells(section(read(root, "docs/api.md"), "Roles"))
    roles = [cell.split()[0] for cell in head[1:]]
    assert set(roles) == set(PERMISSIONS)
    reach = {"yes": "all", "own": "own"}
    listed = {row[0]: {role: reach[row[at]] for at, role in enumerate(roles, 1) if row[at] != "no"} for row in rows}
    assert listed == GRANTS


def test_errors(root: Path) -> None:
    """Every class of the family that the door knows, what the framework refuses, and the fault of our own."""
    family = [kind for kind in _family(MatcherError) if kind is not MatcherError and kind.__module__ != __name__]
    ours = {kind.code: status_of(kind("")) for kind in (*family, *STATUS) if kind is not MatcherError}
    framework = {code: status for status, (code, _) in PLAIN.items()}
    listed = {row[0]: int(row[1]) for row in cells(section(read(root, "docs/api.md"), "Errors"))[2:]}
    assert listed == {**framework, **ours, "internal_error": 500}


def _family(kind: type[MatcherError]) -> list[type[MatcherError]]:
    return [kind, *(each for child in kind.__subclasses__() for each in _family(child))]


def test_limits(root: Path) -> None:
    listed = section(read(root, "docs/api.md"), "Limits")
    unpacked = f"{sheets.MAX_ENTRIES} parts and {sheets.MAX_UNPACKED // 1024**2} MB unpacked"
    limits = {
        "JSON body": f"{JSON_BYTES // 1024**2} MB",
        "uploaded file": f"{UPLOAD_BYTES // 1024**2} MB, {sheets.MAX_ROWS} rows, {sheets.MAX_COLUMNS} columns, "
        f"{sheets.MAX_CELL} characters a cell, {unpacked}",
        "text of a question": f"{LONGEST_QUERY} characters in all fields together",
        "sending a body": f"{BODY_S:g} s",
        "requests at once": f"{AT_ONCE}",
    }
    rows = dict(row for row in cells(listed)[2:])
    assert {name: rows[name] for name in limits} == limits


def test_metrics(root: Path) -> None:
    families = list(Metrics()._registry.collect())
    names = {f.name + ("_total" if f.type == "counter" else ""): f.type for f in families}
    listed = {row[0]: row[1] for row in cells(section(read(root, "docs/api.md"), "Metrics"))[2:]}
    assert listed == names


def test_labels_are_those_of_the_ranker(root: Path) -> None:
    """The staff's guide names the grades that the shipped weights use."""
    weights = Weights.load(root / "data" / "models" / "ranker.json")
    text = read(root, "docs/使用说明.md")
    for low, label in weights.labels:
        assert f"{low} 分以上 | {label} |" in text if low else label in text
    assert f"（{weights.suitable} 分）" in text


def test_readmes_are_in_step(root: Path) -> None:
    english, chinese = (read(root, name) for name in READMES)
    assert outline(chinese) == outline(english)
    assert commands(chinese) == commands(english)


def outline(text: str) -> list[str]:
    """The headings' depths, tables' rows counted and links in order: what a translation keeps."""
    kept = []
    for line in re.sub(r"```.*?```", "```", text, flags=re.DOTALL).splitlines():
        if line.startswith("#"):
            kept.append(line.split()[0])
        elif line.startswith("|"):
            kept.append("|")
    return kept


def commands(text: str) -> list[str]:
    """The code blocks, without remarks."""
    blocks = re.findall(r"```(.*?)```", text, re.DOTALL)
    return [re.sub(r"\s+#.*", "", block) for block in blocks]


def test_links_lead_somewhere(root: Path) -> None:
    lost = []
    for document in [root / "CHANGELOG.md", *(root / name for name in READMES), *sorted((root / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text("utf-8")):
            if "://" not in target:
                name, _, anchor = unquote(target).partition("#")
                file = (document.parent / name).resolve() if name else document
                if not file.exists() or (anchor and anchor not in anchors(file)):
                    lost.append(f"{document.name}: {target}")
    assert not lost, "\n".join(lost)


def anchors(file: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", file.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_decisions_are_numbered_without_a_gap(root: Path) -> None:
    files = sorted(file.name for file in (root / "docs" / "adr").glob("*.md"))
    assert [int(name[:4]) for name in files] == list(range(1, len(files) + 1))
    for name in files:
        text = read(root, f"docs/adr/{name}")
        assert text.startswith(f"# {name[:4]}. ")
        assert {"## Situation", "## Decision", "## Given up"} <= set(text.splitlines())


def test_the_shipped_json_reads_well(root: Path) -> None:
    """Weights are meant to be read by people: no line of the file is longer than a screen."""
    text = read(root, "data/models/ranker.json")
    assert json.loads(text)["weights"]
    assert max(map(len, text.splitlines())) <= 160


def test_the_rooms_of_the_architecture_exist(root: Path) -> None:
    floor, lost = "", []
    for row in re.findall(r"^\| ([a-z]*) +\| (`.*?) \|", read(root, "docs/architecture.md"), re.MULTILINE):
        floor = row[0] or floor
        for room in re.findall(r"`([a-z_]+)/?`", row[1]):
            if not (root / floor / f"{room}.py").is_file() and not (root / floor / room).is_dir():
                lost.append(f"{floor}/{room}")
    assert not lost, "\n".join(lost)
    assert floor == "api"


@pytest.mark.parametrize("name", READMES)
def test_the_first_question_is_one_that_is_accepted(root: Path, name: str) -> None:
    text = read(root, name)
    asked = re.search(r"-d '(\{.*?\})'", text, re.DOTALL)
    told = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert asked is not None
    assert told is not None
    assert MatchDemandIn.model_validate_json(asked[1]).top_k == 3
    ranking = json.loads(told[1])
    assert set(ranking) <= set(SolutionRanking.model_fields)
    match = ranking["matches"][0]
    assert set(match) == set(SolutionMatch.model_fields)
    assert set(match["evidence"][0]) == set(EvidenceOut.model_fields)
    assert set(match["requirements"][0]) == set(RequirementOut.model_fields)


def test_the_documented_ranking_is_complete(root: Path) -> None:
    rows = " ".join(row[0] for row in cells(section(read(root, "docs/api.md"), "A ranking"))[2:])
    names = {name for model in (SolutionRanking, SolutionMatch, EvidenceOut, SpanOut) for name in model.model_fields}
    described = {"source", "points", "says", "side", "field", "start", "end", "matches"}  # in the second column
    assert {name for name in names - described if not re.search(rf"\b{name}\b", rows)} == set()
