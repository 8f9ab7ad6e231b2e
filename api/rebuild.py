"""Rebuilding the index in a process of its own, so that requests keep being answered meanwhile. One at a time."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Literal

from matcher.errors import Conflict
from matcher.settings import Settings
from matcher.store import utc_now

log = logging.getLogger("scenematch.rebuild")

COMMAND = (sys.executable, "-m", "api", "build", "--json")
HOME = Path(__file__).resolve().parents[1]
"""Where `-m api` finds this package, installed or not. All paths of the settings are absolute."""

STOP_S = 5.0
"""How long a build may take to end once asked to; whatever it leaves is swept by the next one."""

FAILED = "重建索引失败，原来的索引继续使用；请运行 scenematch doctor 查看原因。"


@dataclass(frozen=True, slots=True)
class Job:
    """One rebuild. `report` is what the build said; `message` is Chinese and only for a failure."""

    id: str
    state: Literal["running", "succeeded", "failed"]
    started_at: datetime
    finished_at: datetime | None = None
    report: Mapping[str, Any] | None = None
    message: str = ""


class Rebuild:
    """Starts builds and remembers the last one. Safe to call from many threads."""

    def __init__(
        self,
        environment: Mapping[str, str],
        done: Callable[[], object],
        *,
        failed: Callable[[str], object] = lambda message: None,
        busy: str = "索引正在重建，请等它完成。",
        command: Sequence[str] = COMMAND,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """`done` is called after a build that succeeded, `failed` with the message after one that did not, before its
        job says so."""
        self._failed, self._busy = failed, busy
        self._environment, self._done, self._command, self._clock = environment, done, command, clock
        self._lock = Lock()
        self._job: Job | None = None
        self._process: subprocess.Popen[str] | None = None
        self._thread: Thread | None = None

    def start(self) -> Job:
        """The job now running. Conflict while another one is."""
        with self._lock:
            if self._job is not None and self._job.state == "running":
                raise Conflict(self._busy, job=self._job.id)
            self._process = subprocess.Popen(
                self._command,
                cwd=HOME,
                env=dict(self._environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            )
            self._job = job = Job(uuid.uuid4().hex[:12], "running", self._clock())
            self._thread = Thread(target=self._wait, args=(self._process, job), name="rebuild", daemon=True)
            self._thread.start()
            return job

    def last(self) -> Job | None:
        """The job running or last run since the service started."""
        return self._job

    def close(self) -> None:
        """Stop a running build. Generations are published whole or not at all, so nothing is half done."""
        process, thread = self._process, self._thread
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
        if thread is not None:
            thread.join(STOP_S)

    def _wait(self, process: subprocess.Popen[str], job: Job) -> None:
        said, complained = process.communicate()
        report, message = _outcome(said)
        if process.returncode == 0:
            self._done()
            job = replace(job, state="succeeded", finished_at=self._clock(), report=report)
        else:
            log.error("build ended with %d: %s", process.returncode, complained[-2000:])
            self._failed(message or FAILED)
            job = replace(job, state="failed", finished_at=self._clock(), message=message or FAILED)
        self._job = job


def environment(settings: Settings, base: Mapping[str, str]) -> dict[str, str]:
    """`base` with these settings in it, for a child that reads its own."""
    return {
        **base,
        "PYTHONUTF8": "1",
        "SCENEMATCH_HOME": str(settings.home),
        "SCENEMATCH_DATABASE_URL": settings.database_url,
        "SCENEMATCH_INDEX_URL": settings.index_url,
        "SCENEMATCH_ENCODER": str(settings.encoder),
        "SCENEMATCH_CONTEXT": str(settings.context or "off"),
        "SCENEMATCH_DATA": str(settings.data),
        "SCENEMATCH_RERANKER": str(settings.reranker or ""),
        "SCENEMATCH_HOST": settings.host,
        "SCENEMATCH_PORT": str(settings.port),
    }


def _outcome(said: str) -> tuple[Mapping[str, Any] | None, str]:
    """What the build printed: its report, or the message of its error."""
    try:
        value = json.loads(said)
    except ValueError:
        return None, ""
    if not isinstance(value, dict):
        return None, ""
    error = value.get("error")
    return value, str(error.get("message", "")) if isinstance(error, dict) else ""
