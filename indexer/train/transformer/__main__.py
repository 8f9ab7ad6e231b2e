"""`python -m indexer.train.transformer`: the context model, which reads whole texts beside the encoder.

    prepare --pairs DIR   texts to token numbers, in the work folder (anywhere; a minute)
    train                 the three stages (a graphics card: minutes; processors: days)
    export                the model folder, and the ranker's weights fitted to it

The work folder is all that has to be carried to the machine that trains, and `train` needs torch, transformers and
tokenizers alone.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

DATA = Path(__file__).resolve().parents[3] / "data"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step; 0 when it is done."""
    parser = argparse.ArgumentParser(
        prog="python -m indexer.train.transformer", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("step", choices=("prepare", "train", "export"))
    parser.add_argument("--work", type=Path, required=True, help="work folder")
    parser.add_argument("--pairs", type=Path, help="folder of public text pairs (*.jsonl.gz), for prepare and export")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--steps", type=int, help="steps of the last stage")
    parser.add_argument("--out", type=Path, default=DATA / "models" / "context", help="model folder to write")
    chosen = parser.parse_args(arguments)

    from indexer.train.knowledge import topics
    from indexer.train.transformer.recipe import MET, Recipe

    begun = time.monotonic()
    knowledge = topics(DATA / "knowledge")
    recipe = replace(Recipe(), steps=chosen.steps) if chosen.steps else Recipe()

    def say(line: str) -> None:
        print(f"{time.monotonic() - begun:7.0f} s  {line}", flush=True)

    if chosen.step == "train":
        from indexer.train.transformer.train import train

        train(knowledge, chosen.work, recipe, chosen.device, say)
        return 0

    from indexer.train.filler import filler_of
    from indexer.train.pairs import parted, sources

    public, unmet = parted(sources(chosen.pairs) if chosen.pairs else {})
    if chosen.step == "prepare":
        from indexer.train.transformer.prepare import prepare

        prepare(knowledge, filler_of(DATA / "knowledge"), public, chosen.work, recipe)
        return 0

    from indexer.train.transformer.card import card
    from indexer.train.transformer.export import export
    from indexer.train.transformer.ranker import fit
    from indexer.train.transformer.train import finished

    files = set(json.loads((chosen.work / MET).read_text("utf-8")))
    met = [topic for topic in knowledge if topic.file in files]
    export(finished(chosen.work, recipe), chosen.work, chosen.out, card(met, public, recipe))
    say("exported")
    fit(chosen.out, unmet)
    say("ranker fitted")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
