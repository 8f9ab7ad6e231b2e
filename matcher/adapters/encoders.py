"""Which reader opens which model folder. The folder is checked before anything else touches it."""

from __future__ import annotations

import json
from pathlib import Path

from matcher.adapters.model_folder import STATIC_EMBEDDINGS, TERM_EMBEDDING, check, modules
from matcher.analyser import Analyser
from matcher.errors import InvalidInput
from matcher.ports import Encoder


def open_encoder(folder: Path, analyser: Analyser) -> Encoder:
    """The encoder in `folder`: our term embedding and StaticEmbedding with NumPy, an ONNX network with onnxruntime,
    everything else with the library.

    Raises UnsafeModel, InvalidInput, or Unavailable when a needed library is missing.
    """
    check(folder)
    types = modules(folder)
    if not types:
        raise InvalidInput(f"{folder} 不是 sentence-transformers 模型文件夹（缺少 modules.json）。", folder=str(folder))
    if types[0] == TERM_EMBEDDING:
        from matcher.adapters.term_encoder import TermEncoder

        return TermEncoder(folder, analyser)
    if types[0] in STATIC_EMBEDDINGS:
        from matcher.adapters.static_encoder import StaticEncoder

        part = json.loads((folder / "modules.json").read_text("utf-8"))[0].get("path", "")
        return StaticEncoder(folder, part)
    from matcher.adapters.onnx_encoder import OnnxEncoder, network

    if network(folder):
        return OnnxEncoder(folder)
    from matcher.adapters.transformer_encoder import TransformerEncoder

    return TransformerEncoder(folder)
