"""Model folders that could run code are refused before any library opens them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from matcher.adapters.model_folder import TERM_EMBEDDING, check, fingerprint, modules
from matcher.errors import InvalidInput, UnsafeModel

Spoil = Callable[[Path], object]


def _module(type_name: str, path: str = "") -> Spoil:
    return lambda folder: _json(folder / "modules.json", [{"idx": 0, "name": "0", "path": path, "type": type_name}])


def _json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), "utf-8")


def _file(name: str) -> Spoil:
    def spoil(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")

    return spoil


FORBIDDEN_FILES = [
    "pytorch_model.bin", "model.pt", "model.pth", "weights.pkl", "weights.pickle", "model.ckpt", "data.joblib",
    "modeling_custom.py", "0_Module/custom.py", "a/b/c.py", "compiled.pyc", "native.so", "native.dll", "native.pyd",
    "run.sh", "setup.cfg", "pyproject.toml", "model.h5", "model.msgpack", "arrays.npz", "arrays.npy", "page.html",
    "script.js", "macro.ps1", "archive.zip", "archive.tar.gz", "wheel.whl", "notebook.ipynb", "conf.yaml", "conf.yml",
    "Makefile", "noending", "model.BIN", "MODEL.PY", "1_Pooling/pytorch_model.bin",
]  # fmt: skip
FORBIDDEN_MODULES = [
    "custom.Module", "os.system", "modeling.Evil", "matcher.adapters.term_embedding.Other", "builtins.exec",
    "sentence_transformersx.models.Transformer", "matcher.adapters.term_embedding", "torch.nn.Linear", "",
]  # fmt: skip
FORBIDDEN_CONTENT: list[tuple[str, object]] = [
    ("config.json", {"auto_map": {"AutoModel": "modeling.Model"}}),
    ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["tok.Tok", None]}}),
    ("0_Transformer/config.json", {"inner": {"auto_map": {"AutoConfig": "x.Y"}}}),
    ("2_Dense/config.json", {"in_features": 4, "activation_function": "os.system"}),
    ("2_Dense/config.json", {"activation_function": "subprocess.Popen"}),
    ("router_config.json", {"types": {"query": "evil.Module"}}),
    ("config_sentence_transformers.json", {"similarity_fn": "evil.score"}),
]


def _safe(folder: Path) -> Path:
    _json(folder / "modules.json", [{"idx": 0, "name": "0", "path": "", "type": TERM_EMBEDDING}])
    _json(folder / "2_Dense" / "config.json", {"activation_function": "torch.nn.modules.activation.Tanh"})
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "README.md").write_text("card", "utf-8")
    return folder


def test_a_safe_folder_passes(tmp_path: Path) -> None:
    check(_safe(tmp_path))
    assert modules(tmp_path) == (TERM_EMBEDDING,)


@pytest.mark.parametrize("name", FORBIDDEN_FILES)
def test_forbidden_files(tmp_path: Path, name: str) -> None:
    _file(name)(_safe(tmp_path))
    with pytest.raises(UnsafeModel) as refused:
        check(tmp_path)
    assert refused.value.details["file"] == name


@pytest.mark.parametrize("type_name", FORBIDDEN_MODULES)
def test_forbidden_modules(tmp_path: Path, type_name: str) -> None:
    _module(type_name)(_safe(tmp_path))
    with pytest.raises(UnsafeModel):
        check(tmp_path)


@pytest.mark.parametrize("path", ["../outside", "/etc", "a/../../b"])
def test_modules_stay_inside(tmp_path: Path, path: str) -> None:
    _module("sentence_transformers.models.Transformer", path)(_safe(tmp_path))
    with pytest.raises(UnsafeModel):
        check(tmp_path)


@pytest.mark.parametrize(("name", "content"), FORBIDDEN_CONTENT)
def test_forbidden_content(tmp_path: Path, name: str, content: object) -> None:
    _json(_safe(tmp_path) / name, content)
    with pytest.raises(UnsafeModel):
        check(tmp_path)


def test_links_are_refused(tmp_path: Path) -> None:
    os.symlink(os.devnull, _safe(tmp_path) / "model2.safetensors")
    with pytest.raises(UnsafeModel, match="符号链接"):
        check(tmp_path)


def test_broken_json_is_refused(tmp_path: Path) -> None:
    (_safe(tmp_path) / "config.json").write_text("{", "utf-8")
    with pytest.raises(UnsafeModel):
        check(tmp_path)


def test_an_unreadable_listing_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("[{}]", "utf-8")
    with pytest.raises(InvalidInput):
        modules(tmp_path)


def test_the_fingerprint_follows_the_content(tmp_path: Path) -> None:
    before = fingerprint(_safe(tmp_path))
    assert fingerprint(tmp_path) == before
    (tmp_path / "README.md").write_text("another card", "utf-8")
    assert fingerprint(tmp_path) == before
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    assert fingerprint(tmp_path) != before
