"""The same demand in other shapes: what changes, what stays, and that it is always the same change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.collections import read_collection
from indexer.variants import LONG, TEXTS, Tables, first_sentence, one_sentence, padded, slipped, title_only, variants
from matcher.errors import NotFound
from matcher.model import Demand
from matcher.text import Normaliser

FULL_WIDTH = variants(Tables({}, {"甲": "甲"}, (), {"乙": "乙"}, {}))["full_width"]

DEMAND = Demand(
    "D1",
    "电饭煲内胆外观检测",
    organization="甲公司",
    industries=("家电",),
    region="佛山",
    description="每天照8000只。漏检3%，想用AOI自动检测；还要联网。",
    requirements="漏检率≤0.3%",
)


@pytest.fixture(scope="module")
def known(root: Path) -> Tables:
    return replace(Tables.load(root / "data"), told={"D1": "电饭煲内胆一天照8000只，老漏，想叫机器看。"})


def test_every_variant_by_hand(known: Tables) -> None:
    made = {name: change(DEMAND) for name, change in variants(known).items()}
    assert list(made) == [
        "traditional",
        "hongkong",
        "slips",
        "full_width",
        "english",
        "one_sentence",
        "title_only",
        "first_sentence",
        "long",
    ]
    assert made["traditional"].title == "電飯煲內膽外觀檢測"
    assert made["traditional"].industries == ("家電",)
    assert made["full_width"].requirements == "漏检率≤０．３％"
    assert made["full_width"].description.startswith("每天照８０００只。漏检３％，想用ＡＯＩ")
    assert made["english"].title == "电饭煲内胆外观inspection"
    assert made["one_sentence"] == Demand("D1", "", description="电饭煲内胆一天照8000只，老漏，想叫机器看。")
    assert made["title_only"] == Demand("D1", "电饭煲内胆外观检测")
    assert made["first_sentence"] == Demand("D1", "", description="每天照8000只。")
    assert {demand.id for demand in made.values()} == {"D1"}
    assert made == {name: change(DEMAND) for name, change in variants(known).items()}


def test_every_judged_demand_is_told_in_one_sentence(root: Path) -> None:
    gold = root / "data" / "gold"
    told = Tables.load(root / "data").told
    judged = [id for name in ("dev", "lists", "hard") for id in read_collection(gold / name).demands]
    assert list(told) == judged
    assert {text for text in told.values() if not 15 <= len(text) <= 45 or text.count("。") != 1} == set()
    with pytest.raises(NotFound, match="D1 没有一句话的写法"):
        one_sentence(DEMAND, told)


def test_without_a_title_or_a_description() -> None:
    assert title_only(Demand("D", "", description="怎么办？快说。")).title == "怎么办？"
    assert first_sentence(Demand("D", "只有题目")).description == "只有题目"


def test_slips_are_few_and_only_where_confusable(known: Tables) -> None:
    wrong = slipped(DEMAND, known.confusions)
    for name, most in (("title", 1), ("description", 1), ("requirements", 1)):
        before, after = getattr(DEMAND, name), getattr(wrong, name)
        places = [at for at, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
        assert len(places) == most, name
        assert all(after[at] in known.confusions[before[at]] for at in places)
    assert slipped(Demand("D", "〇〇〇"), known.confusions).title == "〇〇〇"


def test_padding_keeps_the_need_and_reaches_its_length(known: Tables) -> None:
    long = padded(DEMAND, known.boilerplate)
    assert DEMAND.description in long.description
    assert not long.description.startswith(DEMAND.description)
    assert not long.description.endswith(DEMAND.description)
    assert LONG <= sum(len(getattr(long, name)) for name in TEXTS) < LONG + 80
    already = Demand("D", "题", description="需" * LONG)
    assert padded(already, known.boilerplate) == already


@settings(deadline=None, max_examples=50)
@given(st.text(st.sampled_from("检测产品ABCxyz0189%.，。 "), max_size=40))
def test_full_width_is_undone_by_the_normaliser(text: str) -> None:
    normalise = Normaliser({})
    assert normalise(FULL_WIDTH(Demand("D", "题", description=text)).description) == normalise(text)


def test_the_tables_are_sound(known: Tables) -> None:
    for char, wrong in known.confusions.items():
        assert len(char) == 1
        assert wrong
        assert all(len(other) == 1 and other != char for other in wrong), char
    assert all(chinese and english for chinese, english in known.english.items())
    assert len(set(known.boilerplate)) == len(known.boilerplate) >= 30
    assert sum(map(len, known.boilerplate)) > 1_000
