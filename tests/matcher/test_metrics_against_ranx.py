"""Our metrics equal those of ranx, an independent implementation, on random judgments. ranx takes seconds to import."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from matcher.evaluate import evaluate

# ranx's "ndcg" is the linear gain of Järvelin & Kekäläinen, its "ndcg_burges" the exponential one.
SAME = {
    "ndcg@10": "ndcg_burges@10",
    "ndcg_linear@10": "ndcg@10",
    "ndcg@3": "ndcg_burges@3",
    "recall@10": "recall@10-l2",
    "recall@5-l1": "recall@5",
    "precision@5": "precision@5-l2",
    "hit@1": "hit_rate@1-l2",
    "hit@3": "hit_rate@3-l2",
    "mrr": "mrr-l2",
    "mrr@10": "mrr@10-l2",
    "map-l1": "map",
    "map@10": "map@10-l2",
}


@pytest.fixture(scope="module")
def theirs() -> Any:
    with warnings.catch_warnings():  # numba and ranx warn at import; nothing of ours
        warnings.simplefilter("ignore")
        pytest.importorskip("numba").config.DISABLE_JIT = True  # compiling takes half a minute, these 60 queries none
        return pytest.importorskip("ranx", exc_type=ImportError)


def test_every_metric_on_random_data(theirs: Any) -> None:
    rng = np.random.default_rng(20)
    qrels: dict[str, dict[str, int]] = {}
    run: dict[str, list[tuple[str, float]]] = {}
    for q in range(60):
        judged = rng.choice(40, size=int(rng.integers(2, 12)), replace=False)
        qrels[f"q{q}"] = {f"d{d}": int(g) for d, g in zip(judged, rng.integers(0, 4, len(judged)), strict=True)}
        qrels[f"q{q}"][f"d{judged[0]}"] = 3  # both sides then agree on which queries count
        found = rng.permutation(40)[: int(rng.integers(10, 40))]
        run[f"q{q}"] = [(f"d{d}", float(len(found) - i)) for i, d in enumerate(found)]
    ours = {name: column.interval.mean for name, column in evaluate(run, qrels, list(SAME)).items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answer = theirs.evaluate(
            theirs.Qrels(qrels), theirs.Run({q: dict(found) for q, found in run.items()}), list(SAME.values())
        )
    for name, other in SAME.items():
        assert ours[name] == pytest.approx(answer[other], abs=1e-9), name
