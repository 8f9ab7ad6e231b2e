"""Learns which words make a sentence filler: `python -m indexer.train.filler` writes data/lexicon/filler.tsv.

Forms and brochures are full of sentences about who the filer is and what he promises. A logistic regression over the
terms of a sentence (Tibshirani's L1 penalty keeps few of them, so that the file can be read) tells these apart from the
knowledge's statements and from sentences of public texts: whoever has met statements only takes every other way of
writing for filler. data/knowledge/filler.txt holds the sentences it learns from.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from indexer.train.knowledge import Topic, topics
from indexer.train.pairs import sources
from matcher.analyser import Analyser
from matcher.lexicon import BASE, FILLER, Lexicon
from matcher.matter import sentences
from matcher.settings import Settings

SPARED = 0.06
"""Share of what says something that may be taken for filler, found by cross-validation; of texts in which no sentence
was learned from, the finished table then takes fewer (gold solutions 1 %, robotics abstracts 0.5 %)."""

TELLING = ("docs_robot_ai", "laws", "news_ai", "papers_problem_method", "papers_scenario")
"""Public texts whose every sentence says something: technical, legal, news."""

SHORTEST, LONGEST = 12, 120
"""Characters of a public sentence to learn from."""

STRENGTH = 10.0
"""Inverse of the L1 penalty."""

SEED = 7

LEAST = 3
"""Sentences a term must stand in."""

HEAD = (
    "# 套话用词：由 python -m indexer.train.filler 从 data/knowledge 学得。一句话里各词分数之和除以词数的平方根，",
    "# 再加“（基准）”，大于 0 即视为套话（单位介绍、承诺、客套等），不参与匹配。分数为负的词说明这句话有实际内容。",
    "用词\t套话分",
)


@dataclass(frozen=True, slots=True)
class Learned:
    """Term → score, and the base: a sentence whose sum is above 0 is filler."""

    weights: dict[str, float]
    base: float


def filler_of(folder: Path) -> list[str]:
    """The sentences of filler.txt, one a line; lines with # are remarks."""
    lines = (folder / "filler.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def learn(filler: Sequence[str], telling: Sequence[str], analyser: Analyser) -> Learned:
    """Scores of terms. The base is set so that SPARED of `telling`, each judged by a model that has not seen it, is
    lost."""
    counted = [list(analyser.counts(text)) for text in (*filler, *telling)]
    seen: dict[str, int] = {}
    for terms in counted:
        for term in terms:
            seen[term] = seen.get(term, 0) + 1
    names = sorted(term for term, count in seen.items() if count >= LEAST)
    rows = {term: row for row, term in enumerate(names)}
    matrix = _matrix(counted, rows)
    is_filler = np.arange(len(counted)) < len(filler)
    model = LogisticRegression(
        C=STRENGTH, l1_ratio=1.0, solver="liblinear", class_weight="balanced", max_iter=500, random_state=0
    )
    held_out = cross_val_predict(model, matrix, is_filler, cv=5, method="decision_function")
    limit = float(np.quantile(held_out[~is_filler], 1 - SPARED))
    model.fit(matrix, is_filler)
    weights = {names[i]: round(float(w), 3) for i, w in enumerate(model.coef_[0]) if abs(w) >= 0.001}
    return Learned(weights, round(float(model.intercept_[0]) - limit, 3))


def _matrix(counted: Sequence[Sequence[str]], rows: dict[str, int]) -> csr_matrix:
    indices: list[int] = []
    values: list[float] = []
    starts = [0]
    for terms in counted:
        known = [rows[term] for term in terms if term in rows]
        indices += known
        values += [1 / np.sqrt(max(1, len(terms)))] * len(known)
        starts.append(len(indices))
    return csr_matrix((np.array(values), indices, starts), shape=(len(counted), len(rows)))


def statements(known: Sequence[Topic], most: int, seed: int) -> list[str]:
    """Statements of both sides that say something, at most `most`, the same for the same seed."""
    every = sorted({text for topic in known for text in (*topic.demand, *topic.solution)})
    return random.Random(seed).sample(every, min(most, len(every)))


def public_sentences(public: Mapping[str, Sequence[tuple[str, str]]], most: int, seed: int) -> list[str]:
    """Sentences of the TELLING sources, at most `most` of each, the same for the same seed."""
    rng = random.Random(seed)
    out: list[str] = []
    for name in TELLING:
        texts = {text for pair in public[name] for text in pair}
        drawn = rng.sample(sorted(texts), min(most, len(texts)))
        found = {said.strip() for text in drawn for said in sentences(text)}
        fit = sorted(said for said in found if SHORTEST <= len(said) <= LONGEST)
        out += rng.sample(fit, min(most, len(fit)))
    return out


def write(path: Path, learned: Learned) -> None:
    """The lexicon file: strongest marks of filler first."""
    ordered = sorted(learned.weights.items(), key=lambda item: (-item[1], item[0]))
    lines = [*HEAD, f"{BASE}\t{learned.base}", *(f"{term}\t{weight}" for term, weight in ordered)]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Learn from data/knowledge and write the lexicon file; 0 when written."""
    settings = Settings.from_env()
    parser = argparse.ArgumentParser(prog="python -m indexer.train.filler", description=__doc__)
    parser.add_argument("--most", type=int, default=20_000, help="statements of the knowledge to learn from")
    parser.add_argument("--pairs", type=Path, required=True, help="folder of public text pairs (*.jsonl.gz)")
    parser.add_argument("--more", type=int, default=4_000, help="sentences of each public source to learn from")
    chosen = parser.parse_args(arguments)
    analyser = Analyser.load(Lexicon.load(settings.data / "lexicon"), settings.cache_folder)
    knowledge = settings.data / "knowledge"
    filler = filler_of(knowledge)
    telling = statements(topics(knowledge), chosen.most, SEED)
    telling += public_sentences(sources(chosen.pairs), chosen.more, SEED)
    learned = learn(filler, telling, analyser)
    write(settings.data / "lexicon" / FILLER, learned)
    print(
        f"{len(filler)} sentences of filler, {len(telling)} others, {len(learned.weights)} terms, base {learned.base}"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
