"""Numbers, units and the figures they make, before anything is known about names."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.numerals import fold, han_number, numbers
from matcher.quantities import MOST, Quantity, Shape, quantities
from matcher.units import unit_at

HAN = (
    ("零", 0),
    ("三", 3),
    ("十", 10),
    ("十五", 15),
    ("二十", 20),
    ("二十三", 23),
    ("一百零五", 105),
    ("一百五", 150),
    ("三百六", 360),
    ("两千三", 2300),
    ("一千零五十", 1050),
    ("一万五", 15000),
    ("一万零五百", 10500),
    ("十二万", 120000),
    ("百万", 10**6),
    ("千万", 10**7),
    ("一亿三千万", 130_000_000),
    ("两百五十万", 2_500_000),
)


@pytest.mark.parametrize(("written", "value"), HAN)
def test_chinese_numerals(written: str, value: int) -> None:
    assert han_number(written) == value


@pytest.mark.parametrize(("written", "value"), [("三点五", "3.5"), ("零点零五", "0.05"), ("十二点八", "12.8")])
def test_chinese_decimals(written: str, value: str) -> None:
    assert han_number(written) == Fraction(value)


@pytest.mark.parametrize("written", ["七八", "三五", "二零二四", "百", "千", "万", "亿", "三十四五", "万一", "十百"])
def test_what_is_not_one_number(written: str) -> None:
    assert han_number(written) is None


DIGITS = "零一二三四五六七八九"


def in_han(n: int) -> str:
    """Standard Chinese for 0 … 99 999 999, written without the program's help."""
    if n >= 10_000:
        rest = n % 10_000
        gap = "零" if 0 < rest < 1000 else ""
        return in_han(n // 10_000) + "万" + gap + (in_han(rest) if rest else "")
    words, zero = "", False
    for power, place in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = n // power % 10
        if digit:
            words += ("零" if zero else "") + DIGITS[digit] + place
            zero = False
        elif words:
            zero = True
    return words or "零"


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 99_999_999))
def test_every_number_reads_back(n: int) -> None:
    assert han_number(in_han(n)) == n


NUMBERS = (
    ("1,200", ["1200"]),
    ("10万", ["100000"]),
    ("1.5亿", ["150000000"]),
    ("百分之九十五", ["0.95"]),
    ("千分之3", ["0.003"]),
    ("三分之一", ["1/3"]),
    ("十万分之三", ["3/100000"]),
    ("10余万", ["100000"]),
    ("三十多", ["30"]),
    ("半", ["1/2"]),
    ("20,3000", ["20", "3000"]),
    ("几十", []),
    ("十几", []),
    ("上百", []),
    ("第三", []),
    ("M8", []),
    ("H.265", []),
    ("10^5", ["10"]),
    ("２５", ["25"]),
    ("1" * 5000, []),
    ("一" * 5000, []),
)


@pytest.mark.parametrize(("text", "values"), NUMBERS, ids=[text[:12] for text, _ in NUMBERS])
def test_numbers_in_a_text(text: str, values: list[str]) -> None:
    assert [n.value for n in numbers(fold(text))] == [Fraction(v) for v in values]


UNITS = (
    ("%", "ratio", "1/100"),
    ("‰", "ratio", "1/1000"),
    ("ppm", "ratio", "1/1000000"),
    ("mm", "length", "1/1000"),
    ("μm", "length", "1/1000000"),
    ("公里", "length", "1000"),
    ("㎡", "area", "1"),
    ("亩", "area", "2000/3"),
    ("公顷", "area", "10000"),
    ("L", "volume", "1/1000"),
    ("吨", "mass", "1000"),
    ("斤", "mass", "1/2"),
    ("ms", "time", "1/1000"),
    ("个小时", "time", "3600"),
    ("个月", "month", "1"),
    ("年", "month", "12"),
    ("m/min", "length/time", "1/60"),
    ("km/h", "length/time", "5/18"),
    ("米每秒", "length/time", "1"),
    ("件/小时", "count:件/time", "1/3600"),
    ("个/分钟", "count:件/time", "1/60"),
    ("秒/件", "time/count:件", "1"),
    ("s/pcs", "time/count:件", "1"),
    ("件/天", "count:件/天", "1"),
    ("吨/小时", "mass/time", "5/18"),
    ("mg/m³", "mass/volume", "1/1000000"),
    ("kW", "power", "1000"),
    ("千瓦", "power", "1000"),
    ("度电", "energy", "1000"),
    ("℃", "temperature", "1"),
    ("度", "degree", "1"),
    ("°", "angle", "1"),
    ("dB(A)", "noise", "1"),
    ("MPa", "pressure", "1000000"),
    ("rpm", "count:转/time", "1/60"),
    ("fps", "count:帧/time", "1"),
    ("像素", "pixel", "1"),
    ("N·m", "torque", "1"),
    ("个百分点", "point", "1/100"),
    ("个工作日", "workday", "1"),
    ("日内", "time", "86400"),
)


@pytest.mark.parametrize(("written", "dimension", "size"), UNITS, ids=[u[0] for u in UNITS])
def test_units(written: str, dimension: str, size: str) -> None:
    unit = unit_at(written, 0)
    assert unit is not None
    assert (unit.dimension, unit.size) == (dimension, Fraction(size))


@pytest.mark.parametrize(
    "text", ["月", "日", "天花板", "升级", "克服", "人工", "台风", "条件", "g网络", "kg/Ah", "m/s2", "mmol", "元"]
)
def test_what_is_no_unit(text: str) -> None:
    assert unit_at(text, 0) is None


def shown(quantity: Quantity) -> str:
    value = (
        f"{float(quantity.low):g}"
        if quantity.low == quantity.high
        else f"{float(quantity.low):g}~{float(quantity.high):g}"
    )
    return f"{quantity.shape.value} {value} {quantity.dimension}"


FIGURES = (
    ("0.3-0.5mm", "range 0.0003~0.0005 length"),
    ("0.3mm—0.5mm", "range 0.0003~0.0005 length"),
    ("三到五秒", "range 3~5 time"),
    ("-20℃～50℃", "range -20~50 temperature"),
    ("温度-20~60℃", "range -20~60 temperature"),
    ("零下20度至零下5度", "range -20~-5 temperature"),
    ("-20到-5℃", "range -20~-5 temperature"),
    ("零下20到30度", ""),
    ("25±2℃", "range 23~27 temperature"),
    ("98%±1%", "range 0.97~0.99 ratio"),
    ("±0.05mm", "tolerance 5e-05 length"),
    ("正负0.5度", "tolerance 0.5 degree"),
    ("-0.1~+0.1mm", "tolerance 0.0001 length"),
    ("4m×3m", "sizes 4 length"),
    ("3×4m", "sizes 4 length"),
    ("800x600*400mm", "sizes 0.8 length"),
    ("7×24小时", ""),
    ("800×600", ""),
    ("2分30秒", "point 150 time"),
    ("1小时30分钟", "point 5400 time"),
    ("1年6个月", "point 18 month"),
    ("一个半小时", "point 5400 time"),
    ("两年半", "point 30 month"),
    ("半小时", "point 1800 time"),
    ("半天", ""),
    ("三成半", "point 0.35 ratio"),
    ("九成五", "point 0.95 ratio"),
    ("三成员", ""),
    ("一米二的", "point 1.2 length"),
    ("三米一个", "point 3 length; point 1 count:件"),
    ("由3%降到1%", "point 0.01 ratio"),
    ("3分钟→20秒", "point 20 time"),
    ("由11天变2.6天", "point 224640 time"),
    ("IP65", "grade 65 protection"),
    ("IP 67", "grade 67 protection"),
    ("IP69K", "grade 69 protection"),
    ("IP192.168.1.1", ""),
    ("10万次", "point 100000 count:次"),
    ("80万元", ""),
    ("￥500", ""),
    ("2025年", ""),
    ("2025年6月", ""),
    ("S7-1200", ""),
    ("4754-2017年", ""),
    ("45度高温", "point 45 temperature"),
    ("倾角15度", "point 15 angle"),
    ("15度", "point 15 degree"),
    ("自由度6", "point 6 number"),
    ("5G", ""),
)


@pytest.mark.parametrize(("text", "expected"), FIGURES, ids=[text for text, _ in FIGURES])
def test_figures(text: str, expected: str) -> None:
    assert "; ".join(map(shown, quantities(fold(text)))) == expected


def test_what_a_change_replaced_is_kept_as_a_place() -> None:
    (figure,) = quantities("漏检率由5%降到1%")
    assert (figure.since, figure.reach, figure.start) == ((4, 6), 4, 8)


def test_sides_are_sorted() -> None:
    (size,) = quantities(fold("长0.8m×宽1.2m×高60cm"))
    assert size.shape is Shape.SIZES
    assert size.parts == (Fraction("1.2"), Fraction("0.8"), Fraction("0.6"))


SAME = (
    [("mm", 1000), ("cm", 100), ("米", 1), ("公里", Fraction(1, 1000))],
    [("克", 1000), ("kg", 1), ("公斤", 1), ("斤", 2), ("吨", Fraction(1, 1000))],
    [("毫秒", 3_600_000), ("秒", 3600), ("分钟", 60), ("小时", 1)],
    [("ppm", 10**6), ("‰", 1000), ("%", 100)],
    [("m/s", Fraction(1, 6)), ("m/min", 10), ("米/小时", 600), ("km/h", Fraction(3, 5))],
    [("件/小时", 3600), ("件/分钟", 60), ("件/秒", 1)],
    [("W", 1000), ("kW", 1), ("兆瓦", Fraction(1, 1000))],
    [("平方米", 10000), ("公顷", 1), ("亩", 15)],
)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(SAME), st.integers(1, 10**6), st.data())
def test_the_same_amount_in_any_unit(units: list[tuple[str, Fraction | int]], amount: int, data: st.DataObject) -> None:
    (one, per_one), (other, per_other) = data.draw(st.sampled_from(units)), data.draw(st.sampled_from(units))
    scaled = [Fraction(amount) * per * 6 * 10**6 for per in (per_one, per_other)]
    figures = [quantities(f"{int(value)}{unit}") for value, unit in zip(scaled, (one, other), strict=True)]
    assert all(value.denominator == 1 for value in scaled)
    assert figures[0][0].low == figures[1][0].low
    assert figures[0][0].dimension == figures[1][0].dimension


@settings(deadline=None, max_examples=300)
@given(st.text("0123456789.,-~±×至到三十百万半零下年月米秒℃%度kgmIP小时分 ", max_size=40))
def test_figures_are_in_order_and_apart(text: str) -> None:
    end = 0
    for figure in quantities(fold(text)):
        assert end <= figure.start < figure.end <= len(text)
        assert figure.low <= figure.high
        end = figure.end


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=80))
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


def test_a_flood_of_numbers_is_cut_off() -> None:
    assert len(quantities("3% " * 5000)) == MOST
    assert len(quantities("IP65 " * 5000)) == MOST
