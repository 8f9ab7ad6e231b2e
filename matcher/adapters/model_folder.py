"""A model folder is data, never code: looked through before anything in it is opened by a library that could run it.

`trust_remote_code=False` does not protect a local folder in every release of sentence-transformers, and pickles run
code when they are read. So the rules are ours; a folder that breaks one is refused with the file and the rule named.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from matcher.errors import InvalidInput, UnsafeModel

TERM_EMBEDDING = "matcher.adapters.term_embedding.TermEmbedding"
STATIC_EMBEDDINGS = frozenset(
    {
        "sentence_transformers.models.StaticEmbedding",
        "sentence_transformers.models.StaticEmbedding.StaticEmbedding",
        "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding",
    }
)
READABLE = frozenset(
    {".json", ".jsonl", ".txt", ".md", ".safetensors", ".model", ".onnx", ".png", ".jpg", ".jpeg", ".gif", ".svg"}
)
PLAIN_NAMES = frozenset({"LICENSE", "NOTICE", ".gitattributes", ".gitignore"})
LARGE_JSON = frozenset({"tokenizer.json", "vocab.json", "model.safetensors.index.json"})
CLASS_KEYS = ("activation_function", "activation_fn", "sbert_ce_default_activation_function", "similarity_fn")
"""Configuration values that sentence-transformers imports by dotted path."""


def modules(folder: Path) -> tuple[str, ...]:
    """The dotted types of a sentence-transformers folder, in order. () for a plain transformers folder (cross-encoder).

    Raises InvalidInput when the folder or its modules.json cannot be read.
    """
    if not folder.is_dir():
        raise InvalidInput(f"模型文件夹不存在：{folder}。请检查 SCENEMATCH_ENCODER。", folder=str(folder))
    listing = folder / "modules.json"
    if not listing.is_file():
        return ()
    try:
        return tuple(str(entry["type"]) for entry in json.loads(listing.read_text("utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"{listing} 无法读取：{error}", folder=str(folder)) from error


def check(folder: Path) -> None:
    """Raise UnsafeModel, naming the file and the rule, unless every file of the folder is plain data."""
    for type_name in modules(folder):
        _dotted(folder, "modules.json", type_name)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            raise _refused(folder, name, "不允许符号链接")
        if path.is_dir():
            continue
        if path.suffix.lower() not in READABLE and path.name not in PLAIN_NAMES:
            raise _refused(folder, name, "只允许 safetensors 权重和数据文件（.bin、.pt、.pkl、.py 一律拒绝）")
        if path.suffix.lower() == ".json" and path.name not in LARGE_JSON:
            try:
                content = json.loads(path.read_text("utf-8"))
            except ValueError as error:
                raise _refused(folder, name, f"不是有效的 JSON：{error}") from error
            for key, value in _walk(content):
                _entry(folder, name, key, value)


def fingerprint(folder: Path) -> str:
    """Twelve hex digits over the names and contents of every file that decides a vector."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in {".json", ".txt", ".safetensors", ".model", ".onnx"}:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            total.update(f"{path.relative_to(folder).as_posix()}\0{digest}\n".encode())
    return total.hexdigest()[:12]


def _entry(folder: Path, name: str, key: str, value: Any) -> None:
    if key == "auto_map" and value:
        raise _refused(folder, name, "auto_map 会加载模型文件夹里的代码")
    if key in CLASS_KEYS and isinstance(value, str) and "." in value and not value.startswith("torch.nn."):
        raise _refused(folder, name, f"{key} 只能是 torch.nn 中的类，而不是 {value}")
    outside = ".." in Path(str(value)).parts or Path(str(value)).is_absolute()
    if name.endswith("modules.json") and key == "path" and outside:
        raise _refused(folder, name, f"模块路径越出模型文件夹：{value}")
    if name.endswith("router_config.json") and key == "types" and isinstance(value, dict):
        for type_name in value.values():
            _dotted(folder, name, str(type_name))


def _dotted(folder: Path, name: str, type_name: str) -> None:
    if type_name != TERM_EMBEDDING and not type_name.startswith("sentence_transformers."):
        raise _refused(folder, name, f"模块 {type_name} 不属于 sentence_transformers")


def _walk(content: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(content, dict):
        for key, value in content.items():
            yield key, value
            yield from _walk(value)
    elif isinstance(content, list):
        for value in content:
            yield from _walk(value)


def _refused(folder: Path, name: str, rule: str) -> UnsafeModel:
    return UnsafeModel(f"拒绝加载模型 {folder.name}：{name}：{rule}。", file=name)
