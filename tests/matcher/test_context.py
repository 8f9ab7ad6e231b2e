"""The context model beside the encoder: what it reads, when it is asked, what an index keeps of it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from indexer.collections import Collection, read_collection
from indexer.runs import collection_view
from indexer.workshop import WEIGHTS_FILE, WEIGHTS_WITH_CONTEXT, Workshop, context_folder, weights, workshop
from matcher import engine
from matcher.adapters import shelves
from matcher.adapters.onnx_encoder import OnnxEncoder
from matcher.adapters.shelves import Parts
from matcher.asked import ask, told_text
from matcher.engine import Engine
from matcher.features import FEATURES, Pool
from matcher.model import Demand, Kind, Solution
from matcher.ports import Vectors
from matcher.settings import Settings
from matcher.shelf import Shelf


@dataclass
class Counted:
    """A context model of two dimensions that knows two characters and remembers what it was given."""

    name: str = "counted@1"
    dim: int = 2
    given: list[str] = field(default_factory=list)

    def queries(self, texts: Sequence[str]) -> Vectors:
        self.given += texts
        return np.array([[1, 0] if {"焊", "熔"} & set(text) else [0, 1] for text in texts], np.float32).reshape(-1, 2)

    documents = queries


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return workshop(Settings.from_env({"SCENEMATCH_HOME": str(tmp_path_factory.mktemp("home"))}))


@pytest.fixture(scope="module")
def collection(root: Path) -> Collection:
    return read_collection(root / "data" / "gold" / "lists")


def parts_with(shop: Workshop, context: Counted | None) -> Parts:
    return replace(shop.parts, context=context)


FILLER = "公司先后荣获守合同重信用企业、劳动关系和谐单位等多项荣誉称号。"
OFFERS = {
    "S1": Solution("S1", "焊点检测设备", description=FILLER * 7 + "激光焊后逐点判定。"),
    "S2": Solution("S2", "食堂点餐系统", description="刷脸结算。"),
}
DEMAND = Demand("D1", "焊點靠人看", description="漏焊多。")


def pool_of(shop: Workshop, collection: Collection, context: Counted | None, asking: Demand | Solution) -> Pool:
    parts = parts_with(shop, context)
    shelf = collection_view(replace(collection, demands={}, solutions=OFFERS), parts)().sides[Kind.SOLUTION].base
    asked = ask(parts.profile(asking), parts.analyser, parts.encoder, context)
    return Pool.of(asked, shelf, np.arange(len(shelf)), parts.taxonomy)


def test_the_feature_is_the_cosine_of_both_readings(shop: Workshop, collection: Collection) -> None:
    pool = pool_of(shop, collection, Counted(), DEMAND)
    assert dict(zip(pool.shelf.ids, FEATURES["context"][1](pool).tolist(), strict=True)) == {"S1": 1.0, "S2": 0.0}


def test_it_reads_simplified_text_without_what_says_nothing(shop: Workshop, collection: Collection) -> None:
    context = Counted()
    pool = pool_of(shop, collection, context, DEMAND)
    assert context.given == ["焊点检测设备\n激光焊后逐点判定。", "食堂点餐系统\n刷脸结算。"]
    FEATURES["context"][1](pool)
    assert context.given[2:] == ["焊点靠人看\n漏焊多。"]
    assert told_text(pool.asked.profile, shop.parts.analyser) == context.given[2]


def test_it_is_asked_once_and_only_across_kinds(shop: Workshop, collection: Collection) -> None:
    context = Counted()
    alike = pool_of(shop, collection, context, OFFERS["S1"])
    assert FEATURES["context"][1](alike).tolist() == [0.0, 0.0]
    assert len(context.given) == 2, "only the offers of the shelf were read"
    across = pool_of(shop, collection, context, DEMAND)
    del context.given[:]
    for _ in range(3):
        FEATURES["context"][1](across)
    assert len(context.given) == 1


def test_without_a_model_the_feature_is_nought(shop: Workshop, collection: Collection) -> None:
    pool = pool_of(shop, collection, None, DEMAND)
    assert pool.shelf.context.shape == (2, 0)
    assert FEATURES["context"][1](pool).tolist() == [0.0, 0.0]


def test_a_shelf_read_with_another_model_says_nothing(shop: Workshop, collection: Collection) -> None:
    """As while a stale index waits for its build: the shelf has vectors, but of another length."""
    pool = pool_of(shop, collection, None, DEMAND)
    asked = ask(pool.asked.profile, shop.parts.analyser, shop.parts.encoder, Counted())
    assert FEATURES["context"][1](replace(pool, asked=asked)).tolist() == [0.0, 0.0]


def test_it_finds_what_neither_words_nor_terms_find(
    shop: Workshop, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An offer that shares nothing with the demand is found by the context model alone, and not without it."""
    monkeypatch.setattr(engine, "CANDIDATES", 1)
    offers = {f"S{n}": Solution(f"S{n}", "漏检多靠人看", description=f"漏检多，靠人看，第{n}批") for n in range(9)}
    offers["RIGHT"] = Solution("RIGHT", "熔接")
    parts = parts_with(shop, Counted())
    view = collection_view(replace(collection, demands={}, solutions=offers), parts)
    trusting = replace(shop.weights, weights={**shop.weights.weights, "context": 99.0})
    asking = Engine(parts.analyser, parts.encoder, parts.taxonomy, trusting, view, context=parts.context)
    demand = parts.profile(Demand("D", "漏检多，靠人看", description="焊"))
    assert [hit.id for hit in asking.hits(demand, k=1)] == ["RIGHT"]
    monkeypatch.setattr(Shelf, "nearest_in_context", lambda *_: np.zeros(0, np.int64))
    assert [hit.id for hit in asking.hits(demand, k=1)] != ["RIGHT"]


def test_a_saved_shelf_keeps_the_readings(shop: Workshop, tmp_path: Path) -> None:
    parts = parts_with(shop, Counted())
    rows = shelves.prepare(list(OFFERS.values()), parts)
    made = shelves.assemble(Kind.SOLUTION, rows)
    shelves.save(made, rows.keys, tmp_path)
    opened = shelves.load(Kind.SOLUTION, tmp_path)
    assert opened.context.tolist() == made.context.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert shelves.rows_of(opened, rows.keys, [1, 0]).context.tolist() == [[0.0, 1.0], [1.0, 0.0]]
    assert shelves.taken(rows, [1]).context.tolist() == [[0.0, 1.0]]
    assert opened.nearest_in_context(np.array([0, 1], np.float32), 1, opened.every_row()).tolist() == [1]
    shutil.rmtree(tmp_path / "context")
    assert shelves.load(Kind.SOLUTION, tmp_path).context.shape == (2, 0), "an index of an earlier release"


def test_many_records_are_read_in_their_order(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where there are more of them than are read at a time."""
    monkeypatch.setattr(shelves, "BATCH", 3)
    offers = [Solution(f"S{n}", "焊" if n % 2 else "餐") for n in range(8)]
    rows = shelves.prepare(offers, parts_with(shop, Counted()))
    assert rows.context[:, 0].tolist() == [0, 1, 0, 1, 0, 1, 0, 1]


def test_the_model_is_part_of_what_an_index_was_made_with(shop: Workshop) -> None:
    assert shop.parts.context is not None
    with_it, without = parts_with(shop, Counted()), parts_with(shop, None)
    assert with_it.models == f"{shop.parts.encoder.name}+counted@1"
    assert without.models == shop.parts.encoder.name
    assert len({with_it.version, without.version, shop.parts.version}) == 3


def test_which_model_and_which_weights(shop: Workshop, root: Path, tmp_path: Path) -> None:
    shipped = root / "data" / "models"
    settings = shop.settings
    assert isinstance(shop.parts.context, OnnxEncoder)
    assert weights(settings).version == weights(settings).load(shipped / WEIGHTS_WITH_CONTEXT).version
    off = replace(settings, context=None)
    assert context_folder(off) is None
    assert weights(off).version == weights(off).load(shipped / WEIGHTS_FILE).version
    assert "context" in weights(settings).weights
    assert "context" not in weights(off).weights
    own = replace(settings, encoder=shipped / "context")
    whole = workshop(replace(own, home=tmp_path))
    assert isinstance(whole.parts.encoder, OnnxEncoder)
    assert whole.parts.context is None, "an encoder that reads whole texts itself needs no second one"
    assert whole.weights.version == weights(own).load(shipped / "context" / WEIGHTS_FILE).version
