"""The golden rankings: what the shipped model and weights answer to 28 gold demands, written down to be read.

`rankings.txt` changes when the model, the weights, the analyser or the taxonomy do. Read the difference; if it is an
improvement, write the file anew and commit it with the change that caused it:

    python -m tests.golden.test_rankings
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

from indexer.collections import read_collection
from indexer.runs import collection_view
from indexer.workshop import workshop
from matcher.settings import Settings

FILE = Path(__file__).with_name("rankings.txt")
REGENERATE = "python -m tests.golden.test_rankings"
CHOSEN = {"dev": 12, "lists": 8, "hard": 8}
"""Gold collection → how many of its demands, evenly spread; the last of each has no suitable solution."""

TOP = 5
ROUNDING = 1
"""Grades may differ by this much from machine to machine: sums of float32 are rounded to whole percents."""

HEAD = f"# demand, then its best {TOP}: grade, id, title. Written by: {REGENERATE}\n"
_ROW = re.compile(r" +(\d+)  (\S+)  (.*)")


def rankings(home: Path) -> str:
    """The rankings of this checkout, in the file's form; `home` holds nothing but caches."""
    shop = workshop(Settings.from_env({"SCENEMATCH_HOME": str(home)}))
    lines: list[str] = []
    for name, count in CHOSEN.items():
        collection = read_collection(shop.settings.data / "gold" / name)
        engine = shop.engine(collection_view(collection, shop.parts))
        answerable = [id for id in collection.demands if id not in collection.no_answer]
        step = len(answerable) // (count - 1)
        for id in [*answerable[::step][: count - 1], min(collection.no_answer)]:
            demand = collection.demands[id]
            asked = "" if id in collection.answerable else "  (no suitable solution)"
            lines.append(f"{name} {id} {demand.title}{asked}")
            ranking = engine.match(shop.parts.profile(demand), k=TOP)
            lines += [f"  {m.grade:3}  {m.id}  {collection.solutions[m.id].title}" for m in ranking.matches]
    return HEAD + "".join(f"{line}\n" for line in lines)


def differences(golden: str, now: str) -> str:
    """A readable difference, demand by demand; empty when only grades differ, and by no more than rounding."""
    ours, theirs = list(blocks(golden)), list(blocks(now))
    changed = [pair for pair in zip(ours, theirs, strict=False) if not _same(*pair)]
    if not changed and len(ours) == len(theirs):
        return ""
    lines = [
        line
        for one, other in changed or [(golden.splitlines(), now.splitlines())]
        for line in unified_diff(one, other, "golden", "now", n=TOP, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    ]
    return "\n".join([f"{len(changed)} of {len(theirs)} rankings differ from the golden ones (-):", *lines])


def blocks(text: str) -> Iterator[list[str]]:
    """One demand with its rows at a time."""
    block: list[str] = []
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if not line.startswith(" ") and block:
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _same(one: list[str], other: list[str]) -> bool:
    if one[0] != other[0] or len(one) != len(other):
        return False
    rows = [(_ROW.fullmatch(a), _ROW.fullmatch(b)) for a, b in zip(one[1:], other[1:], strict=True)]
    return all(
        a is not None and b is not None and a.groups()[1:] == b.groups()[1:] and abs(int(a[1]) - int(b[1])) <= ROUNDING
        for a, b in rows
    )


def test_the_rankings_are_the_golden_ones(tmp_path: Path) -> None:
    told = differences(FILE.read_text("utf-8"), rankings(tmp_path))
    assert not told, f"{told}\n\nIf this is what was wanted: {REGENERATE}"


def test_a_difference_is_told_demand_by_demand() -> None:
    golden = HEAD + "dev D1 甲\n   90  S1  一\n   70  S2  二\ndev D2 乙\n   10  S3  三\n"
    assert differences(golden, golden) == ""
    assert differences(golden, golden.replace("90", "91")) == ""
    assert "-   90  S1  一\n+   92  S1  一" in differences(golden, golden.replace("90", "92"))
    swapped = golden.replace("   90  S1  一\n   70  S2  二\n", "   90  S2  二\n   70  S1  一\n")
    assert differences(golden, swapped).splitlines()[:2] == [
        "1 of 2 rankings differ from the golden ones (-):",
        " dev D1 甲",
    ]
    assert "D2" not in differences(golden, swapped)
    assert differences(golden, golden.partition("dev D2")[0]).startswith("0 of 1 rankings")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        FILE.write_text(rankings(Path(home)), "utf-8")
    print(f"{FILE.name} is written; read the difference before you commit it.")
