"""Judged demands made from knowledge topics and public pairs: what the ranker learns from besides the gold collections.

A topic's demander statements are a demand, its vendor statements two solutions that suit it, its near misses solutions
that do not. Of a public pair the one text is a demand and the other the only solution that suits it, among those of
other pairs. They say how far a cosine can be trusted on a subject only if the encoder has not seen these topics and
pairs: use them with one that was trained on the others.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from indexer.collections import Collection
from indexer.train.knowledge import Topic
from matcher.model import Demand, Solution

SUITS = 3
"""The grade of a topic's own solutions."""


def collection_of(topics: Sequence[Topic], seed: int) -> Collection:
    """One demand per topic and every topic's solutions and near misses; the same topics and seed give the same one."""
    rng = random.Random(seed)
    demands: dict[str, Demand] = {}
    solutions: dict[str, Solution] = {}
    qrels: dict[str, dict[str, int]] = {}
    for number, topic in enumerate(topics):
        demand = _demand(f"Q{number:04}", topic, rng)
        demands[demand.id] = demand
        offers = _offers(f"A{number:04}", topic, rng)
        wrong = [Solution(f"N{number:04}-{n}", "", description=text) for n, text in enumerate(topic.near_miss)]
        solutions |= {offer.id: offer for offer in (*offers, *wrong)}
        qrels[demand.id] = {offer.id: SUITS for offer in offers}
    return Collection("knowledge", demands, solutions, qrels)


def pairs_of(name: str, pairs: Sequence[tuple[str, str]], most: int) -> Collection:
    """At most `most` of these pairs as demands and solutions, the first ones. Of pairs that hang together by a common
    text only one is taken: the others would be answers that nobody judged."""
    met: set[str] = set()
    demands: dict[str, Demand] = {}
    solutions: dict[str, Solution] = {}
    qrels: dict[str, dict[str, int]] = {}
    for number, (asked, answer) in enumerate(pairs):
        if met.isdisjoint((asked, answer)) and len(demands) < most:
            demand, offer = (
                Demand(f"Q{number:05}", "", description=asked),
                Solution(f"A{number:05}", "", description=answer),
            )
            demands[demand.id], solutions[offer.id] = demand, offer
            qrels[demand.id] = {offer.id: SUITS}
        met |= {asked, answer}
    return Collection(name, demands, solutions, qrels)


def _demand(id: str, topic: Topic, rng: random.Random) -> Demand:
    """Half of them with the topic's name as title, the others as somebody tells it who gives no title."""
    said = rng.sample(topic.demand, rng.randint(1, 3))
    return Demand(id, topic.name if rng.random() < 0.5 else "", description="\n".join(said))


def _offers(id: str, topic: Topic, rng: random.Random) -> list[Solution]:
    """Two solutions that share no statement; one of them names its technologies."""
    said = rng.sample(topic.solution, len(topic.solution))
    terms = rng.sample(topic.solution_terms, 3)
    return [
        Solution(f"{id}-0", terms[0], technologies=topic.technologies, description="\n".join(said[:2])),
        Solution(f"{id}-1", "", description=said[2], indicators=said[3]),
    ]
