"""Repeated demands: what each likeness says, and the laws of the judge."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.workshop import Workshop, workshop
from matcher.adapters.repeats_file import load_repeats, save_repeats
from matcher.adapters.shelves import assemble, prepare
from matcher.errors import InvalidInput
from matcher.model import Demand, Kind
from matcher.repeats import (
    LIKENESS,
    RepeatModel,
    Side,
    Tools,
    Two,
    answers,
    likeness,
    opposed,
    repeat_probability,
    wish,
)
from matcher.settings import Settings

FIRST = Demand(
    "D1",
    "汤圆馅多馅少靠手感",
    organization="佛山市某速冻食品有限公司",
    region="佛山",
    description="六条成型线，一天包汤圆40万只。馅多了爆，馅少了被投诉。想要每只都能自动称一称，轻的重的踢出来。",
)
AGAIN = Demand(
    "D2",
    "速冻汤圆逐只重量在线检测与剔除",
    organization="佛山速冻食品公司品控部",
    region="佛山",
    description="汤圆成型线6条，日产40万只，皮馅比例波动引起破裂与客诉。需求：在线逐只称重并自动剔除超差品。",
)
ELSEWHERE = Demand(
    "D3",
    "汤圆馅多馅少靠手感",
    organization="郑州市某速冻食品有限公司",
    region="郑州",
    description="九条成型线，一天包汤圆75万只。馅多了爆，馅少了被投诉。想要每只都能自动称一称，轻的重的踢出来。",
)
OTHER = Demand("D4", "社区老人夜里跌倒没人知道", region="广州", description="想要不装摄像头也能知道老人摔了的办法。")
EVERY = (FIRST, AGAIN, ELSEWHERE, OTHER)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return workshop(Settings.from_env({"SCENEMATCH_HOME": str(tmp_path_factory.mktemp("home"))}))


@pytest.fixture(scope="module")
def model(shop: Workshop) -> RepeatModel:
    return load_repeats(shop.settings.data / "models", shop.parts.encoder.name)[0]


@pytest.fixture(scope="module")
def tools(shop: Workshop) -> Tools:
    parts = shop.parts
    anchors = load_repeats(shop.settings.data / "models", parts.encoder.name)[1]
    return Tools(parts.analyser, parts.encoder, anchors, assemble(Kind.DEMAND, prepare(EVERY, parts)).lexical)


@pytest.fixture(scope="module")
def sides(shop: Workshop, tools: Tools) -> dict[str, Side]:
    return {d.id: Side.of(shop.parts.profile(d), tools, d.organization) for d in EVERY}


def test_likenesses_by_hand(sides: dict[str, Side], tools: Tools) -> None:
    again = likeness(Two.of(sides["D1"], sides["D2"], tools))
    assert again["same_region"] == 1.0
    assert again["other_region"] == 0.0
    assert again["other_figures"] == 0.0  # both say six lines and 400,000
    assert again["same_organization"] == 1.0  # 佛山速冻食品 on both sides once 市, 某, 公司 and 部 are off
    apart = likeness(Two.of(sides["D1"], sides["D3"], tools))
    assert apart["same_region"] == 0.0
    assert apart["other_region"] == 1.0
    assert apart["other_figures"] == 1.0
    assert apart["title"] == pytest.approx(1.0, abs=1e-5)
    assert apart["shared_least"] > 0.8
    assert apart["other_figures_same_words"] == apart["shared_least"]


def test_one_beside_several_is_as_beside_each(sides: dict[str, Side], tools: Tools) -> None:
    others = [sides[id] for id in ("D1", "D2", "D3")]
    together = Two.among(sides["D2"], others, tools)
    assert [two.b for two in together] == others
    for two, other in zip(together, others, strict=True):
        assert likeness(two) == pytest.approx(likeness(Two.of(sides["D2"], other, tools)), abs=1e-5)
    assert Two.among(sides["D1"], [], tools) == []


def test_a_copy_is_like_in_everything(sides: dict[str, Side], tools: Tools) -> None:
    copy = likeness(Two.of(sides["D1"], sides["D1"], tools))
    tagged = {"same_technology", "same_task", "title_in_text"}  # 1 only where the text implies any, or is all title
    assert all(copy[name] == pytest.approx(1.0, abs=1e-4) for name in copy if not opposed(name) and name not in tagged)
    assert all(copy[name] == 0.0 for name in copy if opposed(name))


def test_the_shipped_judge(shop: Workshop, tools: Tools, model: RepeatModel) -> None:
    profiles = {d.id: shop.parts.profile(d) for d in EVERY}

    def judged(a: Demand, b: Demand) -> float:
        names = (a.organization, b.organization)
        return repeat_probability(profiles[a.id], profiles[b.id], model, tools, names)

    assert judged(FIRST, FIRST) > model.threshold
    assert judged(FIRST, AGAIN) > model.threshold
    assert judged(FIRST, OTHER) < model.threshold
    assert judged(FIRST, ELSEWHERE) < judged(FIRST, FIRST)
    for other in EVERY:
        assert judged(FIRST, other) == pytest.approx(judged(other, FIRST), abs=1e-9)


def test_what_is_wished_for(shop: Workshop) -> None:
    profile = shop.parts.profile(FIRST)
    assert wish(profile) == "汤圆馅多馅少靠手感\n想要每只都能自动称一称，轻的重的踢出来。"
    plain = shop.parts.profile(Demand("D", "甲", description="没有别的话。就这样。"))
    assert wish(plain) == "甲\n就这样。"
    assert wish(shop.parts.profile(Demand("D", "只有题目"))).strip() == "只有题目"


def test_answers_are_a_spread() -> None:
    anchors = np.eye(3, dtype=np.float32)
    spread = answers(anchors, np.array([1, 0, 0], np.float32), 2.0)
    strength = np.exp(np.array([0.0, -2.0, -2.0]))
    np.testing.assert_allclose(spread, strength / strength.sum(), rtol=1e-6)
    assert answers(anchors, np.zeros(3, np.float32), 2.0) == pytest.approx([1 / 3] * 3)


def test_an_empty_demand_is_no_repeat(shop: Workshop, tools: Tools, model: RepeatModel) -> None:
    empty = shop.parts.profile(Demand("D", "", description="……"))
    found = likeness(Two.of(Side.of(empty, tools), Side.of(empty, tools), tools))
    assert found["semantic"] == found["shared_most"] == 0.0
    assert all(0 <= value <= 1 + 1e-6 for value in found.values())
    assert 0 < model.probability(found) < 1


@settings(deadline=None, max_examples=100)
@given(st.fixed_dictionaries({name: st.floats(0, 1) for name in LIKENESS}), st.sampled_from(sorted(LIKENESS)))
def test_more_agreement_never_speaks_against_a_repeat(values: dict[str, float], name: str) -> None:
    model = RepeatModel.load(Settings.from_env({}).data / "models")
    more = {**values, name: 1.0}
    if opposed(name):
        assert model.probability(more) <= model.probability(values)
    else:
        assert model.probability(more) >= model.probability(values)


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ({"semantic": -1.0}, "semantic 的正负号不对"),
        ({"other_region": 1.0}, "other_region 的正负号不对"),
        ({"charm": 1.0}, "不认识的项：charm"),
        ({"semantic": "much"}, "无法读取"),
    ],
)
def test_bad_weights_are_refused(tmp_path: Path, weights: dict[str, object], says: str) -> None:
    raw = {"base": 0, "threshold": 0.5, "encoder": "e", "weights": weights}
    (tmp_path / "repeats.json").write_text(json.dumps(raw), "utf-8")
    with pytest.raises(InvalidInput, match=says):
        RepeatModel.load(tmp_path)


def test_saving_and_loading(tmp_path: Path) -> None:
    model = RepeatModel(-1.5, {"semantic": 2.0, "other_region": -1.0}, 0.4, "e@1")
    anchors = np.eye(4, dtype=np.float16)
    save_repeats(model, anchors, tmp_path)
    loaded, rows = load_repeats(tmp_path, "e@1")
    assert loaded == model
    np.testing.assert_array_equal(rows, np.eye(4))
    assert loaded.probability(dict.fromkeys(LIKENESS, 0.5)) == pytest.approx(1 / (1 + np.exp(1.0)))
    with pytest.raises(InvalidInput, match="拟合的，现在是 e@2"):
        load_repeats(tmp_path, "e@2")
    with pytest.raises(InvalidInput, match="无法读取"):
        RepeatModel.load(tmp_path / "nowhere")
