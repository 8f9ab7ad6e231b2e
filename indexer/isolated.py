"""Reading an uploaded file in a short-lived process of its own.

A workbook of 1.4 KB can make its reader ask for more memory than there is, or end the whole process (calamine issue
693). So the service never parses one itself: a child does, after a look at the file, with limits on memory and time,
and writes what it read as lines of JSON. Whatever kills the child is one more unreadable file.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, Any

import orjson

from indexer import answers as answering
from indexer.answers import Answers
from indexer.importing import import_file
from indexer.prescan import prescan
from indexer.report import ImportReport
from indexer.reportfile import ReportFile
from matcher.errors import InvalidInput, MatcherError, TooLarge, UnreadableFile, UnsafeFile
from matcher.model import Kind

MEMORY = 3 * 1024**3 // 2
CPU_S = 150
WALL_S = 300.0

ROOT = Path(__file__).resolve().parents[1]
"""Where `-m indexer.isolated` finds this package, installed or not."""

ERRORS: Mapping[str, type[MatcherError]] = {
    kind.code: kind for kind in (InvalidInput, UnreadableFile, UnsafeFile, TooLarge)
}
"""What import_file raises on purpose, by code."""

NOTHING_SAID = Answers()

SINGLE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONUTF8": "1"}
"""Each thread of a number library reserves memory, which the limit counts."""

Progress = Callable[[int, int], None]
"""Told (rows read, rows in all) several times a second; what it raises ends the reading."""

POLL_S = 0.1
EVERY = 500
"""Rows between two lines of progress."""


def quiet(done: int, total: int) -> None:
    """Progress that nobody looks at."""


def read_isolated(
    path: Path,
    into: Path,
    kind: Kind | None = None,
    answers: Answers = NOTHING_SAID,
    *,
    progress: Progress = quiet,
    wall_s: float = WALL_S,
) -> ReportFile:
    """The report of a file, written to `into`. Raises what import_file raises, and UnreadableFile when reading took too
    much time or memory."""
    command = [sys.executable, "-m", "indexer.isolated", str(path.resolve()), str(into.resolve())]
    child = subprocess.Popen(
        [*command, kind.value if kind else ""],
        cwd=ROOT,
        env=child_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        said = _listen(child.stdin, child.stdout, answers, progress, time.monotonic() + wall_s)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    if said is None:
        raise UnreadableFile(
            f"{path.name} 无法读取：文件异常或内容过多，读取时超出了时间或内存上限；"
            "请在 Excel 中打开，删去多余的行列后另存",
            file=path.name,
        )
    if "error" in said:
        raise ERRORS[said["error"]["code"]](said["error"]["message"], **said["error"]["details"])
    return ReportFile(into)


def import_isolated(
    path: Path, kind: Kind | None = None, answers: Answers = NOTHING_SAID, *, wall_s: float = WALL_S
) -> ImportReport:
    """The same with the whole report in memory."""
    with tempfile.TemporaryDirectory() as folder:
        return read_isolated(path, Path(folder) / "report", kind, answers, wall_s=wall_s).report()


def _listen(
    stdin: IO[bytes], stdout: IO[bytes], answers: Answers, progress: Progress, until: float
) -> dict[str, Any] | None:
    """The child's last word, or None when it ended without one or took too long."""
    lines: SimpleQueue[bytes] = SimpleQueue()

    def talk() -> None:
        try:
            with stdin:
                stdin.write(orjson.dumps(answering.to_json(answers)))
        except OSError:
            pass  # the child died before it heard us; that its output ends tells
        for line in stdout:
            lines.put(line)
        lines.put(b"")

    thread = Thread(target=talk, name="import-child", daemon=True)
    thread.start()
    done = total = 0
    while time.monotonic() < until:
        try:
            line = lines.get(timeout=POLL_S)
        except Empty:
            progress(done, total)
            continue
        try:
            said = orjson.loads(line)
        except orjson.JSONDecodeError:
            return None
        if "total" not in said:
            return dict(said)
        done, total = said["done"], said["total"]
        progress(done, total)
    return None


def main(path: Path, into: Path, kind: Kind | None) -> None:
    """The child: hears the answers on its standard input, reads the file under limits, says how it went."""
    answers = answering.from_json(orjson.loads(sys.stdin.buffer.read() or b"{}"))
    limit()
    gc.disable()  # one file, then the end: looking for rings among millions of cells costs a tenth of the time
    try:
        prescan(path)
        ReportFile.write(into, import_file(path, kind, answers=answers, progress=_tell_progress))
    except tuple(ERRORS.values()) as error:
        said: dict[str, Any] = {"error": {"code": error.code, "message": str(error), "details": dict(error.details)}}
    else:
        said = {"written": True}
    _say(said)


def _tell_progress(done: int, total: int) -> None:
    if done % EVERY == 0 or done == total:
        _say({"done": done, "total": total})


def _say(said: Mapping[str, Any]) -> None:
    sys.stdout.buffer.write(orjson.dumps(said, default=str) + b"\n")
    sys.stdout.buffer.flush()


def child_environment() -> dict[str, str]:
    """The environment of a child that reads or writes a file."""
    return {**os.environ, **SINGLE}


def limit() -> None:
    """Limits on this process, where the system has them; elsewhere only the parent's clock counts."""
    try:
        import resource
    except ModuleNotFoundError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Kind(sys.argv[3]) if sys.argv[3] else None)
