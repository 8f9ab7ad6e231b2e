"""Quantities in a text: numbers with their units joined into single figures, ranges, tolerances, sizes and grades.

What only looks like a quantity is left out: money, dates, model numbers, 7×24小时, vague numbers (几十, 七八).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import islice

from matcher.numerals import Number, numbers
from matcher.units import ANGLE, DEGREE, LENGTH, MASS, MONTH, PROTECTION, RATIO, TEMPERATURE, TIME, Unit, unit_at

MOST = 1000
"""Numbers read of one text; no honest field has more, and a hostile one must not keep the reader busy."""
NUMBER = "number"
"""The dimension of a figure without a unit (自由度≥6)."""


class Shape(StrEnum):
    """How the figure is given."""

    POINT = "point"
    RANGE = "range"
    TOLERANCE = "tolerance"
    SIZES = "sizes"
    GRADE = "grade"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One figure at `folded[start:end]`, in base units; `low == high` unless it is a range.

    `parts`  sizes: the sides, longest first; grade: the two digits of an IP code, -1 for X
    `more`   strictly more than the figure (三十多公斤)
    `loose`  written without a unit, or as a lone 一: says nothing unless a name and a comparison claim it
    `since`  where the earlier figure stands that this one replaces (3% in 由3%降到1%); that one is not reported
    """

    low: Fraction
    high: Fraction
    shape: Shape
    dimension: str
    start: int
    end: int
    parts: tuple[Fraction, ...] = ()
    more: bool = False
    loose: bool = False
    since: tuple[int, int] | None = None

    @property
    def reach(self) -> int:
        """Where the figure begins, together with the earlier one that it replaces."""
        return self.since[0] if self.since else self.start


@dataclass(frozen=True, slots=True)
class _Atom:
    """A number with its unit, before neighbours are joined. `sign` is one of "", "-", "±", "零下"; `dash`: a dash
    stands before it that may yet prove a minus (工作温度-20~60℃)."""

    value: Fraction
    start: int
    end: int
    unit: Unit | None
    sign: str = ""
    more: bool = False
    loose: bool = False
    attached: bool = False
    dash: bool = False
    han: bool = False

    @property
    def dimension(self) -> str:
        return self.unit.dimension if self.unit else NUMBER


_RANGING = ("~", "-", "至", "到")
_IP = re.compile(r"(?<![A-Za-z0-9])[iI][pP] ?(?P<solid>[0-6Xx])(?P<water>[0-9Xx])[kK]?(?![0-9A-Za-z.])")
_MONEY_AFTER = re.compile(r" ?(?:元|块钱|美元|美金|港元|港币|澳门元|葡币|欧元|日元|人民币|英镑|RMB|USD|HKD|MOP)")
_MONEY_BEFORE = frozenset("￥¥$€£")
_DATE_AFTER = re.compile(r" ?年 ?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})月| ?年(?=[-~至到] ?(?:19|20)[0-9]{2}年)")
_YEARS = (1900, 2100)
_MINUTES = re.compile(r" ?分(?= ?(?:[0-9]+|[一二三四五六七八九十]+)秒)")
_TENTHS = re.compile(r"成(?P<more>[半一二三四五六七八九])?(?![本功品员立熟分像为长果型套都交绩就排群对了片活])")
_AND_A_HALF = re.compile(r"个半(?P<unit>小时|钟头|月)")
_HALF_AFTER = re.compile(r"半(?![径成自数小分个年月天秒])")
_DECIMETRES = re.compile(r"(?P<digit>[一二三四五六七八九])(?=[高宽长深厚,，。;；、)的以左]|$)")
_SIGN = re.compile(r"(?:±|\+/-|\+-|正负|零下|负|-|\+) ?$")
_SIGNS = {"±": "±", "+/-": "±", "+-": "±", "正负": "±", "零下": "零下", "负": "-", "-": "-", "+": ""}
_BEFORE_MINUS = frozenset(" :([~≥≤<>=至到,，。;；、\n")
_HALVES = frozenset({TIME, MONTH, LENGTH, MASS})
_NO_HALF = frozenset({"天", "日", "周", "星期", "礼拜", "昼夜"})
_CLOSED = re.compile(r" ?(?:$|[,，。;；、)\n]|(?:及|或)?以[上下内]|左右)")
_DIGITS = "零一二三四五六七八九"

_TO = re.compile(r" ?(?:~|-|至|到) ?")
_BY = re.compile(r" ?× ?[长宽高深φΦ]? ?")
_FROM = re.compile(r"(?:由|从|自)[^,，。;；、由从自]{0,6}$")
_CHANGED = re.compile(
    r"(?:以上|以下|左右|多)?[,，]? ?(?:已|逐步|大幅|平均|直接)?"
    r"(?:(?:下?降低?|减少?|缩短?|压缩?|压降|收窄|提高?|提升|上?升高?|增加?|增长|延长|变|改善|优化|改)(?:了)?(?:到了?|至|为|成|→)"
    r"|→|->|=>|变) ?(?:约|近|每\w?|不到|不足|不[高大]于|不超过?|低于|小于|[≤<])?"
)
_WARM = re.compile(r"[温热冷冻寒暑烧℃]")
_TURN = re.compile(r"[角转旋坡倾仰摆弯翻折]|视场|方位|姿态|法向")


def quantities(folded: str) -> list[Quantity]:
    """The quantities of a folded text (`numerals.fold`), left to right, never overlapping, at most MOST."""
    found = list(_joined(folded, list(_atoms(folded))))
    if "p" in folded or "P" in folded:
        grades = list(_grades(folded))
        inside = {place for grade in grades for place in range(grade.start, grade.end)}
        found = sorted((*(q for q in found if q.start not in inside), *grades), key=lambda q: q.start)
    return found[:MOST]


def _grades(folded: str) -> Iterator[Quantity]:
    for code in _IP.finditer(folded):
        digits = tuple(Fraction(int(d) if d.isdigit() else -1) for d in (code["solid"], code["water"]))
        if max(digits) < 0:
            continue
        grade = 10 * max(digits[0], Fraction(0)) + max(digits[1], Fraction(0))
        yield Quantity(grade, grade, Shape.GRADE, PROTECTION, *code.span(), parts=digits)


def _atoms(folded: str) -> Iterator[_Atom]:
    end = 0
    for number in islice(numbers(folded), MOST):
        atom = _atom(folded, number) if number.start >= end else None
        if atom is not None:
            end = atom.end
            yield atom


def _atom(folded: str, number: Number) -> _Atom | None:
    start, end, value, unit = number.start, number.end, number.value, None
    if number.part:
        unit = Unit(RATIO, Fraction(1), end, "")
    elif _is_money(folded, number) or _is_date(folded, number):
        return None
    else:
        value, unit = _measured(folded, number)
    if number.half and (unit is None or unit.dimension not in _HALVES or unit.written in _NO_HALF):
        return None
    if unit is None and number.han and folded[end : end + 1] not in _RANGING:
        return None
    sign = _SIGN.search(folded, max(0, start - 4), start)
    written = _SIGNS[sign[0].strip()] if sign else ""
    dash = bool(sign) and written == "-" and sign is not None and sign[0] == "-"
    if sign and (not dash or _is_minus(folded, sign.start(), unit)):
        start, dash = sign.start(), False
    else:
        written = ""
    return _Atom(
        value,
        start,
        unit.end if unit else end,
        unit,
        written,
        number.more,
        loose=unit is None or (number.han and value == 1 and not number.part),
        attached=number.attached and not written,
        dash=dash and not number.attached and unit is None,
        han=number.han,
    )


def _is_money(folded: str, number: Number) -> bool:
    before = folded[number.start - 1] if number.start else ""
    return before in _MONEY_BEFORE or _MONEY_AFTER.match(folded, number.end) is not None


def _is_date(folded: str, number: Number) -> bool:
    if _DATE_AFTER.match(folded, number.end):
        return True
    return folded.startswith("年", number.end) and not number.han and _YEARS[0] <= number.value <= _YEARS[1]


def _measured(folded: str, number: Number) -> tuple[Fraction, Unit | None]:
    """The number, with a half or a trailing digit added, and its unit."""
    value, end = number.value, number.end
    half = _AND_A_HALF.match(folded, end)
    if half is not None:
        size = (MONTH, Fraction(1)) if half["unit"] == "月" else (TIME, Fraction(3600))
        return value + Fraction(1, 2), Unit(*size, half.end(), half["unit"])
    minutes = _MINUTES.match(folded, end)
    if minutes is not None:
        return value, Unit(TIME, Fraction(60), minutes.end(), "分")
    tenths = _TENTHS.match(folded, end) if value <= 10 else None
    if tenths is not None:
        extra = tenths["more"] or ""
        value += Fraction(1, 2) if extra == "半" else Fraction(_DIGITS.index(extra), 10) if extra else 0
        return value, Unit(RATIO, Fraction(1, 10), tenths.end(), "成")
    unit = unit_at(folded, end)
    if unit is None:
        return value, None
    if unit.dimension in _HALVES and _HALF_AFTER.match(folded, unit.end):
        return value + Fraction(1, 2), replace(unit, end=unit.end + 1)
    digit = _DECIMETRES.match(folded, unit.end) if unit.written == "米" and number.han else None
    if digit is not None:
        return value + Fraction(_DIGITS.index(digit["digit"]), 10), replace(unit, end=digit.end())
    return value, unit


def _is_minus(folded: str, at: int, unit: Unit | None) -> bool:
    """Whether the dash at `at` makes a number negative rather than joining it to what stands before."""
    before = folded[at - 1] if at else " "
    warm = unit is not None and unit.dimension in (TEMPERATURE, DEGREE)
    return before in _BEFORE_MINUS or (warm and "\u4e00" <= before <= "\u9fff")


def _joined(folded: str, atoms: Sequence[_Atom]) -> Iterator[Quantity]:
    """Atoms joined with their neighbours, each used once."""
    at = 0
    since: tuple[int, int] | None = None
    while at < len(atoms):
        found, used = _figure(folded, atoms, at)
        if found is not None:
            yield replace(found, since=since) if since else found
        old = atoms[at + used - 1]
        begins = since[0] if since else atoms[at].start
        at += used
        changed = found is None and at < len(atoms) and _changes(folded, old, atoms[at])
        since = (begins, old.end) if changed else None


def _changes(folded: str, old: _Atom, new: _Atom) -> bool:
    if not 0 <= new.start - old.end <= 12:
        return False
    return _CHANGED.fullmatch(folded, old.end, new.start) is not None


def _figure(folded: str, atoms: Sequence[_Atom], at: int) -> tuple[Quantity | None, int]:
    """The quantity that begins with atom `at`, None where there is none, and how many atoms it used up."""
    first = atoms[at]
    second = atoms[at + 1] if at + 1 < len(atoms) else None
    if second is None or second.start - first.end > 12:
        return _single(folded, first), 1
    if _BY.fullmatch(folded, first.end, second.start):
        return _sizes(folded, atoms, at)
    if second.sign == "±" and not folded[first.end : second.start].strip():
        return _around(folded, first, second), 2
    if _TO.fullmatch(folded, first.end, second.start):
        return _range(folded, first, second), 2
    if _changes(folded, first, second):
        return None, 1
    if _continues(folded, first, second):
        total = first.value * _size(first) + second.value * _size(second)
        whole = Unit(first.dimension, Fraction(1), second.end, first.unit.written if first.unit else "")
        return _single(folded, replace(first, value=total, unit=whole, end=second.end, loose=False)), 2
    return _single(folded, first), 1


def _size(atom: _Atom) -> Fraction:
    return atom.unit.size if atom.unit else Fraction(1)


def _continues(folded: str, first: _Atom, second: _Atom) -> bool:
    """2分30秒, 1年6个月, 3米20厘米."""
    return (
        first.dimension in _HALVES
        and first.dimension == second.dimension
        and _size(first) > _size(second)
        and not second.sign
        and not folded[first.end : second.start].strip()
    )


def _single(folded: str, atom: _Atom) -> Quantity | None:
    if atom.attached or (atom.unit is None and (atom.han or not _CLOSED.match(folded, atom.end))):
        return None
    value = _signed(atom) * _size(atom)
    dimension = _resolved(folded, atom)
    if value < 0 and dimension not in (TEMPERATURE, DEGREE, ANGLE):
        return None
    shape = Shape.TOLERANCE if atom.sign == "±" else Shape.POINT
    return Quantity(value, value, shape, dimension, atom.start, atom.end, more=atom.more, loose=atom.loose)


def _signed(atom: _Atom) -> Fraction:
    return -atom.value if atom.sign in ("-", "零下") else atom.value


def _resolved(folded: str, atom: _Atom) -> str:
    """度 is a temperature or an angle by the words around it; DEGREE where they do not say."""
    if atom.dimension != DEGREE:
        return atom.dimension
    if atom.sign == "零下":
        return TEMPERATURE
    around = folded[max(0, atom.start - 10) : atom.start] + folded[atom.end : atom.end + 4]
    warm, turn = _WARM.search(around), _TURN.search(around)
    if bool(warm) == bool(turn):
        return DEGREE
    return TEMPERATURE if warm else ANGLE


def _around(folded: str, middle: _Atom, spread: _Atom) -> Quantity | None:
    """25±2℃, 98%±1%."""
    if spread.unit is None or (middle.unit is not None and middle.dimension != spread.dimension) or middle.attached:
        return None
    size = _size(middle) if middle.unit else _size(spread)
    centre, width = _signed(middle) * size, spread.value * _size(spread)
    dimension = _resolved(folded, spread)
    return Quantity(centre - width, centre + width, Shape.RANGE, dimension, middle.start, spread.end)


def _range(folded: str, first: _Atom, second: _Atom) -> Quantity | None:
    """0.3-0.5mm, -20℃~50℃, 三到五秒. A falling one with 由/从 is a change, not a range; neither end counts then."""
    if second.unit is None or (first.unit is not None and first.dimension != second.dimension) or first.attached:
        return None
    dimension = _resolved(folded, second)
    if first.dash and dimension in (TEMPERATURE, DEGREE):
        first = replace(first, sign="-", start=first.start - 1)
    low = _signed(first) * (_size(first) if first.unit else _size(second))
    high = _signed(second) * _size(second)
    if first.sign == "±" or second.sign == "±":
        return None
    if first.sign == "零下" and first.unit is None and not second.sign and high > -low:
        return None  # 零下20到30度 may mean minus 30
    if first.sign == "零下" and dimension == DEGREE:
        dimension = TEMPERATURE
    falling = low > high
    if dimension not in (TEMPERATURE, DEGREE) and _FROM.search(folded, max(0, first.start - 8), first.start):
        return None
    if falling:
        if folded[first.end : second.start].strip() in ("至", "到"):
            return None
        low, high = high, low
    if low < 0 and dimension not in (TEMPERATURE, DEGREE, ANGLE):
        return _tolerance(-low, high, dimension, first.start, second.end)
    return Quantity(low, high, Shape.RANGE, dimension, first.start, second.end, more=second.more)


def _tolerance(below: Fraction, above: Fraction, dimension: str, start: int, end: int) -> Quantity:
    """-0.1~+0.1mm: as ±0.1mm; of unequal sides the larger."""
    size = max(below, above)
    return Quantity(size, size, Shape.TOLERANCE, dimension, start, end)


def _sizes(folded: str, atoms: Sequence[_Atom], at: int) -> tuple[Quantity | None, int]:
    """4m×3m, 1200×800×600mm; all lengths, else nothing (7×24小时)."""
    group = [atoms[at]]
    while at + len(group) < len(atoms):
        following = atoms[at + len(group)]
        if not _BY.fullmatch(folded, group[-1].end, following.start):
            break
        group.append(following)
    used = len(group)
    unit = group[-1].unit
    if unit is None or unit.dimension != LENGTH or used > 3 or any(a.dimension not in (LENGTH, NUMBER) for a in group):
        return None, used
    sides = tuple(sorted((a.value * (_size(a) if a.unit else unit.size) for a in group), reverse=True))
    return Quantity(sides[0], sides[0], Shape.SIZES, LENGTH, group[0].start, group[-1].end, sides), used
