"""Most texts are sound and are let through by a look; what the look lets through, the steps would not have touched."""

from __future__ import annotations

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from matcher.repair import STEPS, WRONG, mojibake, repaired

CHINESE = st.text(
    st.sampled_from("检测率不低于百分之机器人养老院焊缝漏识别，。；≤≥±℃·°éà½，，。。?（(<&>)）锟斤拷烫屯a1% \n"),
    max_size=20,
)
DAMAGED = st.one_of(
    CHINESE.map(lambda text: text.encode().decode("gb18030", "replace")),
    CHINESE.map(lambda text: text.encode().decode("cp1252", "ignore")),
    CHINESE.map(lambda text: text.encode().decode("latin-1")),
)
TEXTS = st.lists(st.one_of(CHINESE, DAMAGED, st.text(max_size=6)), max_size=3).map("".join)


def by_steps(text: str) -> tuple[str, list[str]]:
    """Repairing without the look."""
    found = []
    for code, step in STEPS:
        after = step(text)
        if after != text:
            found.append(code)
        text = after
    return text, [*found, *(["mojibake_lost"] if mojibake(text) else [])]


def misread(text: str) -> bool:
    """Whether some stretch of four letters beyond ASCII gives Chinese when its bytes are read as UTF-8."""
    for stretch in re.findall(r"[^\x00-\x7f]{4,}", text):
        for encode in WRONG:
            try:
                again = encode(stretch).decode("utf-8", "replace")
            except UnicodeEncodeError:
                continue
            if again.count("\ufffd") <= len(again) / 5 and len(re.findall("[\u4e00-\u9fff]", again)) >= 2:
                return True
    return False


@settings(deadline=None, max_examples=1000)
@given(TEXTS)
@example("焊缝检测".encode().decode("gb18030", "replace"))
@example("焊缝检测，焊缝".encode().decode("latin-1"))
@example("养(养)老產(chǎn)業<br>，，，")
def test_the_look_lets_nothing_through_that_the_steps_repair(text: str) -> None:
    whole, found = repaired(text)
    assert (whole, [damage.code for damage in found]) == by_steps(text)


@settings(deadline=None, max_examples=1000)
@given(DAMAGED)
@example("涓枃涓枃")
def test_misread_bytes_are_seen_wherever_they_give_chinese(text: str) -> None:
    lost = re.search(r"(?:锟斤拷)+|\ufffd+|(?:烫烫|屯屯){2,}|\?{4,}", text)
    assert (mojibake(text) is not None) == (lost is not None or misread(text))
