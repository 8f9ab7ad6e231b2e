"""Quality against the number of topics: `python -m indexer.train.curve` trains on shares of the knowledge and measures.

Without public pairs, so that only the knowledge differs. What is measured is the encoder's cosine alone, on all
answerable demands of the gold collections (nothing is fitted on them here). One line of JSON per share.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from indexer.collections import Collection, read_collection
from indexer.train.counted import Counted
from indexer.train.encoder import Recipe, save, some, specialise, start
from indexer.train.filler import filler_of
from indexer.train.fit import GOLD, HARD
from indexer.train.knowledge import Topic, topics
from indexer.train.samples import statements
from matcher.adapters.encoders import open_encoder
from matcher.adapters.shelves import Parts
from matcher.analyser import Analyser
from matcher.lexicon import Lexicon
from matcher.metrics import metric
from matcher.ports import Encoder
from matcher.settings import Settings
from matcher.statistics import Interval, bootstrap
from matcher.taxonomy import Taxonomy

SHARES = (0.25, 0.5, 0.75, 1.0)
NDCG = metric("ndcg@10")


def cosine_only(collection: Collection, parts: Parts) -> Interval:
    """nDCG@10 of the answerable demands when solutions are ordered by the cosine of whole texts."""
    ids = np.array(list(collection.solutions))
    offers = parts.encoder.documents([parts.profile(s).text() for s in collection.solutions.values()])
    asked = parts.encoder.queries([parts.profile(collection.demands[id]).text() for id in collection.answerable])
    values = []
    for id, scores in zip(collection.answerable, asked @ offers.T, strict=True):
        best = np.argsort(-scores, kind="stable")[:10]
        found = list(zip(ids[best].tolist(), scores[best].tolist(), strict=True))
        values.append(NDCG(found, collection.qrels[id]))
    return bootstrap(values)


def trained(known: Sequence[Topic], filler: Sequence[str], counting: Counted, analyser: Analyser) -> Encoder:
    """An encoder of these topics alone, as serving reads it."""
    recipe = replace(Recipe(), mixed=0.0)
    model = start(known, filler, {}, counting, recipe)
    specialise(model, known, filler, {}, recipe)
    with tempfile.TemporaryDirectory() as scratch:
        save(model, Path(scratch) / "share", "")
        return open_encoder(Path(scratch) / "share", analyser)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and measure every share; 0 when done."""
    settings = Settings.from_env()
    parser = argparse.ArgumentParser(prog="python -m indexer.train.curve", description=__doc__)
    parser.add_argument("--shares", type=float, nargs="+", default=SHARES, help="shares of the topics, up to 1")
    chosen = parser.parse_args(arguments)
    lexicon = settings.data / "lexicon"
    analyser = Analyser.load(Lexicon.load(lexicon), settings.cache_folder)
    every = topics(settings.data / "knowledge")
    filler = filler_of(settings.data / "knowledge")
    texts = [text for topic in every for text in statements(topic)]
    counting = Counted(analyser, [*texts, *filler], lexicon, settings.cache_folder)
    taxonomy = Taxonomy.load(settings.data / "taxonomy")
    for share in chosen.shares:
        known = some(every, share)
        parts = Parts(analyser, trained(known, filler, counting, analyser), taxonomy)
        found: dict[str, Any] = {"share": share, "topics": len(known)}
        for name in (*GOLD, HARD):
            reached = cosine_only(read_collection(settings.data / "gold" / name), parts)
            found[name] = [round(value, 3) for value in (reached.mean, reached.low, reached.high)]
        print(json.dumps(found), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
