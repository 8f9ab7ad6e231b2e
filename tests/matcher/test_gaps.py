"""The map of gaps adds up in every direction, and each record is put in one place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.analyser import Analyser
from matcher.gaps import NOTHING, Cell, Standing, by_city, gap_map, idle, lacking
from matcher.journey import UNNAMED
from matcher.model import Demand, Kind, Solution
from matcher.placing import Place, cities, city, directions, place
from matcher.profile import profile_of
from matcher.taxonomy import Taxonomy

INDUSTRIES, DIRECTIONS = ("汽车", "陶瓷", "养老"), ("感知识别", "机器人")

standings = st.lists(
    st.builds(
        Standing,
        id=st.text(min_size=1, max_size=3),
        kind=st.sampled_from(list(Kind)),
        industry=st.sampled_from([*INDUSTRIES, "", "没有这个行业"]),
        direction=st.sampled_from([*DIRECTIONS, ""]),
        city=st.sampled_from(["广州", "佛山", ""]),
        answered=st.booleans(),
        best=st.none() | st.integers(0, 100),
    ),
    max_size=40,
)


@settings(max_examples=40, deadline=None)
@given(standings)
def test_rows_columns_and_cities_add_up(records: list[Standing]) -> None:
    found = gap_map(records, INDUSTRIES, DIRECTIONS)
    demands = [each for each in records if each.kind is Kind.DEMAND]
    whole = Cell(
        len(demands),
        sum(not each.answered for each in demands),
        len(records) - len(demands),
        sum(not each.answered for each in records if each.kind is Kind.SOLUTION),
    )
    assert found.total == whole
    assert sum((found.of_industry(name) for name in found.industries), NOTHING) == whole
    assert sum((found.of_direction(name) for name in found.directions), NOTHING) == whole
    assert sum(by_city(records).values(), NOTHING) == whole
    assert len(lacking(records)) == whole.lacking
    assert len(idle(records)) == whole.idle
    rows = [found.of_industry(name).lacking for name in found.industries if name != UNNAMED]
    assert rows == sorted(rows, reverse=True)


def test_one_square() -> None:
    records = [
        Standing("d1", Kind.DEMAND, industry="陶瓷", direction="机器人"),
        Standing("d2", Kind.DEMAND, industry="陶瓷", direction="机器人", answered=True),
        Standing("s1", Kind.SOLUTION, industry="陶瓷", direction="机器人"),
        Standing("s2", Kind.SOLUTION, direction="机器人", answered=True),
    ]
    found = gap_map(records, INDUSTRIES, DIRECTIONS)
    assert found.industries == ("陶瓷", UNNAMED)
    assert found.directions == ("机器人",)
    assert found.at("陶瓷", "机器人") == Cell(2, 1, 1, 1)
    assert found.at(UNNAMED, "机器人") == Cell(0, 0, 1, 0)
    assert found.at("养老", "机器人") == NOTHING


def test_the_lists_in_order() -> None:
    records = [
        Standing("d2", Kind.DEMAND, best=30),
        Standing("d1", Kind.DEMAND, best=30),
        Standing("d3", Kind.DEMAND),
        Standing("d4", Kind.DEMAND, best=80, answered=True),
        Standing("s1", Kind.SOLUTION, best=12),
        Standing("s2", Kind.SOLUTION, best=88),
    ]
    assert [each.id for each in lacking(records)] == ["d3", "d1", "d2"]
    assert [each.id for each in idle(records)] == ["s2", "s1"]


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("广州", "广州"),
        ("南沙区", "广州"),
        ("深圳市坪山区", "深圳"),
        ("顺德", "佛山"),
        ("横琴", "珠海"),
        ("香港", "香港"),
        ("云浮", "云浮"),
        ("广东省", ""),
        ("粤港澳大湾区", ""),
        ("全国", ""),
        ("苏州", "其他地区"),
        ("浙江", "其他地区"),
        ("", ""),
        ("不知道哪里", ""),
    ],
)
def test_districts_count_as_their_city(taxonomy: Taxonomy, region: str, expected: str) -> None:
    assert city(region, taxonomy) == expected


def test_the_cities_are_those_of_guangdong_and_two_more(taxonomy: Taxonomy) -> None:
    names = cities(taxonomy)
    assert len(names) == 23
    assert names[:2] == ("广州", "深圳")
    assert names[-2:] == ("香港", "澳门")
    assert sum(taxonomy.in_bay_area(name) for name in names) == 11


def test_the_form_goes_before_the_text(taxonomy: Taxonomy, analyser: Analyser) -> None:
    def placed(record: Demand | Solution) -> Place:
        return place(record, profile_of(record, taxonomy, lambda text: text), taxonomy)

    demand = Demand(
        "d", "焊点外观检测", industries=("汽车行业", "物流"), region="顺德", description="焊点用机器视觉检测"
    )
    assert placed(demand) == Place("汽车", "感知识别", "佛山")
    silent = Solution("s", "养老院夜间看护", description="养老院老人夜间离床报警，已在东莞使用。")
    assert placed(silent).industry == "养老"
    assert placed(silent).city == "东莞"
    assert placed(Demand("d", "不知道")) == Place()
    assert set(directions(taxonomy)) >= {"感知识别", "机器人"}
