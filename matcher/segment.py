"""Chinese words by maximum probability over a dictionary: jieba, and the same algorithm in Rust ten times faster.

Both are fed runs of Han characters only and without the hidden Markov model, and then cut alike (contract test), so
either may serve an index that the other built. Unknown words are the business of the analyser's character bigrams.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol


class Segmenter(Protocol):
    """A run of Han characters to its words, which join to the run again."""

    def words(self, run: str) -> list[str]: ...


class JiebaSegmenter:
    """The plain implementation and the oracle. `cache` is a private folder: jieba's own cache is a marshal file in the
    shared temporary folder, which any user of the machine could replace (reliability of the start-up, and safety)."""

    def __init__(self, dictionary: Mapping[str, int], cache: Path) -> None:
        import logging

        import jieba

        jieba.setLogLevel(logging.ERROR)
        cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._jieba: Any = jieba.Tokenizer()
        self._jieba.tmp_dir = str(cache)
        self._jieba.initialize()
        for word, frequency in dictionary.items():
            self._jieba.add_word(word, frequency)

    def words(self, run: str) -> list[str]:
        return list(self._jieba.cut(run, HMM=False))


class RustSegmenter:
    """rjieba, where its wheel exists."""

    def __init__(self, dictionary: Mapping[str, int]) -> None:
        import rjieba

        self._jieba: Any = rjieba.Jieba()
        for word, frequency in dictionary.items():
            self._jieba.add_word(word, frequency, "n")

    def words(self, run: str) -> list[str]:
        words: list[str] = self._jieba.cut(run, False)
        return words


def segmenter(dictionary: Mapping[str, int], cache: Path) -> Segmenter:
    """The fast one where it is installed, else the plain one."""
    if importlib.util.find_spec("rjieba") is not None:
        return RustSegmenter(dictionary)
    return JiebaSegmenter(dictionary, cache)
