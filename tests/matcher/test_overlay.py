"""The house's own words: laid over the shipped tables by the same loaders, and asked with."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.analyser import Analyser
from matcher.errors import InvalidInput
from matcher.expansion import SYNONYM, Added
from matcher.lexicon import Lexicon
from matcher.model import Kind
from matcher.overlay import PLAIN, Overlay, key_of
from matcher.taxonomy import FACETS, Taxonomy
from matcher.why import FACET_NAMES
from matcher.wordbook import PLACES, check, fitting, rows, written


@pytest.fixture(scope="module")
def data(root: Path) -> Path:
    return root / "data"


def edited(*changes: tuple[str, dict[str, str]], edition: int = 1) -> Overlay:
    """The overlay of some rows as staff fill them in: (address of the table, columns)."""
    overlay = Overlay(edition)
    for place, given_row in changes:
        key, cells = written(PLACES[place], given_row)
        overlay = overlay.with_row(PLACES[place].file, key, cells)
    return overlay


BRIDGE = ("bridges", {"需求方用词": "手掂蛋", "方案方用词": "称重分级", "权重": "0.7"})
GROUP = ("synonyms", {"词组": "磨具房、砂轮间"})


def test_without_changes_nothing_changes(data: Path, lexicon: Lexicon, taxonomy: Taxonomy) -> None:
    assert Lexicon.load(data / "lexicon", PLAIN).version == lexicon.version
    assert Taxonomy.load(data / "taxonomy", Overlay(7)).version == taxonomy.version
    assert PLAIN.version == ""


def test_new_rows_are_read_by_the_same_loaders(data: Path, lexicon: Lexicon) -> None:
    overlay = edited(
        BRIDGE, GROUP, ("dictionary", {"词": "砂轮间"}), ("hongkong", {"港澳用词": "磨刀鋪", "内地用词": "磨刀店"})
    )
    own = Lexicon.load(data / "lexicon", overlay)
    assert own.bridges["手掂蛋"] == {"称重分级": 0.7}
    assert own.synonyms["磨具房"] == ("砂轮间",)
    assert own.dictionary["砂轮间"] == 500
    assert own.hongkong["磨刀铺"] == "磨刀店"
    assert own.version.startswith(lexicon.version + "+")
    assert own.bridges.keys() - lexicon.bridges.keys() == {"手掂蛋"}


def test_a_shipped_row_is_changed_in_place_and_left_out(data: Path, lexicon: Lexicon) -> None:
    asked, targets = next(iter(lexicon.bridges.items()))
    offered = next(iter(targets))
    overlay = Overlay(1, {"bridges.tsv": {f"{asked}→{offered}": None}})
    assert Lexicon.load(data / "lexicon", overlay).bridges.get(asked, {}) == {
        word: weight for word, weight in targets.items() if word != offered
    }
    overlay = edited(("bridges", {"需求方用词": asked, "方案方用词": offered, "权重": "0.05"}))
    assert Lexicon.load(data / "lexicon", overlay).bridges[asked][offered] == 0.05


def test_taxonomy_entries(data: Path) -> None:
    new = ("technologies", {"名称": "触觉手套", "上级": "机器人", "线索词": "触觉手套、数据手套"})
    own = Taxonomy.load(data / "taxonomy", edited(new))
    assert "technology:触觉手套" in own.tag("工人戴着数据手套示教")
    assert own.parent("触觉手套") == "机器人"


@pytest.mark.parametrize(
    ("place", "cells", "says"),
    [
        ("synonyms", {"词组": "巡检"}, "至少要有两个词"),
        ("synonyms", {"词组": "砂轮间、巡检"}, "「巡检」已在另一组同义词中"),
        ("bridges", {"需求方用词": "磨", "方案方用词": "砂轮间"}, "“磨”太短"),
        ("synonyms", {"词组": ""}, "请填写“词组”"),
        ("bridges", {"需求方用词": "手掂蛋", "方案方用词": "手掂蛋"}, "指向自身"),
        ("bridges", {"需求方用词": "手掂蛋", "方案方用词": "称重、分级"}, "只填一个词"),
        ("bridges", {"需求方用词": "手掂蛋", "方案方用词": "称重", "权重": "很大"}, "0.01 到 1"),
        ("bridges", {"需求方用词": "手掂蛋", "方案方用词": "称重", "权重": "nan"}, "0.01 到 1"),
        ("dictionary", {"词": "AGV"}, "2 到 12 个汉字"),
        ("dictionary", {"词": "砂轮间", "频次": "-3"}, "频次"),
        ("technologies", {"名称": "触觉手套", "上级": "没有的方向"}, "不是技术方向的名称"),
        ("industries", {"名称": "磨具", "别名": "汽车"}, "已经属于「汽车」"),
        ("industries", {"名称": "磨具", "线索词": "磨"}, "太短"),
        ("industries", {"名称": "磨" * 31 + "、甲", "别名": "磨" * 31}, "太长"),
    ],
)
def test_wrong_entries_are_refused_with_a_reason(data: Path, place: str, cells: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        check(data, edited((place, cells)))


def test_what_no_longer_fits_is_left_out_and_named(data: Path) -> None:
    """An upgrade may ship a group that holds a word of ours; the service must start all the same."""
    overlay = edited(BRIDGE, ("synonyms", {"词组": "砂轮间、巡检"}), edition=4)
    kept, left_out = fitting(overlay, data)
    assert kept == edited(BRIDGE, edition=4)
    assert [(file, key) for file, key, _ in left_out] == [("synonyms.tsv", "砂轮间")]
    assert "巡检" in left_out[0][2]


def test_a_manifest_keeps_it() -> None:
    overlay = edited(BRIDGE, GROUP, edition=3).with_row("dictionary.txt", "三沙", None)
    assert Overlay.of_json(overlay.as_json()) == overlay
    assert Overlay.of_json(None) == PLAIN
    with pytest.raises(InvalidInput):
        Overlay.of_json({"edition": "x"})


@pytest.mark.parametrize("name", PLACES)
def test_every_shipped_row_can_be_filled_in_again(data: Path, name: str) -> None:
    """What the page shows can be saved unchanged: key and row come back, or staff could not correct one word of it."""
    place = PLACES[name]
    for row in rows(data, place):
        key, cells = written(place, row.cells)
        assert key == key_of(place.file, cells)
        assert {c: t.replace(" ", "") for c, t in cells.items()}.keys() == row.cells.keys()


word = st.text("磨具房砂轮间料仓筛网", min_size=2, max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(word, word), max_size=6, unique_by=lambda pair: pair[0]))
def test_the_order_of_changes_to_different_rows_does_not_matter(pairs: list[tuple[str, str]]) -> None:
    changes = [("bridges", {"需求方用词": a, "方案方用词": b, "权重": "0.5"}) for a, b in pairs]
    assert edited(*changes).version == edited(*reversed(changes)).version


def test_expansion(data: Path) -> None:
    expansion = Lexicon.load(data / "lexicon", edited(BRIDGE, GROUP)).expansion
    assert expansion.added(Kind.DEMAND, "鸡蛋大小全靠手掂蛋") == (Added("手掂蛋", "称重分级", 0.7),)
    assert expansion.added(Kind.SOLUTION, "称重分级一体机") == (Added("称重分级", "手掂蛋", 0.7),)
    assert expansion.added(Kind.SOLUTION, "手掂蛋") == ()
    assert expansion.added(Kind.DEMAND, "砂轮间噪声大") == (Added("砂轮间", "磨具房", SYNONYM),)
    assert expansion.added(Kind.DEMAND, "不含砂轮间") == ()
    assert expansion.added(Kind.DEMAND, "手掂蛋太慢，要称重分级") == ()


def test_shipped_words_are_not_asked_with(lexicon: Lexicon) -> None:
    assert not lexicon.expansion


def test_a_new_word_is_cut_whole(data: Path, analyser: Analyser, tmp_path: Path) -> None:
    own = Analyser.load(Lexicon.load(data / "lexicon", edited(("dictionary", {"词": "蛋托周转"}))), tmp_path)
    assert "蛋托周转" in own.counts("蛋托周转慢")
    assert "蛋托周转" not in analyser.counts("蛋托周转慢")
    assert own.version != analyser.version


def test_every_facet_has_a_name() -> None:
    assert FACET_NAMES.keys() == FACETS.keys()
