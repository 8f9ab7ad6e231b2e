"""The audit, for administrators: who did what, filtered; handed out as a numbered workbook; checked at a click."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from fastapi import FastAPI, Request, Response

from api.anchors import read_anchors
from api.auth import ReadingAudit
from api.exporting.tabular import Column, Table
from api.exporting.workbook import workbook
from api.pages.formats import BEIJING, moment
from api.pages.forms import Sent
from api.pages.paging import page_number, paging
from api.pages.people import people
from api.pages.shell import render
from api.parts import Parts
from matcher.store import AuditFilter, record_export
from matcher.store.values import ROLE_NAMES, AuditLine

PATH = "/audit"
PER_PAGE = 50
MOST_ROWS = 20_000
"""Lines in one workbook; a longer period is exported in parts."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

ACTIONS: Mapping[str, str] = {
    "login": "登录",
    "logout": "退出",
    "session": "结束登录",
    "account": "账号",
    "key": "访问密钥",
    "create": "新建记录",
    "update": "修改记录",
    "remove": "删除记录",
    "reveal_contact": "查看联系方式",
    "forget_contact": "删除联系方式",
    "export": "导出",
    "import": "导入",
    "followup": "对接跟踪",
    "batch": "批次",
    "index": "索引",
    "words": "词库",
    "repeat": "重复处理",
}
"""The first part of an action's name → what staff call it."""

FILTERS = ("actor", "action", "object", "since", "until")


def add_routes(app: FastAPI, parts: Parts) -> None:
    @app.get(PATH, include_in_schema=False)
    def audit(request: Request, caller: ReadingAudit) -> Response:
        given = {name: request.query_params.get(name, "").strip()[:200] for name in FILTERS}
        names = people(request, parts)
        with parts.store.read_snapshot() as snapshot:
            lines, total = snapshot.audit_page(
                filter_of(given, names), offset=(page_number(request) - 1) * PER_PAGE, limit=PER_PAGE
            )
        return render(
            request,
            "audit.html",
            lines=lines,
            paging=paging(request, total, PER_PAGE),
            given=given,
            filtered=any(given.values()),
            actions=tuple(ACTIONS.items()),
            says=says,
            names=names,
        )

    @app.post(f"{PATH}/verify", include_in_schema=False)
    def verify_audit(request: Request, caller: ReadingAudit) -> Response:
        anchors = read_anchors(parts.settings.anchors)
        found = parts.store.verify_audit(anchors)
        parts.store.audit("audit.verify", "audit", actor=caller.actor, result="ok" if not found.faults else "faults")
        return render(request, "audit_verdict.html", found=found, anchors=len(anchors))

    @app.post(f"{PATH}/export", include_in_schema=False)
    def export_audit(request: Request, form: Sent, caller: ReadingAudit) -> Response:
        given = {name: form[name][:200] for name in FILTERS}
        with parts.store.writing(caller.actor) as writer:
            lines, total = writer.audit_page(filter_of(given, people(request, parts)), limit=MOST_ROWS)
            number = record_export(writer, "审计记录", len(lines), reason=form["reason"][:200])
        note = f"共 {total} 行，本文件为最近 {len(lines)} 行。" if total > len(lines) else f"共 {total} 行。"
        content = workbook([_table(lines, note)], number)
        headers = {"Content-Disposition": f'attachment; filename="audit-{number[-6:]}.xlsx"'}
        return Response(content, headers=headers, media_type=XLSX)


def filter_of(given: Mapping[str, str], names: Mapping[str, str]) -> AuditFilter:
    """What the form's fields filter by; a person may be given by name, and a date that is none is left out."""
    since, until = _midnight(given["since"]), _midnight(given["until"])
    return AuditFilter(
        actor=next((actor for actor, name in names.items() if name == given["actor"]), given["actor"]),
        action=given["action"],
        object=given["object"],
        since=since,
        until=until + timedelta(days=1) if until else None,
    )


def says(action: str) -> str:
    """An action in words, its own name behind it where it says more."""
    starts = (words for name, words in ACTIONS.items() if action.startswith(name))
    known = ACTIONS.get(action) or next(starts, "")
    if not known:
        return action
    return f"{known}（{action}）" if "." in action else known


def _midnight(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), BEIJING)
    except ValueError:
        return None


def _table(lines: tuple[AuditLine, ...], note: str) -> Table:
    columns = (
        Column("序号", 6, "count"),
        Column("时间", 14),
        Column("操作人", 12),
        Column("角色", 8),
        Column("网络地址", 14),
        Column("操作", 18),
        Column("对象", 20),
        Column("结果", 6),
        Column("事由", 20),
        Column("说明", 30),
        Column("校验值", 20),
    )
    rows = [
        (
            line.seq,
            moment(line.at),
            line.actor,
            ROLE_NAMES.get(line.role, line.role),
            line.source,
            says(line.action),
            line.object,
            line.result,
            line.reason,
            line.detail,
            line.hash[:16],
        )
        for line in lines
    ]
    return Table.of("审计记录", columns, rows, note=note)
