"""Evidence in words: each feature's points with the sentence and the places that let staff defend them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from matcher.alignment import Bag, Pair, pairs
from matcher.analyser import FUNCTION_WORDS, Analyser
from matcher.asked import Asked, Counts, counted
from matcher.highlight import Highlighter
from matcher.model import Evidence, Profile, Span
from matcher.ports import BagEncoder, Encoder
from matcher.taxonomy import Taxonomy

MOST_WORDS = 6
MOST_PAIRS = 4
CASE_LENGTH = 40
REMEMBERED = 512
"""Texts whose term vectors are kept: 64 kB each."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """One candidate as it is explained: its profile, its terms, and the shares of the lexical score."""

    profile: Profile
    counts: Mapping[str, Counts]
    contributions: Mapping[str, float]
    similarity: float


class Explainer:
    """Turns points into evidence. Everything it says is taken from the computation or from the two records."""

    def __init__(self, analyser: Analyser, encoder: Encoder, taxonomy: Taxonomy) -> None:
        self._analyser, self._encoder, self._taxonomy = analyser, encoder, taxonomy
        self._highlight = Highlighter(analyser.normalise)
        self._bag = lru_cache(maxsize=REMEMBERED)(self._bag_of)

    def candidate(self, profile: Profile, contributions: Mapping[str, float], similarity: float) -> Candidate:
        """`contributions` as the lexical index gives them, `similarity` the cosine of the whole texts."""
        return Candidate(profile, counted(profile, self._analyser), contributions, similarity)

    def evidence(self, asked: Asked, candidate: Candidate, points: Mapping[str, float], base: float) -> list[Evidence]:
        """One piece per feature that gave points, largest first, and the base last; their sum is the score."""
        told = [
            Evidence(name, value, *TELL[name](self, asked, candidate)) for name, value in points.items() if value != 0
        ]
        told.sort(key=lambda e: (-e.points, e.source))
        return [*told, Evidence("base", base, "起评分：未看内容之前，任意一条恰好合适的可能性很低")]

    def semantic(self, asked: Asked, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        """The cosine with the term pairs that carry it, or alone for an encoder that cannot be taken apart."""
        opening = f"整体意思相近（相似度 {candidate.similarity:.2f}）"
        ours, theirs = self._bag(asked.profile.text()), self._bag(candidate.profile.text())
        found = pairs(ours, theirs, MOST_PAIRS) if ours and theirs else []
        if not found:
            return opening, ()
        shown = "，".join(f"“{self._ours(asked, p)}”对“{self._theirs(candidate, p)}”" for p in found)
        spans = self._highlight.spans(asked.profile, [p.ours for p in found], "query")
        return f"{opening}：{shown}", spans + self._highlight.spans(
            candidate.profile, [p.theirs for p in found], "candidate"
        )

    def lexical(self, asked: Asked, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        """The shared words that gave most of the lexical score."""
        words = _words(candidate.contributions)
        if not words:
            return "用词有少量相同", ()
        shown = "、".join(self._highlight.written(candidate.profile, word) for word in words)
        spans = self._highlight.spans(asked.profile, words, "query")
        return f"共同用词：{shown}", spans + self._highlight.spans(candidate.profile, words, "candidate")

    def title(self, asked: Asked, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        """The candidate's title, which names the matter, with its shared words."""
        title = candidate.profile.fields.get("title", "")
        named = candidate.counts.get("title", {})
        words = _words({t: p for t, p in candidate.contributions.items() if t in named})
        inside = tuple(s for s in self._highlight.spans(candidate.profile, words, "candidate") if s.field == "title")
        return f"名称切题：“{title}”", self._highlight.spans(asked.profile, words, "query") + inside

    def industry(self, asked: Asked, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        """The same industry, or two related ones by name."""
        ours, theirs = asked.profile.tagged("industry"), candidate.profile.tagged("industry")
        if same := sorted(ours & theirs):
            return f"同一行业：{'、'.join(same)}", ()
        near = sorted((o, t) for o in ours for t in theirs if t in self._taxonomy.related(o))
        return "行业相近：" + "、".join(f"{o}与{t}" for o, t in near[:2]), ()

    def region(self, asked: Asked, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        """The shared region, or that the other side writes of it."""
        ours = asked.profile.tagged("region")
        if same := sorted(ours & candidate.profile.tagged("region")):
            return f"同在{'、'.join(same)}", ()
        there = sorted(ours & candidate.profile.tagged("place"))
        return f"案例或介绍中提到{'、'.join(there)}", self._highlight.spans(candidate.profile, there, "candidate")

    def maturity(self, asked: Asked, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        """How ripe the offer is, with the beginning of its cases."""
        ripe = "、".join(sorted(candidate.profile.tagged("maturity")))
        cases = candidate.profile.fields.get("cases", "")
        shown = cases if len(cases) <= CASE_LENGTH else cases[:CASE_LENGTH] + "…"
        spans = (Span("candidate", "cases", 0, len(shown.rstrip("…"))),) if cases else ()
        return (f"成熟度：{ripe}；案例：{shown}" if cases else f"成熟度：{ripe}"), spans

    def _bag_of(self, text: str) -> Bag | None:
        if not isinstance(self._encoder, BagEncoder):
            return None
        return Bag.of(self._analyser.counts(text), self._encoder)

    def _ours(self, asked: Asked, pair: Pair) -> str:
        return self._highlight.written(asked.profile, pair.ours)

    def _theirs(self, candidate: Candidate, pair: Pair) -> str:
        return self._highlight.written(candidate.profile, pair.theirs)


Tell = Callable[[Explainer, Asked, Candidate], tuple[str, tuple[Span, ...]]]


def _plain(phrase: str) -> Tell:
    return lambda explainer, asked, candidate: (phrase, ())


def _tags(facet: str, phrase: str) -> Tell:
    def tell(explainer: Explainer, asked: Asked, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        same = sorted(asked.profile.tagged(facet) & candidate.profile.tagged(facet))
        return f"{phrase}：{'、'.join(same)}", ()

    return tell


TELL: Mapping[str, Tell] = MappingProxyType(
    {
        "semantic": Explainer.semantic,
        "semantic_ask": _plain("需求标题与对方全文意思相近"),
        "semantic_name": Explainer.title,
        "semantic_body": _plain("要解决的问题与能做的事意思相近"),
        "semantic_needs": _plain("指标要求与对方指标、案例意思相近"),
        "lexical": Explainer.lexical,
        "lexical_title": Explainer.title,
        "industry": Explainer.industry,
        "technology": _tags("technology", "技术方向一致"),
        "task": _tags("task", "要做的事一致"),
        "region": Explainer.region,
        "maturity": Explainer.maturity,
    }
)
"""Feature → how it is told. A feature without a row cannot be shown, so a test holds this table against FEATURES."""


def _words(contributions: Mapping[str, float]) -> list[str]:
    """The strongest shared terms of two or more characters, none inside or straddling a stronger one."""
    chosen: list[str] = []
    for term, _ in sorted(contributions.items(), key=lambda item: (-item[1] * len(item[0]), item[0])):
        if len(chosen) == MOST_WORDS:
            break
        inside = any(term in other or (term[0] == other[-1]) or (term[-1] == other[0]) for other in chosen)
        if len(term) > 1 and not set(term) & FUNCTION_WORDS and not inside:
            chosen.append(term)
    return chosen
