"""The trained network as a sentence-transformers folder whose network is an ONNX file with 8-bit weights."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from tokenizers.processors import TemplateProcessing
from torch import nn
from transformers import BertModel

from indexer.train.transformer.recipe import CLS, LONGEST, MET, PIECES, PROMPTS, SPECIAL
from matcher.adapters.onnx_encoder import NETWORKS

MODULES = (
    ("", "sentence_transformers.base.modules.transformer.Transformer"),
    ("1_Pooling", "sentence_transformers.sentence_transformer.modules.pooling.Pooling"),
    ("2_Normalize", "sentence_transformers.base.modules.normalize.Normalize"),
)


class TokenVectors(nn.Module):
    """The network with nothing but its last states as output."""

    def __init__(self, model: BertModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Shape (texts, tokens, hidden)."""
        states: torch.Tensor = self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return states


def export(model: BertModel, work: Path, folder: Path, card: str) -> None:
    """Write the folder as it is shipped: network, pieces, prompts, card. What lies there already is replaced."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "onnx").mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.onnx"
        write_network(model, whole)
        quantise(whole, folder / NETWORKS[0])
    onnx.checker.check_model(str(folder / NETWORKS[0]))
    pieces = Tokenizer.from_file(str(work / PIECES))
    pieces.post_processor = TemplateProcessing(single=f"{SPECIAL[CLS]} $A", special_tokens=[(SPECIAL[CLS], CLS)])
    pieces.save(str(folder / PIECES))
    _json(folder / "modules.json", [
        {"idx": at, "name": str(at), "path": path, "type": kind} for at, (path, kind) in enumerate(MODULES)
    ])  # fmt: skip
    pooling = {"embedding_dimension": model.config.hidden_size, "pooling_mode": "mean", "include_prompt": True}
    _json(folder / "1_Pooling" / "config.json", pooling)
    _json(folder / "config_sentence_transformers.json", {"prompts": PROMPTS, "similarity_fn_name": "cosine"})
    _json(folder / "sentence_bert_config.json", {"max_seq_length": LONGEST})
    _json(folder / "tokenizer_config.json", {"model_max_length": LONGEST, "tokenizer_class": "PreTrainedTokenizerFast"})
    _json(folder / "config.json", {key: value for key, value in model.config.to_dict().items() if _plain(value)})
    shutil.copy(work / MET, folder / MET)
    (folder / "README.md").write_text(card, "utf-8")


def write_network(model: BertModel, path: Path) -> None:
    """The network in full precision, for any number of texts and tokens."""
    model.set_attn_implementation("eager")
    tokens = torch.full((2, 16), len(SPECIAL))
    torch.onnx.export(
        TokenVectors(model.cpu().eval()),
        (tokens, torch.ones_like(tokens)),
        str(path),
        input_names=["input_ids", "attention_mask"],
        output_names=["token_embeddings"],
        dynamic_axes={name: {0: "texts", 1: "tokens"} for name in ("input_ids", "attention_mask", "token_embeddings")},
        opset_version=17,
        dynamo=False,
    )


def quantise(whole: Path, out: Path) -> None:
    """8-bit weights, one scale for each column, in seven bits: with eight, processors without VNNI add up pairs of
    products in sixteen bits and cut off what is too large, so that one text would have another vector there."""
    quantize_dynamic(str(whole), str(out), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)


def _plain(value: Any) -> bool:
    return isinstance(value, (str, int, float, bool))


def _json(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")
