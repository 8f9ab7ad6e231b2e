"""The ranker's weights for the exported model, which lie in its folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from indexer.train.fit import fit_gold, public_groups
from indexer.train.pairs import Public
from indexer.workshop import WEIGHTS_FILE, parts
from matcher.settings import Settings


def fit(folder: Path, unmet: Public) -> None:
    """Fit to the model in `folder` and write its weights file. It has met all topics, so none can stand for unseen
    ones; `unmet` are public pairs that were kept from it."""
    settings = replace(Settings.from_env(), encoder=folder)
    known = parts(settings)
    fit_gold(known, settings.data / "gold", folder / WEIGHTS_FILE, None, (), public_groups(unmet, known))
