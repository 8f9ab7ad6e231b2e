"""Alerts: what the caller should look at, put away, and what she wants to be told."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Path, Query, Response

from api.alerting import Alerting
from api.auth import UsingAlerts
from api.documenting import guarded
from api.parts import Parts
from api.presenting import json_response
from api.schemas.alerts import AlertOut, AlertPageOut, Kinds, SnoozeIn, SubscriptionIn, SubscriptionOut
from matcher.alerts import ALERT_NAMES, Alert, AlertKind
from matcher.store.alerts import Subscription

_PATH = "/api/v1/alerts"
_TAG = "提醒"
Number = Annotated[int, Path(ge=1, le=2**53, description="提醒的编号")]


def add_routes(app: FastAPI, parts: Parts) -> None:
    alerting = Alerting(parts)
    _add_reading(app, alerting)
    _add_marking(app, alerting)


def _add_reading(app: FastAPI, alerting: Alerting) -> None:
    @app.get(
        _PATH,
        tags=[_TAG],
        summary="我的提醒",
        description="新方案可能解决存量需求、需求长期没有合适方案、期限临近、对接无进展等，最新的在前。"
        "每个账号（密钥）各看各的，互不影响。",
        response_model=AlertPageOut,
        responses=guarded("alerts:use"),
    )
    def list_alerts(
        caller: UsingAlerts,
        kind: Annotated[Kinds | None, Query(description="只看这一类")] = None,
        away: Annotated[bool, Query(description="改看已收起的")] = False,
        everything: Annotated[bool, Query(description="不按订阅筛选")] = False,
        limit: Annotated[int, Query(ge=1, le=100, description="每页条数")] = 20,
        offset: Annotated[int, Query(ge=0, le=10_000_000, description="从第几条开始，0 为第一条")] = 0,
    ) -> Response:
        wanted = AlertKind(kind) if kind else None
        page = alerting.page(caller, kind=wanted, away=away, everything=everything, limit=limit, offset=offset)
        items = [alert_json(alert) for alert in page.items]
        by_kind = {kind.value: count for kind, count in page.by_kind.items()}
        return json_response(
            {"items": items, "total": page.total, "by_kind": by_kind, "limit": limit, "offset": offset}
        )

    @app.get(
        f"{_PATH}/subscription",
        tags=[_TAG],
        summary="我订阅的提醒",
        description="没有设过时，行业和不看的类别都为空，即全部都看。",
        response_model=SubscriptionOut,
        responses=guarded("alerts:use"),
    )
    def read_alert_subscription(caller: UsingAlerts) -> Response:
        return _subscription(alerting.subscription(caller))


def _add_marking(app: FastAPI, alerting: Alerting) -> None:
    @app.put(
        f"{_PATH}/subscription",
        tags=[_TAG],
        summary="改变订阅",
        description="整份替换。",
        response_model=SubscriptionOut,
        responses=guarded("alerts:use", body=True),
    )
    def change_alert_subscription(body: SubscriptionIn, caller: UsingAlerts) -> Response:
        return _subscription(alerting.subscribe(caller, body.industries, body.muted))

    @app.post(
        _PATH + "/{number}/dismiss",
        tags=[_TAG],
        summary="收起一条提醒",
        description="只对自己收起；有新情况时会再出现。",
        response_model=AlertOut,
        responses=guarded("alerts:use", 404),
    )
    def dismiss_alert(number: Number, caller: UsingAlerts) -> Response:
        return json_response(alert_json(alerting.put_away(caller, number)))

    @app.post(
        _PATH + "/{number}/snooze",
        tags=[_TAG],
        summary="过几天再提醒",
        description="只对自己生效。",
        response_model=AlertOut,
        responses=guarded("alerts:use", 404, body=True),
    )
    def snooze_alert(number: Number, body: SnoozeIn, caller: UsingAlerts) -> Response:
        return json_response(alert_json(alerting.put_away(caller, number, days=body.days)))

    @app.post(
        _PATH + "/{number}/restore",
        tags=[_TAG],
        summary="把收起的提醒放回来",
        description="没有收起过也不算错。",
        response_model=AlertOut,
        responses=guarded("alerts:use", 404),
    )
    def restore_alert(number: Number, caller: UsingAlerts) -> Response:
        return json_response(alert_json(alerting.bring_back(caller, number)))


def alert_json(alert: Alert) -> dict[str, Any]:
    """One alert."""
    draft = alert.draft
    return {
        "number": alert.number,
        "kind": draft.kind.value,
        "kind_name": ALERT_NAMES[draft.kind],
        "subject": draft.subject,
        "title": draft.title,
        "says": draft.says,
        "related": [{"kind": r.kind.value, "id": r.id, "title": r.title, "grade": r.grade} for r in draft.related],
        "industries": list(draft.industries),
        "owner": draft.owner,
        "raised_at": alert.raised_at.isoformat(),
        "changed_at": alert.changed_at.isoformat(),
    }


def _subscription(wanted: Subscription) -> Response:
    return json_response({"industries": list(wanted.industries), "muted": [kind.value for kind in wanted.muted]})
