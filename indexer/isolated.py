"""Reading an uploaded file in a short-lived process of its own.

A workbook of 1.4 KB can make its reader ask for more memory than there is, or end the whole process (calamine issue
693). So the service never parses one itself: a child does, with limits on memory and time, and says what it read as
JSON. Whatever kills the child is one more unreadable file.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson

from indexer import answers as answering
from indexer.answers import Answers
from indexer.importing import import_file
from indexer.reading import Confidence, Verdict
from indexer.report import Accepted, Conversion, Form, FormColumn, ImportReport, Problem
from matcher.errors import InvalidInput, MatcherError, TooLarge, UnreadableFile
from matcher.model import Contact, Kind
from matcher.store.codec import from_json, to_json

MEMORY = 1024**3
CPU_S = 30
WALL_S = 60.0

ROOT = Path(__file__).resolve().parents[1]
"""Where `-m indexer.isolated` finds this package, installed or not."""

ERRORS: Mapping[str, type[MatcherError]] = {kind.code: kind for kind in (InvalidInput, UnreadableFile, TooLarge)}
"""What import_file raises on purpose, by code."""

NOTHING_SAID = Answers()

SINGLE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONUTF8": "1"}
"""Each thread of a number library reserves memory, which the limit counts."""


def import_isolated(
    path: Path, kind: Kind | None = None, answers: Answers = NOTHING_SAID, *, wall_s: float = WALL_S
) -> ImportReport:
    """What import_file gives and raises, and UnreadableFile when reading the file took too much time or memory."""
    command = [sys.executable, "-m", "indexer.isolated", str(path.resolve()), kind.value if kind else ""]
    try:
        child = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **SINGLE},
            input=orjson.dumps(answering.to_json(answers)),
            capture_output=True,
            timeout=wall_s,
            check=False,
        )
        said = orjson.loads(child.stdout)
    except (subprocess.TimeoutExpired, orjson.JSONDecodeError):
        raise UnreadableFile(
            f"{path.name} 无法读取：文件异常或内容过多，读取时超出了时间或内存上限；"
            "请在 Excel 中打开，删去多余的行列后另存",
            file=path.name,
        ) from None
    if "error" in said:
        raise ERRORS[said["error"]["code"]](said["error"]["message"], **said["error"]["details"])
    return ImportReport(
        said["file"],
        tuple(_accepted(each) for each in said["accepted"]),
        tuple(Problem(**{**each, "verdict": Verdict(each["verdict"])}) for each in said["problems"]),
        tuple(_form(each) for each in said["forms"]),
    )


def main(path: Path, kind: Kind | None) -> None:
    """The child: reads the answers from its standard input, the file under limits, and prints report or error."""
    answers = answering.from_json(orjson.loads(sys.stdin.buffer.read() or b"{}"))
    _limit()
    try:
        report = import_file(path, kind, answers=answers)
    except tuple(ERRORS.values()) as error:
        said: dict[str, Any] = {"error": {"code": error.code, "message": str(error), "details": dict(error.details)}}
    else:
        said = {
            "file": report.file,
            "accepted": [_plain(each) for each in report.accepted],
            "problems": [asdict(problem) for problem in report.problems],
            "forms": [asdict(form) for form in report.forms],
        }
    sys.stdout.buffer.write(orjson.dumps(said, default=str))


def _limit() -> None:
    """Limits on this process, where the system has them; elsewhere only the parent's clock counts."""
    try:
        import resource
    except ModuleNotFoundError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _plain(each: Accepted) -> dict[str, Any]:
    contact = each.record.contact
    return {
        "kind": each.record.kind.value,
        "record": to_json(each.record),
        "contact": [contact.person, contact.phone, contact.email],
        "row": each.row,
        "sheet": each.sheet,
        "missing": each.missing,
        "conversions": [asdict(conversion) for conversion in each.conversions],
    }


def _accepted(said: Mapping[str, Any]) -> Accepted:
    record = replace(from_json(Kind(said["kind"]), said["record"]), contact=Contact(*said["contact"]))
    conversions = tuple(
        Conversion(**{**each, "confidence": Confidence(each["confidence"])}) for each in said["conversions"]
    )
    return Accepted(record, said["row"], said["sheet"], tuple(said["missing"]), conversions)


def _form(said: Mapping[str, Any]) -> Form:
    columns = tuple(
        FormColumn(**{**column, "suggestions": tuple(map(tuple, column["suggestions"]))}) for column in said["columns"]
    )
    return Form(**{**said, "kind": Kind(said["kind"]), "columns": columns})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Kind(sys.argv[2]) if sys.argv[2] else None)
