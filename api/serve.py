"""The service as a process: one, since one connection owns the writing; it finishes what it began before it stops."""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Callable

import uvicorn

from api.app import create_app
from api.parts import Parts
from api.safe import WHY, safe_parts
from api.starts import MOST, Starts
from api.wiring import open_parts
from indexer.workshop import settle
from matcher.errors import InUse, Unavailable
from matcher.settings import Settings
from matcher.store import utc_now

log = logging.getLogger("scenematch.serve")

GRACE_S = 10
"""How long requests in work may take to finish after a request to stop."""

IDLE_S = 15
"""How long an idle connection is kept."""


def serve(settings: Settings, *, quiet: bool = False, ready: Callable[[str], None] = lambda link: None) -> None:
    """Serve until SIGTERM or Ctrl+C. `ready` is called once requests are answered, with the one-time link by which the
    first administrator is made, "" when there is an account already.

    After some starts that failed in a row it comes up in safe mode. Unavailable when the address is taken, InUse when
    another process holds the database.
    """
    logging.basicConfig(
        level=logging.WARNING if quiet else logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )
    with _listening(settings) as listener:
        starts = Starts(settings.home)
        safe = starts.failed() >= MOST
        parts = safe_parts(settings) if safe else _opened(settings, starts)

        def answering() -> None:
            starts.safe() if safe else starts.succeeded()
            token = "" if safe else parts.store.accounts.setup_link(utc_now())
            ready(f"{address(settings)}setup?token={token}" if token else "")

        try:
            app = create_app(parts, safe=safe)
            settle()
            if safe:
                log.error("%s", WHY)
            config = uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                lifespan="on",
                ws="none",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=GRACE_S,
                timeout_keep_alive=IDLE_S,
            )
            _Server(config, answering).run(sockets=[listener])
        finally:
            parts.close()


def _opened(settings: Settings, starts: Starts) -> Parts:
    """The parts; the start counts as failed until somebody says that it succeeded."""
    starts.begin()
    try:
        return open_parts(settings)
    except (InUse, KeyboardInterrupt):
        starts.take_back()
        raise


def address(settings: Settings) -> str:
    """The address of the page as a person on this machine would type it."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)
    return f"http://{host}:{settings.port}/"


class _Server(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()


def _listening(settings: Settings) -> socket.socket:
    """The bound socket, taken before anything slow is loaded."""
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((settings.host, settings.port), family=family, backlog=512)
    except OSError as error:
        raise Unavailable(
            f"无法在 {settings.host}:{settings.port} 上启动：{_reason(error)}；"
            "请用环境变量 SCENEMATCH_HOST、SCENEMATCH_PORT 换一个地址，或停掉占用它的程序。"
        ) from error


def _reason(error: OSError) -> str:

    return {
        errno.EADDRINUSE: "这个端口已被占用",
        errno.EACCES: "没有权限使用这个端口",
        errno.EADDRNOTAVAIL: "本机没有这个地址",
    }.get(error.errno or 0, "地址不可用")
