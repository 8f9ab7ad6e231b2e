"""Names by which the service may be called, so that no site can have a browser ask it under a made-up name."""

from __future__ import annotations

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import UnknownHost, told

ANY = "*"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def allowed(listed: str, own: str) -> frozenset[str]:
    """The names that are answered: those listed, between commas, those of this machine to itself, and the address
    listened on.

    `*` among them stands for any.
    """
    return frozenset(name.casefold() for name in (*map(str.strip, listed.split(",")), *LOOPBACK, own) if name)


class Hosts:
    """ASGI middleware. Refuses a request whose Host header names none of the hosts, with or without a port."""

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or ANY in self._hosts or named(scope) in self._hosts:
            await self._app(scope, receive, send)
            return
        error = UnknownHost(
            "这个访问地址不在允许的名单里；请管理员把它加到环境变量 SCENEMATCH_HOSTS（多个用逗号隔开），再重启服务。"
        )
        await told(error, Request(scope))(scope, receive, send)


def named(scope: Scope) -> str:
    """The name in the Host header, without its port and the brackets of an IPv6 address; "" for none."""
    given: str = dict(scope["headers"]).get(b"host", b"").decode("latin-1").casefold()
    if given.startswith("["):
        return given[1:].partition("]")[0]
    name, _, port = given.partition(":")
    return name if port.isdigit() else given
