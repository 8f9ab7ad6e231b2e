"""How commands speak: Chinese lines for people, JSON for programs, progress on the error stream."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

from matcher.errors import MatcherError


def say(text: str = "") -> None:
    """A line for the person at the console."""
    print(text, flush=True)


def say_json(value: Any) -> None:
    """The answer for a program: one JSON document on standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False), flush=True)


def add_json(parser: argparse.ArgumentParser) -> None:
    """The flag that asks for JSON."""
    parser.add_argument("--json", action="store_true", help="以 JSON 输出，供程序读取")


def fail(error: MatcherError, *, as_json: bool) -> int:
    """Say what went wrong; the exit code."""
    if as_json:
        details = {name: str(value) for name, value in error.details.items()}
        say_json({"error": {"code": error.code, "message": str(error), "details": details}})
    else:
        print(f"未完成：{error}", file=sys.stderr, flush=True)
    return 1


class Progress:
    """Shows (step, done, total) on the error stream: one line that moves on a terminal, one line per step elsewhere.

    Use as a context manager, so that whatever is said next starts on a line of its own.
    """

    EVERY_S = 0.2

    def __init__(self) -> None:
        self._step, self._shown_at = "", 0.0
        self._moving = sys.stderr.isatty()

    def __call__(self, step: str, done: int, total: int) -> None:
        new, now = step != self._step, time.monotonic()
        if self._moving:
            if new or done == total or now - self._shown_at >= self.EVERY_S:
                start = "\n" if new and self._step else "\r"
                count = f" {done}/{total}" if total > 1 else ""
                print(f"{start}{step}{count}", end="", file=sys.stderr, flush=True)
                self._shown_at = now
        elif new:
            print(f"{step}（共 {total}）" if total > 1 else step, file=sys.stderr, flush=True)
        self._step = step

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: object, error: object, at: object) -> None:
        if self._moving and self._step:
            print(file=sys.stderr, flush=True)
        self._step = ""
