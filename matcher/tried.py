"""What a demand says was tried and given up, where an offer is named after it: told beside the requirements, never
counted. Whoever recommends it again should know before the filer tells them."""

from __future__ import annotations

import re
from collections.abc import Iterator
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


def tried(demand: Profile, offer: Profile, analyser: Analyser, *, offered_by_query: bool) -> tuple[Requirement, ...]:
    """At most one entry: the sentence of the demand, unknown, and the word in the offer's name that it speaks of.

    A word that the demand also uses elsewhere is part of what it wants and says nothing. `offered_by_query` tells
    which of the two is asking, for the spans.
    """
    title = analyser.normalise.mapped(offer.fields.get("title", ""))
    text = demand.fields.get("body", "")
    for start, sentence, attempt in _attempts(text):
        elsewhere = "\n".join((demand.fields.get("title", ""), text[:start], text[start + len(sentence) :]))
        if place := _named(analyser.normalise(attempt), title.text, analyser.normalise(elsewhere), analyser):
            asking, offering = ("candidate", "query") if offered_by_query else ("query", "candidate")
            said, (first, last) = sentence.strip(" ，,。；;！!？?\n"), title.span(*place)
            spans = (
                Span(asking, "body", start, start + len(said)),  # type: ignore[arg-type]
                Span(offering, "title", first, last),  # type: ignore[arg-type]
            )
            word = offer.fields["title"][first:last]
            says = f"需求方试过这类办法，没有用好；方案名称里有“{word}”，推荐之前请先问清原因"
            return (Requirement(said, Status.UNKNOWN, says, spans),)
    return ()


def _attempts(text: str) -> Iterator[tuple[int, str, str]]:
    """Where a sentence tells of an attempt that was given up, the sentence, and the clause of the attempt."""
    if not BEFORE.search(text):
        return
    for found in SENTENCE.finditer(text):
        before = BEFORE.search(found[0])
        if before and GIVEN_UP.search(found[0], before.end()):
            attempt = CLAUSE.match(found[0], before.start())
            sentence = found[0].lstrip()
            yield found.end() - len(sentence), sentence, attempt[0] if attempt else ""


def _named(attempt: str, title: str, elsewhere: str, analyser: Analyser) -> tuple[int, int] | None:
    """Where the title has the longest word of the attempt that stands nowhere else in the demand, with what goes on in
    both (平安 → 平安钟); None without one. All three texts are cleaned."""
    words = [
        word
        for word in analyser.counts(attempt)
        if word in title and word not in elsewhere and word not in ANYTHING
        if analyser.is_word(word) and not analyser.is_form_word(word)
    ]
    if not words:
        return None
    word = max(words, key=len)
    start, at = title.find(word), attempt.find(word)
    going_on = takewhile(lambda pair: pair[0] == pair[1], zip(title[start:], attempt[at:], strict=False))
    return start, start + sum(1 for _ in going_on)
