"""Who may import whom. Imports go down only, and each library stays in the room that was built for it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FLOORS = ("matcher", "indexer", "api")

# fmt: off
PURE = frozenset({
    "activity", "alerts", "alignment", "analyser", "asked", "caveats", "clauses", "completeness", "cues",
    "difference", "dirt", "engagement", "engine", "errors", "evaluate", "examined", "expansion", "explain",
    "features", "fields", "filters", "funnel", "gaps", "grading", "halves", "highlight", "indicators", "journey",
    "letter", "lexicon", "limits", "marks", "masking", "material", "matter", "measures", "measuring", "metrics",
    "model", "numerals", "objects", "organizations", "overlay", "patience", "periods", "placing", "ports", "profile",
    "quantities", "questions", "reading", "repair", "repeats", "requirements", "said", "segment", "settings", "shelf",
    "statistics", "suspects", "tables", "tags", "taxonomy", "text", "translation", "tried", "units", "vagueness",
    "weights", "why", "wordbook", "wording", "workflow",
})
# fmt: on
"""Modules of `matcher` that compute: they import each other, NumPy, the text libraries, nothing that keeps state."""

WORKING = frozenset({"durable", "draft", "generations", "library", "manifest"})
"""Modules of `matcher` that keep files, locks or the current view. A new module belongs on one of the two lists."""

COMPUTING = frozenset({"numpy", "opencc", "jieba", "rjieba"})
STATEFUL = frozenset({"multiprocessing", "shutil", "socket", "sqlite3", "subprocess", "tempfile", "threading"})
"""Parts of the standard library that a computing module has no use for."""

ROOMS: Mapping[str, tuple[str, ...]] = {
    "sqlalchemy": ("matcher/store/",),
    "sqlite3": ("matcher/store/",),
    "faiss": ("matcher/adapters/", "indexer/bench/"),
    "pymilvus": ("matcher/adapters/milvus_server.py",),
    "safetensors": ("matcher/adapters/", "indexer/train/"),
    "tokenizers": ("matcher/adapters/", "indexer/train/"),
    "onnxruntime": ("matcher/adapters/", "indexer/train/"),
    "transformers": ("indexer/train/",),
    "torch": ("matcher/adapters/", "indexer/train/"),
    "sentence_transformers": ("matcher/adapters/", "indexer/train/"),
    "opencc": ("matcher/text.py", "indexer/variants.py"),
    "jieba": ("matcher/segment.py",),
    "rjieba": ("matcher/segment.py",),
    "pandas": ("indexer/tabulating.py", "indexer/exporting.py"),
    "python_calamine": ("indexer/workbooks.py",),
    "docx": ("api/", "indexer/documents.py"),
    "openpyxl": ("indexer/", "api/"),
    "fastapi": ("api/",),
    "starlette": ("api/",),
    "uvicorn": ("api/",),
    "prometheus_client": ("api/metrics.py",),
    "jinja2": ("api/pages/",),
    "argon2": ("api/passwords.py",),
    "markupsafe": ("api/pages/",),
}
"""Library → where it may be imported. Everybody else meets it through one of our own contracts."""

NOT_IMPORTED: Mapping[str, str] = {
    "httptools": "uvicorn reads HTTP with it",
    "uvloop": "uvicorn's event loop where the system has it",
    "python-multipart": "fastapi reads uploads with it",
}
"""Dependencies that no file of ours imports, and why they are there all the same."""

OPTIONAL: Mapping[str, str] = {
    "lightgbm": "another ranker in a comparison, measured where somebody installed it",
    "txtai": "a peer in the benchmark, measured where somebody installed it",
}
"""Libraries that are imported where they are found and that nobody needs."""


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything a module imports, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def test_imports_point_down_only(trees: Mapping[str, ast.Module]) -> None:
    wrong = [
        f"{file}:{line} imports {name}"
        for file, tree in trees.items()
        for line, name in imported(tree)
        if name.split(".")[0] in FLOORS[FLOORS.index(file.split("/")[0]) + 1 :]
    ]
    assert not wrong, "\n".join(wrong)


def test_no_relative_imports(trees: Mapping[str, ast.Module]) -> None:
    wrong = [
        f"{file}:{node.lineno}"
        for file, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not wrong, "\n".join(wrong)


def test_every_module_of_the_engine_is_on_one_list(trees: Mapping[str, ast.Module]) -> None:
    modules = {m[1] for file in trees if (m := re.fullmatch(r"matcher/(\w+)\.py", file)) and m[1] != "__init__"}
    assert not PURE & WORKING
    assert modules == PURE | WORKING


def test_computing_modules_use_only_each_other(trees: Mapping[str, ast.Module]) -> None:
    wrong = []
    for module in sorted(PURE):
        for line, name in imported(trees[f"matcher/{module}.py"]):
            top, _, rest = name.partition(".")
            if top == "matcher":
                fine = rest.split(".")[0] in PURE
            elif top in sys.stdlib_module_names:
                fine = top not in STATEFUL and (top != "os" or module == "settings")
            else:
                fine = top in COMPUTING
            if not fine:
                wrong.append(f"matcher/{module}.py:{line} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_adapters_and_store_do_not_know_each_other(trees: Mapping[str, ast.Module]) -> None:
    apart = {"matcher/adapters/": "matcher.store", "matcher/store/": "matcher.adapters"}
    wrong = [
        f"{file}:{line} imports {name}"
        for folder, other in apart.items()
        for file, tree in trees.items()
        if file.startswith(folder)
        for line, name in imported(tree)
        if name.startswith(other)
    ]
    assert not wrong, "\n".join(wrong)


def test_libraries_stay_in_their_rooms(trees: Mapping[str, ast.Module]) -> None:
    wrong = [
        f"{file}:{line} imports {name}"
        for file, tree in trees.items()
        for line, name in imported(tree)
        if (rooms := ROOMS.get(name.split(".")[0])) and not file.startswith(rooms)
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_posix_only_is_needed_to_import(trees: Mapping[str, ast.Module]) -> None:
    """Office machines are often Windows: such modules may be imported inside a function that says what is missing."""
    posix = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "uvloop"}
    wrong = [
        f"{file}:{line} imports {name}"
        for file, tree in trees.items()
        for line, name in imported(ast.Module([node for node in tree.body if not _is_definition(node)], []))
        if name.split(".")[0] in posix
    ]
    assert not wrong, "\n".join(wrong)


def _is_definition(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


def test_dependencies_are_the_imports(root: Path, trees: Mapping[str, ast.Module]) -> None:
    """What the product imports is declared; what is declared for serving is imported, or has a reason."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    serving = {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}
    extras = project["optional-dependencies"]
    chosen = {canonicalize_name(Requirement(line).name) for line in (*extras["train"], *extras["milvus"])}
    distributions = packages_distributions()
    used = {
        canonicalize_name(distribution)
        for tree in trees.values()
        for _, name in imported(tree)
        if (top := name.split(".")[0]) not in sys.stdlib_module_names and top not in FLOORS
        for distribution in distributions.get(top, [top])
    }
    measuring = {canonicalize_name(Requirement(line).name) for line in extras["dev"]}
    assert used - serving - chosen - measuring - set(OPTIONAL) == set()
    assert serving - used == set(NOT_IMPORTED)
