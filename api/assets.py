"""The files that pages load: read once, served from memory, nothing from elsewhere.

An address carries the hash of its content (`/static/console.css?v=1f0c…`), so a browser may keep it for a year and
still sees a new version at once. Without the hash the file is revalidated at each use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, Request, Response

from api.auth import Anybody
from api.packed import Packed

FOLDER = Path(__file__).resolve().parent / "web" / "static"

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}

FOREVER = "public, max-age=31536000, immutable"

ADDRESSES = {"docs.html": "/docs"}
"""Files with an address other than /static/NAME."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its address, the hash of its content, and the content."""

    path: str
    version: str
    content: Packed

    @classmethod
    def read(cls, file: Path, name: str) -> Asset:
        """The file, under its name from the static folder on."""
        content = Packed.of(file.read_bytes(), TYPES[file.suffix])
        return cls(ADDRESSES.get(name, f"/static/{name}"), content.etag.strip('"'), content)

    def answer(self, request: Request) -> Response:
        """The file, to be kept for good where the address names this very content."""
        return self.content.answer(request, FOREVER if request.query_params.get("v") == self.version else "no-cache")


class Assets:
    """Every file under the static folder, by name: `console.css`, `vendor/htmx.min.js`."""

    def __init__(self, files: Mapping[str, Asset]) -> None:
        self._files = files

    @classmethod
    def read(cls, folder: Path = FOLDER) -> Assets:
        """All of them. KeyError for a file whose type is not known."""
        found = sorted(file for file in folder.rglob("*") if file.is_file())
        names = {file.relative_to(folder).as_posix(): file for file in found}
        return cls({name: Asset.read(file, name) for name, file in names.items()})

    def address(self, name: str) -> str:
        """Where a page loads the file from. KeyError for a file that is not there."""
        asset = self._files[name]
        return f"{asset.path}?v={asset.version}"

    def add_routes(self, app: FastAPI) -> None:
        """One route a file, so that no address can reach anything else."""
        for name, asset in self._files.items():
            _serve(app, name, asset)


def _serve(app: FastAPI, name: str, asset: Asset) -> None:
    @app.get(asset.path, include_in_schema=False, name=name)
    async def file(request: Request, anybody: Anybody) -> Response:
        return asset.answer(request)
