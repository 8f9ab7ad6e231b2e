"""The service as a process: it starts, refuses a taken port, finishes what it began when told to stop."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.serve import address, serve
from matcher.errors import Unavailable
from matcher.model import Solution
from matcher.settings import Settings
from matcher.store import Store, utc_now


@pytest.fixture
def running(tmp_path: Path, root: Path) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """A service of its own, its address and a key."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = {**os.environ, "SCENEMATCH_HOME": str(tmp_path), "SCENEMATCH_PORT": str(port), "PYTHONPATH": str(root)}
    settings = Settings.from_env(env)
    with Store.open(settings.database_url, write=True) as store:
        store.put(Solution("S1", "焊点视觉检测", description="自动识别虚焊"))
        token = store.keys.create("staff", 1, now=utc_now())[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "serve", "--quiet"], env=env, cwd=root, stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("服务已启动：http://127.0.0.1:")
    yield process, address(settings).rstrip("/"), token
    if process.poll() is None:
        process.kill()
    process.wait()
    process.stdout.close()


def asked(url: str, token: str, body: object) -> bytes:
    request = urllib.request.Request(
        url + "/api/v1/match",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        found: bytes = answer.read()
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM as services know it")
def test_it_answers_and_stops_when_told(running: tuple[subprocess.Popen[str], str, str]) -> None:
    process, url, token = running
    assert json.loads(asked(url, token, {"description": "虚焊自动识别"}))["matches"][0]["solution"]["id"] == "S1"
    done: list[str] = []

    def keep_asking() -> None:
        with contextlib.suppress(OSError):  # refused once it no longer listens; an accepted one must be answered
            while True:
                json.loads(asked(url, token, {"description": "虚焊自动识别"}))
                done.append("answered")

    threads = [threading.Thread(target=keep_asking) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) in (0, -signal.SIGTERM)
    for thread in threads:
        thread.join(15)
    assert done


def test_a_taken_port_is_named(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        here = replace(settings, port=taken.getsockname()[1])
        with pytest.raises(Unavailable, match=r"这个端口已被占用；请用环境变量 SCENEMATCH_HOST、SCENEMATCH_PORT"):
            serve(here)
    assert not settings.home.joinpath("scenematch.db").exists()


def test_a_database_in_use_is_named(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with Store.open(settings.database_url, write=True), pytest.raises(Unavailable, match="正被另一个程序写入"):
        serve(replace(settings, port=port))


@pytest.mark.parametrize(
    ("host", "shown"),
    [("127.0.0.1", "http://127.0.0.1:80/"), ("0.0.0.0", "http://127.0.0.1:80/"), ("::", "http://[::1]:80/")],
)
def test_the_address_is_one_to_type(settings: Settings, host: str, shown: str) -> None:
    assert address(replace(settings, host=host, port=80)) == shown
