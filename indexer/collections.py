"""A judged collection: demands, solutions, and who answers whom."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.jsonl import lines, parse_line, read_records
from matcher.errors import InvalidInput, NotFound
from matcher.metrics import SUITABLE, Qrels
from matcher.model import Demand, Kind, Record, Solution

GRADES = range(4)


@dataclass(frozen=True, slots=True)
class Collection:
    """Demands, solutions and graded judgments, in file order.

    Public retrieval sets have the same shape: a query is a demand with only a description, a passage such a solution.
    """

    name: str
    demands: Mapping[str, Demand]
    solutions: Mapping[str, Solution]
    qrels: Qrels
    no_answer: frozenset[str] = frozenset()

    @property
    def level(self) -> int:
        """The grade from which a solution counts as an answer: 2, or 1 where judgments are only yes and no."""
        return min(SUITABLE, max((grade for grades in self.qrels.values() for grade in grades.values()), default=1))

    @property
    def answerable(self) -> tuple[str, ...]:
        """The demands with at least one solution of that grade."""
        return tuple(id for id in self.demands if any(g >= self.level for g in self.qrels.get(id, {}).values()))


def read_collection(folder: Path) -> Collection:
    """Read demands.jsonl, solutions.jsonl, qrels.tsv and, if there, no_answer.txt; or corpus.jsonl.gz, queries.jsonl.gz
    and qrels.tsv.

    NotFound when the folder holds neither. InvalidInput names file and line: unknown id, id given twice, grade outside
    0–3, a demand without answer that has one.
    """
    if (folder / "demands.jsonl").is_file():
        demands: dict[str, Any] = _by_id(folder, "demands.jsonl", read_records(folder / "demands.jsonl", Kind.DEMAND))
        solutions: dict[str, Any] = _by_id(
            folder, "solutions.jsonl", read_records(folder / "solutions.jsonl", Kind.SOLUTION)
        )
    elif (folder / "queries.jsonl.gz").is_file():
        demands = _by_id(folder, "queries.jsonl.gz", _texts(folder / "queries.jsonl.gz", Kind.DEMAND))
        solutions = _by_id(folder, "corpus.jsonl.gz", _texts(folder / "corpus.jsonl.gz", Kind.SOLUTION))
    else:
        raise NotFound(f"{folder.name} 中既没有 demands.jsonl 也没有 queries.jsonl.gz，不是评测集", folder=folder.name)
    collection = Collection(
        folder.name,
        demands,
        solutions,
        _qrels(folder / "qrels.tsv", demands, solutions),
        _no_answer(folder / "no_answer.txt", demands),
    )
    for id in collection.answerable:
        if id in collection.no_answer:
            raise _wrong("no_answer.txt", 0, f"「{id}」在 qrels.tsv 中有适用方案")
    return collection


def _texts(path: Path, kind: Kind) -> Iterator[tuple[int, Record]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for number, line in lines(file):
            each = parse_line(line, number)
            if not isinstance(each.get("_id"), str) or not isinstance(each.get("text"), str):
                raise _wrong(path.name, number, "应有 _id 和 text 两个文字字段")
            build = Demand if kind is Kind.DEMAND else Solution
            yield number, build(id=each["_id"], title=each.get("title") or "", description=each["text"])


def _by_id(folder: Path, file: str, records: Iterator[tuple[int, Record]]) -> dict[str, Record]:
    if not (folder / file).is_file():
        raise NotFound(f"评测集缺少 {file}", file=file)
    found: dict[str, Record] = {}
    for line, record in records:
        if record.id in found:
            raise _wrong(file, line, f"编号「{record.id}」重复")
        found[record.id] = record
    return found


def _qrels(path: Path, demands: Mapping[str, Any], solutions: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for line, text in _read_lines(path):
        cells = text.split("\t")
        if len(cells) != 3 or not cells[2].strip().isdecimal() or int(cells[2]) not in GRADES:
            raise _wrong(path.name, line, "应为三列：需求编号、方案编号、等级（0 到 3），以制表符隔开")
        demand, solution, grade = cells[0], cells[1], int(cells[2])
        for id, known in ((demand, demands), (solution, solutions)):
            if id not in known:
                raise _wrong(path.name, line, f"没有编号为「{id}」的记录")
        if solution in found.setdefault(demand, {}):
            raise _wrong(path.name, line, f"「{demand}」与「{solution}」重复")
        found[demand][solution] = grade
    return found


def _no_answer(path: Path, demands: Mapping[str, Any]) -> frozenset[str]:
    if not path.is_file():
        return frozenset()
    ids = {text.strip(): line for line, text in _read_lines(path)}
    for id, line in ids.items():
        if id not in demands:
            raise _wrong(path.name, line, f"没有编号为「{id}」的需求")
    return frozenset(ids)


def _read_lines(path: Path) -> Iterator[tuple[int, str]]:
    if not path.is_file():
        raise NotFound(f"评测集缺少 {path.name}", file=path.name)
    return lines(path.read_text("utf-8-sig").splitlines())


def _wrong(file: str, line: int, says: str) -> InvalidInput:
    where = f"{file} 第 {line} 行" if line else file
    return InvalidInput(f"{where}：{says}", file=file, line=line)
