"""Judged collections: the ones shipped, public retrieval sets, and what is refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from indexer.collections import read_collection
from matcher.errors import InvalidInput, NotFound
from matcher.model import Demand, Solution


def write(folder: Path, qrels: str, no_answer: str = "") -> Path:
    (folder / "demands.jsonl").write_text('{"id":"D1","title":"甲"}\n{"id":"D2","title":"乙"}\n', "utf-8")
    (folder / "solutions.jsonl").write_text('{"id":"S1","title":"丙"}\n{"id":"S2","title":"丁"}\n', "utf-8")
    (folder / "qrels.tsv").write_text(qrels, "utf-8")
    if no_answer:
        (folder / "no_answer.txt").write_text(no_answer, "utf-8")
    return folder


def test_a_folder(tmp_path: Path) -> None:
    collection = read_collection(write(tmp_path, "D1\tS1\t3\nD1\tS2\t1\n\nD2\tS2\t1\n", "D2\n"))
    assert collection.name == tmp_path.name
    assert collection.demands == {"D1": Demand("D1", "甲"), "D2": Demand("D2", "乙")}
    assert collection.solutions["S2"] == Solution("S2", "丁")
    assert collection.qrels == {"D1": {"S1": 3, "S2": 1}, "D2": {"S2": 1}}
    assert (collection.level, collection.answerable, collection.no_answer) == (2, ("D1",), {"D2"})


@pytest.mark.parametrize(
    ("qrels", "no_answer", "says"),
    [
        ("D1\tS1\n", "", "qrels.tsv 第 1 行：应为三列"),
        ("D1\tS1\t4\n", "", "qrels.tsv 第 1 行：应为三列"),
        ("D1\tS1\t3\nD1\tS9\t1\n", "", "qrels.tsv 第 2 行：没有编号为「S9」的记录"),
        ("D1\tS1\t3\nD1\tS1\t2\n", "", "qrels.tsv 第 2 行：「D1」与「S1」重复"),
        ("D1\tS1\t3\n", "D9", "no_answer.txt 第 1 行：没有编号为「D9」的需求"),
        ("D1\tS1\t3\n", "D1", "no_answer.txt：「D1」在 qrels.tsv 中有适用方案"),
    ],
)
def test_refusals_name_file_and_line(tmp_path: Path, qrels: str, no_answer: str, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_collection(write(tmp_path, qrels, no_answer))
    assert str(refused.value).startswith(says)


def test_one_id_twice_and_no_collection_at_all(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="不是评测集"):
        read_collection(tmp_path)
    write(tmp_path, "")
    (tmp_path / "demands.jsonl").write_text('{"id":"D1","title":"甲"}\n{"id":"D1","title":"乙"}', "utf-8")
    with pytest.raises(InvalidInput, match=r"demands\.jsonl 第 2 行：编号「D1」重复"):
        read_collection(tmp_path)


def test_a_retrieval_set(tmp_path: Path) -> None:
    for name, line in (("queries", '{"_id":"q","text":"问"}'), ("corpus", '{"_id":"p","title":"题","text":"文"}')):
        (tmp_path / f"{name}.jsonl.gz").write_bytes(gzip.compress(line.encode()))
    (tmp_path / "qrels.tsv").write_text("q\tp\t1\n", "utf-8")
    collection = read_collection(tmp_path)
    assert collection.demands == {"q": Demand("q", "", description="问")}
    assert collection.solutions == {"p": Solution("p", "题", description="文")}
    assert (collection.level, collection.answerable) == (1, ("q",))


@pytest.mark.parametrize(
    ("name", "demands", "solutions", "answerable", "no_answer"),
    [
        ("dev", 60, 240, 57, {"D044", "D059", "D060"}),
        ("lists", 45, 150, 41, {"L039", "L042", "L043", "L044"}),
        (
            "hard",
            128,
            320,
            112,
            {
                *("H005", "H018", "H019", "H027", "H032", "H040", "H043", "H057"),
                *("H113", "H120", "H123", "H145", "H151", "H155", "H160", "H164"),
            },
        ),
    ],
)
def test_the_gold_collections(
    root: Path, name: str, demands: int, solutions: int, answerable: int, no_answer: set[str]
) -> None:
    gold = read_collection(root / "data" / "gold" / name)
    assert (len(gold.demands), len(gold.solutions), len(gold.answerable)) == (demands, solutions, answerable)
    assert gold.no_answer == no_answer
    assert set(gold.answerable) | no_answer == set(gold.demands)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "queries", "passages"),
    [("csl_title2abstract", 1000, 1000), ("arxiv_scenario2abstract_robotics", 158, 158)],
)
def test_public_retrieval_sets(shared: Path, name: str, queries: int, passages: int) -> None:
    collection = read_collection(shared / "collections" / "retrieval" / name)
    assert (len(collection.demands), len(collection.solutions)) == (queries, passages)
    assert len(collection.answerable) == queries
