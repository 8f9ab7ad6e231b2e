"""Chinese searches that failed their users elsewhere: all pass here, by words alone and in the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from indexer.bench.peers import in_engine
from indexer.collections import Collection
from indexer.probes import PROBES, Probe
from indexer.runs import collection_view
from indexer.workshop import Workshop, workshop
from matcher.adapters.bm25 import Bm25Index
from matcher.analyser import Analyser
from matcher.model import Demand, Solution
from matcher.settings import Settings


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return workshop(Settings.from_env({"SCENEMATCH_HOME": str(tmp_path_factory.mktemp("home"))}))


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_by_words(probe: Probe, analyser: Analyser) -> None:
    def search(texts: Mapping[str, str], query: str) -> Sequence[str]:
        index = Bm25Index.build(list(texts), ({"body": analyser.counts(text)} for text in texts.values()))
        return [hit.id for hit in index.search(analyser.counts(query), 10)]

    assert probe.passes(search), search(probe.texts, probe.query)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_shared_words_as_evidence(probe: Probe, shop: Workshop) -> None:
    """In the engine the wanted texts have most points for words, and no word is said to be shared that is not."""
    solutions = {id: Solution(id, description=text, title="") for id, text in probe.texts.items()}
    view = collection_view(Collection("probe", {}, solutions, {}), shop.parts)
    matches = shop.engine(view).match(shop.parts.profile(Demand("D", "", description=probe.query)), k=10).matches
    points = {m.id: sum(e.points for e in m.evidence if e.source == "lexical") for m in matches}
    assert min(points[id] for id in probe.wanted) > max(points[id] for id in points.keys() - probe.wanted)
    assert all(points[id] == 0 for id in probe.absent)


def test_the_engine_as_a_whole(shop: Workshop) -> None:
    """Meaning may overrule words in texts of a few characters, but not often."""
    passed = in_engine(shop)
    assert list(passed) == [probe.name for probe in PROBES]
    assert sum(passed.values()) >= 0.85 * len(PROBES), [name for name, right in passed.items() if not right]


def test_probes_are_well_made() -> None:
    """Every probe can fail: it has something wanted, something else, and its own name."""
    assert len({probe.name for probe in PROBES}) == len(PROBES) >= 25
    for probe in PROBES:
        assert probe.wanted < set(probe.texts)
        assert probe.absent <= set(probe.texts) - probe.wanted
        assert not probe.passes(lambda texts, query: [])
        assert not probe.passes(lambda texts, query: sorted(texts))
