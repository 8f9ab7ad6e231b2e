"""`scenematch match "文字"`: one ranking at the console."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from api.commands.output import add_json, say, say_json
from indexer.jsonl import parse_line, record_from_json
from matcher.errors import InvalidInput, UnreadableFile
from matcher.model import Kind, Ranking, Record
from matcher.settings import Settings
from matcher.store import Store

MARKS = {"met": "满足", "unmet": "不满足", "unknown": "未说明"}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", metavar="文字", help="要解决的问题，用引号括起来")
    parser.add_argument("--file", type=Path, metavar="文件", help="从文件读取：.json 为一条记录，其他按纯文字")
    parser.add_argument(
        "--kind", choices=[kind.value for kind in Kind], default="demand", help="给出的是需求（默认）还是方案"
    )
    parser.add_argument("--top-k", type=int, default=10, metavar="N", help="最多返回多少条，1 到 200，默认 10")
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    from api.wiring import open_search

    query = _query(args)
    if not 1 <= args.top_k <= 200:
        raise InvalidInput("--top-k 应在 1 到 200 之间。")
    with Store.open(settings.database_url, write=False) as store:
        search = open_search(settings, store)
        ranking = search.match(search.profile(query), k=args.top_k)
        found = store.get_many(query.kind.other, [match.id for match in ranking.matches])
    lines = [
        {
            "rank": rank,
            "id": match.id,
            "title": found[match.id].title if match.id in found else "",
            "owner": _owner(found.get(match.id)),
            "score": match.score,
            "grade": match.grade,
            "label": search.label(match.grade),
            "evidence": [{"source": e.source, "points": e.points, "says": e.says} for e in match.evidence],
            "requirements": [
                {name: value for name, value in asdict(requirement).items() if name != "spans"}
                for requirement in match.requirements
            ],
        }
        for rank, match in enumerate(ranking.matches, 1)
    ]
    if args.json:
        say_json(
            {"generation": ranking.generation, "suitable": ranking.suitable, "notes": ranking.notes, "matches": lines}
        )
    else:
        _tell(ranking, lines)
    return 0


def _query(args: argparse.Namespace) -> Record:
    if (args.text is None) == (args.file is None):
        raise InvalidInput("请给出一段文字，或用 --file 指明文件，二者选一。")
    kind, text = Kind(args.kind), args.text
    if args.file is not None:
        try:
            text = args.file.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableFile(f"文件 {args.file.name} 读不出来；应是 UTF-8 编码的文字。") from error
        if args.file.suffix.lower() == ".json":
            return record_from_json(kind, parse_line(text))
    return record_from_json(kind, {"description": text})


def _owner(record: Record | None) -> str:
    if record is None:
        return ""
    return record.organization if record.kind is Kind.DEMAND else record.vendor  # type: ignore[union-attr]


def _tell(ranking: Ranking, lines: list[dict[str, Any]]) -> None:
    for note in ranking.notes:
        say(note)
    for line in lines:
        say(f"\n{line['rank']}. {line['title']}（{line['owner'] or line['id']}）  {line['grade']} 分 {line['label']}")
        for evidence in line["evidence"]:
            say(f"   {evidence['points']:+6.2f}  {evidence['says']}")
        for requirement in line["requirements"]:
            say(f"   [{MARKS[requirement['status']]}] {requirement['text']}：{requirement['says']}")
