"""A requirements text cut into its separate requirements, each with its place in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Clause:
    """One requirement as written: `text == whole[start:end]`, without its number and its closing mark."""

    text: str
    start: int
    end: int


_BREAK = re.compile(r"[。；;！？!?\n\r]|\.(?=\s|$)(?<![0-9]\.)")
_LABEL = re.compile(
    r"(?:(?<![图式表见件第])[(（]\s?(?:[0-9０-９]{1,2}|[一二三四五六七八九十]{1,3})\s?[)）]|[①-⑳⑴-⒇⒈-⒛❶-❿㈠-㈩]"
    r"|(?:^|(?<=[\s:：,，、]))\s{0,4}"
    r"(?:(?:[0-9０-９]{1,2}|[一二三四五六七八九十]{1,3})\s?(?:[)）]|、(?!\s?[0-9一二三四五六七八九十]))"
    r"|[0-9０-９]{1,2}\s?[.．](?![0-9０-９])"
    r"|[•·●▪■◆★※▶►\-—*](?=\s?[^\s\-—*0-9])))\s*"
)
_HEADING = re.compile(r"[^。；;\n]{0,15}[:：]\s*$")
_EDGES = " \t\u3000\xa0,，、:："


def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses in order. Cut at 。；！？, at line ends and at list numbers (1. 2、（3）一、 ④ •); commas do not cut.

    A heading before a list (主要要求：) is no clause. 1.5秒 is not item 1. "" gives ().
    """
    found: list[Clause] = []
    at = 0
    for mark in _BREAK.finditer(text + "\n"):
        found += _items(text, at, min(mark.start(), len(text)))
        at = mark.end()
    return tuple(found)


def _items(text: str, start: int, end: int) -> list[Clause]:
    labels = list(_LABEL.finditer(text[start:end]))
    edges = [(start, start), *((start + m.start(), start + m.end()) for m in labels), (end, end)]
    return [
        clause
        for (_, low), (high, _) in pairwise(edges)
        if not _HEADING.fullmatch(text[low:high])
        if (clause := _trimmed(text, low, high)) is not None
    ]


def _trimmed(text: str, low: int, high: int) -> Clause | None:
    while low < high and text[low] in _EDGES:
        low += 1
    while high > low and text[high - 1] in _EDGES:
        high -= 1
    return Clause(text[low:high], low, high) if low < high else None
