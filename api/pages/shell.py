"""The shell every page stands in: head, menu, messages, form token, texts, and the way an answer is sent.

A page's route says `return render(request, "desk.html", demand=demand)`. A template finds, besides what it is given:
`t` (texts), `icon`, `asset`, `can`, `user`, `menu`, `csrf`, `path`, `flashes`.
"""

from __future__ import annotations

import gzip
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api.assets import Assets
from api.auth import may
from api.caller import Caller
from api.packed import takes_gzip
from api.pages.formats import FILTERS
from api.pages.menu import menu_for
from api.pages.signing import Flash, form_token, pack_flash, unpack_flash
from api.pages.texts import Texts
from api.paths import quoted

WEB = Path(__file__).resolve().parents[1] / "web"

FLASH = "scenematch_flash"

WORTH_PACKING = 1024
"""Bytes from which compressing an answer pays."""


class Shell:
    """Templates with their texts, pictures and files; made once for the app."""

    def __init__(self, assets: Assets, texts: Texts) -> None:
        self.texts = texts
        icons = {file.stem: Markup(_picture(file.read_text("utf-8"))) for file in (WEB / "icons").glob("*.svg")}
        self._templates = Environment(
            loader=FileSystemLoader(WEB / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.globals.update(t=texts, icon=icons.__getitem__, asset=assets.address)
        self._templates.filters.update(FILTERS, urlencode=quoted)

    def text(self, request: Request, template: str, values: dict[str, Any]) -> str:
        """The page as HTML."""
        caller = caller_of(request)
        secret = caller.secret if caller else ""
        flash = unpack_flash(request.cookies.get(FLASH, ""), secret)
        return self._templates.get_template(template).render(
            user=caller,
            can=partial(_can, caller),
            menu=menu_for(caller),
            csrf=form_token(secret),
            path=request.url.path,
            flashes=[flash] if flash else [],
            request_id=request.scope.get("request_id", ""),
            **values,
        )


def render(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """A template as an answer, compressed where the browser takes that; never kept by a browser or proxy."""
    shell: Shell = request.app.state.shell
    content = shell.text(request, template, values).encode()
    headers = {"Vary": "Accept-Encoding, HX-Request"}
    if len(content) >= WORTH_PACKING and takes_gzip(request):
        content, headers["Content-Encoding"] = gzip.compress(content, 5, mtime=0), "gzip"
    response = Response(content, status, headers, media_type="text/html; charset=utf-8")
    if FLASH in request.cookies and not is_part(request):
        response.delete_cookie(FLASH, path="/", httponly=True, samesite="lax")
    return response


def redirect(request: Request, path: str, flash: Flash | None = None) -> Response:
    """Go to another page of ours after a form was taken; `flash` is said there once."""
    # What htmx asked for would be followed without the reader seeing it; HX-Redirect moves the whole page.
    response = Response(status_code=204, headers={"HX-Redirect": path}) if is_part(request) else _see_other(path)
    caller = caller_of(request)
    if flash is not None and caller is not None and caller.secret:
        value = pack_flash(flash, caller.secret)
        response.set_cookie(FLASH, value, max_age=60, path="/", httponly=True, samesite="lax")
    return response


def toast(response: Response, says: str, kind: str = "success") -> Response:
    """Let the page that asked (with htmx) show a short message; the answer itself is what it was."""
    # A header is ASCII, so every letter is escaped.
    message = orjson.dumps({"toast": {"says": says, "kind": kind}}).decode()
    response.headers["HX-Trigger"] = "".join(c if c < "\x7f" else _escaped(c) for c in message)
    return response


def is_part(request: Request) -> bool:
    """Whether htmx asks for a part of a page, not for a whole one."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-boosted") != "true"


def caller_of(request: Request) -> Caller | None:
    """Who was let in, None on a page for anybody."""
    caller: Caller | None = request.scope.get("state", {}).get("caller")
    return caller


def login_address(request: Request) -> str:
    """The login page, which leads back here afterwards."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/login?next={quote(here, safe='')}" if request.method == "GET" and here != "/" else "/login"


def _see_other(path: str) -> Response:
    return Response(status_code=303, headers={"Location": path})


def _can(caller: Caller | None, permission: Any) -> bool:
    return caller is not None and may(caller.role, permission)


def _picture(svg: str) -> str:
    """An icon that says nothing to a screen reader, since words always stand beside it."""
    return " ".join(svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1).split())


def _escaped(letter: str) -> str:
    code = ord(letter)
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
