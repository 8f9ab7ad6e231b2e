"""The page, the API's own documentation, and their files: read once, served from memory, nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request, Response

from api.auth import Anybody
from api.packed import Packed

FOLDER = Path(__file__).resolve().parents[1] / "web" / "static"

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

ADDRESSES = {"index.html": "/", "docs.html": "/docs"}
"""Files with an address other than /static/NAME."""


def add_routes(app: FastAPI) -> None:
    for file in sorted(FOLDER.iterdir()):
        _serve(app, ADDRESSES.get(file.name, f"/static/{file.name}"), file)


def _serve(app: FastAPI, path: str, file: Path) -> None:
    content = Packed.of(file.read_bytes(), TYPES[file.suffix])

    @app.get(path, include_in_schema=False, name=file.name)
    async def page(request: Request, anybody: Anybody) -> Response:
        return content.answer(request)
