"""How well needs are served that no model has met: `python -m indexer.train.unseen`.

The context model has not met the knowledge files that its `met.json` leaves out; an encoder is trained here without
them (and without public pairs unless `--pairs` names some), so that neither model knows their topics. Each becomes a
demand with two right offers among those of all the others, once with all topics' near misses as wrong offers and once
without any. Measured is the order by one cosine, by the mean of both, and by BM25. One line of JSON for each.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.collections import Collection
from indexer.train.counted import Counted
from indexer.train.encoder import Recipe, apart, save, specialise, start
from indexer.train.filler import filler_of
from indexer.train.fit import SEED
from indexer.train.knowledge import topics
from indexer.train.pairs import parted, sources
from indexer.train.pseudo import collection_of
from indexer.train.samples import statements
from indexer.train.transformer.recipe import MET
from matcher.adapters.bm25 import Bm25Index
from matcher.adapters.encoders import open_encoder
from matcher.analyser import Analyser
from matcher.asked import told_text
from matcher.lexicon import Lexicon
from matcher.metrics import metric
from matcher.profile import profile_of
from matcher.settings import Settings
from matcher.statistics import bootstrap
from matcher.taxonomy import Taxonomy

TOP = 10
MEASURES = ("ndcg@10", "hit@1")
Scores = Mapping[str, npt.NDArray[np.float32]]
"""How the offers are ordered → their scores, (demands, offers)."""


def measured(collection: Collection, scores: Scores) -> list[dict[str, object]]:
    """Every order, with the near misses among the offers and without them: mean and 95 % interval of each measure."""
    ids = np.array(list(collection.solutions))
    near = np.array([id.startswith("N") for id in ids])
    lines: list[dict[str, object]] = []
    for wrong in ("near misses", "offers of others"):
        allowed = np.ones(len(ids), np.bool_) if wrong == "near misses" else ~near
        for name, table in scores.items():
            line: dict[str, object] = {"wrong": wrong, "order": name}
            runs = {}
            for demand, row in zip(collection.demands, table, strict=True):
                best = np.argsort(-np.where(allowed, row, -np.inf), kind="stable")[:TOP]
                runs[demand] = list(zip(ids[best].tolist(), row[best].tolist(), strict=True))
            for measure in MEASURES:
                value = metric(measure)
                found = bootstrap([value(run, collection.qrels[demand]) for demand, run in runs.items()])
                line[measure] = [round(v, 3) for v in (found.mean, found.low, found.high)]
            lines.append(line)
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Train an encoder without the unmet topics, measure, print; 1 when the context model has met them all."""
    settings = Settings.from_env()
    parser = argparse.ArgumentParser(prog="python -m indexer.train.unseen", description=__doc__)
    parser.add_argument("--pairs", type=Path, help="folder of public text pairs (*.jsonl.gz)")
    chosen = parser.parse_args(arguments)
    lexicon = settings.data / "lexicon"
    analyser = Analyser.load(Lexicon.load(lexicon), settings.cache_folder)
    taxonomy = Taxonomy.load(settings.data / "taxonomy")
    folder = settings.data / "models" / "context"
    every = topics(settings.data / "knowledge")
    known, unmet = apart(every, json.loads((folder / MET).read_text("utf-8")))
    if not unmet:
        print("the context model has met every topic")
        return 1
    filler = filler_of(settings.data / "knowledge")
    public, _ = parted(sources(chosen.pairs) if chosen.pairs else {})
    ours = (text for topic in known for text in statements(topic))
    texts = chain(ours, filler, (text for pairs in public.values() for pair in pairs for text in pair))
    counting = Counted(analyser, texts, lexicon, settings.cache_folder)
    recipe = Recipe() if public else replace(Recipe(), mixed=0.0)
    model = start(known, filler, public, counting, recipe)
    specialise(model, known, filler, public, recipe)
    made = collection_of(unmet, SEED)
    demands = [profile_of(record, taxonomy, analyser.normalise) for record in made.demands.values()]
    offers = [profile_of(record, taxonomy, analyser.normalise) for record in made.solutions.values()]
    asking, offering = ([told_text(profile, analyser) for profile in side] for side in (demands, offers))
    with tempfile.TemporaryDirectory() as scratch:
        save(model, Path(scratch) / "known", "")
        models = {
            "bag of terms": open_encoder(Path(scratch) / "known", analyser),
            "context": open_encoder(folder, analyser),
        }
    scores = {name: each.queries(asking) @ each.documents(offering).T for name, each in models.items()}
    scores["mean of both"] = (scores["bag of terms"] + scores["context"]) / 2
    words = Bm25Index.build(list(made.solutions), ({"body": analyser.counts(text)} for text in offering))
    row_of = {id: row for row, id in enumerate(made.solutions)}
    scores["BM25"] = np.zeros_like(scores["context"])
    for row, text in enumerate(asking):
        for hit in words.search(analyser.counts(text), len(offers)):
            scores["BM25"][row, row_of[hit.id]] = hit.score
    print(f"{len(known)} topics known to the encoder, {len(unmet)} to none", flush=True)
    for line in measured(made, scores):
        print(json.dumps(line), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
