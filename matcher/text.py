"""One door for text: what cleans a record for the index cleans the query, and no character forgets its origin.

The original is never changed. `Normaliser.mapped` returns the cleaned text with, for each of its characters, the
stretch of the original it came from, so a highlight lands on what the user wrote.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import opencc

STEPS_VERSION = "zh-1"
"""Change a step, change this: generations built with other steps are then rebuilt, never mixed."""

HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\x00-\x08\x0e-\x1f\x7f]"
)
_SYLLABLE = (
    r"(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?"
    r"[aāáǎàoōóǒòeēéěèêiīíǐìuūúǔùüǖǘǚǜv]{1,3}(?:ng?|r)?"
)
_GLOSS = re.compile(rf"(?<=[{HAN}])\s*[(（]\s*{_SYLLABLE}(?:\s+{_SYLLABLE})*\s*[)）]")
_TONE = re.compile(r"[(（][^()（）]{0,8}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]")
_RESIDUE = re.compile(rf"([{HAN}])\s?[(（]([{HAN}])[)）]")
_GAP = re.compile(rf"(?<=[{HAN}])[ \t]+(?=[{HAN}])")
_SPACES = re.compile(r"\s*\n\s*|[^\S\n]+")
_EDGES = re.compile(r"\A\s+|\s+\Z")


@dataclass(frozen=True, slots=True)
class Mapped:
    """Cleaned text; character i stands for `original[starts[i]:ends[i]]`. None means: nothing moved."""

    text: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original behind `text[start:end]`; an empty stretch gives (0, 0)."""
        if start >= end:
            return (0, 0)
        if self.starts is None or self.ends is None:
            return (start, end)
        return (self.starts[start], max(self.ends[start:end]))

    def sub(self, pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str]) -> Mapped:
        """Replace every match. New characters all stand for the whole stretch that was replaced."""
        first = pattern.search(self.text)
        if first is None:
            return self
        starts = list(self.starts) if self.starts is not None else list(range(len(self.text)))
        ends = list(self.ends) if self.ends is not None else list(range(1, len(self.text) + 1))
        out: list[str] = []
        new_starts: list[int] = []
        new_ends: list[int] = []
        at = 0
        for match in pattern.finditer(self.text):
            new = replacement(match)
            if new == match[0]:
                continue
            low, high = match.span()
            out += [self.text[at:low], new]
            new_starts += starts[at:low]
            new_ends += ends[at:low]
            if high > low:
                new_starts += [starts[low]] * len(new)
                new_ends += [ends[high - 1]] * len(new)
            at = high
        out.append(self.text[at:])
        return Mapped("".join(out), (*new_starts, *starts[at:]), (*new_ends, *ends[at:]))

    def swap(self, text: str) -> Mapped:
        """The same places with other characters; the length must not change."""
        return Mapped(text, self.starts, self.ends)


_HAN_BLOCKS = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000))


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _simple_forms() -> dict[int, str]:
    """Every Traditional character of the basic planes with its Simplified form, one to one."""
    blocks = [chr(code) for block in _HAN_BLOCKS for code in block]
    converted = _converter().convert("\n".join(blocks)).split("\n")
    return {ord(a): b for a, b in zip(blocks, converted, strict=True) if a != b}


@cache
def _traditional() -> re.Pattern[str]:
    return re.compile("[" + "".join(map(chr, _simple_forms())) + "]")


def simplified(text: str) -> str:
    """Traditional to Simplified, character for character: the length never changes."""
    if not _traditional().search(text):
        return text
    phrase_wise: str = _converter().convert(text)
    return phrase_wise if len(phrase_wise) == len(text) else text.translate(_simple_forms())


@lru_cache(maxsize=4096)
def _fold(cluster: str) -> str:
    """Compatibility form, lower case, and again, since each can undo the other (as Unicode's NFKC_Casefold)."""
    folded = cluster
    for _ in range(3):
        folded = unicodedata.normalize("NFKC", folded.casefold())
    return folded


_CLUSTER = re.compile(r"[^\x00-\x40\x5b-\x7e\u4e00-\u9fff\u3002\u3001][\u0300-\u036f\u3099\u309a]*")


class _SingleFolds(dict[int, str]):
    """Character → its folded form where that is one character again; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        self[code] = folded if len(folded) == 1 else chr(code)
        return self[code]


_SINGLE_FOLDS = _SingleFolds()


def width(m: Mapped) -> Mapped:
    """Full width to half width, compatibility forms to plain ones, capitals to small letters."""
    if m.text.isascii():
        return m.swap(m.text.lower())
    folded = m.swap(m.text.translate(_SINGLE_FOLDS))
    if unicodedata.is_normalized("NFKC", folded.text):
        return folded
    return folded.sub(_CLUSTER, lambda found: _fold(found[0]))


def invisible(m: Mapped) -> Mapped:
    """Zero-width characters, soft hyphens, direction marks and control characters go."""
    return m.sub(_INVISIBLE, lambda _: "")


def glosses(m: Mapped) -> Mapped:
    """Pinyin glued behind a character goes: 產(chǎn)業(yè)的(de) → 產業的.

    Syllables without a tone mark go only where others with one stand, so 视觉(ai) and 总线(can) stay.
    """
    return m.sub(_GLOSS, lambda _: "") if _TONE.search(m.text) else m


def residue(m: Mapped) -> Mapped:
    """A converter's leftovers go: 養(养)老 → 養老. 90厘米(实测) stays: not the same character twice."""
    return m.sub(_RESIDUE, lambda f: f[1] if simplified(f[1]) == simplified(f[2]) else f[0])


def simple(m: Mapped) -> Mapped:
    """Traditional to Simplified."""
    return m.swap(simplified(m.text))


def gaps(m: Mapped) -> Mapped:
    """Blanks between Han characters go (scanned and converted documents are full of them)."""
    return m.sub(_GAP, lambda _: "")


def spaces(m: Mapped) -> Mapped:
    """Runs of blanks become one blank, runs with a line break one line break; none at either end."""
    collapsed = m.sub(_SPACES, lambda f: "\n" if "\n" in f[0] else " ")
    return collapsed.sub(_EDGES, lambda _: "")


_PLAIN = "".join(map(chr, (0x0A, *range(0x20, 0x7F), *range(0xFF01, 0xFF5F))))
_SIGNS = "°±·×÷–—‘’“”≈≤≥→、。《》「」『』【】〔〕①②③④⑤⑥⑦⑧⑨"


@cache
def _uncommon() -> re.Pattern[str]:
    """Any character but the common ones: those that cleaning leaves alone or swaps for a single one. Common are the Han
    characters, ASCII, its full-width forms and a few signs; nine fields of ten hold nothing else."""
    han = "".join(f"{chr(block.start)}-{chr(block.stop - 1)}" for block in _HAN_BLOCKS)
    others = "".join(sign for sign in _PLAIN + _SIGNS if len(_fold(sign)) == 1)
    return re.compile(f"[^{han}{re.escape(others)}]")


_SWAPPED = re.compile("[A-Z\uff01-\uff5e①-⑨]")
_TIGHT = re.compile(rf"(?<=[{HAN}]) (?=[{HAN}])|\A\s|\s\Z|\s\s")
"""Blanks that `gaps` or `spaces` would touch, where blanks are spaces and line breaks only."""


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Matches the longest of the words at the leftmost place. Branches by first character, and looks at a place only
    when some word begins with what stands there: with a thousand words that is most of the time saved."""
    by_first: dict[str, list[str]] = {}
    for word in sorted(words, key=lambda w: (-len(w), w)):
        by_first.setdefault(word[0], []).append(word[1:])
    firsts = "".join(map(re.escape, sorted(by_first)))
    branches = (f"{re.escape(first)}(?:{'|'.join(map(re.escape, rest))})" for first, rest in sorted(by_first.items()))
    return re.compile(f"(?=[{firsts}])(?:{'|'.join(branches)})")


def _beginnings(heads: Collection[str]) -> re.Pattern[str]:
    """Finds where one of the heads, of one or two characters, may stand: a few of them, and others made of their
    characters. They may overlap."""
    alone = "".join(head for head in heads if len(head) == 1)
    pairs = [head for head in heads if len(head) == 2]
    first, second = ("".join(sorted({pair[i] for pair in pairs})) for i in (0, 1))
    branches = [f"[{re.escape(alone)}]"] if alone else []
    branches += [f"[{re.escape(first)}][{re.escape(second)}]"] if pairs else []
    return re.compile(f"(?=({'|'.join(branches)}))" if branches else "(?!)")


REMEMBERED, SHORT = 4096, 1000
"""Cleaned texts kept, up to this long: tagging, counting and highlighting ask for the same ones, and form words return
all the time."""


class Normaliser:
    """The versioned list of steps. `hongkong` maps Hong Kong and Macau words, once simplified, to the mainland's."""

    def __init__(self, hongkong: Mapping[str, str]) -> None:
        self._hongkong = dict(hongkong)
        self._pattern = _any_of(self._hongkong) if self._hongkong else None
        self._heads: dict[str, tuple[str, ...]] = {}
        for word in self._hongkong:
            self._heads[word[:2]] = (*self._heads.get(word[:2], ()), word)
        self._begins = _beginnings(self._heads)
        self.steps: tuple[Callable[[Mapped], Mapped], ...] = (
            invisible,
            glosses,
            residue,
            width,
            simple,
            gaps,
            spaces,
            self.mainland,
        )
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._clean)

    def mainland(self, m: Mapped) -> Mapped:
        """Hong Kong and Macau vocabulary to the mainland's: 机械人 → 机器人."""
        return m.sub(self._pattern, lambda f: self._hongkong[f[0]]) if self._pattern and self._named(m.text) else m

    def _named(self, text: str) -> bool:
        """Whether a word of the table stands in the text: some microseconds, where the search for all of them takes as
        long as all other steps."""
        return any(
            word in text
            for head in filter(self._heads.__contains__, self._begins.findall(text))
            for word in self._heads[head]
        )

    def mapped(self, text: str) -> Mapped:
        """The cleaned text with its way back. Cleaning is repeated until nothing changes (at most four times), so
        cleaning cleaned text changes nothing."""
        return self._remembered(text) if len(text) <= SHORT else self._clean(text)

    def _clean(self, text: str) -> Mapped:
        current = Mapped(text)
        for _ in range(4):
            if (swapped := self._swapped(current.text)) is not None:
                return current.swap(swapped)
            before = current.text
            for step in self.steps:
                current = step(current)
            if current.text == before:
                break
        return current

    def _swapped(self, text: str) -> str | None:
        """The cleaned text where cleaning only swaps characters, as for nearly every field; None where it may do more.

        Equal to what the steps give, at a fifth of the cost (a law in the tests).
        """
        if _uncommon().search(text):
            return None
        swapped = simplified(_SWAPPED.sub(lambda found: _SINGLE_FOLDS[ord(found[0])], text))
        if swapped != text and _traditional().search(swapped):
            return None  # a second pass would go on
        if (" " in swapped or "\n" in swapped) and _TIGHT.search(swapped):
            return None
        if ("(" in swapped and _RESIDUE.search(swapped)) or (self._pattern and self._named(swapped)):
            return None if self._moves(swapped) else swapped
        return swapped

    def _moves(self, text: str) -> bool:
        """Whether a leftover of a converter or a word of the table really stands in a text that looks like it."""
        return residue(Mapped(text)).text != text or self.mainland(Mapped(text)).text != text

    def __call__(self, text: str) -> str:
        return self.mapped(text).text
