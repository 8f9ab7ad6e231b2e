"""Cells as text, as one line and as lists."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.cells import line, phrases, plain, text, words
from indexer.identity import name_key, stable_id
from indexer.numerals import arabic, value_of
from indexer.reading import Cell
from matcher.model import Kind


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (None, ""),
        (True, "是"),
        (95.0, "95"),
        (0.1, "0.1"),
        (13800001027.0, "13800001027"),
        (datetime(2026, 9, 1), "2026-09-01"),
        (datetime(2026, 9, 1, 8, 30), "2026-09-01 08:30:00"),
        (date(2026, 9, 1), "2026-09-01"),
    ],
)
def test_plain(cell: Cell, shown: str) -> None:
    assert plain(cell) == shown


@pytest.mark.parametrize(
    ("cell", "clean", "codes"),
    [
        ("\xa0河涌\u200b\n", "河涌", []),
        ("一\r\n二_x000D_\n\x00三", "一\n二\n三", []),
        ("a<br>b&nbsp;<span class='x'>c</span>", "a\nb c", ["html"]),
        ("功耗<180W & 噪声>3dB", "功耗<180W & 噪声>3dB", []),
        ("=每天申报约5.5万票", "=每天申报约5.5万票", []),
        ("全角１２３、繁體與護理（注）", "全角１２３、繁體與護理（注）", []),
        ("與護(护)理90厘米(实测)", "與护理90厘米(实测)", ["residue"]),
        ("產(chǎn)業(yè)，，好", "產業，好", ["pinyin", "punctuation"]),
        ("鏅烘収宸ュ巶缂洪櫡", "智慧工厂缺陷", ["mojibake"]),
        ("智慧锟斤拷工厂", "智慧锟斤拷工厂", ["mojibake_lost"]),
    ],
)
def test_text_keeps_the_wording(cell: str, clean: str, codes: list[str]) -> None:
    reading = text(cell)
    assert (reading.value, [note.code for note in reading.notes]) == (clean, codes)


@pytest.mark.parametrize(
    ("cell", "clean"),
    [
        ("冼小姐\n（Winnie）", "冼小姐（Winnie）"),
        ("AI\nvision", "AI vision"),
        ('\t"梅州、河源"\t', "梅州、河源"),
        ("“云翼”网格化机巢", "“云翼”网格化机巢"),
        ("  湛江市 雷港 ", "湛江市 雷港"),
    ],
)
def test_line(cell: str, clean: str) -> None:
    assert line(cell).value == clean


@pytest.mark.parametrize(
    ("cell", "entries"),
    [
        ("港口航运、交通；物流仓储/矿山,其他", ("港口航运", "交通", "物流仓储", "矿山")),
        ("家电／智能制造", ("家电", "智能制造")),
        ("防爆合格证\n国家高新技术企业", ("防爆合格证", "国家高新技术企业")),
        ("养老、 养老 、", ("养老",)),
        ("（无）", ()),
    ],
)
def test_words(cell: str, entries: tuple[str, ...]) -> None:
    assert words(cell).value == entries


@pytest.mark.parametrize(
    ("cell", "entries"),
    [
        ("AIS/雷达/CCTV融合；船名识别", ("AIS/雷达/CCTV融合", "船名识别")),
        ("机器视觉/RFID", ("机器视觉", "RFID")),
        ("机器视觉（2D、3D）；RFID", ("机器视觉（2D、3D）", "RFID")),
        ("机器视觉（2D、RFID", ("机器视觉（2D", "RFID")),
    ],
)
def test_phrases(cell: str, entries: tuple[str, ...]) -> None:
    assert phrases(cell).value == entries


def test_what_stands_in_an_attachment_is_said() -> None:
    assert [note.code for note in words("详见附件2").notes] == ["see_attachment"]


@settings(deadline=None)
@given(st.text(max_size=60))
def test_reading_twice_changes_nothing(cell: str) -> None:
    assert line(line(cell).value).value == line(cell).value or '"' in cell or "“" in cell
    entries = words(cell).value
    assert words("、".join(entries)).value == entries or any(c in cell for c in "()（）[]【】《》<&")


def test_numerals() -> None:
    assert [value_of(text) for text in ("十", "十二", "二十", "三百零五", "三千五百", "二〇二六")] == [
        10, 12, 20, 305, 3500, 2026,
    ]  # fmt: skip
    assert [value_of(text) for text in ("百", "十百", "一百二", "叁佰零伍")] == [None, None, 120, 305]
    assert arabic("壹拾贰万、一百万") == "12万、100万"
    assert arabic(" １,２３４ 萬 ") == "1234万"
    assert arabic("几十万、三十多万") == "几十万、三十多万"


def test_ids_follow_organisation_and_title() -> None:
    assert name_key("佛山市 禅西（水务）有限责任公司") == name_key("佛山市禅西股份有限公司") == "佛山市禅西"
    assert name_key("（水务）") == "水务"
    a = stable_id(Kind.DEMAND, "甲公司", "巡检")
    assert stable_id(Kind.DEMAND, " 甲公司", "巡 检") == a
    assert stable_id(Kind.SOLUTION, "甲公司", "巡检")[1:] != a[1:]
