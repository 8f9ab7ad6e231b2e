"""The judge of repeated demands on disk: a readable file of weights and the anchors it was fitted with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from matcher.adapters.arrays import read_array, write_array
from matcher.errors import InvalidInput
from matcher.repeats import FILE, RepeatModel

ANCHORS = "repeats_anchors.npy"


def save_repeats(model: RepeatModel, anchors: npt.NDArray[np.float16], models: Path) -> None:
    """Write both files into the models folder."""
    weights = {name: round(weight, 4) for name, weight in model.weights.items()}
    figures = {"encoder": model.encoder, "base": round(model.base, 4), "threshold": round(model.threshold, 4)}
    text = json.dumps({**figures, "weights": weights}, ensure_ascii=False, indent=1)
    (models / FILE).write_text(text + "\n", "utf-8")
    write_array(models / ANCHORS, anchors)


def load_repeats(models: Path, encoder: str) -> tuple[RepeatModel, npt.NDArray[np.float32]]:
    """The weights and the anchors, (rows, dim), for the encoder of that name.

    Raises InvalidInput for bad weights and for those fitted with another encoder, BrokenGeneration for a damaged array.
    """
    model = RepeatModel.load(models)
    if model.encoder != encoder:
        raise InvalidInput(
            f"重复判断是用编码模型 {model.encoder} 拟合的，现在是 {encoder}；请运行 python -m indexer.repeats。",
            fitted_with=model.encoder,
        )
    return model, read_array(models / ANCHORS, np.float16, 2).astype(np.float32)
