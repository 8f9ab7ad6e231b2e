"""What a sheet cannot hold, kept on a hidden sheet of our own exports, so that reading one back loses nothing.

An amount with a text that says something else, white space at an end, an entry with a comma in it: a cell shows such
values but a reader makes others of them. So every export is read back once when it is written; wherever reading gave
another value, the hidden sheet keeps both. On import a value that reads as it did then is put right; one that somebody
edited reads otherwise, and stays as edited. The example of a template is known by its content in the same way.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from indexer.reading import Verdict
from indexer.report import Accepted, ImportReport, Problem
from matcher.model import Contact, Kind, Record
from matcher.store.codec import from_json, to_json

SHEET = "_系统数据"

EXAMPLE_SAYS = "示例行，已跳过"

PIECE = 30_000
"""Letters of one cell; longer texts go on in the next."""

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """What the hidden sheet says.

    values    (kind, id, field) → (as it is read, as it is)
    rows      (sheet, row) → the record of a row that is not read as one
    examples  records, as they are read, that are only examples
    """

    values: Mapping[tuple[str, str, str], tuple[Any, Any]]
    rows: Mapping[tuple[str, int], Body]
    examples: tuple[Body, ...] = ()


def plain(record: Record) -> Body:
    """A record as JSON values, its contact and its kind included."""
    contact = {f.name: getattr(record.contact, f.name) for f in fields(Contact)}
    return {**json.loads(to_json(record)), "contact": contact, "kind": record.kind.value}


def back(body: Body) -> Record:
    """The record `plain` wrote."""
    rest = {name: value for name, value in body.items() if name not in ("contact", "kind")}
    return replace(from_json(Kind(body["kind"]), json.dumps(rest)), contact=Contact(**body["contact"]))


def kept(wanted: Sequence[Record], places: Sequence[tuple[str, int]], read: ImportReport) -> Kept:
    """What must be kept so that `read`, the report of the sheet just written, becomes the records `wanted`."""
    found = {(each.record.kind, each.record.id): each.record for each in read.accepted}
    values: dict[tuple[str, str, str], tuple[Any, Any]] = {}
    rows: dict[tuple[str, int], Body] = {}
    for record, place in zip(wanted, places, strict=True):
        got = found.get((record.kind, record.id))
        if got is None:
            rows[place] = plain(record)
            continue
        have, want = plain(got), plain(record)
        values |= {
            (record.kind.value, record.id, name): (have[name], want[name]) for name in want if have[name] != want[name]
        }
    return Kept(values, rows)


def lines(kept: Kept) -> Iterator[list[str]]:
    """The cells of the hidden sheet, line by line."""
    records: dict[tuple[str, str], dict[str, tuple[Any, Any]]] = {}
    for (kind, id, name), pair in kept.values.items():
        records.setdefault((kind, id), {})[name] = pair
    for (kind, id), pairs in records.items():
        yield _cut(["values", kind, id, pairs])
    for place, body in kept.rows.items():
        yield _cut(["row", *place, body])
    for body in kept.examples:
        yield _cut(["example", body])


def restored(path: Path, report: ImportReport) -> ImportReport:
    """The report with what the hidden sheet of our own export puts right; the same report for any other file."""
    found = _kept_in(path)
    if found is None:
        return report
    accepted: list[Accepted] = []
    problems = [problem for problem in report.problems if problem.sheet != SHEET]
    examples = [{name: value for name, value in body.items() if name != "source"} for body in found.examples]
    for each in report.accepted:
        body = plain(each.record)
        if {name: value for name, value in body.items() if name != "source"} in examples:
            problems = [p for p in problems if (p.sheet, p.row) != (each.sheet, each.row)]
            problems.append(_skipped(each))
            continue
        right = {name: found.values.get((body["kind"], body["id"], name)) for name in body}
        changed = {name: pair[1] for name, pair in right.items() if pair and pair[0] == body[name]}
        if "source" in right and right["source"] and body["source"] == path.name:
            changed["source"] = right["source"][1]  # the file's name stands where a record has no source
        record = back({**body, **changed}) if changed else each.record
        accepted.append(replace(each, record=record, missing=() if changed.get("status") else each.missing))
    taken = {(each.sheet, each.row) for each in accepted}
    told = {(problem.sheet, problem.row) for problem in problems}
    for place, body in found.rows.items():
        if place not in taken and place in told:  # the row is still there, and still no record by itself
            accepted.append(Accepted(back(body), place[1], place[0]))
            problems = [p for p in problems if (p.sheet, p.row) != place]
    return ImportReport(report.file, tuple(accepted), tuple(problems), report.forms)


def _skipped(each: Accepted) -> Problem:
    return Problem(each.row, "", "example_row", each.record.title, EXAMPLE_SAYS, Verdict.SKIPPED, each.sheet)


def _kept_in(path: Path) -> Kept | None:
    try:
        with zipfile.ZipFile(path) as package:
            if SHEET.encode() not in package.read("xl/workbook.xml"):
                return None
    except (zipfile.BadZipFile, KeyError, OSError):
        return None
    from openpyxl import load_workbook  # here, not above: it takes a third of a second, and few files are ours

    values: dict[tuple[str, str, str], tuple[Any, Any]] = {}
    rows: dict[tuple[str, int], Body] = {}
    examples: list[Body] = []
    book = load_workbook(path, read_only=True)
    for row in book[SHEET].iter_rows(values_only=True) if SHEET in book.sheetnames else ():
        try:
            match json.loads("".join(str(cell) for cell in row if cell is not None)):
                case ["values", str(kind), str(id), dict(pairs)]:
                    values |= {(kind, id, name): (pair[0], pair[1]) for name, pair in pairs.items()}
                case ["row", str(where), int(number), dict(body)]:
                    rows[where, number] = body
                case ["example", dict(body)]:
                    examples.append(body)
        except ValueError:
            continue  # somebody wrote on the hidden sheet; what is readable still counts
    book.close()
    return Kept(values, rows, tuple(examples))


def _cut(said: list[Any]) -> list[str]:
    text = json.dumps(said, ensure_ascii=True).replace("_x", "\\u005fx")  # a workbook reads _x0041_ as a letter
    return [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
