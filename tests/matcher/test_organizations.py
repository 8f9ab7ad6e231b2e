"""Names of organisations: what is the same name, what is a short form, what is another organisation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.organizations import key, likeness, spelled


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("佛山市恒洁卫浴有限公司", "恒洁卫浴"),
        ("恒洁卫浴（集团）股份有限公司", "佛山恒洁卫浴有限责任公司"),
        ("東莞市銘豐包裝有限公司", "东莞铭丰包装公司"),
        ("广东省中山市小榄镇永大五金厂", "永大五金厂"),
        ("广州 地铁 集团 有限公司", "广州地铁集团"),
    ],
)
def test_the_same_name(a: str, b: str) -> None:
    assert key(a) == key(b)
    assert likeness(a, b) == 1.0


@pytest.mark.parametrize(
    ("a", "b", "low", "high"),
    [
        ("华南理工大学", "华工大", 0.8, 0.8),  # abbreviates
        ("佛山市顺德区美的厨房电器制造有限公司", "美的厨房电器", 0.9, 0.9),
        ("甲视觉科技有限公司", "乙视觉科技有限公司", 0.5, 0.79),
        ("东莞市精密五金有限公司", "珠海市康养中心", 0.0, 0.1),
        ("", "恒洁卫浴", 0.0, 0.0),
    ],
)
def test_how_alike(a: str, b: str, low: float, high: float) -> None:
    assert low <= likeness(a, b) <= high
    assert likeness(a, b) == likeness(b, a)


def test_mere_writing_tells_no_two_organisations_apart_and_places_do() -> None:
    one = "東莞市某精密（五金）有限公司"
    assert spelled(one) == spelled(" 东莞市某精密(五金)有限公司。") == "东莞市某精密五金有限公司"
    assert key("佛山市恒洁卫浴有限公司") == key("深圳恒洁卫浴")
    assert spelled("佛山市恒洁卫浴有限公司") != spelled("深圳市恒洁卫浴有限公司")
    assert spelled("——") == ""


def test_confirmed_variants_are_the_same() -> None:
    assert likeness("大疆创新", "灵眸科技") < 0.5
    assert likeness("大疆创新", "灵眸科技", {key("灵眸科技"): key("大疆创新")}) == 1.0


@given(st.text(max_size=30))
def test_a_key_is_never_empty_for_a_real_name(name: str) -> None:
    assert key(key(name)) != "" or key(name) == ""
    assert likeness(name, name) == (1.0 if key(name) else 0.0)
