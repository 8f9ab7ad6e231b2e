"""One installation of a given size: filled, built, changed, built again, and served in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from api.bench.client import Target
from indexer.bench.synthetic import Knowledge, demands, solutions
from matcher.settings import Settings
from matcher.store import Store

DEMANDS = 200
BATCH = 5_000
CHANGED = 0.01
"""Share of the solutions that change before the second build."""


@dataclass(frozen=True, slots=True)
class Home:
    """A folder with everything of one installation, and its settings other than the usual ones."""

    folder: Path
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        own = {"SCENEMATCH_HOME": str(self.folder), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        return {**os.environ, **own, **self.chosen}

    @property
    def settings(self) -> Settings:
        return Settings.from_env({"SCENEMATCH_HOME": str(self.folder), **self.chosen})

    def fill(self, knowledge: Knowledge, size: int) -> str:
        """Store `size` solutions and some demands; a key for asking."""
        with Store.open(self.settings.database_url, write=True) as store:
            store.put_many(list(demands(knowledge, DEMANDS)))
            records = solutions(knowledge, size)
            while batch := list(islice(records, BATCH)):
                store.put_many(batch)
            return store.keys.create("staff", 1, now=datetime.now(UTC))[1]

    def change(self, knowledge: Knowledge, size: int) -> None:
        """Edit a share of the solutions."""
        with Store.open(self.settings.database_url, write=True) as store:
            some = islice(solutions(knowledge, size), max(1, int(size * CHANGED)))
            store.put_many([replace(record, title=record.title + "（新版）") for record in some])

    def build(self) -> dict[str, Any]:
        """One reindex as staff run it; its report with the seconds of the whole process."""
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "api", "build", "--json"],
            env=self.environment,
            stdout=subprocess.PIPE,
            check=True,
        )
        report: dict[str, Any] = json.loads(done.stdout)
        return {**report, "process_seconds": round(time.perf_counter() - begun, 2)}


@dataclass(frozen=True, slots=True)
class Service:
    """A running service, and how long it took to be ready."""

    target: Target
    process: subprocess.Popen[bytes]
    ready_seconds: float

    def memory_mb(self, line: str = "VmRSS") -> float | None:
        """Resident memory now, None where the system does not tell (outside Linux).

        `line` RssAnon is what the process keeps for itself: the rest are pages of the index's files, which the system
        takes back when it needs memory.
        """
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text("utf-8")
        except OSError:
            return None
        found = next(each for each in status.splitlines() if each.startswith(line))
        return round(int(found.split()[1]) / 1024, 1)

    def prepared(self, records: int, patience_s: float = 120) -> float:
        """Wait until what reasons need is ready for so many records; the seconds waited."""
        begun = time.perf_counter()
        url = f"http://{self.target.host}:{self.target.port}/metrics"
        asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {self.target.key}"})
        while time.perf_counter() - begun < patience_s:
            with urllib.request.urlopen(asked, timeout=5) as answer:
                figures = answer.read().decode()
            ready = next(each for each in figures.splitlines() if each.startswith("scenematch_records_prepared "))
            if float(ready.split()[1]) >= records:
                break
            time.sleep(1)
        return round(time.perf_counter() - begun, 1)

    def cpu_seconds(self) -> float | None:
        """Processor time it has used so far, all threads together; None where the system does not tell."""
        try:
            words = Path(f"/proc/{self.process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            return None
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(home: Home, key: str) -> Iterator[Service]:
    """The service of a home on a free port, stopped gracefully at the end. Raises RuntimeError when it dies."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "serve", "--quiet"],
        env={**home.environment, "SCENEMATCH_PORT": str(port)},
        stdout=subprocess.DEVNULL,
    )
    try:
        while not _ready(port):
            if process.poll() is not None:
                raise RuntimeError(f"the service stopped with {process.returncode}")
            time.sleep(0.02)
        yield Service(Target("127.0.0.1", port, key), process, round(time.perf_counter() - begun, 2))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
