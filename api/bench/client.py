"""A load client: keep-alive connections, each in its own thread, bounded in time and count."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Target:
    """Where to ask, and with which key."""

    host: str
    port: int
    key: str

    def connection(self) -> http.client.HTTPConnection:
        """A new connection, opened at its first request."""
        return http.client.HTTPConnection(self.host, self.port, timeout=60)

    def match(self, connection: http.client.HTTPConnection, text: str) -> float:
        """Seconds of one match over an open connection. Raises RuntimeError for any answer but 200."""
        body = json.dumps({"description": text}).encode()
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        begun = time.perf_counter()
        connection.request("POST", "/api/v1/match", body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {content[:300]!r}")
        return time.perf_counter() - begun


@dataclass
class Load:
    """Answers of one load run: seconds of each, and how many failed."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0


def one_by_one(target: Target, texts: Sequence[str]) -> list[float]:
    """Seconds of each request, asked one after the other over one connection."""
    connection = target.connection()
    try:
        return [target.match(connection, text) for text in texts]
    finally:
        connection.close()


def together(target: Target, texts: Sequence[str], clients: int, duration: float) -> tuple[Load, float]:
    """`clients` connections asking at once for `duration` seconds; what came back, and answers per second."""
    load = Load()
    lock = threading.Lock()
    end = time.perf_counter() + duration

    def ask(number: int) -> None:
        connection = target.connection()
        own = Load()
        at = number
        while time.perf_counter() < end:
            try:
                own.seconds.append(target.match(connection, texts[at % len(texts)]))
            except (OSError, RuntimeError, http.client.HTTPException):
                own.failed += 1
                connection.close()
                connection = target.connection()
            at += clients
        connection.close()
        with lock:
            load.seconds += own.seconds
            load.failed += own.failed

    begun = time.perf_counter()
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return load, len(load.seconds) / (time.perf_counter() - begun)


def percentile(seconds: Sequence[float], share: float) -> float:
    """The value below which that share of the answers lies, in milliseconds; NaN for no answers."""
    if not seconds:
        return float("nan")
    ordered = sorted(seconds)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 2)
