"""提醒: the caller's list, the bell that counts it, and what she wants to be told."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import FastAPI, Path, Query, Request, Response

from api.alerting import Alerting
from api.auth import UsingAlerts
from api.pages.forms import Sent
from api.pages.paging import page_number, paging
from api.pages.shell import redirect, render
from api.parts import Parts
from api.paths import quoted
from matcher.alerts import Alert, AlertKind
from matcher.errors import InvalidInput
from matcher.store.alerts import LONGEST_SNOOZE

PATH = "/alerts"
PER_PAGE = 20

Number = Annotated[int, Path(ge=1, le=2**53)]

TONES: Mapping[AlertKind, str] = MappingProxyType(
    {
        AlertKind.NEW_SOLUTION: "success",
        AlertKind.NEW_DEMAND: "info",
        AlertKind.UNANSWERED: "warning",
        AlertKind.DEADLINE: "danger",
        AlertKind.STALLED: "warning",
        AlertKind.NEXT_STEP: "danger",
    }
)
"""How urgent a kind looks."""

PLACES: Mapping[str, str] = MappingProxyType(
    {"demand": "/demands/", "solution": "/solutions/", "engagement": "/followup/"}
)
"""What an alert is about → where that is looked at."""


def add_routes(app: FastAPI, parts: Parts) -> None:
    alerting = Alerting(parts)
    _add_list(app, alerting)
    _add_marking(app, alerting)
    _add_settings(app, parts, alerting)


def _add_list(app: FastAPI, alerting: Alerting) -> None:
    @app.get(PATH, include_in_schema=False)
    def alerts(
        request: Request,
        caller: UsingAlerts,
        kind: Annotated[str, Query(max_length=40)] = "",
        away: Annotated[str, Query(max_length=3)] = "",
    ) -> Response:
        wanted = AlertKind(kind) if kind in set(AlertKind) else None
        offset = (page_number(request) - 1) * PER_PAGE
        found = alerting.page(caller, kind=wanted, away=away == "yes", limit=PER_PAGE, offset=offset)
        return render(
            request,
            "alerts/list.html",
            found=found,
            kind=wanted,
            away=away == "yes",
            paging=paging(request, found.total, PER_PAGE),
            tones=TONES,
            links={alert.number: _place(alert) for alert in found.items},
        )

    @app.get(f"{PATH}/bell", include_in_schema=False)
    def alert_bell(request: Request, caller: UsingAlerts) -> Response:
        return render(request, "alerts/bell.html", count=alerting.count(caller))


def _add_marking(app: FastAPI, alerting: Alerting) -> None:
    @app.post(PATH + "/{number}/dismiss", include_in_schema=False)
    def dismiss(request: Request, number: Number, caller: UsingAlerts) -> Response:
        alerting.put_away(caller, number)
        return redirect(request, PATH, ("success", request.app.state.shell.texts("alerts.dismissed")))

    @app.post(PATH + "/{number}/snooze", include_in_schema=False)
    def snooze(request: Request, number: Number, form: Sent, caller: UsingAlerts) -> Response:
        given = form["days"]
        if not (given.isascii() and given.isdigit() and len(given) < 4):
            raise InvalidInput(f"稍后提醒的天数应在 1 到 {LONGEST_SNOOZE} 之间。", field="days")
        alerting.put_away(caller, number, days=int(given))
        return redirect(request, PATH, ("success", request.app.state.shell.texts("alerts.snoozed", n=int(given))))

    @app.post(PATH + "/{number}/restore", include_in_schema=False)
    def restore(request: Request, number: Number, caller: UsingAlerts) -> Response:
        alerting.bring_back(caller, number)
        says = request.app.state.shell.texts("alerts.restored")
        return redirect(request, f"{PATH}?away=yes", ("success", says))


def _add_settings(app: FastAPI, parts: Parts, alerting: Alerting) -> None:
    @app.get(f"{PATH}/settings", include_in_schema=False)
    def alert_settings(request: Request, caller: UsingAlerts) -> Response:
        return render(
            request,
            "alerts/settings.html",
            wanted=alerting.subscription(caller),
            kinds=tuple(AlertKind),
            industries=parts.taxonomy.names["industry"],
        )

    @app.post(f"{PATH}/settings", include_in_schema=False)
    def save_alert_settings(request: Request, form: Sent, caller: UsingAlerts) -> Response:
        alerting.subscribe(caller, form.all("industries"), form.all("muted"))
        return redirect(request, PATH, ("success", request.app.state.shell.texts("alerts.saved")))


def _place(alert: Alert) -> str:
    """Where the subject of an alert is looked at, "" for a whole list."""
    kind, _, id = alert.draft.subject.partition(":")
    return PLACES[kind] + quoted(id) if kind in PLACES else ""
