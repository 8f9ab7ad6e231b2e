"""Importing a long list: seconds, rows a second, memory of the process and of its child. Prints JSON.

    python -m indexer.bench.importing [--rows 50000] [--format xlsx] [--cancel]

The list is a workbook (or a CSV file) of 50 000 demands with sixteen columns, made here, two rows of three with dirt.
It is read in the child and filed in a store of its own, then imported a second time, and undone; `--cancel` also stops
a commit half way and shows that nothing stayed. `load` is what the machine had to do besides, before and after.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from indexer.intake import Intake
from matcher.errors import Cancelled, MatcherError
from matcher.model import Kind
from matcher.store import Actor, Store, utc_now

HEADINGS = (
    "序号", "需求编号", "需求名称", "需求单位", "单位性质", "行业领域", "所在地区", "需求描述", "指标要求", "预期目标",
    "预算（万元）", "期望完成时间", "合作方式", "关键词", "联系人", "联系电话",
)  # fmt: skip
WHAT = ("焊缝检测", "托盘搬运", "河道巡查", "夜间看护", "仓库盘点", "电池检测", "食材分拣", "幕墙清洗")
WHERE = ("广州", "深圳市南山区", "佛山", "东莞市", "珠海", "中山", "惠州", "江门")
DIRT: tuple[tuple[int, int, str], ...] = (
    (7, 7, "<p>{}</p>&nbsp;"),
    (6, 15, "{}、020-38880000"),
    (5, 2, "  {}\u200b"),
    (4, 7, "{}，，希望尽快解决。。联系人：王工 13900139000"),
    (3, 8, "{}；见附件"),
    (2, 12, "设备采购/委托研发；其他"),
    (1, 5, "新型行业甲"),
    (0, 6, "某地"),
)
"""In rows whose number leaves this rest divided by 12: the column (from 0), and what stands there."""

WHO = Actor("bench", "console")


def rows(count: int) -> Iterator[list[Any]]:
    """A list as offices fill it in: text figures, three ways to write a date, a remark now and then."""
    for n in range(count):
        what, where = WHAT[n % len(WHAT)], WHERE[n // 3 % len(WHERE)]
        row = [
            n + 1,
            f"粤需-{n:06d}",
            f"{where}{what}第{n}号",
            f"{where}第{n % 4000}精密制造有限公司",
            "企业",
            "汽车、智能制造" if n % 2 else "3C电子/家电",
            where,
            f"{what}目前靠人工完成，第{n % 97}工段夜班效率低、容易漏检，希望用设备在线处理，减少人工{n % 40 + 1}名。",
            f"漏检率≤0.{n % 9 + 1}%；节拍≤{n % 20 + 1}秒/件",
            "减员增效，提升一致性",
            ("50-80", "约250-280万", "面议", f"{n % 500 + 10}")[n % 4],
            ("2026.12.31", "2026年11月", "尽快")[n % 3],
            "设备采购",
            f"{what}、机器视觉",
            f"联系人{n % 500}",
            f"138{n:08d}",
        ]
        for rest, column, says in DIRT:
            if n % 12 == rest:
                row[column] = says.format(row[column])
        yield row


def write_list(path: Path, count: int) -> None:
    """The list, in the format that the name asks for."""
    if path.suffix == ".csv":
        with path.open("w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows([HEADINGS, *rows(count)])
        return
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    table = book.create_sheet("需求汇总")
    table.append(list(HEADINGS))
    for row in rows(count):
        table.append(row)
    book.save(path)


def peak_mb(*, child: bool) -> float:
    """The most memory this process, or the largest of its children, has held so far; 0 where nobody tells."""
    try:
        import resource
    except ModuleNotFoundError:
        return 0.0
    used = resource.getrusage(resource.RUSAGE_CHILDREN if child else resource.RUSAGE_SELF).ru_maxrss
    return float(round(used / (1024 if sys.platform != "darwin" else 1024 * 1024), 1))


def cpu_s() -> float:
    """Processor seconds of this process and the children that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def load() -> float:
    """Processes that wanted to run, on average over the last minute; 0 where nobody tells."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else 0.0


def measure(count: int, *, format: str = "xlsx", cancel: bool = False) -> dict[str, Any]:
    """Read, commit, again, undo; each with its time on the wall and on the processor."""
    with tempfile.TemporaryDirectory(prefix="scenematch-bench-") as folder:
        home = Path(folder)
        path = home / f"list.{format}"
        write_list(path, count)
        content = path.read_bytes()
        found: dict[str, Any] = {"rows": count, "file_mb": round(len(content) / 1024**2, 1), "steps": {}}
        found["load"] = [load()]
        with Store.open(f"sqlite:///{(home / 'store.db').as_posix()}", write=True) as store:
            intake = Intake(store, home / "uploads", utc_now)
            progress: list[tuple[str, int, int]] = []

            def told(step: str, done: int, total: int) -> None:
                progress.append((step, done, total))

            def timed(name: str, work: Any) -> Any:
                wall, cpu = time.monotonic(), cpu_s()
                done = work()
                found["steps"][name] = {
                    "wall_s": round(time.monotonic() - wall, 1),
                    "cpu_s": round(cpu_s() - cpu, 1),
                }
                return done

            made = intake.receive(path.name, content, Kind.DEMAND, WHO)
            timed("read", lambda: intake.read(made.id, WHO, told))
            if cancel:
                found["cancelled"] = _cancelled(store, intake, made.id, count)
                made = intake.receive(path.name, content, Kind.DEMAND, WHO)
                intake.read(made.id, WHO, told)
            committed = timed("commit", lambda: intake.commit(made.id, WHO, told=told))
            again = intake.receive(f"again.{format}", content, Kind.DEMAND, WHO)
            timed("read_again", lambda: intake.read(again.id, WHO))
            found["again"] = dict(intake.get(again.id).counts)
            timed("undo", lambda: store.undo_import(made.id, actor=WHO))
            found["counts"] = dict(committed.counts)
            found["left_after_undo"] = store.count(Kind.DEMAND)
        found["load"].append(load())
        found["progress_lines"] = len(progress)
        found["peak_mb"] = {"service": peak_mb(child=False), "child": peak_mb(child=True)}
        return found


def _cancelled(store: Store, intake: Intake, id: str, count: int) -> dict[str, Any]:
    def told(step: str, done: int, total: int) -> None:
        if step == "入库" and done * 2 >= count:
            raise Cancelled("")

    try:
        intake.commit(id, WHO, told=told)
    except MatcherError as error:
        return {"code": error.code, "state": intake.get(id).state, "records": store.count(Kind.DEMAND)}
    return {"code": "", "state": intake.get(id).state, "records": store.count(Kind.DEMAND)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--format", choices=("xlsx", "csv"), default="xlsx")
    parser.add_argument("--cancel", action="store_true")
    args = parser.parse_args()
    json.dump(measure(args.rows, format=args.format, cancel=args.cancel), sys.stdout, ensure_ascii=False, indent=2)
    print()


if __name__ == "__main__":
    main()
