"""Evidence in words: each feature's points with the sentence and the places that let staff defend them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from matcher.alignment import Pair, pairs
from matcher.analyser import FUNCTION_WORDS, Analyser
from matcher.asked import Asked, adds_up, dense_text, total
from matcher.expansion import Added
from matcher.highlight import Marked
from matcher.material import Material, Materials
from matcher.model import Evidence, Kind, Profile, Span
from matcher.ports import Encoder
from matcher.shelf import DENSE_FIELDS
from matcher.taxonomy import Taxonomy
from matcher.weights import RERANK

MOST_WORDS = 6
MOST_PAIRS = 4
MOST_SHARED = 3
UNKNOWN = 0.5
"""What a shared bigram that is no word counts for, beside a word, when the words to show are picked."""
PARTED, WHOLE = "说法不同，意思相近", "整体意思相近"
"""What the meaning is called where shared words are a reason of their own, and where they are not."""
CASE_LENGTH = 40
_IDLE = """
希望 我们 我司 我校 我院 本院 本校 本公司 本单位 公司 单位 企业 项目 方案 需求 要求 需要 可以 能够 目前 现在 已经
一个 一位 一些 一种 哪一 这个 没有 容易 非常 比较 经常 常常 进行 实现 采用 提供 具有 具备 支持 使用 利用 通过 发现
包括 以及 用于 基于 相关 各类 方面 情况 多少 超过 达到 以上 以下 左右
"""
SAYS_NOTHING = frozenset(_IDLE.split())
"""Words that stand in every list whatever the matter. They count like others but are never shown as a reason."""
REMEMBERED = 1 << 17
"""Terms of which it is kept whether they tell anything."""


def says_something(term: str) -> bool:
    """Whether a word may be shown as a reason."""
    return term not in SAYS_NOTHING and FUNCTION_WORDS.isdisjoint(term)


@dataclass(frozen=True, eq=False)
class Explained:
    """One record as it is explained: what is known of it, and its texts to mark."""

    material: Material
    marked: Marked

    @property
    def profile(self) -> Profile:
        return self.material.profile


@dataclass(frozen=True, eq=False)
class Asking(Explained):
    """The record that asks; with the terms it is asked with beside its own, and the word list's entry of each; with
    the word of it that speaks for each bridge, with those of all its terms that are whole words, and with the parts of
    it that say anything."""

    added: Mapping[str, Added]
    via: Mapping[str, str]
    words: AbstractSet[str]
    said: AbstractSet[str]


@dataclass(frozen=True, eq=False)
class Candidate(Explained):
    """A record that was found; with its shares of the lexical score and of the bridges', the shared terms that stand in
    its title, the words that carry the score, the cosine of the whole texts, the pairs of words that carry that, and
    what the re-ranking model makes of it, 0 without one."""

    contributions: Mapping[str, float]
    bridged: Mapping[str, float]
    named: AbstractSet[str]
    words: Sequence[str]
    similarity: float
    pairs: Sequence[Pair]
    reading: float


class Explainer:
    """Turns points into evidence. Everything it says is taken from the computation or from the two records."""

    def __init__(self, analyser: Analyser, encoder: Encoder, taxonomy: Taxonomy) -> None:
        self._analyser, self._encoder, self._taxonomy = analyser, encoder, taxonomy
        self.materials = Materials(analyser.normalise, encoder, lru_cache(maxsize=REMEMBERED)(self._tells))

    def asking(self, asked: Asked) -> Asking:
        """The asking side, made once for all candidates."""
        material = self.materials.asking(asked.profile, total(asked.counts))
        said = {part for part in DENSE_FIELDS if dense_text(asked.profile, part)}
        return Asking(
            material, Marked(material.page, "query"), asked.added, asked.bridges.via, asked.words.keys(), said
        )

    def candidates(
        self,
        asked: Explained,
        found: Sequence[Material],
        contributions: Sequence[Mapping[str, float]],
        bridged: Sequence[Mapping[str, float]],
        named: Sequence[AbstractSet[str]],
        similarities: Sequence[float],
        readings: Sequence[float],
    ) -> list[Candidate]:
        """`contributions`, those of the bridges, `bridged`, and the shared terms of the titles, `named`, as the lexical
        index gives them, `similarities` cosines of the whole texts, `readings` the re-ranking model's scores."""
        return [
            Candidate(
                material,
                Marked(material.page, "candidate"),
                shares,
                answering,
                titled,
                self._words(shares),
                similarity,
                alike,
                reading,
            )
            for material, shares, answering, titled, similarity, alike, reading in zip(
                found,
                contributions,
                bridged,
                named,
                similarities,
                self._pairs(asked.material, found),
                readings,
                strict=True,
            )
        ]

    def evidence(self, asked: Asking, candidate: Candidate, points: Mapping[str, float], base: float) -> list[Evidence]:
        """One piece per feature that gave points, largest first, and the base last; their sum is the score."""
        told = [
            Evidence(name, value, *TELL[name](self, asked, candidate)) for name, value in points.items() if value != 0
        ]
        told.sort(key=lambda e: (-e.points, e.source))
        return [*told, Evidence("base", base, "起评分：未看内容之前，任意一条恰好合适的可能性很低")]

    def semantic(self, asked: Asking, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        """The cosine with the pairs of different terms that carry it, or alone for an encoder that cannot be taken
        apart."""
        parted = adds_up(self._encoder) and asked.profile.kind is not candidate.profile.kind
        opening = f"{PARTED if parted else WHOLE}（整体相似度 {candidate.similarity:.2f}）"
        if not candidate.pairs:
            return opening, ()
        ours, theirs = [p.ours for p in candidate.pairs], [p.theirs for p in candidate.pairs]
        shown = "，".join(
            f"“{asked.marked.written(our)}”对“{candidate.marked.written(their)}”"
            for our, their in zip(ours, theirs, strict=True)
        )
        return f"{opening}：{shown}", asked.marked.spans(ours) + candidate.marked.spans(theirs)

    def same_meaning(self, asked: Asking, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        """The part of the cosine that terms make with themselves: a term that both sides use pairs with itself."""
        both = [word for word in candidate.words if word not in asked.added][:MOST_SHARED]
        if not both:
            return "用词相同，意思也就相同", ()
        return _told(asked, candidate, both, "用词相同，意思也就相同")

    def lexical(self, asked: Asking, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        """The shared words that gave most of the lexical score."""
        if not candidate.words:
            return "用词有少量相同", ()
        return _told(asked, candidate, candidate.words, "共同用词")

    def whole_words(self, asked: Asking, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        """The shared whole words, the rarest of which count most."""
        words = self._words({t: p for t, p in candidate.contributions.items() if t in asked.words})
        if not words:
            return "有个别完整词语相同", ()
        return _told(asked, candidate, words, "完整词语相同")

    def bridges(self, asked: Asking, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        """The words of the other side that answer this side's, with both ends."""
        strongest = max(candidate.bridged.values(), default=0.0)
        words = self._words({t: p for t, p in candidate.bridged.items() if p >= strongest / 2})
        theirs = words[:MOST_SHARED]
        if not theirs:
            return "有个别说法在以往场景中互相对应", ()
        ours = [asked.via[word] for word in theirs]
        shown = "，".join(
            f"“{asked.marked.written(our)}”对“{candidate.marked.written(their)}”"
            for our, their in zip(ours, theirs, strict=True)
        )
        return f"以往场景中常这样对应：{shown}", asked.marked.spans(ours) + candidate.marked.spans(theirs)

    def name(self, asked: Asking, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        """The candidate's title, which means the matter."""
        title = candidate.profile.fields.get("title", "")
        return f"名称意思相近：{title}", (Span("candidate", "title", 0, len(title)),) if title else ()

    def name_words(self, asked: Asking, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        """The shared words in the candidate's title."""
        words = self._words({t: p for t, p in candidate.contributions.items() if t in candidate.named})
        if not words:
            return "名称用词有少量相同", ()
        says, spans = _told(asked, candidate, words, "名称用词相同")
        return says, tuple(span for span in spans if span.side == "query" or span.field == "title")

    def industry(self, asked: Asking, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        """The same industry, or two related ones by name."""
        ours, theirs = asked.material.tagged("industry"), candidate.material.tagged("industry")
        if same := sorted(ours & theirs):
            return f"同一行业：{'、'.join(same)}", ()
        near = sorted((o, t) for o in ours for t in theirs if t in self._taxonomy.related(o))
        return "行业相近：" + "、".join(f"{o}与{t}" for o, t in near[:2]), ()

    def region(self, asked: Asking, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        """The shared region, or that the other side writes of it."""
        ours = asked.material.tagged("region")
        if same := sorted(ours & candidate.material.tagged("region")):
            return f"同在{'、'.join(same)}", ()
        there = sorted(ours & candidate.material.tagged("place"))
        return f"案例或介绍中提到{'、'.join(there)}", candidate.marked.spans(there)

    def maturity(self, asked: Asking, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        """How ripe the offer is, with the beginning of its cases."""
        ripe = "、".join(sorted(candidate.material.tagged("maturity")))
        cases = candidate.profile.fields.get("cases", "")
        shown = cases if len(cases) <= CASE_LENGTH else cases[:CASE_LENGTH] + "…"
        spans = (Span("candidate", "cases", 0, len(shown.rstrip("…"))),) if cases else ()
        return (f"成熟度：{ripe}；案例：{shown}" if cases else f"成熟度：{ripe}"), spans

    def rerank(self, asked: Asking, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        """The re-ranking model's own score: it gives no reasons, and none are made up for it."""
        return f"精排模型把双方材料放在一起读，判断的相符程度为 {candidate.reading:.2f}（最高 1）", ()

    def _pairs(self, asked: Material, found: Sequence[Material]) -> Sequence[Sequence[Pair]]:
        bags = [material.bag for material in found if material.bag]
        if asked.bag is None or len(bags) < len(found) or not adds_up(self._encoder):
            return [()] * len(found)
        return pairs(asked.bag, bags, self._encoder, MOST_PAIRS)

    def _tells(self, term: str) -> bool:
        """Whether a term by itself tells a reader anything; one without a vector is in no pair."""
        if adds_up(self._encoder) and not self._encoder.knows(term):
            return False
        return self._analyser.is_word(term) and says_something(term)

    def _words(self, contributions: Mapping[str, float]) -> list[str]:
        """The strongest shared terms of two or more characters, none inside or straddling a stronger one; words before
        bigrams that no dictionary knows (矿卡), which are words to their trade or halves of two."""
        strength = {
            term: points * len(term) * (1 if self._analyser.is_word(term) else UNKNOWN)
            for term, points in contributions.items()
            if len(term) > 1 and term not in SAYS_NOTHING and FUNCTION_WORDS.isdisjoint(term)
        }
        chosen: list[str] = []
        for term in sorted(strength, key=lambda term: (-strength[term], term)):
            if len(chosen) == MOST_WORDS:
                break
            if not any(term in other or term[0] == other[-1] or term[-1] == other[0] for other in chosen):
                chosen.append(term)
        return chosen


def _told(asked: Asking, candidate: Candidate, words: Sequence[str], opening: str) -> tuple[str, tuple[Span, ...]]:
    """Shared words, and apart from them those that only the house's word lists lead to, with both ends."""
    said = [word for word in words if word not in asked.added]
    entries = list(dict.fromkeys(asked.added[word] for word in words if word in asked.added))
    parts = [f"{opening}：{'、'.join(map(candidate.marked.written, said))}"] if said else []
    if entries:
        shown = (f"“{asked.marked.written(e.word)}”对“{candidate.marked.written(e.meaning)}”" for e in entries)
        parts.append(f"词库对应：{'，'.join(shown)}")
    ours = [*said, *(entry.word for entry in entries)]
    return "；".join(parts), asked.marked.spans(ours) + candidate.marked.spans(words)


Tell = Callable[[Explainer, Asking, Candidate], tuple[str, tuple[Span, ...]]]


PARTS: Mapping[Kind, Mapping[str, str]] = MappingProxyType(
    {
        Kind.DEMAND: {"title": "需求名称", "body": "要解决的问题", "needs": "指标要求", "whole": "全文"},
        Kind.SOLUTION: {"title": "方案名称", "body": "能做的事", "needs": "指标和案例", "whole": "全文"},
    }
)
"""What a part of a record is called when its meaning is compared."""


def _meaning(ours: str, theirs: str) -> Tell:
    """A part of the asking side, or all of it where that part is empty, and a part of the other side."""

    def tell(explainer: Explainer, asked: Asking, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        own = ours if ours in asked.said else "whole"
        other = PARTS[candidate.profile.kind][theirs]
        return f"{PARTS[asked.profile.kind][own]}与对方{other}意思相近", ()

    return tell


def _always(phrase: str) -> Tell:
    """The same sentence for every candidate."""
    return lambda explainer, asked, candidate: (phrase, ())


def _tags(facet: str, phrase: str) -> Tell:
    return _both((facet,), phrase)


def _both(facets: Sequence[str], phrase: str) -> Tell:
    """What both sides are tagged with, facet by facet."""

    def tell(explainer: Explainer, asked: Asking, candidate: Candidate) -> tuple[str, tuple[Span, ...]]:
        same = (sorted(asked.material.tagged(facet) & candidate.material.tagged(facet)) for facet in facets)
        return f"{phrase}：{'；'.join(map('、'.join, same))}", ()

    return tell


TELL: Mapping[str, Tell] = MappingProxyType(
    {
        "semantic": Explainer.semantic,
        "semantic_shared": Explainer.same_meaning,
        "context": _always("通读双方全文，说的是相近的事（由语境模型整篇判断，不逐词对应）"),
        "semantic_ask": _meaning("title", "whole"),
        "semantic_name": Explainer.name,
        "semantic_body": _meaning("body", "body"),
        "semantic_needs": _meaning("needs", "needs"),
        "lexical": Explainer.lexical,
        "lexical_words": Explainer.whole_words,
        "lexical_title": Explainer.name_words,
        "bridges": Explainer.bridges,
        "industry": Explainer.industry,
        "technology": _tags("technology", "技术方向一致"),
        "task": _tags("task", "要做的事一致"),
        "object": _tags("object", "作业对象一致"),
        "task_object": _both(("task", "object"), "要做的事和作业对象都一致"),
        "site": _tags("site", "作业地点一致"),
        "region": Explainer.region,
        "maturity": Explainer.maturity,
        "brevity": _always("写得简短，能对上的词自然少，评分相应放宽"),
        RERANK: Explainer.rerank,
    }
)
"""Feature → how it is told. A feature without a row cannot be shown, so a test holds this table against FEATURES."""
