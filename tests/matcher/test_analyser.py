"""Terms: what must survive, what must not, and the law that both ways of asking agree."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from matcher.analyser import Analyser
from matcher.errors import Unavailable
from matcher.lexicon import Lexicon
from matcher.segment import JiebaSegmenter, RustSegmenter


@pytest.mark.parametrize(
    ("text", "present", "absent"),
    [
        ("IP69K防护的AGV小车", {"ip69k", "agv", "防护", "小车"}, set()),
        ("漏检率≤3%，不良500ppm", {"%", "ppm", "漏检"}, {"3", "500", "500ppm"}),
        ("车速60m/min，重3.5kg", {"m/min", "kg"}, {"60", "3.5"}),
        ("S7-1200与ROS/SLAM", {"s7-1200", "ros/slam", "ros", "slam"}, {"1200"}),
        ("3D视觉和5G", {"3d", "5g", "视觉"}, set()),
        ("拨打12345热线", {"12345", "热线"}, set()),
        ("安装简单", {"简单", "安装"}, set()),
        ("手掂", {"手掂"}, set()),
        ("的了在", set(), {"的", "了", "在"}),
        ("焊枪", {"焊", "枪", "焊枪"}, set()),
        ("C++和AI", {"c++", "ai"}, set()),
        ("機械人", {"机器人", "机器", "器人"}, {"机械人"}),
    ],
)
def test_terms(text: str, present: set[str], absent: set[str], analyser: Analyser) -> None:
    terms = set(analyser.counts(text))
    assert present <= terms
    assert not absent & terms


def test_a_word_of_two_characters_weighs_more_than_a_bigram_that_straddles(analyser: Analyser) -> None:
    counts = analyser.counts("检测划伤")
    assert (counts["检测"], counts["划伤"], counts["测划"]) == (2, 2, 1)


def test_spoken_words_are_the_whole_ones_and_counted_once(analyser: Analyser) -> None:
    spoken = analyser.spoken("用AGV搬料，搬运划伤的料，S7-1200")
    assert spoken == {"agv": 1, "搬": 1, "料": 2, "搬运": 1, "划伤": 1, "s7-1200": 1, "s7": 1}
    assert spoken.keys() <= analyser.counts("用AGV搬料，搬运划伤的料，S7-1200").keys()
    assert [term for term in spoken if analyser.is_doubled(term)] == ["搬运", "划伤"]


def test_both_segmenters_cut_alike(lexicon: Lexicon, tmp_path: Path, root: Path) -> None:
    """The plain jieba is the oracle of the fast one, on every run of Han characters of a knowledge file."""
    plain, fast = JiebaSegmenter(lexicon.dictionary, tmp_path), RustSegmenter(lexicon.dictionary)
    text = (root / "data" / "knowledge" / "13_long_tail_industries.jsonl").read_text("utf-8")
    runs = sorted(set(re.findall(r"[\u3400-\u9fff]+", text)))
    assert [fast.words(run) for run in runs] == [plain.words(run) for run in runs]


def test_jiebas_cache_is_private(lexicon: Lexicon, tmp_path: Path) -> None:
    JiebaSegmenter({}, tmp_path / "cache")
    assert [p.name for p in (tmp_path / "cache").iterdir()] == ["jieba.cache"]
    assert (tmp_path / "cache").stat().st_mode & 0o077 == 0


def test_the_lexical_arm_is_alive(analyser: Analyser) -> None:
    analyser.probe()


class _Dead(Analyser):
    """Every occurrence is its own term, as when a segmenter returns whole clauses."""

    def _terms(self, piece: re.Match[str]) -> list[str]:
        return [f"{piece[0]}#{id(piece)}"]


def test_a_dead_lexical_arm_is_noticed(lexicon: Lexicon) -> None:
    with pytest.raises(Unavailable, match="分词检查未通过"):
        _Dead(lexicon, RustSegmenter({})).probe()


def test_the_version_names_the_dictionary(lexicon: Lexicon) -> None:
    segment = RustSegmenter({})
    other = replace(lexicon, dictionary={**lexicon.dictionary, "新词条": 9})
    assert Analyser(lexicon, segment).version != Analyser(other, segment).version
