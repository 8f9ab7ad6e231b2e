"""Units: what is written behind a number, the dimension it measures and its size in the base unit.

Base units: metre, square and cubic metre, kilogram, second, month, watt, watt-hour, ampere-hour, pascal, hertz, volt,
ampere, newton, newton-metre, lux, byte, degree Celsius, degree of angle, decibel, pixel; a ratio is a plain number.
Counted things are their own dimensions, `count:件`. A rate's dimension is written `length/time`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

RATIO, POINT, TIMES = "ratio", "point", "times"
LENGTH, AREA, VOLUME, MASS, TIME, MONTH = "length", "area", "volume", "mass", "time", "month"
TEMPERATURE, ANGLE, DEGREE = "temperature", "angle", "degree"
PROTECTION, GRADE, COUNT = "protection", "grade", "count:"

_SIZES: dict[str, dict[str, str]] = {
    RATIO: {"%": "1/100", "‰": "1/1000", "‱": "1/10000", "ppm PPM": "1/1000000", "ppb PPB": "1/1000000000"},
    POINT: {"百分点 pp pct": "1/100"},
    TIMES: {"倍": "1"},
    LENGTH: {
        "nm 纳米": "1/1000000000",
        "μm um UM ㎛ 微米": "1/1000000",
        "mm MM Mm ㎜ 毫米": "1/1000",
        "cm CM ㎝ 厘米 公分": "1/100",
        "dm 分米": "1/10",
        "m 米": "1",
        "km KM Km ㎞ 公里 千米": "1000",
        "英寸 inch": "127/5000",
        "海里": "1852",
    },
    AREA: {
        "mm2 mm² 平方毫米": "1/1000000",
        "cm2 cm² 平方厘米": "1/10000",
        "m2 m² M2 ㎡ 平方米 平米 平方": "1",
        "亩": "2000/3",
        "公顷 ha hm2 hm²": "10000",
        "km2 km² 平方公里 平方千米": "1000000",
    },
    VOLUME: {
        "μL uL μl 微升": "1/1000000000",
        "mL ml ML ㎖ 毫升 cc ㏄ cm3 cm³ 立方厘米": "1/1000000",
        "L l 升": "1/1000",
        "m3 m³ M3 Nm3 Nm³ ㎥ 立方米 立方": "1",
    },
    MASS: {
        "μg ug 微克": "1/1000000000",
        "mg ㎎ 毫克": "1/1000000",
        "g 克": "1/1000",
        "斤": "1/2",
        "kg KG Kg ㎏ 公斤 千克": "1",
        "t 吨": "1000",
    },
    TIME: {
        "ns 纳秒": "1/1000000000",
        "μs us 微秒": "1/1000000",
        "ms 毫秒": "1/1000",
        "s sec 秒 秒钟": "1",
        "min mins 分钟": "60",
        "刻钟": "900",
        "h H hr 小时 钟头": "3600",
        "天 日 昼夜": "86400",
        "周 星期 礼拜": "604800",
    },
    MONTH: {"月": "1", "年 周年": "12"},
    "workday": {"工作日": "1"},
    TEMPERATURE: {"℃ °C °c 摄氏度 oC": "1"},
    ANGLE: {"°": "1", "角分": "1/60", "角秒": "1/3600"},
    DEGREE: {"度": "1"},
    "noise": {"dB db DB dB(A) db(A) dB(a) dBA 分贝": "1"},
    "power": {
        "mW 毫瓦": "1/1000",
        "W 瓦": "1",
        "kW KW Kw kw 千瓦": "1000",
        "MW 兆瓦": "1000000",
        "GW 吉瓦": "1000000000",
    },
    "energy": {"Wh 瓦时 瓦·时": "1", "kWh KWh KWH kwh 度电": "1000", "MWh 兆瓦时": "1000000"},
    "charge": {"mAh": "1/1000", "Ah AH 安时": "1"},
    "pressure": {
        "Pa 帕": "1",
        "hPa": "100",
        "kPa KPa KPA 千帕": "1000",
        "MPa Mpa MPA 兆帕": "1000000",
        "bar": "100000",
    },
    "frequency": {"Hz HZ hz 赫兹 赫": "1", "kHz KHz KHZ 千赫": "1000", "MHz 兆赫": "1000000", "GHz 吉赫": "1000000000"},
    "voltage": {"mV 毫伏": "1/1000", "V 伏": "1", "kV KV 千伏": "1000"},
    "current": {"mA 毫安": "1/1000", "安培": "1"},
    "force": {"mN": "1/1000", "N 牛 牛顿": "1", "kN KN 千牛": "1000"},
    "torque": {"N·m N.m Nm N•m 牛米 牛·米": "1"},
    "light": {"lux Lux LUX lx 勒克斯": "1"},
    "humidity": {"%RH %rh %Rh": "1/100"},
    "data": {"KB kB": "1000", "MB": "1000000", "GB": "1000000000", "TB": "1000000000000"},
    "data/time": {"kbps Kbps": "1000", "Mbps": "1000000", "Gbps": "1000000000"},
    "compute": {"TOPS Tops": "1"},
    "dots": {"dpi DPI": "1"},
    "pixel": {"像素 px": "1"},
    GRADE: {"级": "1"},
    "count:转/time": {"rpm r/min RPM": "1/60"},
    "count:帧/time": {"fps FPS": "1"},
}
_SELVES = (
    "次台套条路片箱包袋瓶罐桶卷托张锭支根把枚粒颗株头羽尾车架户家项例份单票页字帧转趟班轮组辆艘盏座栋层盘篇道孔坯床"
    "门轴款块批处"
)
_COUNTED: dict[str, str] = {
    "件": "件 个 只 pcs PCS",
    "种": "种 类",
    "人": "人 名",
    **{word: word for word in (*_SELVES, "托盘", "架次", "人次", "语种", "目标", "终端", "节点", "用户", "通道")},
}
_PERIODS = {"天": "天", "日": "天", "d": "天", "周": "周", "月": "月", "年": "年", "班": "班"}
"""Denominators that are not converted: a day's output says nothing certain about an hour's."""

PRODUCTS = frozenset("件片箱包袋瓶罐桶卷托张锭支根把枚粒颗株头羽尾车单票页孔坯床块盘篇")
"""Counted things that pass through a machine, so that a rate of them is a cycle time."""

_NOT_BEFORE = {
    "米": "粉饭其",
    "升": "级降温高",
    "克": "服隆拉",
    "天": "然津线花桥气窗幕",
    "瓦": "斯片",
    "秒": "杀",
    "周": "边围期年界",
    "月": "份底初末前龄",
    "年": "代度级轻龄底初末前检间",
    "斤": "两",
    "度": "假",
    "次": "要品氯数",
    "种": "植子质",
    "路": "由面径口段灯况网",
    "条": "件码纹形带",
    "台": "风账阶面湾州山",
    "套": "件餐筒管",
    "张": "力",
    "包": "装含括裹",
    "卷": "积帘",
    "支": "持撑付架",
    "只": "要有能需读",
    "家": "庭具长电",
    "人": "工机脸员才力形民体群行口像",
    "头": "部盔",
    "车": "间辆型道位牌速载",
    "项": "目",
    "单": "位元个件体机一次",
    "字": "准符幕",
    "道": "路",
    "班": "组次",
    "轮": "胎廓班",
    "组": "成织分合件",
    "座": "椅位",
    "层": "级次",
    "门": "店诊禁",
    "轴": "承",
    "个": "性别体",
    "件": "套",
    "类": "型似别",
    "页": "面",
    "处": "理置于",
    "块": "钱",
    "把": "手",
    "份": "额",
    "例": "如外",
    "根": "据本",
    "级": "别配联",
    "平方": "根",
    "立方": "体",
    "牛": "奶羊肉",
    "伏": "击",
    "g": "网通信专模基覆",
    "W": "像次元",
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit found at `folded[start:end]`: one of it is `size` base units of `dimension`."""

    dimension: str
    size: Fraction
    end: int
    written: str


_TABLE: dict[str, tuple[str, Fraction]] = {
    **{word: (COUNT + thing, Fraction(1)) for thing, words in _COUNTED.items() for word in words.split()},
    **{
        word: (dimension, Fraction(size))
        for dimension, sizes in _SIZES.items()
        for words, size in sizes.items()
        for word in words.split()
    },
}


def _branch(word: str) -> str:
    if word == "日":  # 15日 is a date, 15日内 is not
        return "日(?=以?内|之内)"
    glued = "A-Za-z0-9²³" if word[-1].isalnum() and word[-1].isascii() else ""
    follows = glued + _NOT_BEFORE.get(word, "")
    return re.escape(word) + (f"(?![{follows}])" if follows else "")


_UNIT = re.compile("|".join(_branch(word) for word in sorted(_TABLE, key=lambda w: (-len(w), w))))
_OVER = re.compile(r"(?: ?/ ?|每)(?:(?P<period>[天日周月年班]|d(?![A-Za-z]))|(?P<minute>分(?!钟)|时)|(?=\S))")
_PRODUCT_DOT = re.compile(r" ?[/·•每](?=[A-Za-z\u4e00-\u9fff])")
_DENOMINATORS = frozenset({TIME, LENGTH, AREA, VOLUME, MASS})
_BARE_TIME = {"分": Fraction(60), "时": Fraction(3600)}


def unit_at(folded: str, at: int) -> Unit | None:
    """The unit that begins at `at` (one blank and 个 may stand before it), rates included; None where there is none,
    or where something unknown is divided by (5kg/孔距), since then the number means something else."""
    if folded.startswith(" ", at):
        at += 1
    counted = folded.startswith("个", at)
    found = _UNIT.match(folded, at + 1) if counted else None
    if found is None:
        found, counted = _UNIT.match(folded, at), False
    if found is None or (found[0] == "月" and not counted) or folded.startswith(("·", "•"), found.end()):
        return None
    dimension, size = _TABLE[found[0]]
    return _rate(folded, Unit(dimension, size, found.end(), found[0]))


def _rate(folded: str, top: Unit) -> Unit | None:
    over = _OVER.match(folded, top.end)
    if over is None or (top.dimension == RATIO and over[0] == "每"):
        return top
    if over["period"]:
        return _final(folded, Unit(f"{top.dimension}/{_PERIODS[over['period']]}", top.size, over.end(), top.written))
    if over["minute"]:
        size = top.size / _BARE_TIME[over["minute"]]
        return _final(folded, Unit(f"{top.dimension}/{TIME}", size, over.end(), top.written))
    below = _UNIT.match(folded, over.end())
    if below is None:
        return top if folded[over.end()].isdigit() or "每" in over[0] or folded[over.end()] > "一" else None
    dimension, size = _TABLE[below[0]]
    if dimension not in _DENOMINATORS and not dimension.startswith(COUNT):
        return None
    return _final(folded, Unit(f"{top.dimension}/{dimension}", top.size / size, below.end(), top.written))


def _final(folded: str, unit: Unit) -> Unit | None:
    return None if _PRODUCT_DOT.match(folded, unit.end) else unit


def counter_at(folded: str, at: int) -> str:
    """The dimension of the counted thing named at `at` (件, 片 …), "" where none is."""
    found = _UNIT.match(folded, at)
    dimension = _TABLE[found[0]][0] if found else ""
    return dimension if dimension.startswith(COUNT) else ""
