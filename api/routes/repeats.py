"""Suspected repeats: the list, two records side by side, decisions, and names that mean one organisation."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import unquote

from fastapi import FastAPI, Path, Query, Response
from pydantic import BeforeValidator

from api.auth import Reading, Writing
from api.documenting import guarded
from api.parts import Parts
from api.presenting import json_response
from api.schemas.base import WHOLE, RecordId
from api.schemas.repeats import DecisionIn, DifferenceOut, RepeatOut, RepeatPage, VariantIn, VariantList, VariantOut
from api.suspecting import difference_json, side_json, suspicion_json
from matcher.model import Kind, Record
from matcher.store import Snapshot
from matcher.store.merging import merge, take_apart
from matcher.store.names import Variant, join, part, variants
from matcher.store.repeats import Pair, RepeatBook, RepeatWriter

A = Annotated[RecordId, Path(alias="a", description="一条的编号"), BeforeValidator(unquote)]
B = Annotated[RecordId, Path(alias="b", description="另一条的编号"), BeforeValidator(unquote)]
KindQuery = Annotated[Literal["demand", "solution"], Query(description="需求还是方案")]
Decisions = Annotated[Literal["open", "merge", "keep", "different"], Query(description="open 表示还没有判断的")]
Limit = Annotated[int, Query(ge=1, le=100, description="每页条数"), WHOLE]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="从第几条开始"), WHOLE]

_PATH = "/api/v1/repeats"
_NAMES = "/api/v1/organization-names"
_TAG = "查重"


def add_routes(app: FastAPI, parts: Parts) -> None:
    _add_list(app, parts)
    _add_decisions(app, parts)
    _add_names(app, parts)


def _add_list(app: FastAPI, parts: Parts) -> None:
    @app.get(
        _PATH,
        tags=[_TAG],
        summary="疑似重复的需求或方案",
        description="新入库和改过的记录会在后台与已有记录比对，通常几秒之内完成。完全相同的在前，其余按把握从大到小。",
        response_model=RepeatPage,
        responses=guarded("records:read"),
    )
    def list_repeats(
        caller: Reading,
        kind: Annotated[Literal["demand", "solution"] | None, Query(description="不填则两类都列")] = None,
        decision: Decisions = "open",
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> Response:
        wanted = Kind(kind) if kind else None
        with parts.store.read_snapshot() as snapshot:
            book = RepeatBook(snapshot)
            pairs, total = book.pairs(wanted, "" if decision == "open" else decision, limit=limit, offset=offset)
            items = _shown(snapshot, pairs)
            waiting = sum(book.pending(each) for each in ([wanted] if wanted else Kind))
        page = {"items": items, "total": total, "waiting": waiting, "limit": limit, "offset": offset}
        return json_response(page)

    @app.get(
        _PATH + "/{a}/{b}",
        tags=[_TAG],
        summary="两条记录并排比较",
        description="逐栏、按词比较原文；不是疑似重复的两条也可以比较。先填报的为 a。",
        response_model=DifferenceOut,
        responses=guarded("records:read", 404),
    )
    def compare_records(a: A, b: B, caller: Reading, kind: KindQuery = "demand") -> Response:
        wanted = Kind(kind)
        with parts.store.read_snapshot() as snapshot:
            records = [snapshot.get(wanted, id) for id in (a, b)]
            filed = RepeatBook(snapshot).filed_at(wanted, [a, b])
        records.sort(key=lambda record: (filed[record.id], record.id))
        fields = difference_json(records[0], records[1], parts.cut)
        sides = {side: _filed(record, filed[record.id].isoformat()) for side, record in zip("ab", records, strict=True)}
        return json_response({**sides, "fields": fields})


def _add_decisions(app: FastAPI, parts: Parts) -> None:
    @app.post(
        _PATH + "/{a}/{b}/decision",
        tags=[_TAG],
        summary="判断一对疑似重复",
        description="merge：保留先填报的一条，空着的栏目用另一条补上，另一条的编号从此指向它；可以撤销。"
        "keep、different：两条都保留，以后不再提示。判断记入审计，重建索引之后仍然有效。",
        response_model=RepeatOut,
        responses=guarded("records:write", 404, 409, body=True),
    )
    def decide_repeat(a: A, b: B, body: DecisionIn, caller: Writing, kind: KindQuery = "demand") -> Response:
        wanted = Kind(kind)
        with parts.store.writing(caller.actor) as writer:
            if RepeatWriter(writer).pair(wanted, a, b).decision == "merge" != body.decision:
                take_apart(writer, wanted, RepeatWriter(writer).pair(wanted, a, b).newer)
            if body.decision == "merge":
                merge(writer, wanted, a, b, body.note)
            else:
                RepeatWriter(writer).decide(wanted, a, b, body.decision, body.note)
            (shown,) = _shown(writer, [RepeatWriter(writer).pair(wanted, a, b)])
        return json_response(shown)

    @app.delete(
        _PATH + "/{a}/{b}/decision",
        tags=[_TAG],
        summary="撤销判断",
        description="合并的会分开，两条各自复原（合并之后又改过的栏目保留修改）；这一对重新列入待判断。",
        response_model=RepeatOut,
        responses=guarded("records:write", 404),
    )
    def reopen_repeat(a: A, b: B, caller: Writing, kind: KindQuery = "demand") -> Response:
        wanted = Kind(kind)
        with parts.store.writing(caller.actor) as writer:
            pair = RepeatWriter(writer).pair(wanted, a, b)
            if pair.decision == "merge":
                take_apart(writer, wanted, pair.newer)
            else:
                RepeatWriter(writer).decide(wanted, a, b, "")
            (shown,) = _shown(writer, [RepeatWriter(writer).pair(wanted, a, b)])
        return json_response(shown)


def _add_names(app: FastAPI, parts: Parts) -> None:
    @app.get(
        _NAMES,
        tags=[_TAG],
        summary="登记过的单位别名",
        description="查重时别名与它所指的单位当作同一家；记录里的写法不变。",
        response_model=VariantList,
        responses=guarded("records:read"),
    )
    def list_organization_names(caller: Reading) -> Response:
        with parts.store.read_snapshot() as snapshot:
            return json_response({"items": [_variant(found) for found in variants(snapshot)]})

    @app.post(
        _NAMES,
        tags=[_TAG],
        summary="登记单位别名",
        description="两个名称是同一家单位；已经登记为前者的别名，也一并改指后者。",
        status_code=201,
        response_model=VariantOut,
        responses=guarded("records:write", 409, body=True),
    )
    def join_organization_names(body: VariantIn, caller: Writing) -> Response:
        with parts.store.writing(caller.actor) as writer:
            return json_response(_variant(join(writer, body.name, body.same_as)), 201)

    @app.delete(
        _NAMES,
        tags=[_TAG],
        summary="取消单位别名",
        description="这个名称以后按单独的单位看待。",
        status_code=204,
        response_class=Response,
        responses=guarded("records:write", 404),
    )
    def part_organization_names(
        caller: Writing, name: Annotated[str, Query(min_length=1, max_length=500, description="别名")]
    ) -> Response:
        with parts.store.writing(caller.actor) as writer:
            part(writer, name)
        return Response(status_code=204)


def _shown(snapshot: Snapshot, pairs: list[Pair]) -> list[dict[str, Any]]:
    """The pairs with both records; one whose record was removed is left out."""
    items = []
    for pair in pairs:
        records = snapshot.get_many(pair.kind, [pair.older, pair.newer])
        filed = RepeatBook(snapshot).filed_at(pair.kind, list(records))
        if len(records) == 2:
            items.append(
                {
                    "kind": pair.kind.value,
                    "older": _filed(records[pair.older], filed[pair.older].isoformat()),
                    "newer": _filed(records[pair.newer], filed[pair.newer].isoformat()),
                    **suspicion_json(pair),
                    "decided_by": pair.decided_by,
                    "decided_at": pair.decided_at.isoformat() if pair.decided_at else None,
                }
            )
    return items


def _filed(record: Record, at: str) -> dict[str, Any]:
    return {**side_json(record), "status": record.status, "filed_at": at}


def _variant(found: Variant) -> dict[str, Any]:
    return {"name": found.name, "same_as": found.same_as, "actor": found.actor, "at": found.at.isoformat()}
