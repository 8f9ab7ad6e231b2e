"""The ONNX reader equals the library on the same weights, gives a text the same vector whoever stands beside it, and
says what it cannot read."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matcher.adapters.encoders import open_encoder
from matcher.adapters.model_folder import fingerprint
from matcher.adapters.onnx_encoder import NETWORKS, OnnxEncoder
from matcher.adapters.transformer_encoder import TransformerEncoder
from matcher.analyser import Analyser
from matcher.errors import InvalidInput, Unavailable

pytestmark = pytest.mark.filterwarnings("ignore")  # the libraries' own warnings are not ours to mend
torch = pytest.importorskip("torch")
sentence_transformers = pytest.importorskip("sentence_transformers")
pytest.importorskip("onnx")

TEXTS = ["机器人检测划伤", "", "q", "为这个句子", "划伤" * 400]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT with mean pooling and prompts, saved by the library, with the same network as an ONNX file."""
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    from indexer.train.transformer.export import write_network

    source = tmp_path_factory.mktemp("bert")
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"为这个句子生成表示机器人检测划伤：q"]
    (source / "vocab.txt").write_text("\n".join(pieces), "utf-8")
    torch.manual_seed(5)
    BertTokenizerFast(str(source / "vocab.txt")).save_pretrained(str(source))
    network = BertModel(
        BertConfig(vocab_size=32, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32)
    )
    network.save_pretrained(str(source))
    model = sentence_transformers.SentenceTransformer(
        modules=[Transformer(str(source), max_seq_length=64), Pooling(16, "mean"), Normalize()],
        prompts={"query": "为这个句子生成表示：", "document": ""},
    )
    made = tmp_path_factory.mktemp("model") / "tiny"
    model.save(str(made), create_model_card=False)
    (made / "onnx").mkdir()
    write_network(network, made / NETWORKS[-1])
    return made


def test_it_equals_the_library(folder: Path, analyser: Analyser) -> None:
    encoder = open_encoder(folder, analyser)
    assert isinstance(encoder, OnnxEncoder)
    library = TransformerEncoder(folder)
    assert encoder.dim == library.dim == 16
    np.testing.assert_allclose(encoder.queries(TEXTS), library.queries(TEXTS), atol=1e-5)
    np.testing.assert_allclose(encoder.documents(TEXTS), library.documents(TEXTS), atol=1e-5)
    assert not np.allclose(encoder.queries(TEXTS[:1]), encoder.documents(TEXTS[:1]))


def test_the_port(folder: Path) -> None:
    encoder = OnnxEncoder(folder)
    assert encoder.queries([]).shape == (0, 16)
    rows = encoder.documents(["机器人", " ", "检测"])
    assert rows.dtype == np.float32
    assert not rows[1].any()
    np.testing.assert_allclose(np.linalg.norm(rows[[0, 2]], axis=1), 1, atol=1e-5)
    assert encoder.name == OnnxEncoder(folder).name == f"tiny@{fingerprint(folder)}"


def test_a_quantised_text_has_one_vector(folder: Path, tmp_path: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    made = tmp_path / "tiny"
    shutil.copytree(folder, made)
    quantize_dynamic(str(folder / NETWORKS[-1]), str(made / NETWORKS[0]), weight_type=QuantType.QInt8)
    small, whole = OnnxEncoder(made), OnnxEncoder(folder)
    alone = np.concatenate([small.queries([text]) for text in TEXTS])
    np.testing.assert_array_equal(small.queries(TEXTS), alone)
    assert not np.array_equal(alone, whole.queries(TEXTS)), "the 8-bit network is the one that is read"
    assert small.name != whole.name
    np.testing.assert_array_less(0.98, (alone * whole.queries(TEXTS)).sum(axis=1)[[0, 2, 3, 4]])


def _changed(path: str, change: Callable[[Any], Any]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        content = json.loads((folder / path).read_text("utf-8"))
        (folder / path).write_text(json.dumps(change(content)), "utf-8")

    return spoil


DENSE = {"idx": 3, "name": "3", "path": "3_Dense", "type": "sentence_transformers.models.Dense"}


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_changed("modules.json", lambda listed: [*listed, DENSE]), "Transformer、Pooling、Normalize、Dense"),
        (_changed("1_Pooling/config.json", lambda c: {**c, "pooling_mode": "max"}), "现在是 max"),
        (_changed("1_Pooling/config.json", lambda c: {**c, "include_prompt": False}), "含提示语"),
        (_changed("1_Pooling/config.json", lambda c: {"word_embedding_dimension": 16}), "现在是 空"),
        (lambda folder: (folder / "tokenizer.json").unlink(), r"没有 tokenizer\.json"),
    ],
)
def test_what_it_cannot_read_is_named(
    folder: Path, tmp_path: Path, analyser: Analyser, spoil: Callable[[Path], None], says: str
) -> None:
    made = tmp_path / "tiny"
    shutil.copytree(folder, made)
    spoil(made)
    with pytest.raises(InvalidInput, match=says):
        open_encoder(made, analyser)


def test_the_older_way_to_name_a_pooling(folder: Path, tmp_path: Path) -> None:
    made = tmp_path / "tiny"
    shutil.copytree(folder, made)
    flags = {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    (made / "1_Pooling" / "config.json").write_text(json.dumps(flags), "utf-8")
    first = OnnxEncoder(made).documents(["机器人"])
    assert not np.allclose(first, OnnxEncoder(folder).documents(["机器人"])), "the first token, not the mean"
    flags = {"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}
    (made / "1_Pooling" / "config.json").write_text(json.dumps(flags), "utf-8")
    np.testing.assert_allclose(
        OnnxEncoder(made).documents(["机器人"]), OnnxEncoder(folder).documents(["机器人"]), atol=1e-6
    )


def test_without_the_runtime_it_says_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(Unavailable, match="pip install onnxruntime"):
        OnnxEncoder(folder)
