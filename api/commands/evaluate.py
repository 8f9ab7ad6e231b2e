"""`scenematch evaluate --collection DIR`: how well the ranking is, in figures with intervals."""

from __future__ import annotations

import argparse

from api.commands.output import Progress
from indexer import evaluation
from matcher.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    evaluation.configure(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    with Progress() as progress:
        return evaluation.command(settings, args, progress)
