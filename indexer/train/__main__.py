"""`make train`: train the encoder, fit the ranker, write both; `--ranker` fits the ranker alone to an encoder that is
there. `python -m indexer.train --help` lists the choices."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from matcher.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Train from data/knowledge, and from public pairs when a folder with them is given; 0 when both are written."""
    settings = Settings.from_env()
    parser = argparse.ArgumentParser(prog="python -m indexer.train", description=__doc__)
    parser.add_argument(
        "--pairs", type=Path, help="folder of public text pairs (*.jsonl.gz); without it, none are used"
    )
    parser.add_argument("--out", type=Path, default=settings.data / "models" / "default", help="model folder to write")
    parser.add_argument("--share", type=float, default=1.0, help="share of the knowledge topics to train on")
    parser.add_argument("--epochs", type=int, help="passes over the knowledge")
    parser.add_argument(
        "--ranker", action="store_true", help="keep the encoder in the model folder, fit the ranker to it"
    )
    chosen = parser.parse_args(arguments)

    from indexer.train.card import card
    from indexer.train.counted import Counted
    from indexer.train.encoder import Recipe, apart, save, sketch, some, specialise, start
    from indexer.train.filler import filler_of
    from indexer.train.fit import fit_gold, public_groups, unseen_groups
    from indexer.train.knowledge import topics
    from indexer.train.pairs import parted, sources
    from indexer.train.samples import statements
    from indexer.train.transformer.recipe import MET
    from indexer.train.translation import learn, write
    from indexer.workshop import WEIGHTS_FILE, WEIGHTS_WITH_CONTEXT
    from matcher.adapters.encoders import open_encoder
    from matcher.adapters.shelves import Parts
    from matcher.analyser import Analyser
    from matcher.lexicon import LEARNED, Lexicon
    from matcher.taxonomy import Taxonomy
    from matcher.translation import Table, Translation

    begun = time.monotonic()
    lexicon = settings.data / "lexicon"
    words = Lexicon.load(lexicon)
    analyser = Analyser.load(words, settings.cache_folder)
    knowledge = some(topics(settings.data / "knowledge"), chosen.share)
    filler = filler_of(settings.data / "knowledge")
    public, unmet = parted(sources(chosen.pairs) if chosen.pairs else {})
    recipe = replace(Recipe(), epochs=chosen.epochs) if chosen.epochs else Recipe()
    print(f"{len(knowledge)} topics, {sum(map(len, public.values()))} public pairs", flush=True)
    texts = chain(
        (text for topic in knowledge for text in statements(topic)),
        filler,
        (text for pairs in public.values() for pair in pairs for text in pair),
    )
    counting = Counted(analyser, texts, lexicon, settings.cache_folder)
    print(f"counted after {(time.monotonic() - begun) / 60:.1f} minutes", flush=True)
    model = start(knowledge, filler, public, counting, recipe)
    context = open_encoder(settings.context, analyser) if settings.context else None
    seen, unseen = apart(knowledge, json.loads((settings.context / MET).read_text("utf-8")) if settings.context else ())
    print(f"{len(unseen)} topics kept from the ranker's encoder", flush=True)
    drawn = sketch(model, seen, filler, public, recipe)
    if not chosen.ranker:
        specialise(model, knowledge, filler, public, recipe)
        save(model, chosen.out, card(knowledge, public, analyser.version, recipe))
    taxonomy = Taxonomy.load(settings.data / "taxonomy")

    def knowing(table: Table) -> Analyser:
        """The same analyser with these bridges."""
        return Analyser.load(replace(words, translation=Translation(table)), settings.cache_folder)

    with tempfile.TemporaryDirectory() as scratch:
        save(drawn, Path(scratch) / "sketch", "")
        met = knowing(learn(seen, analyser))
        drawing = Parts(met, open_encoder(Path(scratch) / "sketch", met), taxonomy, context)
        added, foreign = unseen_groups(unseen, drawing), public_groups(unmet, drawing)
    learned = learn(knowledge, analyser)
    write(learned, lexicon / LEARNED)
    serving = knowing(learned)
    fitted = Parts(serving, open_encoder(chosen.out, serving), taxonomy, context)
    models = chosen.out.parent
    contextual = models / WEIGHTS_WITH_CONTEXT if context else None
    fit_gold(fitted, settings.data / "gold", models / WEIGHTS_FILE, contextual, added, foreign)
    print(f"written to {chosen.out.name} in {(time.monotonic() - begun) / 60:.1f} minutes", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
