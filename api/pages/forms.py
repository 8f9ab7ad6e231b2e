"""What a form sent, as text that can be stored."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from api.schemas.base import LONGEST
from matcher.errors import TooLarge
from matcher.store.codec import checked


class Form(Mapping[str, str]):
    """The fields of a form: `form["title"]` is its text without blanks at the ends, "" for a field not sent.

    Reading raises InvalidInput for text no database can hold and TooLarge for more than 32,767 letters.
    """

    def __init__(self, data: FormData) -> None:
        self._data = data

    def __getitem__(self, name: str) -> str:
        value = self._data.get(name, "")
        return _clean(value) if isinstance(value, str) else ""

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def secret(self, name: str) -> str:
        """A password exactly as it was typed, blanks included."""
        value = self._data.get(name, "")
        return value if isinstance(value, str) else ""

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field that may be sent several times, blank ones left out."""
        values = [_clean(value) for value in self._data.getlist(name) if isinstance(value, str)]
        return tuple(value for value in values if value)

    def files(self, name: str) -> tuple[UploadFile, ...]:
        """The files chosen in a field."""
        return tuple(file for file in self._data.getlist(name) if isinstance(file, UploadFile) and file.filename)


async def _form(request: Request) -> AsyncIterator[Form]:
    data = await request.form()
    try:
        yield Form(data)
    finally:
        await data.close()  # a file that was sent lies in a temporary file until then


Sent = Annotated[Form, Depends(_form)]
"""The dependency of a route that takes a form. Its permission has checked the form token by then."""


def _clean(text: str) -> str:
    if len(text) > LONGEST:
        raise TooLarge(f"一栏最多 {LONGEST} 个字，请精简或拆开填写。", limit=LONGEST)
    return checked(text.replace("\r\n", "\n")).strip()
