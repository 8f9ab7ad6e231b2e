"""Nearly every text is cleaned by a short cut, which must give what the steps give, places included."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from matcher.analyser import Analyser
from matcher.text import Mapped, Normaliser

WORDS = {"机械人": "机器人", "天秤": "塔吊", "天秤座": "天秤座", "嘅": "的", "院舍": "养老院"}
PLAIN = st.text(
    st.one_of(
        st.sampled_from(
            "检测率不低于百分之机器人养老院天秤座械嘅舍數據發後乾，。：；（）()％《》“”①⑨ＡＺａ１ \n\t\u3000a1.5A-"
        ),
        st.characters(min_codepoint=0x20, max_codepoint=0xFFFF, exclude_categories=["Cs"]),
    ),
    max_size=12,
)


def by_steps(normalise: Normaliser, text: str) -> Mapped:
    """Cleaning without the short cut."""
    current = Mapped(text)
    for _ in range(4):
        before = current.text
        for step in normalise.steps:
            current = step(current)
        if current.text == before:
            break
    return current


def places(mapped: Mapped) -> list[tuple[int, int]]:
    return [mapped.span(i, i + 1) for i in range(len(mapped.text))]


@settings(deadline=None, max_examples=1000)
@given(PLAIN)
@example("养  (养)老")
@example("检 测")
@example("\n检测 ")
@example("天秤座天秤")
@example("两 \n 行")
@example("數據發現頭髮，乾隆後")
@example("機械人")
def test_the_short_cut_gives_what_the_steps_give(text: str) -> None:
    normalise = Normaliser(WORDS)
    quick, slow = normalise.mapped(text), by_steps(normalise, text)
    assert (quick.text, places(quick)) == (slow.text, places(slow))


def test_every_character_alone_and_in_company(analyser: Analyser) -> None:
    """With the shipped table, for the blocks that Chinese lists are written in."""
    blocks = (*range(0x20, 0x250), *range(0x2000, 0x2700), *range(0x3000, 0x3100), *range(0xFF00, 0xFFF0))
    normalise = analyser.normalise
    for code in (*blocks, *range(0x4E00, 0xA000, 7)):
        for text in (chr(code), f"检{chr(code)} 测{chr(code)}(a)"):
            quick, slow = normalise.mapped(text), by_steps(normalise, text)
            assert (quick.text, places(quick)) == (slow.text, places(slow)), hex(code)


def test_a_table_without_words() -> None:
    assert Normaliser({})("机械人 Ａ") == "机械人 a"
