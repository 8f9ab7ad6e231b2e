"""Cleaning: the golden table, the way back to the original, and two laws."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matcher.analyser import Analyser
from matcher.text import Mapped, Normaliser, simplified

TABLE = [
    tuple(json.loads(cell) for cell in line.split("\t"))
    for line in (Path(__file__).parent.parent / "golden" / "normalisation.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
MESSY = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("產(chǎn)業(业) （）　機械人院舍天秤ＡＩ％\u200b\n"))
)


@pytest.mark.parametrize(("original", "cleaned"), TABLE)
def test_golden(original: str, cleaned: str, analyser: Analyser) -> None:
    assert analyser.normalise(original) == cleaned


@settings(deadline=None, max_examples=400)
@given(MESSY)
@example("(ai)產(chǎn)")
@example("養 (养)")
def test_cleaning_twice_changes_nothing(analyser: Analyser, text: str) -> None:
    once = analyser.normalise(text)
    assert analyser.normalise(once) == once


@settings(deadline=None, max_examples=400)
@given(MESSY)
def test_every_character_knows_a_place_in_the_original(analyser: Analyser, text: str) -> None:
    mapped = analyser.normalise.mapped(text)
    last = 0
    for i in range(len(mapped.text)):
        start, end = mapped.span(i, i + 1)
        assert 0 <= start < end <= len(text)
        assert start >= last
        last = start


@pytest.mark.parametrize(
    ("original", "word", "stands_for"),
    [
        ("清潔機械人與院舍", "机器人", "機械人"),
        ("清潔機械人與院舍", "养老院", "院舍"),
        ("產(chǎn)業(yè)鏈", "产业", "產(chǎn)業(yè)"),
        ("防護ＩＰ６９Ｋ級", "ip69k", "ＩＰ６９Ｋ"),
        ("面積３０㎡", "m2", "㎡"),
        ("質 量", "质量", "質 量"),
    ],
)
def test_highlights_land_on_what_was_written(original: str, word: str, stands_for: str, analyser: Analyser) -> None:
    mapped = analyser.normalise.mapped(original)
    at = mapped.text.index(word)
    start, end = mapped.span(at, at + len(word))
    assert original[start:end].rstrip("(chǎnyè)") == stands_for.rstrip("(chǎnyè)")


def test_a_word_that_maps_to_itself_protects_a_longer_one() -> None:
    normalise = Normaliser({"天秤": "塔吊", "天秤座": "天秤座"})
    assert normalise("天秤座與天秤") == "天秤座与塔吊"


def test_simplification_never_changes_the_length() -> None:
    every = "".join(map(chr, range(0x3400, 0xA000)))
    assert len(simplified(every)) == len(every)


def test_an_empty_stretch_has_no_place() -> None:
    assert Mapped("abc").span(2, 2) == (0, 0)
