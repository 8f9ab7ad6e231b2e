"""Long work beside the requests: one at a time, with progress, cancellable at every step."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Event, Lock
from types import MappingProxyType

from matcher.errors import Cancelled, MatcherError

log = logging.getLogger("scenematch.jobs")

CANCELLED = "已按要求取消，没有写入任何数据。"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: what it is doing, in Chinese, and how much of it is done."""

    step: str
    done: int = 0
    total: int = 0


WAITING = Progress("排队等候")

Work = Callable[[Callable[[str, int, int], None]], object]
"""Work that tells (step, done, total) whenever it may be stopped."""


@dataclass(eq=False)
class _Job:
    stop: Event = field(default_factory=Event)
    progress: Progress = WAITING
    future: Future[None] | None = None


class Jobs:
    """Runs work in the order it came. A job is known by the name of what it works on, which has one job at a time."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="job")
        self._lock = Lock()
        self._jobs: dict[str, _Job] = {}

    def start(self, name: str, work: Work, *, wait_s: float = 0) -> None:
        """Have the work done; returns when it is, or after `wait_s` seconds. What it raises is logged and its own to
        record."""
        job = _Job()
        with self._lock:
            self._jobs[name] = job
            job.future = self._pool.submit(self._run, name, job, work)
        wait([job.future], wait_s)

    def progress(self, name: str) -> Progress | None:
        """How far it is; None when nothing is being done."""
        job = self._jobs.get(name)
        return job.progress if job else None

    def all(self) -> Mapping[str, Progress]:
        """Everything being done or waiting."""
        with self._lock:
            return MappingProxyType({name: job.progress for name, job in self._jobs.items()})

    def cancel(self, name: str) -> bool:
        """Ask a job to stop at its next step; False when there is none."""
        job = self._jobs.get(name)
        if job is None:
            return False
        job.stop.set()
        return True

    def close(self) -> None:
        """Stop everything at its next step, and wait for that."""
        with self._lock:
            for job in self._jobs.values():
                job.stop.set()
        self._pool.shutdown(wait=True)

    def _run(self, name: str, job: _Job, work: Work) -> None:
        def told(step: str, done: int, total: int) -> None:
            if job.stop.is_set():
                raise Cancelled(CANCELLED)
            job.progress = Progress(step, done, total)

        try:
            work(told)
        except MatcherError as error:
            log.info("job %s: %s", name, error.code)
        except Exception:
            log.exception("job %s failed", name)
        finally:
            with self._lock:
                if self._jobs.get(name) is job:
                    del self._jobs[name]
