"""Terms of Chinese text, the same for both sides and for every arm: words, characters, Latin terms, units.

Words come from the segmenter over the domain dictionary; character bigrams are the net for words no dictionary knows,
and single characters the net below that (measured: docs/quality.md). A two-character word is therefore counted twice,
once as a word and once as a bigram, which is the weight it deserves over a bigram that straddles two words.
Abbreviations and model numbers (AGV, IP69K, S7-1200) stay whole; of a figure only its unit becomes a term, since 3 %
and 5 % are compared by `requirements`, not by spelling.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from operator import add
from pathlib import Path

from matcher.errors import Unavailable
from matcher.lexicon import Lexicon
from matcher.matter import LEAST, SHORT, Matter, is_filler, sentences, without_exclusions
from matcher.segment import Segmenter, segmenter
from matcher.text import HAN, STEPS_VERSION, Normaliser

TERMS_VERSION = "terms-3"
_UNITS = (
    "m/min m/s km/h mm cm dm km um μm nm m mg kg g t mw kw w kv v ppm ppb ms s min h db mpa kpa pa rpm khz mhz ghz hz "
    "tb gb mb °c % ‰"
)
_PIECES = re.compile(
    rf"(?P<han>[{HAN}]+)"
    r"|(?P<network>[2-6]g(?![a-z0-9]))"
    rf"|(?P<figure>\d+(?:\.\d+)?(?:{_UNITS.replace(' ', '|')})(?![a-z0-9/]))"
    r"|(?P<latin>[a-z0-9]+(?:[-+.#/&_][a-z0-9]+)*\+*)"
)
_HAN = re.compile(rf"[{HAN}]+")
_LETTER = re.compile(r"[a-z]")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_JOINTS = re.compile(r"[-+.#/&_]+")
FUNCTION_WORDS = frozenset(
    "的了是在和及与或也都就还又把被对向为以于由从到等各每该其这那有没不很太更最能会要可将让使给用个只吗呢吧啊"
)
HOTLINES = frozenset({"12345", "12315", "12369", "12319", "12393"})
"""Figures that are words. Any other bare figure is no term."""

PROBES: Mapping[str, str] = {
    "简单": "安装简单方便",
    "农业发展银行": "中国农业发展银行",
    "測試": "测试系统",
    "鸡蛋": "鸡蛋大小全靠手掂",
    "AGV": "潜伏式agv小车",
    "机械人": "清洁机器人",
}
"""Query → text that must share a term with it. Search engines silently lose their lexical arm on exactly these."""


class Analyser:
    """Text to terms. `version` changes with the steps, the dictionary and the vocabulary tables: it names them all."""

    def __init__(self, lexicon: Lexicon, segment: Segmenter) -> None:
        self.normalise = Normaliser(lexicon.hongkong)
        self.expansion, self.translation = lexicon.expansion, lexicon.translation
        self._segment = segment
        self._filler = lexicon.filler
        self._counts = lru_cache(maxsize=2048)(self._count)
        self._matter = lru_cache(maxsize=2048)(self._matter_of)
        self._is_word = lru_cache(maxsize=1 << 16)(self._word)
        words = "\0".join(str(sorted(own.items())) for own in (lexicon.hongkong, lexicon.dictionary, lexicon.filler))
        self.version = f"{STEPS_VERSION}+{TERMS_VERSION}+{hashlib.sha256(words.encode()).hexdigest()[:12]}"

    @classmethod
    def load(cls, lexicon: Lexicon, cache: Path) -> Analyser:
        """`cache` is a private folder for jieba's dictionary cache, used only where the fast segmenter is missing."""
        return cls(lexicon, segmenter(lexicon.dictionary, cache))

    def counts(self, text: str) -> Mapping[str, int]:
        """Term → occurrences; not to be changed: it is remembered, since every arm asks for the same texts."""
        return self._counts(text)

    def matter(self, text: str, *, offer: bool) -> Matter:
        """What a text says of its matter: `counts` without sentences that only fill forms and, of an offer, without
        what it excludes. A text of nothing else is counted whole."""
        return self._matter(text, offer)

    def _matter_of(self, text: str, offer: bool) -> Matter:
        kept = without_exclusions(text) if offer else text
        if len(text) < SHORT:
            return Matter((self._count(kept) if kept != text else None) or self.counts(text))
        counts: Counter[str] = Counter()
        left_out = []
        for sentence in sentences(kept):
            terms = self._count(sentence)
            if len(sentence) >= LEAST and is_filler(terms, self._filler):
                left_out.append(sentence)
            else:
                counts.update(terms)
        if not counts or (kept == text and not left_out):
            return Matter(self.counts(text))
        return Matter(counts, tuple(left_out))

    def _count(self, text: str) -> Mapping[str, int]:
        terms: list[str] = []
        for piece in _PIECES.finditer(self.normalise(text)):
            terms += self._terms(piece)
        return Counter(terms)

    def _terms(self, piece: re.Match[str]) -> list[str]:
        """The terms of one run of Han characters, one figure with its unit, or one Latin term."""
        text = piece[0]
        if piece.lastgroup == "han":
            terms = [word for word in self._segment.words(text) if len(word) > 1]
            terms.extend(map(add, text, text[1:]))
            terms += [character for character in text if character not in FUNCTION_WORDS]
            return terms
        return [_FIGURE.sub("", text, count=1)] if piece.lastgroup == "figure" else _latin(text)

    def spoken(self, text: str) -> Mapping[str, int]:
        """The terms of `counts` that are whole words of the text, one-character words and Latin terms with them →
        occurrences, each place counted once."""
        words: list[str] = []
        for piece in _PIECES.finditer(self.normalise(text)):
            if piece.lastgroup == "han":
                words += [word for word in self._segment.words(piece[0]) if word not in FUNCTION_WORDS]
            else:
                words += self._terms(piece)
        return Counter(words)

    def is_doubled(self, term: str) -> bool:
        """Whether `counts` has every mention of this word twice, once as a word and once as a bigram."""
        return len(term) == 2 and _HAN.fullmatch(term) is not None

    def words(self, run: str) -> list[str]:
        """A run of Han characters cut into words, which join to it again."""
        return self._segment.words(run)

    def is_word(self, term: str) -> bool:
        """Whether a term is a word of two letters or more, and not a bigram across two words (持人 in 主持人)."""
        return self._is_word(term)

    def _word(self, term: str) -> bool:
        return len(term) > 1 and (not _HAN.fullmatch(term) or self._segment.words(term) == [term])

    def is_form_word(self, term: str) -> bool:
        """Whether a word rather marks a sentence that fills a form than one about a matter (公司, 提供, 支持)."""
        return self._filler.get(term, 0.0) > 0

    def probe(self) -> None:
        """Raise Unavailable unless every probe query shares a term with its text: the lexical arm must be alive."""
        for query, text in PROBES.items():
            if not self.counts(query).keys() & self.counts(text).keys():
                raise Unavailable(
                    f"分词检查未通过：“{query}”在“{text}”中找不到共同词。"
                    "请重新安装 jieba/rjieba 和 data/lexicon 后再启动。",
                    probe=query,
                )


def _latin(text: str) -> list[str]:
    """The term as it stands and, where it is joined (s7-1200, ros/slam), its parts that hold a letter."""
    if not _LETTER.search(text):
        return [text] if text in HOTLINES else []
    parts = [part for part in _JOINTS.split(text) if len(part) > 1 and _LETTER.search(part)]
    return [text, *(part for part in parts if part != text)]
