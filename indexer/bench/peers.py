"""The Chinese probes asked of our word index and of three other systems as they come out of the box.

The others are no dependencies: `python -m indexer.bench.peers` measures those that are installed and says what is
missing. Figures of a system that is not here stay as they were, with the version they were measured with.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from indexer.collections import Collection
from indexer.probes import PROBES, Search, score
from indexer.quality_page import last, publish
from indexer.runs import collection_view
from indexer.workshop import Workshop, workshop
from matcher.adapters.bm25 import Bm25Index
from matcher.model import Demand, Solution
from matcher.settings import Settings

TOP = 10


@dataclass(frozen=True, slots=True)
class Peer:
    """A system we compare with: its distribution, the module that must be there, and how it is searched."""

    distribution: str
    module: str
    search: Search

    @property
    def installed(self) -> bool:
        return importlib.util.find_spec(self.module) is not None


def bm25s(texts: Mapping[str, str], query: str) -> Sequence[str]:
    """bm25s with its own tokeniser; documents with score 0 are not found."""
    library: Any = importlib.import_module("bm25s")
    ids = list(texts)
    index = library.BM25()
    index.index(library.tokenize(list(texts.values()), show_progress=False), show_progress=False)
    asked = library.tokenize([query], show_progress=False)
    found, scores = index.retrieve(asked, k=len(ids), show_progress=False)
    return [ids[int(at)] for at, points in zip(found[0], scores[0], strict=True) if points > 0]


def txtai(texts: Mapping[str, str], query: str) -> Sequence[str]:
    """txtai's keyword index, which is its BM25 arm, with default settings."""
    library: Any = importlib.import_module("txtai")
    index = library.Embeddings(keyword=True)
    index.index([(id, text, None) for id, text in texts.items()])
    return [str(id) for id, _ in index.search(query, TOP)]


def haystack(texts: Mapping[str, str], query: str) -> Sequence[str]:
    """Haystack's in-memory store and BM25 retriever with default settings; documents with score 0 are not found."""
    library: Any = importlib.import_module("haystack")
    stores: Any = importlib.import_module("haystack.document_stores.in_memory")
    retrievers: Any = importlib.import_module("haystack.components.retrievers.in_memory")
    store = stores.InMemoryDocumentStore()
    store.write_documents([library.Document(id=id, content=text) for id, text in texts.items()])
    found = retrievers.InMemoryBM25Retriever(document_store=store).run(query=query, top_k=TOP)["documents"]
    return [document.id for document in found if document.score]


PEERS: Mapping[str, Peer] = {
    "bm25s": Peer("bm25s", "bm25s", bm25s),
    "txtai": Peer("txtai", "txtai", txtai),
    "Haystack": Peer("haystack-ai", "haystack", haystack),
}


def ours(shop: Workshop) -> Search:
    """Our word index alone."""
    count = shop.parts.analyser.counts

    def search(texts: Mapping[str, str], query: str) -> Sequence[str]:
        index = Bm25Index.build(list(texts), ({"body": count(text)} for text in texts.values()))
        return [hit.id for hit in index.search(count(query), TOP)]

    return search


def in_engine(shop: Workshop) -> dict[str, bool]:
    """Probe → whether the whole engine puts the wanted texts first. It ranks everything, so no more can be asked."""
    passed = {}
    for probe in PROBES:
        solutions = {id: Solution(id, "", description=text) for id, text in probe.texts.items()}
        engine = shop.engine(collection_view(Collection("probe", {}, solutions, {}), shop.parts))
        asked = shop.parts.profile(Demand("query", "", description=probe.query))
        passed[probe.name] = probe.in_order([hit.id for hit in engine.hits(asked, k=TOP)])
    return passed


def measured_probes(
    shop: Workshop, before: Mapping[str, Any], told: Callable[[str], None] = lambda line: None
) -> dict[str, Any]:
    """System → {"version", "passed": {probe: bool}}; our words also have "reports". `told` hears what is missing."""
    reports = {probe.name: probe.report for probe in PROBES}
    out: dict[str, Any] = {
        "SceneMatch": {"version": "words", "passed": score(ours(shop)), "reports": reports},
        "SceneMatch, whole": {"version": "engine", "passed": in_engine(shop)},
    }
    for name, peer in PEERS.items():
        if peer.installed:
            out[name] = {"version": version(peer.distribution), "passed": score(peer.search)}
        else:
            kept = name in before
            told(f"{name} is not installed (distribution {peer.distribution}); {'kept' if kept else 'no figures'}")
            out[name] = before[name] if kept else {"version": "not measured", "passed": {}}
    return out


def main() -> int:
    figures = last()
    figures["probes"] = measured_probes(workshop(Settings.from_env()), figures.get("probes", {}), print)
    for name, engine in figures["probes"].items():
        print(f"{name} {engine['version']}: {sum(engine['passed'].values())} of {len(engine['passed'])}")
    print("\n".join(map(str, publish(figures))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
