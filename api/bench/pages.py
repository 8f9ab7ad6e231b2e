"""How long every page takes: asked of a real service by a browser's session, page after page."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

from api.bench.client import percentile
from api.bench.furnished import Furnished, furnish
from api.bench.service import Home, Service, serving
from api.pages.signing import HEADER, form_token
from indexer.bench.synthetic import Knowledge, texts
from matcher.store import Role

COOKIE = "scenematch"
ROUNDS = 30
"""Requests of each page that count; some before them do not."""

WARMING = 3


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its address with places for ids, who opens it, and the form it sends where it is no GET."""

    path: str
    role: Role = "staff"
    form: str = ""


PAGES: Mapping[str, Page] = MappingProxyType(
    {
        **{
            path: Page(path)
            for path in (
                "/desk",
                "/desk/demands/{demand}",
                "/desk/solutions/{solution}",
                "/followup",
                "/followup?view=list",
                "/followup/{pair}",
                "/batches",
                "/imports",
                "/demands",
                "/demands?text=检测&page=3",
                "/demands/new",
                "/demands/{demand}",
                "/demands/{demand}/edit",
                "/demands/{demand}/history",
                "/demands/{demand}/workflow",
                "/demands/{demand}/completeness",
                "/solutions",
                "/solutions/new",
                "/solutions/{solution}",
                "/solutions/{solution}/edit",
                "/solutions/{solution}/history",
                "/solutions/{solution}/completeness",
                "/alerts",
                "/alerts/bell",
                "/alerts/settings",
                "/reports",
                "/reports?batch=第一批",
                "/reports/gaps",
                "/reports/regions",
                "/reports/service",
                "/reports/files",
                "/words",
                "/words/entry",
                "/words/changes",
                "/words/editions",
                "/words/why?demand={demand}&solution={solution}",
                "/profile",
                "/system",
            )
        },
        **{path: Page(path, "admin") for path in ("/accounts", "/accounts/new", "/accounts/bench-staff", "/audit")},
        **{path: Page(path, "admin") for path in ("/exports", "/keys")},
        "/demands as a member": Page("/demands", "member"),
        "/solutions as a member": Page("/solutions", "member"),
        "desk: a typed demand": Page("/desk/results", form="kind=demand"),
        "desk: similar demands": Page("/desk/similar", form="kind=demand"),
    }
)
"""What is asked, in the order of the menu."""


def measure_pages(knowledge: Knowledge, size: int, rounds: int = ROUNDS) -> dict[str, Any]:
    """Every page over `size` demands and `size` solutions: p50 and p95 in ms, and the service's processor ms."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder), {"SCENEMATCH_ALERT_SECONDS": "0"})
        held = furnish(home, knowledge, size)
        home.build()
        typed = cycle(texts(knowledge, 100, (rounds + WARMING) * 2))
        with serving(home, "") as service:
            found = {name: _timed(service, page, held, typed, rounds) for name, page in PAGES.items()}
    return {"demands": size, "solutions": size, "pairs": len(held.pairs), "pages": found}


def _timed(
    service: Service, page: Page, held: Furnished, typed: Iterator[str], rounds: int
) -> dict[str, float | int | None]:
    connection = service.target.connection()
    seconds: list[float] = []
    size, used = 0, None
    for at in range(-WARMING, rounds):
        if at == 0:
            used = service.cpu_seconds()
        path, headers, body = _request(page, held, at % len(held.demands), next(typed))
        begun = time.perf_counter()
        connection.request("POST" if body else "GET", path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if at >= 0:
            seconds.append(time.perf_counter() - begun)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}: {content[:300]!r}")
        size = len(content)
    connection.close()
    now = service.cpu_seconds()
    spent = None if now is None or used is None else round((now - used) * 1000 / rounds, 1)
    return {"p50_ms": percentile(seconds, 0.5), "p95_ms": percentile(seconds, 0.95), "cpu_ms": spent, "bytes": size}


def _request(page: Page, held: Furnished, at: int, text: str) -> tuple[str, dict[str, str], str | None]:
    """Another record at each round, as different people open different ones."""
    ids = {
        "demand": held.demands[at * 37 % len(held.demands)],
        "solution": held.solutions[at * 53 % len(held.solutions)],
        "pair": held.pairs[at % len(held.pairs)],
    }
    secret = held.sessions[page.role]
    headers = {"Cookie": f"{COOKIE}={secret}", "Accept": "text/html", "Accept-Encoding": "gzip"}
    path = quote(page.path.format_map(ids), safe="/?&=")
    if not page.form:
        return path, headers, None
    headers |= {HEADER: form_token(secret), "HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded"}
    return path, headers, f"{page.form}&{urlencode({'description': text})}"


def measured_with(report: Mapping[str, Any]) -> str:
    """The conditions of a measurement in one line."""
    return f"Measured with: {', '.join(f'{key} {value}' for key, value in report['measured'].items())}."


def pages_table(found: Mapping[str, Any]) -> str:
    """The results as a Markdown table, the pages in the order they were asked."""
    rows = [
        f"| {name} | {each['p50_ms']} | {each['p95_ms']} | {each['cpu_ms']} | {each['bytes'] / 1000:.1f} |"
        for name, each in found["pages"].items()
    ]
    head = "| page | p50 ms | p95 ms | processor ms | kB |\n| --- | ---: | ---: | ---: | ---: |"
    told = f"{found['demands']:,} demands, {found['solutions']:,} solutions, {found['pairs']:,} pairs."
    return "\n".join((f"{measured_with(found)} {told}\n", head, *rows))
