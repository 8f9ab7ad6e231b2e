"""The small transformer from texts to a model folder, in miniature: every stage runs, learns and is read again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.train.knowledge import Topic, topics
from matcher.adapters.encoders import open_encoder
from matcher.adapters.onnx_encoder import OnnxEncoder
from matcher.analyser import Analyser

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # the libraries' own warnings are not ours to mend
]
torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from indexer.train.transformer.batches import Corpus, padded, prompted, public_pairs  # noqa: E402
from indexer.train.transformer.card import card  # noqa: E402
from indexer.train.transformer.export import export  # noqa: E402
from indexer.train.transformer.network import network, vectors  # noqa: E402
from indexer.train.transformer.prepare import prepare  # noqa: E402
from indexer.train.transformer.recipe import CLS, PAD, PIECES, PROMPTS, Recipe  # noqa: E402
from indexer.train.transformer.train import finished, train  # noqa: E402

TINY = Recipe(
    hidden=32, layers=1, heads=2, pieces=3_000, width=16, rows=4, language_steps=3, public_steps=3, public_batch=16,
    steps=40, batch=24, rate=3e-3, tokens=40, mixed=0.1,
)  # fmt: skip
PUBLIC = {"laws": [(f"第{n}条 办理{w}", f"{w}的办理须提交{n}份材料") for n in range(12) for w in ("登记", "许可")]}
FILLER = ("我单位诚邀各方合作。", "欢迎来电洽谈。")


@pytest.fixture(scope="module")
def some_topics(root: Path) -> list[Topic]:
    return topics(root / "data" / "knowledge")[::200]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory, some_topics: list[Topic]) -> Path:
    folder = tmp_path_factory.mktemp("work")
    prepare(some_topics, FILLER, PUBLIC, folder, TINY)
    return folder


def test_the_corpus_holds_every_public_text_once(work: Path) -> None:
    from tokenizers import Tokenizer

    pieces = Tokenizer.from_file(str(work / PIECES))
    corpus = Corpus.load(work)
    texts = list(dict.fromkeys(text for pair in PUBLIC["laws"] for text in pair))
    for number, text in enumerate(texts):
        assert corpus.text(number).tolist() == pieces.encode(text, add_special_tokens=False).ids
    pairs = [(texts[a], texts[b]) for a, b in corpus.pairs["laws"].tolist()]
    assert pairs == PUBLIC["laws"]
    stream = corpus.stream(TINY.width, 1)
    assert stream.shape[1] == TINY.width
    assert np.array_equal(stream, corpus.stream(TINY.width, 1))


def test_a_batch_of_pairs_holds_no_text_twice_and_its_prompts(work: Path) -> None:
    from tokenizers import Tokenizer

    pieces = Tokenizer.from_file(str(work / PIECES))
    before = prompted(pieces)
    assert list(before) == list(PROMPTS)
    assert [said[0] for said in before.values()] == [CLS, CLS]
    asking, answers = public_pairs(Corpus.load(work), pieces, TINY, np.random.default_rng(0))
    assert len(asking) == len(answers) == TINY.public_batch
    assert len(np.unique(asking, axis=0)) == len(np.unique(answers, axis=0)) == TINY.public_batch
    for rows, said in ((asking, before["query"]), (answers, before["document"])):
        assert (rows[:, : len(said)] == said).all()


def test_a_text_has_one_vector_whoever_stands_beside_it() -> None:
    torch.manual_seed(1)
    model = network(TINY, 50).eval()
    rows = torch.from_numpy(padded([np.arange(5, 5 + n) for n in (3, 9, 30, 1, 12)], [CLS], 40).astype(np.int32))
    assert int(rows[0, 4]) == PAD
    with torch.no_grad():
        together = vectors(model, rows)
        alone = torch.cat([vectors(model, rows[n : n + 1]) for n in range(len(rows))])
    torch.testing.assert_close(together, alone, atol=2e-2, rtol=0)  # bf16
    torch.testing.assert_close(together.norm(dim=1), torch.ones(5))


def test_from_topics_to_a_folder(work: Path, some_topics: list[Topic], tmp_path: Path, analyser: Analyser) -> None:
    said: list[str] = []
    trained = train(some_topics, work, TINY, "cpu", said.append)
    assert [line.split()[0] for line in said] == ["language", "contrast", str(60 * len(some_topics)), "contrast"]
    folder = tmp_path / "transformer"
    export(finished(work, TINY), work, folder, card(some_topics, PUBLIC, TINY))
    assert "| laws | 24 |" in (folder / "README.md").read_text("utf-8")
    encoder = open_encoder(folder, analyser)
    assert isinstance(encoder, OnnxEncoder)
    texts = [topic.demand[0] for topic in some_topics]
    ids = [encoder._tokenizer.encode("需求:" + text).ids for text in texts]
    rows = torch.from_numpy(padded([np.array(row) for row in ids], [], 200).astype(np.int32))
    with torch.no_grad():
        expected = vectors(trained, rows).numpy()
    assert (encoder.queries(texts) * expected).sum(axis=1).min() > 0.97, "8-bit weights give nearly the same vectors"
    answers = encoder.documents([topic.solution[0] for topic in some_topics])
    right = (encoder.queries(texts) @ answers.T).argmax(axis=1) == np.arange(len(texts))
    assert right.mean() > 3 / len(texts), "it has learned which answer belongs to which need"


def test_the_first_stages_are_not_run_twice(work: Path, some_topics: list[Topic]) -> None:
    said: list[str] = []
    train(some_topics, work, TINY, "cpu", said.append)
    assert said[0] == "first two stages found"
