"""What every file keeps: its size, its name, its documentation, and what it never contains."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

LONGEST, LONGEST_TEST = 400, 600
"""Lines. A test may hold a table of cases."""

VAGUE_NAMES = frozenset({"utils.py", "util.py", "helpers.py", "common.py", "misc.py", "manager.py"})

PUT_OFF = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b|NotImplement" + r"edError")

MACHINE_PATH = re.compile(r"(?<![\w.}/~-])/(?:work|root|tmp|home/\w+|Users/\w+)/")
REGISTRY = re.compile(r"https?://[\w.-]*(?:pypi\.org|pythonhosted\.org|npmjs\.org|huggingface\.co)[\w/.-]*")

DANGEROUS_CALLS = frozenset({"eval", "exec", "compile", "__import__"})
DANGEROUS_MODULES = frozenset({"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "commands"})
DANGEROUS_NAMES = frozenset({"yaml.load", "torch.load", "os.system", "os.popen", "numpy.load", "np.load"})
DANGEROUS_OPTIONS = ("shell", "allow_pickle", "trust_remote_code")

REVIEWED: Mapping[tuple[str, str], str] = {
    ("matcher/adapters/transformer_encoder.py", "trust_remote_code"): "only for our own installed module, after the "
    "folder was found to hold no code; without it the library refuses the module's dotted path",
}
"""(file, what) that was looked at by people, and why it stays."""

CONVENTIONS: Mapping[str, str] = {
    "main": "what the program does is said at the top of its file",
    "add_routes": "every file of api/routes has one; its file says which routes",
}
"""Functions whose name alone says what they do, the same in every file."""


@pytest.fixture(scope="module")
def texts(root: Path) -> Mapping[str, str]:
    """Every text file that people wrote, by its name from the repository on. This file's own patterns would match."""
    kinds = {".py", ".md", ".toml", ".tsv", ".txt", ".json", ".lock", ".html", ".css", ".js", ""}
    folders = ("matcher", "indexer", "api", "tests", "tools", "docs", "data/taxonomy", "data/lexicon", ".ci")
    files = [file for folder in folders for file in (root / folder).rglob("*") if file.suffix in kinds]
    files += [file for file in root.iterdir() if file.suffix in kinds and not file.name.startswith(".git")]
    return {
        file.relative_to(root).as_posix(): file.read_text("utf-8")
        for file in sorted(files)
        if file.is_file() and "__pycache__" not in file.parts and file != Path(__file__).resolve()
    }


def found(texts: Mapping[str, str], pattern: re.Pattern[str]) -> list[str]:
    """Where a pattern stands, as file:line: what."""
    return [
        f"{name}:{number}: {match[0]}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if (match := pattern.search(line))
    ]


def test_files_are_small(texts: Mapping[str, str]) -> None:
    longest = {name: text.count("\n") for name, text in texts.items() if name.endswith(".py")}
    wrong = [f"{n}: {c}" for n, c in longest.items() if c > (LONGEST_TEST if n.startswith("tests/") else LONGEST)]
    assert not wrong, "\n".join(wrong)


def test_files_are_named_for_what_they_hold(texts: Mapping[str, str]) -> None:
    wrong = [name for name in texts if name.rpartition("/")[2] in VAGUE_NAMES]
    assert not wrong, "\n".join(wrong)


def test_nothing_is_put_off(texts: Mapping[str, str]) -> None:
    product = {name: text for name, text in texts.items() if not name.startswith(("tests/", "data/"))}
    wrong = found(product, PUT_OFF)
    assert not wrong, "\n".join(wrong)


def test_no_paths_of_one_machine(texts: Mapping[str, str]) -> None:
    wrong = found(texts, MACHINE_PATH)
    assert not wrong, "\n".join(wrong)


def test_no_registry_addresses(texts: Mapping[str, str]) -> None:
    wrong = found(texts, REGISTRY)
    assert not wrong, "\n".join(wrong)


def test_nothing_can_run_code_from_data(trees: Mapping[str, ast.Module]) -> None:
    """No pickle and its kin, no evaluated text, no shell, no unsafe loader."""
    seen = [(file, line, what) for file, tree in trees.items() for line, what in dangers(tree)]
    wrong = [f"{file}:{line}: {what}" for file, line, what in seen if (file, what) not in REVIEWED]
    assert not wrong, "\n".join(wrong)
    assert {(file, what) for file, _, what in seen} >= set(REVIEWED)


def dangers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, what) of everything that could turn data into code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, a.name) for a in node.names if a.name.split(".")[0] in DANGEROUS_MODULES)
        elif isinstance(node, ast.ImportFrom):
            if (node.module or "").split(".")[0] in DANGEROUS_MODULES:
                yield node.lineno, str(node.module)
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            options = {option.arg: option.value for option in node.keywords}
            if name in DANGEROUS_CALLS or (name in DANGEROUS_NAMES and not _refuses_pickles(options)):
                yield node.lineno, name
            yield from ((node.lineno, option) for option in DANGEROUS_OPTIONS if _is_true(options.get(option)))


def _refuses_pickles(options: Mapping[str | None, ast.expr]) -> bool:
    given = options.get("allow_pickle")
    return isinstance(given, ast.Constant) and given.value is False


def _is_true(value: ast.expr | None) -> bool:
    return value is not None and not (isinstance(value, ast.Constant) and not value.value)


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from marshal import loads",
        "eval('1')",
        "exec(text)",
        "yaml.load(file)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "np.lib.format.read_array(file, allow_pickle=True)",
        "subprocess.run(words, shell=True)",
        "subprocess.run(words, shell=asked)",
        "os.system('ls')",
        "SentenceTransformer(folder, trust_remote_code=True)",
    ],
)
def test_the_danger_is_seen(code: str) -> None:
    assert len(list(dangers(ast.parse(code)))) >= 1


@pytest.mark.parametrize(
    "code",
    ["np.load(path, allow_pickle=False)", "re.compile('x')", "model.eval()", "subprocess.run(words, shell=False)"],
)
def test_the_harmless_is_left_alone(code: str) -> None:
    assert list(dangers(ast.parse(code))) == []


def test_what_others_use_is_documented(trees: Mapping[str, ast.Module]) -> None:
    """Modules, public classes, functions and methods say what one gets.

    A method that a documented class of ours declares, or that a library's class calls, need not repeat it; nor need an
    error that the tree at the top of its file names.
    """
    said = {
        part.name
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for part in node.body
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(part)
    }
    silent = [f"{file}: the module" for file, tree in trees.items() if tree.body and not ast.get_docstring(tree)]
    for file, tree in trees.items():
        silent += [f"{file}:{node.lineno} {node.name}" for node in _silent(tree, said, ast.get_docstring(tree) or "")]
    assert not silent, "\n".join(silent)


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _silent(tree: ast.Module | ast.ClassDef, said: set[str], top: str) -> Iterator[Definition]:
    foreign = isinstance(tree, ast.ClassDef) and any(ast.unparse(b).split("[")[0] != "Protocol" for b in tree.bases)
    for node in tree.body:
        if not isinstance(node, Definition) or node.name.startswith("_"):
            continue
        if isinstance(node, ast.ClassDef):
            yield from _silent(node, said, top)
            known = re.search(rf"\b{node.name}\b", top)
        else:
            own = isinstance(tree, ast.ClassDef)
            known = node.name in said or node.name in CONVENTIONS or (own and (foreign or _is_property(node)))
        if not ast.get_docstring(node) and not known:
            yield node


def _is_property(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("property" in ast.unparse(decorator) for decorator in node.decorator_list)
