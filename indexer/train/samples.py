"""Training samples composed from scenario knowledge: who asks how, and what would answer.

A sample is (anchor, positive, negative). The anchor is what a demander might write: one to three of a topic's
statements, a handful of its problem words, or its name. The positive is what a vendor might write, the negative a near
miss of the same topic: the same trade, another job. Parts are joined by line breaks: no bigram straddles two of them.
Real forms are full of sentences that say nothing (who the filer is, what he promises): some are mixed in on both sides,
so that the model learns to give their words little weight.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from indexer.train.knowledge import Topic

Compose = Callable[[Topic, random.Random], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Sample:
    """One training row; all three are texts."""

    anchor: str
    positive: str
    negative: str


def _some(values: Sequence[str], count: int, rng: random.Random) -> list[str]:
    return rng.sample(values, min(count, len(values)))


ASKING: tuple[tuple[float, Compose], ...] = (
    (0.30, lambda t, rng: _some(t.demand, 1, rng)),
    (0.32, lambda t, rng: _some(t.demand, 2, rng)),
    (0.12, lambda t, rng: _some(t.demand, 3, rng)),
    (0.12, lambda t, rng: _some(t.demand_terms, rng.randint(2, 5), rng)),
    (0.07, lambda t, rng: [t.name]),
    (0.07, lambda t, rng: [t.name, *_some(t.demand, 1, rng)]),
)
"""How demanders write, with how often."""

OFFERING: tuple[tuple[float, Compose], ...] = (
    (0.35, lambda t, rng: _some(t.solution, 1, rng)),
    (0.21, lambda t, rng: _some(t.solution, 2, rng)),
    (0.14, lambda t, rng: [*_some(t.solution, 2, rng), *t.technologies]),
    (0.12, lambda t, rng: [*_some(t.solution, 3, rng), *t.technologies]),
    (0.10, lambda t, rng: _some(t.solution_terms, rng.randint(3, 6), rng)),
    (0.08, lambda t, rng: [*t.technologies, *_some(t.solution, 1, rng)]),
)
"""How vendors write, with how often."""


FILLED = 0.3
"""Share of the texts with filler."""

MOST_ASKING, MOST_OFFERING = 8, 5
"""Sentences of filler in one text, at most."""


def composed(
    ways: Sequence[tuple[float, Compose]], topic: Topic, rng: random.Random, filler: Sequence[str], most: int
) -> str:
    """One text, written in one of the ways, now and then among sentences that say nothing."""
    ways_only = [way for _, way in ways]
    parts = list(rng.choices(ways_only, [share for share, _ in ways])[0](topic, rng))
    if filler and rng.random() < FILLED:
        parts += _some(filler, rng.randint(1, most), rng)
    return "\n".join(parts)


def samples(topics: Sequence[Topic], filler: Sequence[str], epochs: int, seed: int) -> Iterator[Sample]:
    """`epochs` samples of every topic. Each epoch holds every topic once, in a new order, so that a batch smaller than
    the number of topics never holds one topic twice as its own negative."""
    rng = random.Random(seed)
    for _ in range(epochs):
        order = list(topics)
        rng.shuffle(order)
        for topic in order:
            asking = composed(ASKING, topic, rng, filler, MOST_ASKING)
            offering = composed(OFFERING, topic, rng, filler, MOST_OFFERING)
            yield Sample(asking, offering, rng.choice(topic.near_miss))


def statements(topic: Topic) -> Iterator[str]:
    """Every text of a topic once, for counting terms."""
    yield topic.name
    for group in (
        topic.industry,
        topic.technologies,
        topic.demand,
        topic.solution,
        topic.demand_terms,
        topic.solution_terms,
        topic.near_miss,
    ):
        yield from group
