"""`make bench`: measure, write docs/bench.json, and fill the tables of docs/bench.md.

`--quick` for a small run; `--pages` measures the console's pages instead of the engine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from api.bench import peers
from api.bench.client import Load, one_by_one, percentile, together
from api.bench.pages import ROUNDS, measure_pages, measured_with, pages_table
from api.bench.service import DEMANDS, Home, Service, serving
from indexer.bench.synthetic import Knowledge, solutions, texts
from indexer.train.knowledge import topics
from indexer.workshop import workshop
from matcher.material import KEPT
from matcher.settings import REPOSITORY, Settings

LETTERS = (30, 100, 250)
CLIENTS = (1, 16, 64)
BUSY, NEW_PER_SECOND = 16, 500
"""Clients of the load with texts never asked before, and how many texts are made for a second of it."""
VERSIONS = ("numpy", "faiss-cpu", "fastapi", "uvicorn", "scipy", "sqlalchemy", "rjieba")
PAGES_AT = 10_000
END = "<!-- end -->"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every size and write the results; 0 when no request failed."""
    parser = argparse.ArgumentParser(prog="python -m api.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one small size, short runs, nothing written to docs")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--pages", action="store_true", help="only the pages of the console, at 10,000 and 10,000")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "docs", help="folder of bench.json and bench.md")
    chosen = parser.parse_args(arguments)
    knowledge = Knowledge.of(topics(Settings.from_env().data / "knowledge"))
    before, conditions_then = busy(), conditions()
    if chosen.pages:
        found = measure_pages(knowledge, *((200, 5) if chosen.quick else (PAGES_AT, ROUNDS)))
        pages = {"measured": conditions_then | busy(before), **found}
        if not chosen.quick:
            fill(chosen.out, "pages", {"pages": pages}, pages_table(pages))
        print(json.dumps(pages, ensure_ascii=False, indent=2))
        return 0
    sizes, duration, asked = ([200], 1.0, 10) if chosen.quick else (chosen.sizes, 8.0, 100)
    results = []
    report: dict[str, Any] = {}
    for size in sizes:  # what is measured is written at once: a later size may fail, or take too long
        results.append(measure(knowledge, size, duration, asked))
        report = {"measured": conditions_then | busy(before), "sizes": results}
        if not chosen.quick:
            fill(chosen.out, "bench", report, table(report))
    print(json.dumps(report, ensure_ascii=False, indent=2))
    return 1 if any(load["failed"] for result in results for load in result["load"].values()) else 0


def fill(folder: Path, name: str, report: dict[str, Any], figures: str) -> None:
    """The report into bench.json, whose other parts stay, and its table between the marks of that name in bench.md."""
    file, page, begin = folder / "bench.json", folder / "bench.md", f"<!-- figures: {name} -->"
    kept = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    file.write_text(json.dumps(kept | report, ensure_ascii=False, indent=2) + "\n", "utf-8")
    before, _, rest = page.read_text("utf-8").partition(begin)
    page.write_text(f"{before}{begin}\n{figures}\n{END}{rest.partition(END)[2]}", "utf-8")


def measure(knowledge: Knowledge, size: int, duration: float, asked: int) -> dict[str, Any]:
    """Everything about one size, told on the way."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        say(f"{size:,} solutions: storing")
        key = home.fill(knowledge, size)
        say(f"{size:,} solutions: building")
        first = home.build()
        home.change(knowledge, size)
        again = home.build()
        say(f"{size:,} solutions: serving")
        questions = {letters: texts(knowledge, letters, asked) for letters in LETTERS}
        mixed = [text for group in zip(*questions.values(), strict=True) for text in group]
        with serving(home, key) as service:
            first_answer = one_by_one(service.target, mixed[:1])[0]
            fresh = one_by_one(service.target, texts(knowledge, LETTERS[1], 30, seed=1))  # those measured come new
            prepared = service.prepared(size + DEMANDS) if size + DEMANDS <= KEPT else None
            used = service.cpu_seconds()
            lengths = {n: one_by_one(service.target, group) for n, group in questions.items()}
            every = [s for group in lengths.values() for s in group]
            first_time = spent(service, used, len(every))
            used = service.cpu_seconds()
            one_by_one(service.target, mixed)
            again_asked = spent(service, used, len(mixed))
            loads: dict[object, tuple[Load, float]] = {n: together(service.target, mixed, n, duration) for n in CLIENTS}
            never_asked = texts(knowledge, LETTERS[1], int(NEW_PER_SECOND * duration), seed=2)
            loads["new"] = together(service.target, never_asked, BUSY, duration)
            memory, own_memory = service.memory_mb(), service.memory_mb("RssAnon")
            ready = service.ready_seconds
        say(f"{size:,} solutions: peers")
        shop = workshop(home.settings)
        records = list(solutions(knowledge, size))
        others = {
            "bm25s + encoder + RRF": peers.bm25s_with_encoder(shop, records, mixed[:asked]),
            "txtai keyword": peers.txtai_keyword(shop, records, mixed[:asked]) if size <= 10_000 else None,
        }
    return {
        "solutions": size,
        "build_seconds": first["process_seconds"],
        "rebuild_seconds": again["process_seconds"],
        "reused": again["reused"],
        "ready_seconds": ready,
        "first_answer_ms": round(first_answer * 1000, 1),
        "p50_ms_just_started": percentile(fresh, 0.5),
        "prepared_seconds": prepared,
        "memory_mb": memory,
        "own_memory_mb": own_memory,
        "p50_ms": percentile(every, 0.5),
        "p99_ms": percentile(every, 0.99),
        "cpu_ms_first_time": first_time,
        "cpu_ms_asked_again": again_asked,
        "by_length_p50_ms": {str(n): percentile(group, 0.5) for n, group in lengths.items()},
        "load": {
            str(n): {
                "per_second": round(rate, 1),
                "p50_ms": percentile(load.seconds, 0.5),
                "p99_ms": percentile(load.seconds, 0.99),
                "failed": load.failed,
            }
            for n, (load, rate) in loads.items()
        },
        "peers": others,
    }


def spent(service: Service, before: float | None, requests: int) -> float | None:
    """Milliseconds of processor time per request since `before`: the figure that other programs hardly change."""
    now = service.cpu_seconds()
    return None if now is None or before is None else round((now - before) * 1000 / requests, 2)


def busy(before: dict[str, Any] | None = None) -> dict[str, Any]:
    """How busy the machine is with anything: load average, processor seconds used and stolen so far.

    With an earlier answer, what happened between the two: shares of all processor time. {} outside Linux.
    """
    try:
        words = Path("/proc/stat").read_text("utf-8").splitlines()[0].split()[1:9]
    except OSError:
        return {}
    user, nice, system, idle, waiting, *interrupts, stolen = map(int, words)
    now = {"busy": user + nice + system + sum(interrupts), "idle": idle + waiting, "stolen": stolen}
    if before is None:
        return now
    passed = {name: now[name] - before.get(name, 0) for name in now}
    whole = max(1, sum(passed.values()))
    return {
        "load_after": round(os.getloadavg()[0], 2),
        "busy_share": round(passed["busy"] / whole, 2),
        "stolen_share": round(passed["stolen"] / whole, 3),
    }


def conditions() -> dict[str, Any]:
    """Machine, versions and date."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "load_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        **{name: version(name) for name in VERSIONS},
        "txtai": version("txtai") if find_spec("txtai") else "not installed",
    }


def table(report: dict[str, Any]) -> str:
    """The results as a Markdown table, sizes as columns."""
    sizes = report["sizes"]
    rows: list[tuple[str, list[object]]] = [
        ("one match over HTTP, p50 ms", [s["p50_ms"] for s in sizes]),
        ("one match over HTTP, p99 ms", [s["p99_ms"] for s in sizes]),
        ("processor ms per match, asked first", [s["cpu_ms_first_time"] for s in sizes]),
        ("processor ms per match, asked again", [s["cpu_ms_asked_again"] for s in sizes]),
        *((f"p50 ms at {n} characters", [s["by_length_p50_ms"][str(n)] for s in sizes]) for n in LETTERS),
        (f"matches a second, {BUSY} clients, texts never asked", [s["load"]["new"]["per_second"] for s in sizes]),
        *(
            (f"matches a second, {n} clients, texts asked before", [s["load"][str(n)]["per_second"] for s in sizes])
            for n in CLIENTS
        ),
        *((f"p99 ms, {n} clients", [s["load"][str(n)]["p99_ms"] for s in sizes]) for n in CLIENTS),
        ("failed requests", [sum(load["failed"] for load in s["load"].values()) for s in sizes]),
        ("start to ready, s", [s["ready_seconds"] for s in sizes]),
        ("first answer, ms", [s["first_answer_ms"] for s in sizes]),
        ("the next 30, p50 ms", [s["p50_ms_just_started"] for s in sizes]),
        ("all made ready beside the requests, s after that", [s["prepared_seconds"] or "—" for s in sizes]),
        ("memory of the service, MB", [s["memory_mb"] for s in sizes]),
        ("of it its own, not pages of the index's files, MB", [s["own_memory_mb"] for s in sizes]),
        ("build from nothing, s", [s["build_seconds"] for s in sizes]),
        ("rebuild after 1 % changed, s", [s["rebuild_seconds"] for s in sizes]),
    ]
    for name in sizes[0]["peers"]:
        answers = [s["peers"][name] for s in sizes]
        rows.append((f"{name}, bare, p50 ms", [a["p50_ms"] if a else "—" for a in answers]))
        rows.append((f"{name}, bare, build s", [a["build_seconds"] if a else "—" for a in answers]))
    head = "| | " + " | ".join(f"{s['solutions']:,}" for s in sizes) + " |"
    line = "| --- |" + " ---: |" * len(sizes)
    body = "\n".join(f"| {name} | " + " | ".join(map(str, values)) + " |" for name, values in rows)
    return f"{measured_with(report)}\n\n{head}\n{line}\n{body}"


def say(text: str) -> None:
    """Progress on standard error; standard output is the report."""
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
