"""What of a text is counted: not what fills forms, not what an offer excludes; and nothing is ever lost altogether."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.analyser import Analyser
from matcher.caveats import caveats
from matcher.lexicon import Lexicon
from matcher.matter import exclusions, is_filler, sentences, without_exclusions
from matcher.model import Kind, Profile, Status

NEED = "鸡蛋大小全靠手掂，一天要分两万枚，希望能自动称重分级。"
FILLER = "公司先后荣获守合同重信用企业、劳动关系和谐单位等多项荣誉称号。"


@pytest.mark.parametrize(
    ("text", "kept", "excluded"),
    [
        ("支持普通话，不支持方言和自由提问。", "支持普通话，\n", ("不支持方言和自由提问",)),
        ("含相机与光源；暂不提供车辆", "含相机与光源；\n", ("暂不提供车辆",)),
        ("系统尚未验证高温环境", "系统", ("尚未验证高温环境",)),
        ("无需停机，不损伤果皮，不需要示教", "无需停机，不损伤果皮，不需要示教", ()),
    ],
)
def test_what_an_offer_excludes(text: str, kept: str, excluded: tuple[str, ...]) -> None:
    assert without_exclusions(text) == kept
    assert tuple(said for _, said in exclusions(text)) == excluded
    assert all(text[start:].startswith(said) for start, said in exclusions(text))


def test_an_excluded_word_counts_for_a_demand_but_not_for_an_offer(analyser: Analyser) -> None:
    text = "语音播报导览，不支持方言。"
    assert "方言" in analyser.matter(text, offer=False).counts
    assert analyser.matter(text, offer=True).counts == analyser.counts("语音播报导览")
    assert analyser.matter("不支持方言。", offer=True).counts == analyser.counts("不支持方言。")


def test_filler_is_left_out_and_named(analyser: Analyser) -> None:
    matter = analyser.matter(FILLER * 6 + NEED, offer=False)
    assert matter.left_out == (FILLER,) * 6
    assert matter.counts == analyser.counts(NEED)


def test_a_short_text_is_counted_whole(analyser: Analyser) -> None:
    matter = analyser.matter(FILLER + NEED, offer=False)
    assert matter.left_out == ()
    assert matter.counts == analyser.counts(FILLER + NEED)


def test_a_text_of_nothing_but_filler_is_counted_whole(analyser: Analyser) -> None:
    for text in (FILLER, FILLER * 9):
        assert analyser.matter(text, offer=False).counts == analyser.counts(text)


def test_most_filler_is_recognised_and_hardly_any_need(lexicon: Lexicon, analyser: Analyser, root: Path) -> None:
    """On sentences that the table was not learned from."""

    def share(texts: list[str]) -> float:
        return sum(is_filler(analyser.counts(text), lexicon.filler) for text in texts) / len(texts)

    lines = (root / "data/gold/boilerplate.txt").read_text("utf-8").splitlines()
    boilerplate = [line for line in lines if not line.startswith("#")]
    learned_from = (root / "data/knowledge/filler.txt").read_text("utf-8")
    assert not [line for line in boilerplate if line in learned_from]
    demands = [json.loads(line) for line in (root / "data/gold/dev/demands.jsonl").read_text("utf-8").splitlines()]
    told = [text for demand in demands for text in sentences(demand["description"]) if len(text) > 10]
    assert share(boilerplate) > 0.8
    assert share(told) < 0.04


@given(st.text(alphabet="扫地不含机器人公司，。；\n A1", max_size=260))
def test_whatever_is_written_something_of_it_is_counted(analyser: Analyser, text: str) -> None:
    for offer in (False, True):
        counts = analyser.matter(text, offer=offer).counts
        assert not Counter(counts) - Counter(analyser.counts(text))
        assert bool(counts) == bool(analyser.counts(text))


@given(st.text(alphabet="扫地机。；！\n ", max_size=40))
def test_sentences_are_the_whole_text(text: str) -> None:
    assert "".join(sentences(text)) == text.lstrip("。；！\n") or not text.strip("。；！\n ")


def test_an_exclusion_the_demand_speaks_of_is_told_beside_the_requirements(analyser: Analyser) -> None:
    demand = Profile("D1", Kind.DEMAND, {"title": "景区导览", "body": "游客多讲客家话，要能听懂方言。门票另办。"})
    offer = Profile("S1", Kind.SOLUTION, {"body": "导览机器人，会讲解，不支持方言和自由提问，不含飞行硬件。"})
    (told,) = caveats(demand, offer, analyser, offered_by_query=False)
    assert (told.text, told.status) == ("要能听懂方言", Status.UNKNOWN)
    assert told.says == "方案写明“不支持方言和自由提问”，需求提到“方言”，请向方案方核实"
    asked, offered = told.spans
    assert demand.fields[asked.field][asked.start : asked.end] == "方言"
    assert offer.fields[offered.field][offered.start : offered.end] == "不支持方言和自由提问"
    assert caveats(replace(demand, fields={"body": "要能自动售票"}), offer, analyser, offered_by_query=False) == ()
