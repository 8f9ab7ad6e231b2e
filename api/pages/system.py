"""The state of the system: how much there is, what is searched, and building the index anew."""

from __future__ import annotations

from datetime import datetime

from fastapi import FastAPI, Request, Response

from api.auth import ReadingIndex, Rebuilding
from api.pages.shell import redirect, render
from api.parts import Parts
from matcher.model import Kind

PATH = "/system"


def add_routes(app: FastAPI, parts: Parts) -> None:
    @app.get(PATH, include_in_schema=False)
    def system(request: Request, caller: ReadingIndex) -> Response:
        state = parts.search.describe()
        return render(
            request,
            "system.html",
            state=state,
            built_at=datetime.fromisoformat(state.built_at) if state.built_at else None,
            changed=sum(state.changed.values()),
            counts={kind.value: parts.store.count(kind) for kind in Kind},
            weights=parts.search.weights,
            job=parts.rebuild.last(),
        )

    @app.post(f"{PATH}/rebuild", include_in_schema=False)
    def rebuild_index(request: Request, caller: Rebuilding) -> Response:
        job = parts.rebuild.start()
        parts.store.audit("index.rebuild", f"job:{job.id}", actor=caller.actor)
        return redirect(request, PATH, ("success", request.app.state.shell.texts("system.rebuild_started")))
