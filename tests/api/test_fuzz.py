"""Every operation of the OpenAPI document, called with generated requests: it keeps what the document promises."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

EXAMPLES = 5
CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.fixture
def address(make_service: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """The address of a service in this process whose builds do nothing, and an admin's token."""
    service = make_service()
    monkeypatch.setattr(service.parts.rebuild, "_command", (sys.executable, "-c", "print('{}')"))
    monkeypatch.setattr(type(service.parts.store), "close", lambda store: None)  # closed with the other services
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(service.app, lifespan="off", ws="none", log_level="error", server_header=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        until = time.monotonic() + 10
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", service.tokens["admin"]
        server.should_exit = True
        thread.join(10)


@pytest.mark.slow
def test_schemathesis_finds_nothing(address: tuple[str, str], tmp_path: Path) -> None:
    url, token = address
    done = subprocess.run(
        [
            *(sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"),
            *("--config-file", str(CONFIG), "--no-color", "run", f"{url}/openapi.json"),
            *("--max-examples", str(EXAMPLES), "--seed", "7", "--phases", "examples,coverage,fuzzing,stateful"),
            # Not ready is what a service without an index has to say.
            *("--exclude-path-regex", "^/(readyz|healthz)$"),
        ],
        cwd=tmp_path,
        env={**os.environ, "SCENEMATCH_TOKEN": token},
        capture_output=True,
        encoding="utf-8",
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "No issues found" in done.stdout or "0 failures" in done.stdout or "passed" in done.stdout
