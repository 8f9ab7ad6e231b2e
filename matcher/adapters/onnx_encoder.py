"""A sentence-transformers folder whose network is an ONNX file, run by onnxruntime: a transformer without PyTorch."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from matcher.adapters.model_folder import fingerprint
from matcher.asked import unit
from matcher.errors import InvalidInput, Unavailable
from matcher.ports import Vectors

NETWORKS = ("onnx/model_int8.onnx", "onnx/model_quantized.onnx", "onnx/model.onnx")
"""Where the network may lie, the fastest first; the names that exporters give."""

LONGEST = 512
"""Tokens of a text that are read where the folder sets no limit."""

POOLINGS = ("mean", "cls")
CHAINS = (("Transformer", "Pooling"), ("Transformer", "Pooling", "Normalize"))
"""What is supported: how token vectors become one, and the folder's modules."""


def network(folder: Path) -> Path | None:
    """The folder's ONNX file, None when it has none."""
    return next((folder / name for name in NETWORKS if (folder / name).is_file()), None)


class OnnxEncoder:
    """Token vectors from the network, pooled and brought to unit length; with the folder's prompts.

    One text at a time, each on one core: a quantised network takes its scale from all that it is given at once, so that
    in a batch a text's vector would depend on its neighbours. Raises InvalidInput for a folder with another pooling or
    without a tokenizer, Unavailable when onnxruntime is not installed.
    """

    def __init__(self, folder: Path) -> None:
        try:
            import onnxruntime
        except ImportError as missing:
            hint = "加载 ONNX 模型需要 onnxruntime：请运行 pip install onnxruntime；"
            hint += "不用语境模型时可设 SCENEMATCH_CONTEXT=off。"
            raise Unavailable(hint) from missing
        path = network(folder)
        if path is None:
            raise InvalidInput(f"模型 {folder.name} 里没有 {NETWORKS[-1]}。", folder=str(folder))
        self._pooling = _pooling(folder)
        self._tokenizer = _tokenizer(folder)
        settings = _read(folder / "config_sentence_transformers.json")
        self._prompts: dict[str, str] = settings.get("prompts") or {}
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._inputs = tuple(entry.name for entry in self._session.get_inputs())
        self.name = f"{folder.name}@{fingerprint(folder)}"
        self.dim = len(self._vector("1"))

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(self._prompts.get("query", ""), texts)

    def documents(self, texts: Sequence[str]) -> Vectors:
        return self._encode(self._prompts.get("document", ""), texts)

    def _encode(self, prompt: str, texts: Sequence[str]) -> Vectors:
        out = np.zeros((len(texts), self.dim), np.float32)
        said = [row for row, text in enumerate(texts) if text.strip()]
        if len(said) == 1:
            out[said[0]] = self._vector(prompt + texts[said[0]])
        elif said:
            with ThreadPoolExecutor(os.cpu_count()) as cores:
                out[said] = list(cores.map(lambda row: self._vector(prompt + texts[row]), said))
        return unit(out)

    def _vector(self, text: str) -> Vectors:
        encoding = self._tokenizer.encode(text)
        rows = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        feed = {name: np.array([rows[name]], np.int64) for name in self._inputs}
        tokens: Vectors = self._session.run(None, feed)[0][0]
        return tokens[0] if self._pooling == "cls" else np.asarray(tokens.mean(axis=0), np.float32)


def _pooling(folder: Path) -> str:
    """The pooling that modules.json names. A Dense module or another pooling would give other vectors: refused."""
    listed = json.loads((folder / "modules.json").read_text("utf-8"))
    kinds = tuple(str(entry["type"]).rpartition(".")[2] for entry in listed)
    if kinds not in CHAINS:
        raise _refused(folder, f"ONNX 版只支持 {'、'.join(CHAINS[-1])} 三个模块，现在是 {'、'.join(kinds)}")
    chosen = _read(folder / str(listed[1]["path"]) / "config.json")
    named = chosen.get("pooling_mode")
    modes = [str(named)] if named else [mode for mode, flag in _FLAGS.items() if chosen.get(flag)]
    if len(modes) != 1 or modes[0] not in POOLINGS or not chosen.get("include_prompt", True):
        raise _refused(
            folder, f"ONNX 版只支持 {'、'.join(POOLINGS)} 池化（含提示语），现在是 {'、'.join(modes) or '空'}"
        )
    return modes[0]


def _refused(folder: Path, why: str) -> InvalidInput:
    text = f"模型 {folder.name} 的 {why}。请删去 onnx 文件夹，改用 safetensors 权重。"
    return InvalidInput(text, folder=str(folder))


_FLAGS = {
    "mean": "pooling_mode_mean_tokens",
    "cls": "pooling_mode_cls_token",
    "max": "pooling_mode_max_tokens",
    "lasttoken": "pooling_mode_lasttoken",
}


def _tokenizer(folder: Path) -> Tokenizer:
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise InvalidInput(f"模型 {folder.name} 里没有 tokenizer.json。", folder=str(folder))
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    most = _read(folder / "sentence_bert_config.json").get("max_seq_length")
    most = most or _read(folder / "tokenizer_config.json").get("model_max_length") or LONGEST
    tokenizer.enable_truncation(min(int(most), LONGEST))
    return tokenizer


def _read(path: Path) -> dict[str, Any]:
    """A JSON object; {} when the file is not there."""
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}
