"""The same demand as other people would have sent it: other script, slips, other width, too short, too long.

Every change is a function of the record alone, so the same demand always becomes the same variant.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import opencc

from matcher import tables
from matcher.errors import NotFound
from matcher.lexicon import Lexicon
from matcher.model import Demand

TEXTS = ("title", "description", "requirements", "target", "current_base", "site", "scale")
SLIPS_PER_CHARACTER = 0.03
"""One wrong character in 33: two or three in an ordinary demand, which is what hurried typing looks like."""

LONG = 2_000
"""Characters of a demand that nobody shortened."""

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F) if chr(code).isalnum() or chr(code) in "%.-+"}

Change = Callable[[Demand], Demand]


@dataclass(frozen=True, eq=False)
class Tables:
    """The readable tables that the changes use."""

    confusions: Mapping[str, tuple[str, ...]]
    english: Mapping[str, str]
    boilerplate: tuple[str, ...]
    hongkong: Mapping[str, str]
    """Mainland word → the Hong Kong or Macau one."""
    told: Mapping[str, str]
    """Demand → the same need in one sentence, written by somebody who saw the demand alone."""

    @classmethod
    def load(cls, data: Path) -> Tables:
        """From the data folder. Raises InvalidInput naming file and line."""
        gold = data / "gold"
        spoken = Lexicon.load(data / "lexicon").hongkong
        filler = tables.text(gold / "boilerplate.txt").splitlines()
        return cls(
            {row["字"]: row.words("误作") for row in tables.read(gold / "confusions.tsv", ("字", "误作"))},
            {row["中文"]: row["英文"] for row in tables.read(gold / "english.tsv", ("中文", "英文"))},
            tuple(line for line in filler if line.strip() and not line.startswith("#")),
            {theirs: ours for ours, theirs in sorted(spoken.items(), reverse=True)},
            {row["编号"]: row["一句话"] for row in tables.read(gold / "one_sentence.tsv", ("编号", "一句话"))},
        )


def variants(known: Tables) -> Mapping[str, Change]:
    """Name → change, in the order they are reported."""
    traditional = opencc.OpenCC("s2hk").convert
    spoken = _swapping(known.hongkong)
    return MappingProxyType(
        {
            "traditional": lambda d: rewritten(d, traditional),
            "hongkong": lambda d: rewritten(d, lambda text: traditional(spoken(text))),
            "slips": lambda d: slipped(d, known.confusions),
            "full_width": lambda d: rewritten(d, lambda text: text.translate(_WIDE)),
            "english": lambda d: rewritten(d, _swapping(known.english)),
            "one_sentence": lambda d: one_sentence(d, known.told),
            "title_only": title_only,
            "first_sentence": first_sentence,
            "long": lambda d: padded(d, known.boilerplate),
        }
    )


def rewritten(demand: Demand, change: Callable[[str], str]) -> Demand:
    """Every text of the demand changed; its form words (industry, region) as well."""
    new: dict[str, Any] = {name: change(getattr(demand, name)) for name in (*TEXTS, "region")}
    new |= {name: tuple(map(change, getattr(demand, name))) for name in ("industries", "keywords")}
    return replace(demand, **new)


def slipped(demand: Demand, confusions: Mapping[str, tuple[str, ...]]) -> Demand:
    """Some characters typed wrong, at least one in each text that has a confusable character."""
    chance = np.random.default_rng(zlib.crc32(demand.id.encode()))

    def slip(text: str) -> str:
        places = [at for at, char in enumerate(text) if char in confusions]
        count = min(len(places), max(1, round(len(text) * SLIPS_PER_CHARACTER)))
        wrong = {int(at) for at in chance.choice(places, count, replace=False)} if places else set()
        return "".join(str(chance.choice(confusions[c])) if at in wrong else c for at, c in enumerate(text))

    new: dict[str, Any] = {name: slip(getattr(demand, name)) for name in ("title", "description", "requirements")}
    return replace(demand, **new)


def one_sentence(demand: Demand, told: Mapping[str, str]) -> Demand:
    """The whole need in one breath. Raises NotFound for a demand that nobody has told so."""
    if demand.id not in told:
        raise NotFound(f"{demand.id} 没有一句话的写法：请在 data/gold/one_sentence.tsv 里补上。", id=demand.id)
    return Demand(demand.id, "", description=told[demand.id])


def title_only(demand: Demand) -> Demand:
    """Nothing but the title, as when a list prints names alone."""
    return Demand(demand.id, demand.title or first_sentence(demand).description)


def first_sentence(demand: Demand) -> Demand:
    """Nothing but the first sentence of the description, as somebody says it on the telephone."""
    found = _SENTENCE.search(demand.description or demand.title)
    return Demand(demand.id, "", description=found[0] if found else demand.title)


def padded(demand: Demand, boilerplate: tuple[str, ...]) -> Demand:
    """The description between sentences that say nothing, half before and half behind, until LONG characters."""
    chance = np.random.default_rng(zlib.crc32(demand.id.encode()))
    missing = LONG - sum(len(getattr(demand, name)) for name in TEXTS)
    chosen: list[str] = []
    while missing > 0:
        for at in chance.permutation(len(boilerplate)):
            if missing > 0:
                chosen.append(boilerplate[at])
                missing -= len(boilerplate[at])
    half = len(chosen) // 2
    return replace(demand, description="".join((*chosen[:half], demand.description, *chosen[half:])))


def _swapping(words: Mapping[str, str]) -> Callable[[str], str]:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    return lambda text: pattern.sub(lambda found: words[found[0]], text)
