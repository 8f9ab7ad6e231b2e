"""How well the ranking is: the engine beside every arm and fusion on the same queries, and what each feature adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.ablation import Ablation, ablations
from indexer.arms import RRF, ArmRuns, arm_runs
from indexer.build import Progress, silent
from indexer.collections import Collection, read_collection
from indexer.runs import collection_view
from indexer.splits import SPLITS, chosen
from indexer.trust import Separation, best_scores, calibration, figures, separations
from indexer.workshop import Workshop
from matcher.engine import View
from matcher.evaluate import Comparison, compare
from matcher.metrics import Run
from matcher.model import Hit, Kind, Profile
from matcher.statistics import Interval

ENGINE = "SceneMatch"
METRICS = ("ndcg@10", "ndcg_linear@10", "recall@10", "hit@1", "hit@3", "mrr@10")

SHOWN = 10
"""Matches per query that people see, so that calibration is measured on."""

ASKED = 20
"""Matches asked of the engine: its candidates are then those of an ordinary request."""

FEWEST_UNANSWERABLE = 3
"""With fewer demands without answer than this in a half, abstention is measured on the whole collection."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything measured on one collection.

    share        dense share of the convex combination, fitted on the tune half
    comparison   every run × METRICS, tested against the engine
    abstention   run → AUC on the demands listed as having no answer, empty where the collection lists none
    removed      run → the same on the answerable demands themselves, their judged solutions taken away; without RRF
    calibration  expected calibration error of the engine's grade over the SHOWN matches
    ablations    empty for a public retrieval set, whose records have no fields to speak of
    """

    collection: str
    split: str
    queries: int
    solutions: int
    share: float
    comparison: Comparison
    abstention: Mapping[str, Separation]
    removed: Mapping[str, Separation]
    calibration: Interval
    ablations: tuple[Ablation, ...]
    notes: tuple[str, ...]

    def json(self) -> dict[str, Any]:
        """For programs. A figure that does not exist is null."""
        return {
            "collection": self.collection,
            "split": self.split,
            "queries": self.queries,
            "solutions": self.solutions,
            "convex_dense_share": self.share,
            **self.comparison.json(),
            "abstention_auc": {name: each.json() for name, each in self.abstention.items()},
            "abstention_auc_answers_removed": {name: each.json() for name, each in self.removed.items()},
            "calibration_error": figures(self.calibration),
            "ablations": {
                a.feature: {"without": figures(a.without), "loss": figures(a.loss.interval), "p": a.loss.p_permutation}
                for a in self.ablations
            },
            "notes": list(self.notes),
        }

    def text(self) -> str:
        """For a terminal, in Chinese; metrics and runs keep the names the field gives them."""
        parts = [f"{self.collection}（{SPLITS[self.split]}，{self.queries} 条需求，{self.solutions} 个方案）"]
        parts.append(self.comparison.text())
        for title, table in (("识别“没有合适方案”的 AUC", self.abstention), ("拿走适用方案后的 AUC", self.removed)):
            parts += [f"{title}：", *(f"  {name:14}{each.auc}" for name, each in table.items())] if table else []
        if self.calibration.n:
            parts.append(f"匹配度的校准误差：{self.calibration}")
        if self.ablations:
            parts.append("去掉一项特征后 nDCG@10 的损失：")
            parts += [
                f"  {a.feature:18}{a.loss.interval.mean:+.4f}  p={a.loss.p_permutation:.3f}" for a in self.ablations
            ]
        return "\n".join([*parts, *self.notes])


@dataclass(frozen=True, eq=False)
class Rankings:
    """Every run over every query of a collection, ranked once for all splits."""

    collection: Collection
    shop: Workshop
    view: Callable[[], View]
    queries: tuple[Profile, ...]
    shown: Mapping[str, list[Hit]]
    arms: ArmRuns
    fields: bool
    """Whether the records have fields, as those of a public retrieval set have not."""

    def evaluate(self, split: str, progress: Progress = silent) -> Evaluation:
        """The runs compared on one split. The grade's calibration is that of the report half unless the tune half is
        asked for."""
        collection, every = self.collection, tuple(self.collection.demands)
        runs: dict[str, Run] = {ENGINE: self.shown, **self.arms.runs}
        ids = chosen(every, split)
        qrels = {id: collection.qrels[id] for id in ids if id in collection.qrels}
        abstention, removed, notes = trust(runs, collection, ids)
        graded = {id: self.shown[id][:SHOWN] for id in (ids if split == "tune" else chosen(every, "report"))}
        asked = [query for query in self.queries if query.id in qrels]
        return Evaluation(
            collection=collection.name,
            split=split,
            queries=len(ids),
            solutions=len(collection.solutions),
            share=self.arms.share,
            comparison=compare(runs, qrels, METRICS, ENGINE, collection.level),
            abstention=abstention,
            removed=removed,
            calibration=calibration(graded, collection.qrels, collection.level),
            ablations=ablations(self.shop, self.view, asked, qrels, progress) if self.fields else (),
            notes=notes,
        )


def rank_collection(shop: Workshop, folder: Path, progress: Progress = silent) -> Rankings:
    """Rank every query of a collection with the engine and with every arm.

    Public retrieval sets work too: their queries are demands with only a description. Raises NotFound or InvalidInput
    for a folder that holds neither kind.
    """
    collection = read_collection(folder)
    view = collection_view(collection, shop.parts)
    engine, shelf = shop.engine(view), view().sides[Kind.SOLUTION].base
    queries = tuple(shop.parts.profile(demand) for demand in collection.demands.values())
    shown: dict[str, list[Hit]] = {}
    for done, query in enumerate(queries, 1):
        shown[query.id] = engine.hits(query, k=ASKED)
        progress(f"{collection.name}：引擎", done, len(queries))

    def told(done: int) -> None:
        progress(f"{collection.name}：对照方法", done, len(queries))

    arms = arm_runs(queries, shelf, shop, collection.qrels, told)
    return Rankings(collection, shop, view, queries, shown, arms, (folder / "demands.jsonl").is_file())


def evaluate_collection(shop: Workshop, folder: Path, split: str = "all", progress: Progress = silent) -> Evaluation:
    """Rank a collection and compare on one split."""
    return rank_collection(shop, folder, progress).evaluate(split, progress)


def trust(
    runs: Mapping[str, Run], collection: Collection, ids: Sequence[str]
) -> tuple[dict[str, Separation], dict[str, Separation], tuple[str, ...]]:
    """(abstention, removed, notes) of an Evaluation over these queries; empty without demands that have no answer."""
    if not collection.no_answer:
        return {}, {}, ()
    notes: tuple[str, ...] = ()
    wide, few = ids, sum(id in collection.no_answer for id in ids)
    if few < FEWEST_UNANSWERABLE:
        wide = tuple(collection.demands)
        notes = (f"所选部分只有 {few} 条没有合适方案的需求，识别它们的 AUC 用整个评测集计算。",)
    answerable = frozenset(collection.answerable)
    listed = separations(
        {name: best_scores(run, [id for id in wide if id in answerable]) for name, run in runs.items()},
        {name: best_scores(run, [id for id in wide if id in collection.no_answer]) for name, run in runs.items()},
        ENGINE,
    )
    own = [id for id in ids if id in answerable]
    # What is taken away keeps its place in a ranking, so a score made of ranks would win by that alone.
    scored = {name: run for name, run in runs.items() if name != RRF}
    removed = separations(
        {name: best_scores(run, own) for name, run in scored.items()},
        {name: best_scores(run, own, collection.qrels) for name, run in scored.items()},
        ENGINE,
    )
    return listed, removed, notes
