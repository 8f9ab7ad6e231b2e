"""A service as its users meet it: a process of its own, reached over HTTP, told what to do at the console."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
START_S = 60
"""How long a start may take on a busy machine; a quiet one needs about a second."""


class Service:
    """One HOME folder, the console command over it, and at most one running server."""

    def __init__(self, home: Path, data: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.home, self.url, self.token = home, f"http://127.0.0.1:{port}", ""
        self.log = home.parent / f"{home.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SCENEMATCH_")},
            "SCENEMATCH_HOME": str(home),
            "SCENEMATCH_PORT": str(port),
            "SCENEMATCH_DATA": str(data),
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
        }

    def console(self, *words: str) -> Any:
        """The JSON answer of `scenematch WORDS… --json`; fails the test when the command does."""
        command = [sys.executable, "-m", "api", *words, "--json"]
        done = subprocess.run(
            command, env=self._environment, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120, check=False
        )
        assert done.returncode == 0, f"{' '.join(words)}: {done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    def start(self) -> None:
        """`scenematch serve`, up to its first answer."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api", "serve", "--quiet"],
                env=self._environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + START_S
        while True:
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until, f"no answer after {START_S} s\n{self.said()}"
            try:
                assert httpx.get(f"{self.url}/livez", timeout=5).status_code == 200
                return
            except httpx.TransportError:
                time.sleep(0.05)

    def stop(self) -> int:
        """Ask the server to stop, as a service manager does, and wait for it."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def kill(self) -> None:
        """SIGKILL. Says nothing was proved when the process ended in any other way."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        assert self.process.wait(30) == -signal.SIGKILL, f"the server did not die by SIGKILL\n{self.said()}"

    def said(self) -> str:
        """What the server has written to its window."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def client(self, **options: Any) -> httpx.Client:
        """A caller with the key."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, **options)

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request on a connection of its own."""
        with self.client() as client:
            return client.request(method, path, **options)

    def told(self, method: str, path: str, **options: Any) -> Any:
        """The JSON of an answer that must be a good one; else the test fails with what was said."""
        answer = self.call(method, path, **options)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}\n{self.said()}"
        return answer.json()

    def listed(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """Every record of one kind by id, page by page; fails when an id is listed twice."""
        found: dict[str, Mapping[str, Any]] = {}
        with self.client() as client:
            while True:
                page = client.get(f"/api/v1/{kind}s", params={"limit": 100, "offset": len(found)}).json()
                fresh = {item["id"]: item for item in page["items"]}
                assert len(fresh) == len(page["items"])
                assert not fresh.keys() & found.keys()
                found |= fresh
                if not fresh or len(found) >= page["total"]:
                    assert len(found) == page["total"]
                    return found

    def job(self, seconds: float = 120) -> Mapping[str, Any]:
        """The last rebuild, once it has ended."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            job: Mapping[str, Any] | None = self.told("GET", "/api/v1/index")["job"]
            if job is not None and job["state"] != "running":
                return job
            time.sleep(0.1)
        raise AssertionError(f"the rebuild did not end within {seconds} s\n{self.said()}")


@pytest.fixture
def service(tmp_path: Path, data: Path) -> Iterator[Service]:
    """Nothing in it yet but a staff key; not started."""
    service = Service(tmp_path / "home", data)
    service.token = service.console("token", "create", "--role", "staff")["token"]
    yield service
    if service.process is not None and service.process.poll() is None:
        service.process.kill()
        service.process.wait()


@pytest.fixture
def data(root: Path) -> Path:
    """The shipped data, with the gate that a generation must pass; a test may choose another."""
    return root / "data"


@pytest.fixture
def waiting() -> Callable[[Callable[[], bool], str, float], None]:
    """Wait until something holds, or fail saying what did not."""

    def wait(holds: Callable[[], bool], what: str, seconds: float = 20) -> None:
        until = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < until, f"not within {seconds} s: {what}"
            time.sleep(0.05)

    return wait
