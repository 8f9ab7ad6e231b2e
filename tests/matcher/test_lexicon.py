"""The word lists: what they say, that they are clean, and what happens when somebody spoils one."""

from __future__ import annotations

import re
from pathlib import Path

import opencc
import pytest

from matcher.errors import InvalidInput
from matcher.lexicon import DICTIONARY, FILES, LEARNED, Lexicon
from matcher.text import Normaliser

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("天秤司机", "塔吊司机"),
        ("天秤座", "天秤座"),
        ("機械人清潔", "机器人清洁"),
        ("機械人員", "机械人员"),
        ("安老院舍的長者", "养老院的老人"),
        ("屋邨升降機", "小区电梯"),
        ("施工升降机", "施工升降机"),
        ("升降机构", "升降机构"),
        ("巴士和的士", "公交车和出租车"),
        ("勇敢的士兵", "勇敢的士兵"),
        ("貨櫃碼頭", "集装箱码头"),
        ("售货柜补货", "售货柜补货"),
        ("地盤判頭", "工地包工头"),
        ("存量土地盘活", "存量土地盘活"),
        ("库存实地盘点", "库存实地盘点"),
        ("石屎剝落，要批盪", "混凝土剥落,要抹灰"),
        ("渠務工人", "排水工人"),
        ("渠務署", "渠务署"),
        ("沟通渠道", "沟通渠道"),
        ("沙井清淤", "检查井清淤"),
        ("深圳沙井街道", "深圳沙井街道"),
        ("視像會議和數碼化", "视频会议和数字化"),
        ("数码印花", "数码印花"),
        ("参数码垛", "参数码垛"),
        ("空氣質素", "空气质量"),
        ("木质素", "木质素"),
        ("唔夠人手，睇唔到", "不够人手,看不到"),
        ("冇人喺度", "没人在"),
        ("啲嘢嘅問題", "些东西的问题"),
        ("查看更多", "查看更多"),
        ("算法团队", "算法团队"),
        ("业主立案法团", "业委会"),
        ("首创科技", "首创科技"),
        ("捆扎铁丝", "捆扎铁丝"),
        ("医疗康复康养", "医疗康复康养"),
        ("废物管理", "废物管理"),
        ("地铁闸机", "地铁闸机"),
        ("斜坡與樓宇", "斜坡与楼宇"),
        ("月台装卸", "月台装卸"),
        ("返工率高", "返工率高"),
    ],
)
def test_hong_kong_words(lexicon: Lexicon, text: str, wanted: str) -> None:
    assert Normaliser(lexicon.hongkong)(text) == wanted


def test_hong_kong_words_are_simplified_and_final(lexicon: Lexicon) -> None:
    convert = opencc.OpenCC("t2s").convert
    assert [w for w in lexicon.hongkong if convert(w) != w] == []
    normalise = Normaliser(lexicon.hongkong)
    assert [(w, m) for w, m in lexicon.hongkong.items() if normalise(m) != m] == []
    guards = [w for w, m in lexicon.hongkong.items() if w == m]
    others = [w for w, m in lexicon.hongkong.items() if w != m]
    assert len(others) >= 200
    useless = [g for g in guards if not any(o in g or any(g.endswith(o[:n]) for n in range(1, len(o))) for o in others)]
    assert useless == [], "an entry that maps to itself must protect something"


def test_synonyms_go_both_ways(lexicon: Lexicon) -> None:
    assert lexicon.synonyms["巡检"] == ("巡查", "巡视", "点检", "巡逻检查")
    assert all(word in lexicon.synonyms[other] for word, others in lexicon.synonyms.items() for other in others)
    assert all(word == word.casefold() for word in lexicon.synonyms)
    assert len({frozenset((w, *others)) for w, others in lexicon.synonyms.items()}) >= 150


def test_bridges_lead_from_demanders_to_vendors(lexicon: Lexicon) -> None:
    assert lexicon.bridges["手掂"]["称重分级"] == 0.8
    assert "漏检" in lexicon.bridges["看走眼"]
    assert "外观检测" in lexicon.bridges["工人翻面看"]
    assert all(0 < w <= 1 for targets in lexicon.bridges.values() for w in targets.values())
    assert len(lexicon.bridges) >= 400


def test_every_word_survives_the_normaliser(lexicon: Lexicon) -> None:
    """A word that the normaliser rewrites would never be met in normalised text."""
    normalise = Normaliser(lexicon.hongkong)
    targets = [word for words in lexicon.bridges.values() for word in words]
    words = [*lexicon.synonyms, *lexicon.bridges, *targets, *lexicon.dictionary, *lexicon.vague]
    assert [word for word in words if normalise(word) != word] == []


def test_dictionary_is_sorted_han_words(lexicon: Lexicon, root: Path) -> None:
    words = list(lexicon.dictionary)
    assert words == sorted(words)
    assert [w for w in words if not HAN.fullmatch(w) or not 2 <= len(w) <= 6] == []
    assert all(200 <= f <= 20000 for f in lexicon.dictionary.values())
    assert {"灯检", "腐蚀"} & lexicon.dictionary.keys() == {"灯检"}, "words that jieba knows are not repeated"


def test_dictionary_words_are_cut_whole(lexicon: Lexicon, tmp_path: Path) -> None:
    from matcher.segment import segmenter

    cut = segmenter(lexicon.dictionary, tmp_path)
    assert [w for w in lexicon.dictionary if cut.words(w) != [w]] == []


@pytest.mark.parametrize("file", ["bridges.tsv", "hongkong.tsv"])
def test_word_pairs_are_sorted(root: Path, file: str) -> None:
    lines = (root / "data" / "lexicon" / file).read_text("utf-8").splitlines()
    rows = [line.split("\t")[0] for line in lines if not line.startswith("#")][1:]
    assert rows == sorted(rows)


def test_vague_wording(lexicon: Lexicon) -> None:
    assert lexicon.vague_in("达到国际先进水平，越快越好，价格面议") == ("国际先进", "先进水平", "越快越好", "价格面议")
    assert lexicon.vague_in("面议") == ("面议",)
    assert lexicon.vague_in("漏检率不高于0.5%，节拍3秒") == ()
    assert all(hint for hint in lexicon.vague.values())


def _copy(root: Path, to: Path) -> Path:
    for file in (*FILES, DICTIONARY, LEARNED):
        (to / file).write_text((root / "data" / "lexicon" / file).read_text("utf-8"), "utf-8")
    return to


@pytest.mark.parametrize(
    ("file", "row", "says"),
    [
        ("synonyms.tsv", "孤单", "一组同义词至少两个"),
        ("synonyms.tsv", "巡检、另一个", "「巡检」已在另一组同义词中"),
        ("bridges.tsv", "新词\t视觉\t2", "「权重」应是 0.01 到 1 之间的数，现为「2」"),
        ("bridges.tsv", "新词\t\t0.5", "「方案方用词」不能为空"),
        ("bridges.tsv", "新词\t新词\t0.5", "指向自身"),
        ("hongkong.tsv", "巴士\t汽车", "「巴士」重复"),
        ("hongkong.tsv", "巴士", "「内地用词」不能为空"),
        ("dictionary.txt", "新词", "应为「词 频次」"),
        ("dictionary.txt", "新词 零", "应为「词 频次」"),
    ],
)
def test_bad_rows_name_file_and_line(root: Path, tmp_path: Path, file: str, row: str, says: str) -> None:
    path = _copy(root, tmp_path) / file
    lines = path.read_text("utf-8").rstrip("\n").split("\n")
    path.write_text("\n".join([*lines, row]) + "\n", "utf-8")
    with pytest.raises(InvalidInput) as caught:
        Lexicon.load(tmp_path)
    assert str(caught.value).startswith(f"{file} 第 {len(lines) + 1} 行：")
    assert says in str(caught.value)


def test_version_follows_the_words(root: Path, tmp_path: Path, lexicon: Lexicon) -> None:
    folder = _copy(root, tmp_path)
    assert Lexicon.load(folder).version == lexicon.version
    with (folder / DICTIONARY).open("a", encoding="utf-8") as file:
        file.write("崭新词语 300\n")
    assert Lexicon.load(folder).version != lexicon.version
    (_copy(root, tmp_path) / LEARNED).write_text('{"手掂": {"称重": 1.0}}', "utf-8")
    assert Lexicon.load(folder).version != lexicon.version
