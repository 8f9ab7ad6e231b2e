"""Formulas whose result was never saved: arithmetic with plain figures is computed, a link gives its display text.

Nothing else is: no references, no other functions, nothing is ever followed or run.
"""

from __future__ import annotations

import re
from decimal import Decimal, DecimalException

LONGEST = 200
DEEPEST = 20
LARGEST = Decimal(10) ** 15

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([-+*/%(),])|(SUM|ROUND)(?=\s*\())", re.IGNORECASE)
_LINK = re.compile(r'=\s*HYPERLINK\(\s*"[^"]*"\s*(?:[,，;]\s*"((?:[^"]|"")*)")?\s*\)', re.IGNORECASE)


def computed(formula: str) -> float | str | None:
    """`=35*10` gives 350.0, `=HYPERLINK("…","详见附件3")` gives 详见附件3; None for what we do not compute."""
    if len(formula) > LONGEST and not formula.upper().startswith("=HYPERLINK"):
        return None
    if link := _LINK.fullmatch(formula.strip()):
        return (link[1] or "").replace('""', '"') or None
    try:
        value = _Parser(formula.strip().removeprefix("=")).whole()
    except (ValueError, DecimalException):
        return None
    return float(value) if abs(value) <= LARGEST else None


class _Parser:
    """Sums of products of factors, by descent. ValueError at the first thing it does not know."""

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        at = 0
        while at < len(text.rstrip()):
            token = _TOKEN.match(text, at)
            if token is None:
                raise ValueError(text)
            self._tokens.append(token[0].strip().upper())
            at = token.end()
        self._at, self._depth = 0, 0

    def whole(self) -> Decimal:
        value = self._sum()
        if self._at != len(self._tokens):
            raise ValueError(self._tokens[self._at])
        return value

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, *wanted: str) -> str:
        token = self._peek()
        if wanted and token not in wanted:
            raise ValueError(token)
        self._at += 1
        return token

    def _sum(self) -> Decimal:
        value = self._product()
        while self._peek() in ("+", "-"):
            value = value + self._product() if self._take() == "+" else value - self._product()
        return value

    def _product(self) -> Decimal:
        value = self._factor()
        while self._peek() in ("*", "/"):
            value = value * self._factor() if self._take() == "*" else value / self._factor()
        return value

    def _factor(self) -> Decimal:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError("too deep")
        token = self._take()
        if token in ("+", "-"):
            value = self._factor() * (1 if token == "+" else -1)
        elif token == "(":
            value = self._sum()
            self._take(")")
        elif token in ("SUM", "ROUND"):
            value = self._call(token)
        elif token[:1].isdigit():
            value = Decimal(token)
        else:
            raise ValueError(token)
        while self._peek() == "%":
            self._take()
            value /= 100
        self._depth -= 1
        return value

    def _call(self, name: str) -> Decimal:
        self._take("(")
        values = [self._sum()]
        while self._peek() == ",":
            self._take()
            values.append(self._sum())
        self._take(")")
        if name == "SUM":
            return sum(values, Decimal(0))
        if len(values) != 2 or values[1] != int(values[1]) or abs(values[1]) > 10:
            raise ValueError(name)
        return round(values[0], int(values[1]))
