"""SIGKILL in the middle of writing and of rebuilding: what was acknowledged is there, once, and the old index serves.

Each test asserts that the process died by SIGKILL; the ledger is first shown to notice what it is there to notice.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

CLIENTS = 4
ROUNDS = 3
TEXT = "焊接车间靠人工目检，容易漏检。"

linux = pytest.mark.skipif(sys.platform != "linux", reason="SIGKILL and /proc as Linux has them")


@pytest.fixture
def data(light_data: Path) -> Path:
    """Without gold collections to rank at every build: what a build must pass is tested elsewhere."""
    return light_data


@dataclass
class Ledger:
    """What was sent and what was acknowledged. A record is known by its title, which is sent once only."""

    sent: set[str] = field(default_factory=set)
    acked: dict[str, str] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    """Asked to be removed, and acknowledged as removed."""
    doubtful: dict[str, str] = field(default_factory=dict)
    """Title → Idempotency-Key of requests that got no answer, to be sent once more."""

    def faults(self, stored: Iterable[tuple[str, str]]) -> list[str]:
        """What is wrong with the (title, id) pairs found in the store."""
        pairs = list(stored)
        found = dict(pairs)
        counts = Counter(title for title, _ in pairs)
        return [
            *(f"lost: {title}" for title in self.acked if title not in found and title not in self.withdrawn),
            *(f"under another id: {t}" for t, id in self.acked.items() if t in found and found[t] != id),
            *(f"withdrawn and back: {title}" for title in self.removed if title in found),
            *(f"twice: {title}" for title, count in counts.items() if count > 1),
            *(f"never sent: {title}" for title in found if title not in self.sent),
        ]


def test_the_ledger_notices_every_kind_of_loss() -> None:
    """The negative control: a ledger that finds nothing wrong with these would prove nothing."""
    acked = {"a": "1", "b": "2", "c": "3", "d": "4"}
    ledger = Ledger({*acked, "e"}, acked, withdrawn={"c", "d"}, removed={"c"})
    assert ledger.faults([("a", "1"), ("b", "2"), ("e", "9")]) == []  # the answers about d and e were cut off
    assert ledger.faults([("a", "1"), ("b", "2"), ("d", "4")]) == []
    assert ledger.faults([("a", "1")]) == ["lost: b"]
    assert ledger.faults([("a", "1"), ("b", "7")]) == ["under another id: b"]
    assert ledger.faults([("a", "1"), ("b", "2"), ("c", "3")]) == ["withdrawn and back: c"]
    assert ledger.faults([("a", "1"), ("b", "2"), ("b", "2")]) == ["twice: b"]
    assert ledger.faults([("a", "1"), ("b", "2"), ("z", "5")]) == ["never sent: z"]


def write(service: Any, ledger: Ledger, name: str, stopping: threading.Event) -> None:
    """One client: files demands, withdraws every fifth, until the server is gone."""
    with service.client() as client:
        for number in range(1_000_000):
            title, key = f"{name} 第{number}件", f"{name}-{number}"
            ledger.sent.add(title)
            ledger.doubtful[title] = key
            try:
                answer = client.post(
                    "/api/v1/demands", json={"title": title, "description": TEXT}, headers={"Idempotency-Key": key}
                )
                if answer.status_code != 201:
                    return
                ledger.acked[title] = answer.json()["demand"]["id"]
                del ledger.doubtful[title]
                if number % 5 == 4:
                    ledger.withdrawn.add(title)
                    if client.delete(f"/api/v1/demands/{ledger.acked[title]}").status_code == 204:
                        ledger.removed.add(title)
            except httpx.TransportError:
                return
            if stopping.is_set():
                return


def stored(service: Any) -> list[tuple[str, str]]:
    return [(record["title"], id) for id, record in service.listed("demand").items()]


@pytest.mark.slow
@linux
def test_killed_while_clients_write(service: Any, waiting: Callable[..., None]) -> None:
    """Every acknowledged record is there, once, under its id; a request that got no answer can be sent again safely."""
    ledger = Ledger()
    service.start()
    for round in range(ROUNDS):
        before = len(ledger.acked)
        stopping = threading.Event()
        clients = [
            threading.Thread(target=write, args=(service, ledger, f"r{round}c{n}", stopping)) for n in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        waiting(lambda b=before, r=round: len(ledger.acked) >= b + 16 + 5 * r, "enough was acknowledged", 60)
        service.kill()
        stopping.set()
        for client in clients:
            client.join(60)
        cut_off = dict(ledger.doubtful)
        service.start()
        assert ledger.faults(stored(service)) == []
        for title, key in cut_off.items():
            again = service.call(
                "POST",
                "/api/v1/demands",
                json={"title": title, "description": TEXT},
                headers={"Idempotency-Key": key},
            )
            assert again.status_code == 201
            ledger.acked[title] = again.json()["demand"]["id"]
        for title in ledger.withdrawn - ledger.removed:
            assert service.call("DELETE", f"/api/v1/demands/{ledger.acked[title]}").status_code in (204, 404)
        ledger.removed |= ledger.withdrawn
        ledger.doubtful.clear()
        assert ledger.faults(stored(service)) == []
    assert len(ledger.acked) > 60
    assert ledger.removed
    state = service.told("GET", "/api/v1/index")
    assert state["counts"]["demand"] == len(ledger.acked) - len(ledger.removed)


def parent(pid: int) -> int | None:
    """The parent of a process that runs; None for one that has ended."""
    try:
        state, above = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return None
    return None if state in "ZX" else int(above)


def children(pid: int) -> list[int]:
    """Processes that this one started and that still run."""
    return [int(path.name) for path in Path("/proc").glob("[0-9]*") if parent(int(path.name)) == pid]


def drafts(service: Any) -> list[str]:
    return [path.name for path in (service.home / "index").glob("*.building")]


ASKED = {"description": "林区山火要早发现", "top_k": 5}


@pytest.mark.slow
@linux
def test_killed_builds_change_nothing(service: Any, root: Path, waiting: Callable[..., None]) -> None:
    """The build dies in the middle, then build and server together: the old index serves, and the next build works."""
    call, told = service.call, service.told
    service.console("import", *map(str, sorted((root / "data" / "samples").glob("*.xlsx"))))
    assert service.console("build")["counts"] == {"demand": 60, "solution": 240}
    service.start()
    before = told("POST", "/api/v1/match", json=ASKED)

    def begun() -> int:
        """A rebuild with its draft on disk; the process that makes it."""
        assert call("POST", "/api/v1/index/rebuild").status_code == 202
        waiting(lambda: bool(drafts(service)), "a draft was begun", 60)
        (build,) = children(service.process.pid)
        return build

    def answered(generation: str) -> None:
        """The same answer as ever, from this generation."""
        now = told("POST", "/api/v1/match", json=ASKED)
        assert (now["generation"], now["matches"]) == (generation, before["matches"])

    os.kill(begun(), signal.SIGKILL)
    job = service.job()
    assert (job["state"], "scenematch doctor" in job["message"]) == ("failed", True)
    assert f"build ended with {-signal.SIGKILL}" in service.said()
    assert drafts(service) == ["gen-000002.building"]
    answered("gen-000001")
    assert call("GET", "/readyz").status_code == 200

    assert call("POST", "/api/v1/demands", json={"title": "电梯困人早发现", "description": TEXT}).status_code == 201
    records = service.listed("demand")
    build = begun()
    service.kill()
    os.kill(build, signal.SIGKILL)
    waiting(lambda: parent(build) is None, "the build is gone")
    assert drafts(service) == ["gen-000002.building"]
    service.start()
    answered("gen-000001")
    assert service.listed("demand") == records

    assert service.console("build")["generation"] == "gen-000002"
    waiting(lambda: told("GET", "/api/v1/index")["generation"] == "gen-000002", "the new index is used")
    answered("gen-000002")
    assert drafts(service) == []
