"""Is this demand the same need filed twice (重复填报)? From a few likenesses of two demands, a probability.

The same need comes back in other words, from another form-filler; a look-alike shares most words and differs in the
task, the object, the site or the extent. What tells them apart best is whether the same solutions would answer both,
and whether the words that only one of them uses call for the same solutions: paraphrases do, other objects do not.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

import numpy as np

from matcher.analyser import Analyser
from matcher.asked import Asked, Counts, adds_up, ask, total, unit
from matcher.errors import InvalidInput
from matcher.model import Profile
from matcher.numerals import fold
from matcher.ports import Encoder, LexicalIndex, Scores, Vectors
from matcher.quantities import quantities
from matcher.shelf import DENSE_FIELDS

FILE = "repeats.json"

COMMON = re.compile(r"[一二两1-2](?![0-9.十百千万亿点])")
"""Figures that are in every demand and tell nothing: 一天, 两班, 1台."""

SHARP, SHARP_WISH = 12.0, 16.0
"""How sharply a cosine with an answer counts against the others; a wish is shorter and its cosines lie closer."""

MANY_APART = 0.2
"""From which share of words of its own on a text counts as other words, and not as a copy with small changes."""

_TITLE = DENSE_FIELDS.index("title")
_WRITTEN = ("title", "body", "needs")
_SENTENCE = re.compile(r"[^。！？；;!?\n]+[。！？；;!?]?")
_PHASE = re.compile(
    "[二三四2-4]期|新增|扩建|扩到|扩容|再加|追加|后续|已经(?:装|上|用|建|做|改)|(?:一期|首期)[^，。；]{0,12}(?:已|完成)"
)
_WISH = re.compile(r"想|要求|要能|要有|求|希望|需|拟|寻|征|徵|能不能|有没有")
_GENERIC = re.compile(
    "有限责任公司|股份有限公司|有限公司|分公司|公司|集团|企业|单位|部门|机构|中心|协会|联合会|合作社|管理处|管理所|办事处|人民政府"
    "|政府|委员会|居委会|服务|行业|产业|专业|[某省市区县镇乡村街道厂局科部所站办(),.，、·]"
)


@dataclass(frozen=True, eq=False)
class Readers:
    """What a record is read with. `anchors` are unit vectors of many different answers, (rows, dim), by the same
    encoder."""

    analyser: Analyser
    encoder: Encoder
    anchors: Vectors


@dataclass(frozen=True, eq=False)
class Tools(Readers):
    """What two records are read and compared with. `lexical` is an index that knows which words are rare."""

    lexical: LexicalIndex


@dataclass(frozen=True, eq=False)
class Side:
    """One demand made ready to compare: its filer's name, its figures, and which answers it calls for (spreads over the
    anchors): by its whole text, by its sentences with an equal say each, and by what it wishes.

    words      term → how often: "all" of what is written, in the "wish", in the "title"
    sentences  one unit vector each, (sentences, dim)
    """

    asked: Asked
    name: str
    figures: AbstractSet[Fraction]
    answers: Scores
    by_sentence: Scores
    wished: Scores
    words: Mapping[str, Counts]
    sentences: Vectors

    @classmethod
    def of(cls, profile: Profile, tools: Readers, organization: str = "") -> Side:
        """`organization` is the filer's name as written; "" for unknown."""
        asked = ask(profile, tools.analyser, tools.encoder)
        wishes = wish(profile)
        wished, *said = tools.encoder.queries([wishes, *_SENTENCE.findall(_said(profile, "title"))])
        counts = asked.counts
        words = {
            "all": total({name: own for name, own in counts.items() if name in _WRITTEN}),
            "wish": tools.analyser.counts(wishes),
            "title": counts.get("title", {}),
        }
        text = fold(profile.text())
        return cls(
            asked,
            _GENERIC.sub("", tools.analyser.normalise(organization)),
            {q.low for q in quantities(text) if not COMMON.match(text, q.start)},
            answers(tools.anchors, asked.whole, SHARP),
            answers(tools.anchors, np.mean(said, axis=0) if said else asked.whole, SHARP),
            answers(tools.anchors, wished, SHARP_WISH),
            words,
            np.stack(said) if said else asked.whole[None],
        )


@dataclass(frozen=True, eq=False)
class Two:
    """Two demands side by side.

    shared      what each has of its terms in common with the other, by weight
    apart       how alike the answers are that the words call for which only one of the two uses; 1 when there are
                hardly any such words
    wish_apart  the same of the words of the wishes
    title       how near each title is to the other's whole text
    """

    a: Side
    b: Side
    shared: tuple[float, float]
    apart: float
    wish_apart: float
    title: tuple[float, float]

    @classmethod
    def of(cls, a: Side, b: Side, tools: Tools) -> Two:
        return cls.among(a, [b], tools)[0]

    @classmethod
    def among(cls, a: Side, others: Sequence[Side], tools: Tools) -> list[Two]:
        """One demand beside each of several. All words apart are held against the anchors in one product, which costs
        little more than one pair alone: the anchors are far larger than a processor's cache."""
        if not others:
            return []
        bags = [bag for b in others for words in ("all", "wish") for bag in _bags_apart(a, b, words, tools)]
        spreads = answers(tools.anchors, np.stack(bags), SHARP)
        alike = [_overlapping(ours, theirs) for ours, theirs in zip(spreads[::2], spreads[1::2], strict=True)]
        return [
            cls._with(a, b, apart, wish_apart, tools)
            for b, apart, wish_apart in zip(others, alike[::2], alike[1::2], strict=True)
        ]

    @classmethod
    def _with(cls, a: Side, b: Side, apart: float, wish_apart: float, tools: Tools) -> Two:
        common = a.asked.terms.keys() & b.asked.terms.keys()
        shared = _share(a.asked, common, tools.lexical), _share(b.asked, common, tools.lexical)
        differ = min(1.0, (1 - max(shared)) / MANY_APART)
        titles = [_bag(tools.encoder, side.words["title"]) @ _bag(tools.encoder, other.words["all"])
                  for side, other in ((a, b), (b, a))]  # fmt: skip
        return cls(
            a,
            b,
            shared,
            1 - differ * (1 - apart),
            1 - differ * (1 - wish_apart),
            (max(0.0, float(titles[0])), max(0.0, float(titles[1]))),
        )


def _bags_apart(a: Side, b: Side, words: str, tools: Readers) -> list[Vectors]:
    """The words that only the first uses, and those that only the second does."""
    ours, theirs = a.words[words], b.words[words]
    return [
        _bag(tools.encoder, {term: n for term, n in mine.items() if term not in other})
        for mine, other in ((ours, theirs), (theirs, ours))
    ]


def _bag(encoder: Encoder, counts: Counts) -> Vectors:
    """The unit vector of counted words, (dim,); zero for none."""
    if not counts:
        return np.zeros(encoder.dim, np.float32)
    if adds_up(encoder):
        found: Vectors = unit(encoder.bag(counts)[None])[0]
    else:
        found = encoder.queries([" ".join(counts)])[0]
    return found


def wish(profile: Profile) -> str:
    """What is asked for: the title and the last two sentences that wish, or the last one when none does."""
    sentences = _SENTENCE.findall(_said(profile))
    wishing = [sentence for sentence in sentences if _WISH.search(sentence)]
    return "\n".join((profile.fields.get("title", ""), *(wishing[-2:] or sentences[-1:])))


def _said(profile: Profile, *more: str) -> str:
    """What is written in sentences, without the labels."""
    return "\n".join(profile.fields.get(field, "") for field in (*more, "body", "needs"))


def answers(anchors: Vectors, vectors: Vectors, sharpness: float) -> Scores:
    """How the wish for an answer is spread over the anchors, (rows,) of one vector, (n, rows) of n: sums to 1, like a
    softmax of the cosines."""
    strength = np.exp(sharpness * (vectors @ anchors.T - 1))
    spread: Scores = strength / np.maximum(strength.sum(axis=-1, keepdims=True), 1e-30)
    return spread


def _share(asked: Asked, common: AbstractSet[str], lexical: LexicalIndex) -> float:
    shared = {term: weight for term, weight in asked.terms.items() if term in common}
    return lexical.self_score(shared) / lexical.self_score(asked.terms) if shared else 0.0


def _overlapping(ours: Scores, theirs: Scores) -> float:
    """Bhattacharyya's coefficient of two spreads: 1 when equal, 0 when apart."""
    return float(np.sqrt(ours * theirs).sum())


def _least_sentence(two: Two) -> float:
    """How near the loneliest sentence of the two is to its nearest one on the other side."""
    cosines = two.a.sentences @ two.b.sentences.T
    return max(0.0, float(min(cosines.max(axis=0).min(), cosines.max(axis=1).min())))


def _name(two: Two) -> float:
    """Character pairs of the shorter filer's name that the other one has too."""
    pairs = [{side.name[i : i + 2] for i in range(len(side.name) - 1)} for side in (two.a, two.b)]
    return len(pairs[0] & pairs[1]) / min(map(len, pairs)) if all(pairs) else 0.0


def _tags(two: Two, facet: str) -> tuple[frozenset[str], frozenset[str]]:
    return two.a.asked.profile.tagged(facet), two.b.asked.profile.tagged(facet)


def _same(facet: str) -> Callable[[Two], float]:
    """The share of the fewer tags that the other demand has too."""

    def compute(two: Two) -> float:
        ours, theirs = _tags(two, facet)
        return len(ours & theirs) / min(len(ours), len(theirs)) if ours and theirs else 0.0

    return compute


def _other(facet: str) -> Callable[[Two], float]:
    """1 when both have tags and none in common."""

    def compute(two: Two) -> float:
        ours, theirs = _tags(two, facet)
        return float(bool(ours and theirs and not ours & theirs))

    return compute


def _other_figures(two: Two) -> float:
    """The share of the fewer figures that the other demand lacks; 0 where one names none."""
    ours, theirs = two.a.figures, two.b.figures
    return 1 - len(ours & theirs) / min(len(ours), len(theirs)) if ours and theirs else 0.0


def _other_phase(two: Two) -> float:
    """1 when only one of the two says that it follows or adds to something that is there already."""
    phases = [_PHASE.search(fold(side.asked.profile.text())) is not None for side in (two.a, two.b)]
    return float(phases[0] != phases[1])


LIKENESS: Mapping[str, Callable[[Two], float]] = MappingProxyType(
    {
        "same_answers": lambda two: _overlapping(two.a.answers, two.b.answers),
        "same_answers_by_sentence": lambda two: _overlapping(two.a.by_sentence, two.b.by_sentence),
        "same_answers_wished": lambda two: _overlapping(two.a.wished, two.b.wished),
        "same_answers_apart": lambda two: two.apart,
        "same_wish_apart": lambda two: two.wish_apart,
        "least_sentence": _least_sentence,
        "title_in_text": lambda two: min(two.title),
        "semantic": lambda two: max(0.0, float(two.a.asked.whole @ two.b.asked.whole)),
        "title": lambda two: max(0.0, float(two.a.asked.fields[_TITLE] @ two.b.asked.fields[_TITLE])),
        "shared_most": lambda two: max(two.shared),
        "shared_least": lambda two: min(two.shared),
        "same_organization": _name,
        "same_region": _same("region"),
        "same_task": _same("task"),
        "same_technology": _same("technology"),
        "other_region": _other("region"),
        "other_task": _other("task"),
        "other_phase": _other_phase,
        "other_figures": _other_figures,
        "other_figures_same_words": lambda two: _other_figures(two) * min(two.shared),
        "other_answers_same_words": lambda two: (1 - two.apart) * max(two.shared),
        "other_wish_same_words": lambda two: (1 - two.wish_apart) * max(two.shared),
    }
)
"""Likeness → how it is computed, from 0 to 1. One named other_… speaks against a repeat, every other one for it."""


def opposed(name: str) -> bool:
    """Whether more of it makes a repeat less likely."""
    return name.startswith("other_")


def likeness(two: Two) -> dict[str, float]:
    """Every likeness by its name."""
    return {name: compute(two) for name, compute in LIKENESS.items()}


@dataclass(frozen=True, slots=True)
class RepeatModel:
    """probability = 1 / (1 + e^−(base + Σ weight · likeness)); a pair from `threshold` on counts as a repeat.

    Fitted by `indexer.repeats` on the tune half of the gold pairs with the encoder it names; for another encoder the
    probabilities mean little.
    """

    base: float
    weights: Mapping[str, float]
    threshold: float
    encoder: str

    @classmethod
    def load(cls, models: Path) -> RepeatModel:
        """Raises InvalidInput for a file that is missing or malformed, names an unknown likeness, or gives one the
        wrong sign: more agreement must never make a repeat less likely."""
        try:
            raw = json.loads((models / FILE).read_text("utf-8"))
            weights = {str(name): float(value) for name, value in raw["weights"].items()}
            model = cls(float(raw["base"]), weights, float(raw["threshold"]), str(raw["encoder"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise InvalidInput(f"重复判断的权重文件 {FILE} 无法读取：{error}") from error
        if unknown := sorted(weights.keys() - LIKENESS.keys()):
            raise InvalidInput(f"重复判断的权重文件 {FILE} 中有不认识的项：{'、'.join(unknown)}。")
        if wrong := sorted(name for name, weight in weights.items() if weight and (weight < 0) != opposed(name)):
            raise InvalidInput(f"重复判断的权重文件 {FILE} 中 {'、'.join(wrong)} 的正负号不对。")
        return model

    def probability(self, likenesses: Mapping[str, float]) -> float:
        """From the likenesses by name."""
        total = self.base + math.fsum(weight * likenesses[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-40.0, min(40.0, total))))


def repeat_probability(
    a: Profile, b: Profile, model: RepeatModel, tools: Tools, organizations: tuple[str, str] = ("", "")
) -> float:
    """How probably two demands are one need; the same whichever comes first. Many against one: make each Side once."""
    ours, theirs = Side.of(a, tools, organizations[0]), Side.of(b, tools, organizations[1])
    return model.probability(likeness(Two.of(ours, theirs, tools)))
