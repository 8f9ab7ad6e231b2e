"""What a demand says was tried and given up, where an offer is named after it: told beside the requirements, never
counted. Whoever recommends it again should know before the filer tells them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from matcher.analyser import Analyser
from matcher.matter import CLAUSE, SENTENCE
from matcher.model import Profile, Requirement, Span, Status

BEFORE = re.compile(
    r"曾(?!经理)|[试試用装裝买買上推搞找请請][过過]|(?:以前|之前|原来|原來|去年|前年)[^，,。]{0,6}[装裝买買上用]的"
)
"""How a filer speaks of an earlier attempt."""

GIVEN_UP = re.compile(
    r"嫌|[不没沒][愿願肯]|反对|反對|不接受|抵触|[不没沒]好用|用不起|[没沒]用起|[没沒]法用|停用|停掉|[闲閒]置|拆[了掉]|退了"
    r"|糊了|坏了|壞了|[误誤][判报報]|判成|不扫|不用了|按不到|失败|失敗|效果(?:不|一般|差)|不行|不理想|不准|不準"
)
"""How the attempt ended. It must come after the attempt, in the same sentence."""

ANYTHING = frozenset(
    ("设备", "系统", "平台", "软件", "产品", "机器", "工具", "技术", "装置", "厂家", "方案", "办法", "方法", "服务")
)
"""Words that any offer may be named with."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that a demand tells of: its sentence, where that starts in the body, the clause that names what was
    tried, cleaned, and that clause's words, which the demand uses nowhere else, longest first."""

    sentence: str
    start: int
    clause: str
    words: tuple[str, ...]


def tried(demand: Profile, offer: Profile, analyser: Analyser, *, offered_by_query: bool) -> tuple[Requirement, ...]:
    """At most one entry: the sentence of the demand, unknown, and the word in the offer's name that it speaks of.

    A word that the demand also uses elsewhere is part of what it wants and says nothing. `offered_by_query` tells
    which of the two is asking, for the spans.
    """
    title = offer.fields.get("title", "")
    for attempt in _attempts(demand.fields.get("title", ""), demand.fields.get("body", ""), analyser):
        mapped = analyser.normalise.mapped(title)
        if place := _named(attempt, mapped.text):
            asking, offering = ("candidate", "query") if offered_by_query else ("query", "candidate")
            first, last = mapped.span(*place)
            spans = (
                Span(asking, "body", attempt.start, attempt.start + len(attempt.sentence)),  # type: ignore[arg-type]
                Span(offering, "title", first, last),  # type: ignore[arg-type]
            )
            says = f"需求方试过这类办法，没有用好；方案名称里有“{title[first:last]}”，推荐之前请先问清原因"
            return (Requirement(attempt.sentence, Status.UNKNOWN, says, spans),)
    return ()


@lru_cache(maxsize=256)
def _attempts(title: str, text: str, analyser: Analyser) -> tuple[Attempt, ...]:
    """The attempts told of in a demand's body; the same for all offers that are held against it."""
    if not BEFORE.search(text):
        return ()
    found = []
    for sentence in SENTENCE.finditer(text):
        before = BEFORE.search(sentence[0])
        if before and GIVEN_UP.search(sentence[0], before.end()):
            clause = CLAUSE.match(sentence[0], before.start())
            cleaned = analyser.normalise(clause[0]) if clause else ""
            elsewhere = analyser.normalise("\n".join((title, text[: sentence.start()], text[sentence.end() :])))
            words = sorted(_telling(cleaned, elsewhere, analyser), key=len, reverse=True)
            start = sentence.end() - len(sentence[0].lstrip())
            found.append(Attempt(sentence[0].strip(" ，,。；;！!？?\n"), start, cleaned, tuple(words)))
    return tuple(found)


def _telling(clause: str, elsewhere: str, analyser: Analyser) -> Iterator[str]:
    """The words of a cleaned clause that stand nowhere else in the demand and can name an offer."""
    for word in analyser.counts(clause):
        special = word not in elsewhere and word not in ANYTHING
        if special and analyser.is_word(word) and not analyser.is_form_word(word):
            yield word


def _named(attempt: Attempt, title: str) -> tuple[int, int] | None:
    """Where a cleaned title has the longest word of the attempt, with what goes on in both (平安 → 平安钟)."""
    word = next((word for word in attempt.words if word in title), None)
    if word is None:
        return None
    start, at = title.find(word), attempt.clause.find(word)
    going_on = takewhile(lambda pair: pair[0] == pair[1], zip(title[start:], attempt.clause[at:], strict=False))
    return start, start + sum(1 for _ in going_on)
