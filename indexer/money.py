"""Amounts as lists write them, in 万元: `约250-280万`, `￥48,000.00元`, `HK$46萬/部`, `180元/架次`, `面议`."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from indexer.cells import LONGEST_FIGURE, text
from indexer.formulas import computed
from indexer.numerals import arabic
from indexer.reading import Cell, Confidence, Note, Reading, Rule, Verdict
from matcher.model import Money

IN_WAN = {
    "亿": Decimal(10_000),
    "千万": Decimal(1_000),
    "百万": Decimal(100),
    "十万": Decimal(10),
    "万": Decimal(1),
    "千": Decimal("0.1"),
    "百": Decimal("0.01"),
    "元": Decimal("0.0001"),
}
"""How many 万元 one of each is. 万元 and 万 are the same, 元 counts only when nothing larger stands before it."""

CURRENCIES = (
    ("HKD", re.compile(r"HK\$|HKD|港[币元]")),
    ("MOP", re.compile(r"MOP\$?|澳[门門]?[币元]|葡币")),
    ("USD", re.compile(r"US\$|USD|美[元金]")),
    ("EUR", re.compile(r"EUR|€|欧元")),
    ("CNY", re.compile(r"RMB|CNY|人民币|¥")),
)

LARGE = 100_000
"""From this many 万元 (ten billion) on, a figure without a written unit was more likely meant in 元."""

ABSURD = 10_000_000_000
"""More 万元 than there is money; such a figure is something else."""

_SIGN = re.compile(r"[$＄¥￥]")
_PLAIN = re.compile(r"\d{4,}(?:\.\d+)?(?:/|$)")
"""HK$1,200 in a column of 万元 is twelve hundred dollars: nobody writes twelve million like that."""

_BRACKET = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_UNIT = r"(?:亿元?|[千百十]?万元?|[千百]元|元)"
_NUMBER = r"\d+(?:\.\d+)?"
_ONE = rf"(?P<n1>{_NUMBER})(?P<u1>{_UNIT})?"
_TWO = rf"(?:[-~–—至到](?P<n2>{_NUMBER})(?P<u2>{_UNIT})?)?"
_PER = r"[^\d\-~/每()]{1,6}(?:/[^\d\-~/每()]{1,6})?"
_AMOUNT = re.compile(rf"(?:每(?P<each>{_PER}?))?{_ONE}{_TWO}(?:/(?P<per>{_PER})|每(?P<per2>{_PER}))?")
_WITH_UNIT = re.compile(rf"{_ONE}{_TWO}")
_COMPOUND = re.compile(rf"({_NUMBER})亿(\d+)万")
_FILLER = re.compile(
    r"不超过|不高于|不低于|不少于|控制在|[≤≥<>]=?|约|大约|大概|预计|预估|估算|暂定|总投资|总价|总额|总计|合计|共计|预算|投入|资金|单价|报价|"
    r"以内|以下|以上|之内|左右|上下|封顶|起步价|起价|起|内$|:|含税|不含税|整$"
)

OPEN = Note("money_open", "没有写明金额，按“面议”处理")
UNCLEAR = Note("money_unclear", "金额读不出来，未入库数值，请人工核对", Verdict.QUESTION)
PARTIAL = Note("money_partial", "只取了其中带单位的一个金额，请核对", Verdict.QUESTION)
BRACKET = Note("money_remark", "括号内的说明未计入金额，请核对")
ZERO = Note("money_zero", "金额为 0，视为未填，请核对", Verdict.QUESTION)
NEGATIVE = Note("money_negative", "金额为负数，疑似录入错误，未入库数值，请核对", Verdict.QUESTION)
TOO_LARGE = Note("money_large", "金额很大，请确认单位是万元而不是元", Verdict.QUESTION)
SIGN = Note("money_sign", "金额前有货币符号且没有写“万”，已按元读取，请核对", Verdict.QUESTION)
FOREIGN = Note("money_currency", "金额不是人民币，已按原币种记录，没有换算")

BY_HEADER = Rule("money_by_header", "没有写单位，按表头的单位读", Confidence.LIKELY)
AS_WRITTEN = Rule("money_as_written", "按写明的单位换算成万元")
RANGE = Rule("money_range", "读成金额范围", Confidence.LIKELY)
LEFT_OPEN = Rule("money_open", "没有金额，只留原文")
IN_DOUBT = Rule("money_in_doubt", "金额有疑问，没有取数", Confidence.DOUBTFUL)
PART = Rule("money_part", "从文字中取带单位的金额", Confidence.DOUBTFUL)


def money(cell: Cell, unit: str = "万元", currency: str = "") -> Reading[Money | None]:
    """The amount in a cell; `unit` is what a bare figure counts (万元, 元 …), `currency` what names its currency.

    A blank cell gives None, words without a figure a Money of raw text only. A single figure gives low = high, also
    after 约, ≤ or 起.
    """
    raw = text(cell).value
    if not raw:
        return Reading(None)
    if len(raw) > LONGEST_FIGURE:
        return Reading(Money(raw=raw), (UNCLEAR,), IN_DOUBT)
    if raw.startswith("=") and isinstance(value := computed(raw), float):
        reading = money(value, unit)
        return replace(reading, value=reading.value and replace(reading.value, raw=raw))
    flat = arabic(raw)
    notes: list[Note] = []
    for found in _BRACKET.finditer(flat):
        inside = (found[1] or found[2] or "").removeprefix("单位:")
        if re.fullmatch(_UNIT, inside):
            unit = inside
        elif re.search(r"\d", inside):
            notes.append(BRACKET)
    flat = _BRACKET.sub("", flat)
    named = currency
    currency, flat = _currency(flat)
    if currency == "CNY" and named:
        currency = _currency(f"{named}1")[0]
    if _SIGN.search(raw) and _PLAIN.match(flat):
        unit = "元"
        notes.append(SIGN)
    flat = _COMPOUND.sub(lambda c: f"{Decimal(c[1]) * 10_000 + Decimal(c[2])}万", _FILLER.sub("", flat))
    none = Money(currency=currency, raw=raw)
    if not re.search(r"\d", flat):
        return Reading(none, (OPEN,), LEFT_OPEN)
    if re.match(r"-\d", flat):
        return Reading(none, (replace(NEGATIVE, suggestion=flat.removeprefix("-")),), IN_DOUBT)
    amount = _AMOUNT.fullmatch(flat)
    if amount is None:
        found_all = [m for m in _WITH_UNIT.finditer(flat) if m["u1"] or m["u2"]]
        if len(found_all) != 1:
            return Reading(none, (UNCLEAR,), IN_DOUBT)
        notes.append(PARTIAL)
    figure = amount or found_all[0]
    low, high = _range(figure, unit)
    per = "".join(filter(None, (amount["each"], amount["per"], amount["per2"]))) if amount else ""
    if not high:
        return Reading(none, (ZERO,), IN_DOUBT)
    if high > ABSURD:
        return Reading(none, (UNCLEAR,), IN_DOUBT)
    if high >= LARGE and not re.search(_UNIT, flat):
        notes.append(TOO_LARGE)
    if currency != "CNY":
        notes.append(FOREIGN)
    written = figure["u1"] or figure["u2"]
    rule = PART if amount is None else RANGE if figure["n2"] else AS_WRITTEN if written else BY_HEADER
    return Reading(Money(float(low), float(high), currency, per, raw), tuple(notes), rule)


def _currency(flat: str) -> tuple[str, str]:
    """The currency and the text without its name. The 元 of 50港元 stays behind as the unit; 850万港元 has one."""
    for code, name in CURRENCIES:
        found = name.search(flat)
        if found:
            keep = "元" if found[0].endswith("元") and not re.search(r"[万亿]$", flat[: found.start()]) else ""
            keep = keep if found.start() else ""
            return code, flat[: found.start()] + keep + flat[found.end() :]
    return "CNY", flat


def _range(found: re.Match[str], default: str) -> tuple[Decimal, Decimal]:
    first, second = found["u1"], found["u2"]
    low = Decimal(found["n1"]) * in_wan(first or second or default)
    if not found["n2"]:
        return low, low
    high = Decimal(found["n2"]) * in_wan(second or first or default)
    return min(low, high), max(low, high)


def in_wan(unit: str) -> Decimal:
    """How many 万元 one `unit` is; KeyError for what is no unit."""
    return IN_WAN[unit if unit == "元" else unit.removesuffix("元")]
