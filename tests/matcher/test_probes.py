"""Chinese searches that failed their users elsewhere: all pass here, by words alone and in the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

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
def test_in_the_engine(probe: Probe, shop: Workshop) -> None:
    """The engine ranks everything, so the wanted ones must come first; and no word is said to be shared that is not."""
    solutions = {id: Solution(id, description=text, title="") for id, text in probe.texts.items()}
    view = collection_view(Collection("probe", {}, solutions, {}), shop.parts)
    matches = shop.engine(view).match(shop.parts.profile(Demand("D", "", description=probe.query)), k=10).matches
    assert probe.in_order([match.id for match in matches]), [(m.id, m.evidence) for m in matches]
    by_words = {match.id for match in matches for reason in match.evidence if reason.source == "lexical"}
    assert probe.wanted <= by_words
    assert not probe.absent & by_words


def test_probes_are_well_made() -> None:
    """Every probe can fail: it has something wanted, something else, and its own name."""
    assert len({probe.name for probe in PROBES}) == len(PROBES) >= 25
    for probe in PROBES:
        assert probe.wanted < set(probe.texts)
        assert probe.absent <= set(probe.texts) - probe.wanted
        assert not probe.passes(lambda texts, query: [])
        assert not probe.passes(lambda texts, query: sorted(texts))
