"""Bridges from the words of one side to those of the other, read from a table and learned from topics."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from indexer.train.knowledge import Topic
from indexer.train.translation import learn, write
from matcher.analyser import Analyser
from matcher.errors import InvalidInput
from matcher.lexicon import Lexicon
from matcher.model import Kind
from matcher.translation import Bridges, Translation

TABLE = {"手掂": {"称重": 3.0, "分级": 4.0}, "大小": {"分级": 1.0, "大小": 0.5}}


def test_a_demands_words_lead_to_a_solutions() -> None:
    found = Translation(TABLE).of(Kind.DEMAND, ["大小", "手掂", "鸡蛋"])
    size = math.hypot(3, 5)
    assert found.weights == {"分级": pytest.approx(5 / size), "称重": pytest.approx(3 / size)}
    assert found.via == {"分级": "手掂", "称重": "手掂"}


def test_a_solutions_words_lead_back() -> None:
    found = Translation(TABLE).of(Kind.SOLUTION, ["分级"])
    assert found.weights == {"手掂": pytest.approx(4 / math.hypot(4, 1)), "大小": pytest.approx(1 / math.hypot(4, 1))}
    assert found.via == {"手掂": "分级", "大小": "分级"}


def test_a_word_that_the_text_has_is_no_bridge() -> None:
    assert Translation(TABLE).of(Kind.DEMAND, ["手掂", "称重"]).weights == {"分级": 1.0}
    assert Translation(TABLE).of(Kind.DEMAND, ["没有"]) == Bridges()


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    write(TABLE, tmp_path / "learned.json")
    lines = (tmp_path / "learned.json").read_text("utf-8").splitlines()
    assert lines[1] == '"手掂": {"称重": 3.0, "分级": 4.0},'
    read = Translation.read(tmp_path / "learned.json")
    assert read.of(Kind.DEMAND, ["大小"]) == Translation(TABLE).of(Kind.DEMAND, ["大小"])
    assert Translation.read(tmp_path / "none.json").of(Kind.DEMAND, ["手掂"]) == Bridges()


@pytest.mark.parametrize(
    "content", ["[]", "{", '{"手掂": ["称重"]}', '{"手掂": {"称重": "3"}}', '{"手掂": {"称重": 0}}']
)
def test_a_broken_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "learned.json").write_text(content, "utf-8")
    with pytest.raises(InvalidInput, match=r"learned\.json"):
        Translation.read(tmp_path / "learned.json")


def topic(name: str, demand: str, solution: str) -> Topic:
    return Topic(name, "test.jsonl", (), (), (demand,), (solution,), (), (), ())


def test_what_always_stands_together_is_learned_and_the_rest_is_not(root: Path, tmp_path: Path) -> None:
    """Every vendor speaks of 相机, which only the empty word explains. 鸡蛋 goes with 称重, 玻璃 with 裂纹."""
    analyser = Analyser.load(Lexicon.load(root / "data" / "lexicon"), tmp_path)
    known = [
        topic("鸡蛋一", "鸡蛋手掂", "称重相机"),
        topic("鸡蛋二", "鸡蛋难分", "称重相机"),
        topic("玻璃一", "玻璃眼看", "裂纹相机"),
        topic("玻璃二", "玻璃挑拣", "裂纹相机"),
    ]
    table = learn(known, analyser)
    assert max(table["鸡蛋"], key=table["鸡蛋"].__getitem__) == "称重"
    assert max(table["玻璃"], key=table["玻璃"].__getitem__) == "裂纹"
    assert "裂纹" not in table["鸡蛋"]
    assert table["鸡蛋"]["称重"] > 3 * table["鸡蛋"].get("相机", 0.0)
    assert learn(known, analyser) == table
    assert learn(list(reversed(known)), analyser).keys() == table.keys()


def test_the_shipped_table_is_of_words_the_analyser_knows(root: Path, tmp_path: Path) -> None:
    table = json.loads((root / "data" / "lexicon" / "learned.json").read_text("utf-8"))
    analyser = Analyser.load(Lexicon.load(root / "data" / "lexicon"), tmp_path)
    assert len(table) > 10_000
    some = list(table.items())[:: len(table) // 200]
    assert all(analyser.is_word(word) and all(map(analyser.is_word, answers)) for word, answers in some)
    assert all(0 < len(answers) <= 8 and word not in answers for word, answers in some)
