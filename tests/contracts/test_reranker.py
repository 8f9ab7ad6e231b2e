"""A cross-encoder folder behind the Reranker port, and what it does to a ranking: made here, tiny, without weights to
download."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from indexer.collections import Collection, read_collection
from indexer.runs import collection_view
from indexer.workshop import WEIGHTS_WITH_CONTEXT, Workshop, workshop
from matcher.engine import RERANKED, Engine
from matcher.errors import InvalidInput, UnsafeModel
from matcher.model import Kind, Match, Profile
from matcher.settings import Settings
from matcher.weights import RERANK, RERANK_WEIGHT, Weights
from matcher.why import Tools, why

pytestmark = pytest.mark.filterwarnings("ignore")  # the library's own warnings are not ours to mend
torch = pytest.importorskip("torch")
sentence_transformers = pytest.importorskip("sentence_transformers")


def profile(text: str, kind: Kind = Kind.SOLUTION, id: str = "S") -> Profile:
    return Profile(id, kind, {"title": text})


@pytest.fixture(scope="module")
def collection(root: Path) -> Collection:
    return read_collection(root / "data" / "gold" / "dev")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, collection: Collection) -> Path:
    """A tiny BERT with one score, random but wide apart, saved by the library itself; bge-reranker-base on disk."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    source = tmp_path_factory.mktemp("source")
    characters = sorted(
        {c for each in collection.solutions.values() for c in each.title + each.description if c > "一"}
    )
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters]
    (source / "vocab.txt").write_text("\n".join(vocabulary), "utf-8")
    BertTokenizerFast(str(source / "vocab.txt")).save_pretrained(str(source))
    torch.manual_seed(11)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        num_labels=1, initializer_range=0.5,
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    model.save_pretrained(str(source))
    folder = tmp_path_factory.mktemp("reranker") / "tiny"
    sentence_transformers.CrossEncoder(str(source), device="cpu").save_pretrained(str(folder), create_model_card=False)
    return folder


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> tuple[Workshop, Workshop]:
    """The shipped parts without and with the model, as the settings choose them."""
    env = {"SCENEMATCH_HOME": str(tmp_path_factory.mktemp("home"))}
    return workshop(Settings.from_env(env)), workshop(Settings.from_env({**env, "SCENEMATCH_RERANKER": str(folder)}))


@pytest.fixture(scope="module")
def engines(shops: tuple[Workshop, Workshop], collection: Collection) -> tuple[Engine, Engine]:
    plain, second = (shop.engine(collection_view(collection, shop.parts)) for shop in shops)
    return plain, second


def rerank_of(match: Match) -> float:
    return math.fsum(reason.points for reason in match.evidence if reason.source == RERANK)


def opened(folder: Path) -> Any:
    from matcher.adapters.cross_encoder import CrossEncoderReranker

    return CrossEncoderReranker(folder)


def test_the_port_equals_the_library(folder: Path) -> None:
    reranker = opened(folder)
    query = profile("矿卡自动驾驶", Kind.DEMAND, "D")
    texts = ["无人矿卡运输", "水质在线监测", "无人矿卡运输", "厨房"]
    found = reranker.scores(query, [profile(text) for text in texts])
    library = sentence_transformers.CrossEncoder(str(folder), device="cpu")
    logits = library.predict([(query.text(), text) for text in texts], activation_fn=torch.nn.Identity())
    assert found == pytest.approx([1 / (1 + math.exp(-logit)) for logit in logits], abs=1e-5)
    assert len(set(found)) == 3
    assert reranker.scores(query, [profile(text) for text in texts]) == found
    assert list(reranker.scores(query, [])) == []
    assert reranker.name == opened(folder).name
    assert reranker.name.startswith("tiny@")


def test_what_is_remembered_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from matcher.adapters import cross_encoder

    reranker = opened(folder)
    query, found = profile("矿卡"), [profile("运输"), profile("监测")]
    want = reranker.scores(query, found)
    monkeypatch.setattr(cross_encoder, "REMEMBERED", 2)
    assert reranker.scores(query, [profile("厨房"), *found])[1:] == pytest.approx(want, abs=1e-6)
    assert reranker.scores(query, found) == pytest.approx(want, abs=1e-6)


def test_the_order_is_that_of_the_points_with_its_own(
    engines: tuple[Engine, Engine], shops: tuple[Workshop, Workshop], collection: Collection
) -> None:
    plain, second = engines
    changed = 0
    for demand in list(collection.demands.values())[::8]:
        query = shops[0].parts.profile(demand)
        before = plain.match(query, k=RERANKED).matches
        after = second.match(query, k=RERANKED).matches
        scores = opened_scores(shops[1], query, before, collection)
        want = {m.id: m.score + RERANK_WEIGHT * score for m, score in zip(before, scores, strict=True)}
        assert [m.id for m in after] == sorted(want, key=lambda id: (-want[id], id))
        for match in after:
            assert match.score == pytest.approx(want[match.id], abs=1e-9)
            assert rerank_of(match) == pytest.approx(RERANK_WEIGHT * scores[[m.id for m in before].index(match.id)])
        assert [hit.id for hit in second.hits(query, k=5)] == [m.id for m in after[:5]]
        assert [hit.score for hit in second.hits(query, k=5)] == [m.score for m in after[:5]]
        changed += [m.id for m in before] != [m.id for m in after]
    assert changed > 0


def opened_scores(shop: Workshop, query: Profile, matches: tuple[Match, ...], collection: Collection) -> list[float]:
    assert shop.reranker is not None
    return list(shop.reranker.scores(query, [shop.parts.profile(collection.solutions[m.id]) for m in matches]))


def test_the_reason_says_the_score_and_those_below_have_none(
    engines: tuple[Engine, Engine], shops: tuple[Workshop, Workshop], collection: Collection
) -> None:
    query = shops[1].parts.profile(collection.demands["D001"])
    matches = engines[1].match(query, k=RERANKED + 10).matches
    reasons = {m.id: e for m in matches for e in m.evidence if e.source == RERANK}
    assert len(matches) == RERANKED + 10
    assert set(reasons) == {m.id for m in engines[0].match(query, k=RERANKED).matches}
    for reason in reasons.values():
        score = reason.points / RERANK_WEIGHT
        assert reason.says == f"精排模型把双方材料放在一起读，判断的相符程度为 {score:.2f}（最高 1）"


def test_a_pair_taken_apart_has_the_score_of_the_ranking(
    shops: tuple[Workshop, Workshop], engines: tuple[Engine, Engine], collection: Collection
) -> None:
    shop, engine = shops[1], engines[1]
    query = shop.parts.profile(collection.demands["D001"])
    view = collection_view(collection, shop.parts)()
    tools = Tools(shop.parts.analyser, shop.parts.encoder, shop.parts.taxonomy, shop.weights, shop.parts.context)
    matches = engine.match(query, k=RERANKED + 5).matches
    for match in (matches[0], matches[-1]):
        taken = why(query, Kind.SOLUTION, match.id, view, tools, engine.reading(query, Kind.SOLUTION, match.id))
        assert taken.score == pytest.approx(match.score, abs=1e-6)
        assert taken.parts[-1].says == "精排模型"
    assert engines[0].reading(query, Kind.SOLUTION, matches[0].id) is None


def test_its_weight_is_the_files_and_without_a_model_it_is_nothing(
    shops: tuple[Workshop, Workshop], engines: tuple[Engine, Engine], collection: Collection, tmp_path: Path
) -> None:
    plain, second = shops
    shipped = plain.settings.data / "models" / WEIGHTS_WITH_CONTEXT
    raw = json.loads(shipped.read_text("utf-8"))
    raw["weights"][RERANK] = 5.5
    (tmp_path / "ranker.json").write_text(json.dumps(raw, ensure_ascii=False), "utf-8")
    weights = Weights.load(tmp_path / "ranker.json")
    assert weights.rerank == 5.5
    assert weights.weights == plain.weights.weights
    query = plain.parts.profile(collection.demands["D001"])
    view = collection_view(collection, plain.parts)
    assert replace(plain, weights=weights).engine(view).match(query) == engines[0].match(query)
    five = replace(second, weights=weights).engine(view).match(query, k=RERANKED).matches
    two = {m.id: rerank_of(m) for m in engines[1].match(query, k=RERANKED).matches}
    assert [rerank_of(m) for m in five] == pytest.approx([two[m.id] / RERANK_WEIGHT * 5.5 for m in five])
    assert Weights.load(shipped).rerank == RERANK_WEIGHT


def test_rankings_name_the_model_they_depend_on(shops: tuple[Workshop, Workshop]) -> None:
    plain, second = shops
    assert plain.reranker is None
    assert second.reranker is not None
    assert second.weights.version == f"{plain.weights.version}+{second.reranker.name}"


@pytest.mark.parametrize("name", ["pytorch_model.bin", "modeling_custom.py"])
def test_an_unsafe_folder_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    (copy / name).write_bytes(b"x")
    with pytest.raises(UnsafeModel) as refused:
        opened(copy)
    assert refused.value.details["file"] == name


@pytest.mark.parametrize("key", ["activation_fn", "sbert_ce_default_activation_function", "auto_map"])
def test_a_folder_that_names_code_is_refused(folder: Path, tmp_path: Path, key: str) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    config = json.loads((copy / "config.json").read_text("utf-8"))
    (copy / "config.json").write_text(json.dumps({**config, "sentence_transformers": {key: "os.abort"}}), "utf-8")
    with pytest.raises(UnsafeModel, match=key):
        opened(copy)


@pytest.mark.parametrize(
    "changes",
    [{"architectures": ["BertModel"]}, {"architectures": None}, {"id2label": {"0": "no", "1": "yes"}}],
    ids=["an encoder", "unknown", "two labels"],
)
def test_a_folder_of_another_kind_of_model_is_refused(folder: Path, tmp_path: Path, changes: dict[str, Any]) -> None:
    """The library would open it with a head of random numbers."""
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    config = json.loads((copy / "config.json").read_text("utf-8"))
    (copy / "config.json").write_text(json.dumps({**config, **changes}), "utf-8")
    with pytest.raises(InvalidInput, match="SCENEMATCH_RERANKER"):
        opened(copy)


def test_a_missing_folder_or_configuration_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="SCENEMATCH_RERANKER"):
        opened(tmp_path / "nowhere")
    with pytest.raises(InvalidInput, match="SCENEMATCH_RERANKER"):
        opened(tmp_path)


def test_without_the_setting_torch_is_not_loaded(tmp_path: Path) -> None:
    program = (
        "import sys; from indexer.workshop import workshop; from matcher.settings import Settings; "
        f"shop = workshop(Settings.from_env({{'SCENEMATCH_HOME': {str(tmp_path)!r}}})); "
        "print(shop.reranker, sorted({'torch', 'sentence_transformers', 'transformers'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True).stdout
    assert said.strip() == "None []"
