"""Which words of vendors answer which words of demanders, as the knowledge has it: a query is asked with them as well.

The table is learned by `indexer.train.translation` and shipped as a file that people can read. It is a reason of its
own and touches the asking side only, so no record is indexed anew when it is learned again.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from matcher.errors import InvalidInput
from matcher.model import Kind

Table = Mapping[str, Mapping[str, float]]
"""Demander's word → vendor's word → how strongly the one stands for the other, above 0."""


@dataclass(frozen=True, slots=True)
class Bridges:
    """The words that a text is asked with because of its own.

    weights  word of the other side → weight; at length 1 together, so that long texts count no more than short ones
    via      word of the other side → the word of the text that speaks for it most
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    via: Mapping[str, str] = field(default_factory=dict)


class Translation:
    """The table, read from a demand's words to a solution's and the other way round."""

    def __init__(self, table: Table) -> None:
        back: dict[str, dict[str, float]] = {}
        for asked, answers in table.items():
            for answer, strength in answers.items():
                back.setdefault(answer, {})[asked] = strength
        self._from: Mapping[Kind, Table] = {Kind.DEMAND: table, Kind.SOLUTION: back}

    @classmethod
    def read(cls, path: Path) -> Translation:
        """Raises InvalidInput for a file that is no table of strengths above 0. Without a file nothing is known."""
        if not path.is_file():
            return NOTHING_LEARNED
        try:
            table = json.loads(path.read_bytes())
            sound = all(strength > 0 for answers in table.values() for strength in answers.values())
        except (OSError, ValueError, TypeError, AttributeError) as wrong:
            raise InvalidInput(f"词语对应表 {path.name} 无法读取，请重新安装 data 文件夹。") from wrong
        if not sound:
            raise InvalidInput(f"词语对应表 {path.name} 中的强度必须大于 0，请重新安装 data 文件夹。")
        return cls(table)

    def of(self, kind: Kind, own: Iterable[str]) -> Bridges:
        """The bridges from the words of a record of this kind; a word that the text has itself is no bridge."""
        table = self._from[kind]
        own = dict.fromkeys(own)
        weights: dict[str, float] = {}
        best: dict[str, tuple[float, str]] = {}
        for word in own:
            for other, strength in table.get(word, {}).items():
                if other not in own:
                    weights[other] = weights.get(other, 0.0) + strength
                    if strength > best.get(other, (0.0, ""))[0]:
                        best[other] = (strength, word)
        size = math.sqrt(math.fsum(weight * weight for weight in weights.values()))
        return Bridges(
            {word: weight / size for word, weight in weights.items()},
            {word: spoken for word, (_, spoken) in best.items()},
        )


NOTHING_LEARNED = Translation({})
