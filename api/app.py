"""The app: routes, limits and errors around the parts it is given. Building it twice gives two apps."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Protocol

import orjson
from anyio import to_thread
from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from api.anchors import write_anchor
from api.assets import Assets
from api.auth import Anybody, rules
from api.errors import add_handlers
from api.front import Front
from api.hosts import Hosts, allowed
from api.limits import Limits
from api.packed import Packed
from api.pages import (
    accounts,
    audit,
    batches,
    completeness_part,
    desk,
    exports,
    followup,
    login,
    pair,
    profile,
    record,
    record_form,
    records,
    system,
    words,
)
from api.pages import alerts as alerts_page
from api.pages import imports as imports_page
from api.pages import keys as keys_page
from api.pages import reports as reports_page
from api.pages.formats import BEIJING
from api.pages.shell import Shell
from api.pages.texts import Texts
from api.parts import Parts
from api.paths import Segments
from api.routes import (
    alerts,
    completeness,
    demand_states,
    demands,
    engagements,
    forms,
    health,
    imports,
    index,
    keys,
    match,
    repeats,
    reports,
    solutions,
)
from api.safe import Guard
from api.strictjson import StrictRoute
from matcher.errors import MatcherError

log = logging.getLogger("scenematch.api")


class Page(Protocol):
    """A module of api/routes or api/pages."""

    def add_routes(self, app: FastAPI, parts: Parts) -> None:
        """Serve its addresses."""
        ...


ROUTES: tuple[Page, ...] = (
    match,
    completeness,
    demands,
    solutions,
    repeats,
    engagements,
    demand_states,
    alerts,
    reports,
    forms,
    imports,
    index,
    keys,
    health,
)
"""The modules of api/routes, in the order the document lists them."""

PAGES: tuple[Page, ...] = (
    desk,
    imports_page,
    followup,
    pair,
    batches,
    alerts_page,
    reports_page,
    login,
    profile,
    records,
    record_form,
    record,
    completeness_part,
    accounts,
    audit,
    exports,
    keys_page,
    words,
    system,
)
"""The console's pages; a new one adds its module here."""

VERSION = "1.0"
THREADS = 8
"""Requests worked on at the same moment; ranking is computing, and more threads than cores only hinder each other. Some
more, since an import or a rebuild waits for another process."""

ANCHOR_S = 600.0
"""How soon after midnight the audit's anchor is written."""

REFRESH_S = 2.0
"""How soon a generation published by the console command is in use."""

COMPARE_S = 0.2
"""How long new records are compared for repeats between two pauses of REFRESH_S."""

DESCRIPTION = """场景匹配引擎：为应用场景需求排出合适的解决方案，逐条说明依据，指出哪些指标没有满足，\
也会如实说“没有合适的方案”。

所有接口（健康检查除外）都要在请求头里附上访问密钥：`Authorization: Bearer 密钥`。出错时的格式统一为
`{"error": {"code", "message", "details", "request_id"}}`。
正文须为严格的 JSON（UTF-8，没有 NaN、重复字段），不超过 2 MB。"""


def create_app(parts: Parts, *, safe: bool = False) -> FastAPI:
    """The app over these parts; it closes them when it stops. RuntimeError when a route names no permission.

    `safe` lets nobody write, and tells on every page why.
    """
    app = FastAPI(
        title="SceneMatch 场景匹配引擎",
        version=VERSION,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        generate_unique_id_function=lambda route: route.name,
    )
    assets = Assets.read()
    app.state.parts = parts
    app.state.jobs = () if safe else (_refreshing, _comparing, _anchoring)
    app.state.shell = Shell(assets, Texts.read())
    app.router.route_class = StrictRoute
    add_handlers(app)
    for module in ROUTES:
        module.add_routes(app, parts)
    for page in PAGES:
        page.add_routes(app, parts)
    assets.add_routes(app)
    _add_openapi(app)
    rules(app)
    app.add_middleware(Segments)
    if safe:
        app.add_middleware(Guard)
    app.add_middleware(Limits, traffic=parts.traffic)
    app.add_middleware(Hosts, hosts=allowed(parts.settings.hosts, parts.settings.host))
    app.add_middleware(Front, metrics=parts.metrics)  # the last one added is the outermost
    return app


def _add_openapi(app: FastAPI) -> None:
    document: list[Packed] = []

    @app.get("/openapi.json", include_in_schema=False)
    def openapi(request: Request, anybody: Anybody) -> Response:
        if not document:
            document.append(Packed.of(orjson.dumps(app.openapi()), "application/json"))
        return document[0].answer(request)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    parts: Parts = app.state.parts
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    if app.state.jobs:  # in safe mode nothing is matched or written
        parts.warming.start()
        parts.lookout.start(parts.settings.alert_seconds)
    tasks = [asyncio.create_task(job(parts)) for job in app.state.jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await run_in_threadpool(parts.close)


async def _refreshing(parts: Parts) -> None:
    """Look for a newly published generation from time to time. A broken one leaves the old one in use."""
    while True:
        await asyncio.sleep(REFRESH_S)
        try:
            await run_in_threadpool(parts.search.refresh)
        except MatcherError as error:
            log.error("refresh: %s", error)


async def _anchoring(parts: Parts) -> None:
    """Keep the audit's end of each day in the folder of anchors."""
    while True:
        try:
            await run_in_threadpool(write_anchor, parts.store, parts.settings.anchors, datetime.now(BEIJING).date())
        except (MatcherError, OSError) as error:
            log.error("anchor: %s", error)
        await asyncio.sleep(ANCHOR_S)


async def _comparing(parts: Parts) -> None:
    """Compare new and changed records with the others, a moment at a time, so that requests are not kept waiting."""
    while True:
        await asyncio.sleep(REFRESH_S)
        try:
            await run_in_threadpool(parts.repeats.catch_up, COMPARE_S)
        except MatcherError as error:
            log.error("repeats: %s", error)
