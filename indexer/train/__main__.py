"""`make train`: train the encoder, fit the ranker, write both. `python -m indexer.train --help` lists the choices."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
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
    chosen = parser.parse_args(arguments)

    from indexer.train.card import card
    from indexer.train.encoder import Recipe, save, some, train
    from indexer.train.fit import fit_gold
    from indexer.train.knowledge import topics
    from indexer.train.pairs import sources
    from indexer.workshop import WEIGHTS_FILE
    from matcher.adapters.encoders import open_encoder
    from matcher.adapters.shelves import Parts
    from matcher.analyser import Analyser
    from matcher.lexicon import Lexicon
    from matcher.taxonomy import Taxonomy

    begun = time.monotonic()
    analyser = Analyser.load(Lexicon.load(settings.data / "lexicon"), settings.cache_folder)
    knowledge = some(topics(settings.data / "knowledge"), chosen.share)
    public = sources(chosen.pairs) if chosen.pairs else {}
    recipe = replace(Recipe(), epochs=chosen.epochs) if chosen.epochs else Recipe()
    print(f"{len(knowledge)} topics, {sum(map(len, public.values()))} public pairs", flush=True)
    model = train(knowledge, public, analyser, recipe)
    save(model, chosen.out, card(knowledge, public, analyser.version, recipe))
    fitted = Parts(analyser, open_encoder(chosen.out, analyser), Taxonomy.load(settings.data / "taxonomy"))
    fit_gold(fitted, settings.data / "gold", chosen.out.parent / WEIGHTS_FILE)
    print(f"written to {chosen.out.name} in {(time.monotonic() - begun) / 60:.1f} minutes", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
