"""Content that never changes while the service runs, kept with its compressed twin so that it is compressed once."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request, Response

SMALLEST = 1_000
"""Bytes below which compressing saves nothing worth a header."""


@dataclass(frozen=True, slots=True)
class Packed:
    """One answer: its type, its bytes, the same compressed (b"" when not smaller), and its validator."""

    media_type: str
    plain: bytes
    small: bytes
    etag: str

    @classmethod
    def of(cls, content: bytes, media_type: str) -> Packed:
        """Compresses where that helps."""
        small = gzip.compress(content, mtime=0) if len(content) >= SMALLEST else b""
        etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        return cls(media_type, content, small if len(small) < len(content) else b"", etag)

    def answer(self, request: Request, kept: str = "no-cache") -> Response:
        """304 when the browser has it already, else the content in the smallest form that the client reads.

        `kept` says how long the browser may keep it without asking again.
        """
        said: Mapping[str, str] = {"ETag": self.etag, "Cache-Control": kept, "Vary": "Accept-Encoding"}
        if request.headers.get("if-none-match") == self.etag:
            return Response(status_code=304, headers=said)
        if self.small and takes_gzip(request):
            return Response(self.small, headers={**said, "Content-Encoding": "gzip"}, media_type=self.media_type)
        return Response(self.plain, headers=said, media_type=self.media_type)


def takes_gzip(request: Request) -> bool:
    """Whether the client takes a compressed answer."""
    return "gzip" in request.headers.get("accept-encoding", "")
