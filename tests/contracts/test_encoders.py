"""The fast readers equal the library on 1,000 texts; a transformer folder is read with its prompts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matcher.adapters.encoders import open_encoder
from matcher.adapters.static_encoder import StaticEncoder
from matcher.adapters.term_encoder import TermEncoder
from matcher.adapters.transformer_encoder import TransformerEncoder
from matcher.analyser import Analyser
from matcher.errors import InvalidInput
from matcher.ports import BagEncoder

pytestmark = pytest.mark.filterwarnings("ignore")  # the library's own warnings are not ours to mend
torch = pytest.importorskip("torch")
sentence_transformers = pytest.importorskip("sentence_transformers")


@pytest.fixture(scope="module")
def texts(root: Path) -> list[str]:
    """1,000 texts of every register and length, with an empty one and one of unknown characters."""
    lines = (root / "data" / "knowledge" / "08_greater_bay_area.jsonl").read_text("utf-8").splitlines()
    topics = [json.loads(line) for line in lines]
    out = [text for t in topics for text in (*t["demand"], *t["solution"], t["topic"])]
    return [*out[:996], "", "ქართული", "３％ AGV", "機械人 (AI)"]


@pytest.fixture(scope="module")
def static_folder(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> Path:
    """A tiny StaticEmbedding model made here, saved by the library itself."""
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    characters = sorted({c for text in texts for c in text})
    tokenizer = Tokenizer(models.WordLevel({c: i for i, c in enumerate(["[UNK]", *characters])}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    torch.manual_seed(3)
    folder = tmp_path_factory.mktemp("static")
    model = sentence_transformers.SentenceTransformer(
        modules=[StaticEmbedding(tokenizer, embedding_dim=32), Normalize()]
    )
    model.save(str(folder), create_model_card=False)
    return folder


@pytest.fixture(scope="module")
def transformer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT with mean pooling and prompts, made here; what bge or Qwen3-Embedding look like on disk."""
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    source = tmp_path_factory.mktemp("bert")
    (source / "vocab.txt").write_text(
        "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"为这个句子生成表示机器人检测划伤：q"]), "utf-8"
    )
    torch.manual_seed(5)
    BertTokenizerFast(str(source / "vocab.txt")).save_pretrained(str(source))
    config = BertConfig(vocab_size=32, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    BertModel(config).save_pretrained(str(source))
    transformer = Transformer(str(source))
    model = sentence_transformers.SentenceTransformer(
        modules=[transformer, Pooling(16, "mean")], prompts={"query": "为这个句子生成表示：", "document": ""}
    )
    folder = tmp_path_factory.mktemp("transformer")
    model.save(str(folder), create_model_card=False)
    return folder


def test_static_reader_equals_the_library(static_folder: Path, texts: list[str], analyser: Analyser) -> None:
    encoder = open_encoder(static_folder, analyser)
    assert isinstance(encoder, StaticEncoder)
    library = TransformerEncoder(static_folder)
    np.testing.assert_allclose(encoder.queries(texts), library.queries(texts), atol=1e-5)


def test_term_reader_equals_the_library(root: Path, texts: list[str], analyser: Analyser) -> None:
    folder = root / "data" / "models" / "default"
    encoder = open_encoder(folder, analyser)
    assert isinstance(encoder, TermEncoder)
    library = TransformerEncoder(folder)
    np.testing.assert_allclose(encoder.documents(texts), library.documents(texts), atol=1e-5)


def test_the_cosine_is_a_sum_over_term_pairs(root: Path, analyser: Analyser) -> None:
    encoder = open_encoder(root / "data" / "models" / "default", analyser)
    assert isinstance(encoder, BagEncoder)
    ours, theirs = analyser.counts("鸡蛋大小全靠手掂"), analyser.counts("禽蛋视觉称重分级线")
    a = encoder.vectors(list(ours)) * np.array(list(ours.values()))[:, None]
    b = encoder.vectors(list(theirs)) * np.array(list(theirs.values()))[:, None]
    shares = (a @ b.T) / np.linalg.norm(encoder.bag(ours)) / np.linalg.norm(encoder.bag(theirs))
    cosine = encoder.queries(["鸡蛋大小全靠手掂"]) @ encoder.documents(["禽蛋视觉称重分级线"]).T
    assert shares.sum() == pytest.approx(float(cosine[0, 0]), abs=1e-5)


def test_terms_by_number_are_the_terms_by_name(root: Path, analyser: Analyser) -> None:
    encoder = open_encoder(root / "data" / "models" / "default", analyser)
    assert isinstance(encoder, BagEncoder)
    ours, theirs = ["机器人", "没有这个词", "检测"], ["质检", "机器人"]
    a, b = encoder.vectors(ours), encoder.vectors(theirs)
    numbers = encoder.numbers(ours)
    assert numbers[1] == -1
    np.testing.assert_allclose(encoder.products(numbers, encoder.numbers(theirs)), a @ b.T, atol=1e-5)
    for _ in range(2):  # worked out, then remembered
        np.testing.assert_allclose(encoder.lengths(numbers), np.linalg.norm(a, axis=1), atol=1e-6)
    assert encoder.lengths(numbers)[1] == 0


def test_prompts_of_a_transformer_are_used(transformer_folder: Path, analyser: Analyser) -> None:
    encoder = open_encoder(transformer_folder, analyser)
    assert isinstance(encoder, TransformerEncoder)
    query, document = encoder.queries(["机器人"]), encoder.documents(["机器人"])
    assert not np.allclose(query, document)
    np.testing.assert_allclose(encoder.documents(["为这个句子生成表示：机器人"]), query, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(query, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("kind", ["static_folder", "transformer_folder"])
def test_the_port(kind: str, request: pytest.FixtureRequest, analyser: Analyser) -> None:
    encoder: Any = open_encoder(request.getfixturevalue(kind), analyser)
    assert encoder.queries([]).shape == (0, encoder.dim)
    rows = encoder.documents(["机器人", "", "检测"])
    assert rows.dtype == np.float32
    assert not rows[1].any()
    np.testing.assert_allclose(np.linalg.norm(rows[[0, 2]], axis=1), 1, atol=1e-5)
    assert encoder.name == open_encoder(request.getfixturevalue(kind), analyser).name


def test_a_plain_transformers_folder_is_no_encoder(tmp_path: Path, analyser: Analyser) -> None:
    (tmp_path / "config.json").write_text("{}", "utf-8")
    with pytest.raises(InvalidInput, match=r"modules\.json"):
        open_encoder(tmp_path, analyser)


def test_a_missing_folder_is_named(tmp_path: Path, analyser: Analyser) -> None:
    with pytest.raises(InvalidInput, match="SCENEMATCH_ENCODER"):
        open_encoder(tmp_path / "nowhere", analyser)
