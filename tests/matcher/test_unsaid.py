"""A text that is not parsed since it surely says nothing of what is asked must indeed say nothing of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from matcher import requirements
from matcher.measures import shipped
from matcher.numerals import fold
from matcher.requirements import compare, parse


@pytest.fixture(scope="module")
def statements(root: Path) -> list[str]:
    """Every sixth topic's statements, both sides."""

    def told() -> Iterator[str]:
        for file in sorted((root / "data" / "knowledge").glob("*.jsonl")):
            for line in file.read_text("utf-8").splitlines()[::6]:
                topic = json.loads(line)
                yield from (*topic["demand"], *topic["solution"])

    return list(told())


def test_no_figure_is_called_unsaid(statements: list[str]) -> None:
    measures = shipped()
    named = [(text, i) for text in statements for i in parse(text) if i.quantity]
    assert len(named) > 300
    wrong = [(text, i.text) for text, i in named if measures.unsaid(i.quantity, "", fold(text))]
    assert not wrong


def test_verdicts_are_the_same_without_it(statements: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    demands = [text for text in statements if requirements.required(text)][:40]
    offers = ["\n".join(statements[at : at + 5]) for at in range(0, 1500, 15)]
    quick = [compare(demand, offer) for demand in demands for offer in offers]
    assert any(r.spans[1:] for answer in quick for r in answer)
    monkeypatch.setattr(requirements, "_may_answer", lambda text, asked: True)
    assert quick == [compare(demand, offer) for demand in demands for offer in offers]


@pytest.mark.parametrize(
    ("quantity", "text", "unsaid"),
    [
        ("漏检率", "识别率98%", True),
        ("漏检率", "检出率99%", False),
        ("漏检率降幅", "漏检下降30%", False),
        ("准确率", "识别精度98%", False),
        ("节拍", "每小时600件", False),
        ("续航时间", "一次充电可用八小时", True),
    ],
)
def test_by_words_alone(quantity: str, text: str, unsaid: bool) -> None:
    assert shipped().unsaid(quantity, "", fold(text)) is unsaid


def test_sentences_that_cannot_ask_ask_for_nothing(statements: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    quick = [requirements.required.__wrapped__(text, True) for text in statements]
    assert any(quick)
    monkeypatch.setattr(requirements, "_MAY_ASK", re.compile(""))
    assert quick == [requirements.required.__wrapped__(text, True) for text in statements]


def test_a_sentence_is_read_by_itself(statements: list[str]) -> None:
    for one, other in pairwise(statements[:300]):
        both = parse(f"{one.rstrip('。')}。{other}")
        assert [i.text for i in both] == [i.text for text in (one, other) for i in parse(text)]
        assert all(f"{one.rstrip('。')}。{other}"[i.start : i.end] == i.text for i in both)
