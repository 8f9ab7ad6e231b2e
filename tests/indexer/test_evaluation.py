"""A collection evaluated end to end, small enough to see every value."""

from __future__ import annotations

import argparse
import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.ablation import ablations
from indexer.arms import ARMS, RRF
from indexer.collections import read_collection
from indexer.evaluation import command, configure
from indexer.rankings import ENGINE, METRICS, Evaluation, Rankings, evaluate_collection, rank_collection
from indexer.runs import collection_view
from indexer.splits import chosen
from indexer.workshop import Workshop, workshop
from matcher.errors import InvalidInput
from matcher.settings import Settings

DEMANDS = (
    ("D001", "焊点虚焊靠人撬着看，想自动检测"),
    ("D002", "鸡蛋大小全靠手掂，想自动分级"),
    ("D003", "养老院老人夜里跌倒没人知道"),
    ("D004", "教堂管风琴调律"),
)
SOLUTIONS = (
    ("S1", "焊点视觉检测系统，识别虚焊偏焊"),
    ("S2", "禽蛋视觉分级线，按大小重量自动分级"),
    ("S3", "毫米波雷达跌倒报警，养老院夜间看护"),
    ("S4", "河道无人清洁船"),
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings.from_env({"SCENEMATCH_HOME": str(tmp_path_factory.mktemp("home"))})


@pytest.fixture(scope="module")
def shop(settings: Settings) -> Workshop:
    return workshop(settings)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    for file, records in (("demands.jsonl", DEMANDS), ("solutions.jsonl", SOLUTIONS)):
        lines = (json.dumps({"id": id, "title": text}, ensure_ascii=False) for id, text in records)
        (folder / file).write_text("\n".join(lines), "utf-8")
    (folder / "qrels.tsv").write_text("D001\tS1\t3\nD002\tS2\t3\nD003\tS3\t2\nD003\tS4\t1\n", "utf-8")
    (folder / "no_answer.txt").write_text("D004\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def rankings(shop: Workshop, folder: Path) -> Rankings:
    return rank_collection(shop, folder)


@pytest.fixture(scope="module")
def report(rankings: Rankings) -> Evaluation:
    return rankings.evaluate("report")


def test_every_value_of_a_tiny_collection(rankings: Rankings, shop: Workshop) -> None:
    evaluation = rankings.evaluate("all")
    assert (evaluation.queries, evaluation.solutions) == (4, 4)
    assert list(evaluation.comparison.runs) == [ENGINE, *ARMS]
    ours = evaluation.comparison.runs[ENGINE]
    assert set(ours) == set(METRICS)
    for name in ("hit@1", "hit@3", "recall@10", "mrr@10"):
        assert ours[name].values == {"D001": 1.0, "D002": 1.0, "D003": 1.0}, name
    assert ours["ndcg@10"].values["D001"] == 1.0
    assert ours["ndcg@10"].against is None
    other = evaluation.comparison.runs["BM25F"]["hit@1"].against
    assert other is not None
    assert (other.interval.mean, other.p_permutation) == (0.0, 1.0)
    assert evaluation.abstention[ENGINE].auc.mean == 1.0
    assert evaluation.removed[ENGINE].auc.mean == 1.0
    assert RRF in evaluation.abstention
    assert RRF not in evaluation.removed
    assert evaluation.calibration.n == 4 * len(chosen([id for id, _ in DEMANDS], "report"))
    assert evaluation.notes == ("所选部分只有 1 条没有合适方案的需求，识别它们的 AUC 用整个评测集计算。",)
    assert {a.feature for a in evaluation.ablations} == {n for n, w in shop.weights.weights.items() if w > 0}


def test_splits(report: Evaluation) -> None:
    """D002 and D003 are the tune half by their ids alone."""
    ids = tuple(id for id, _ in DEMANDS)
    assert chosen(ids, "all") == ids
    assert chosen(ids, "tune") == ("D002", "D003")
    assert chosen(ids, "report") == ("D001", "D004")
    with pytest.raises(InvalidInput, match="没有“half”这种划分"):
        chosen(ids, "half")
    assert list(report.comparison.runs[ENGINE]["hit@1"].values) == ["D001"]
    assert report.abstention[ENGINE].auc.n == 4
    assert report.removed[ENGINE].auc.n == 2


def test_json_and_text_have_no_holes(report: Evaluation, folder: Path) -> None:
    figures = json.loads(json.dumps(report.json(), allow_nan=False))
    assert figures["collection"] == folder.name
    assert figures["runs"][ENGINE]["ndcg@10"]["mean"] == 1.0
    assert figures["runs"]["dense"]["ndcg@10"]["p_permutation"] == 1.0
    assert figures["abstention_auc"][ENGINE]["mean"] == 1.0
    assert set(figures["ablations"]["semantic"]) == {"without", "loss", "p"}
    lines = report.text().splitlines()
    assert lines[0] == f"{folder.name}（报告的一半，2 条需求，4 个方案）"
    assert any(line.startswith("SceneMatch") and "1.000 [1.000, 1.000]" in line for line in lines)


def test_a_public_set(shop: Workshop, tmp_path: Path) -> None:
    """Queries and passages with only text; grade 1 is all there is, so it counts as an answer."""
    for file, records in (("queries.jsonl.gz", DEMANDS), ("corpus.jsonl.gz", SOLUTIONS)):
        with gzip.open(tmp_path / file, "wt", encoding="utf-8") as out:
            out.writelines(json.dumps({"_id": id, "text": text}, ensure_ascii=False) + "\n" for id, text in records)
    (tmp_path / "qrels.tsv").write_text("D001\tS1\t1\nD002\tS2\t1\n", "utf-8")
    evaluation = evaluate_collection(shop, tmp_path)
    assert evaluation.comparison.runs[ENGINE]["hit@1"].values == {"D001": 1.0, "D002": 1.0}
    assert (evaluation.abstention, evaluation.removed, evaluation.ablations) == ({}, {}, ())
    json.dumps(evaluation.json(), allow_nan=False)


def test_an_ablation_is_a_weight_of_nought(shop: Workshop, folder: Path) -> None:
    """With one feature alone, leaving it out leaves ties, and ties go by id: S1 first for everybody."""
    weights = dict.fromkeys(shop.weights.weights, 0.0) | {"semantic": 9.0}
    alone = replace(shop, weights=replace(shop.weights, weights=weights))
    collection = read_collection(folder)
    queries = [shop.parts.profile(collection.demands[id]) for id in ("D001", "D002")]
    qrels = {id: collection.qrels[id] for id in ("D001", "D002")}
    (only,) = ablations(alone, collection_view(collection, shop.parts), queries, qrels)
    assert only.feature == "semantic"
    second = 0.6309297535714575  # 1 / log2(3): S2 in second place
    assert only.without.mean == pytest.approx((1 + second) / 2)
    assert only.loss.interval.mean == pytest.approx((1 - second) / 2)


def test_the_command(settings: Settings, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    configure(parser)
    args = parser.parse_args(["--collection", str(folder), "--split", "report", "--json"])
    assert command(settings, args) == 0
    assert json.loads(capsys.readouterr().out)["split"] == "report"
    with pytest.raises(SystemExit):
        parser.parse_args(["--all", "--collection", str(folder)])
