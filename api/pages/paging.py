"""Which part of a long list is on the page, and the addresses of the other parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request

PER_PAGE = 20
FURTHEST = 10_000_000


@dataclass(frozen=True, slots=True)
class Paging:
    """Page `number` (from 1) of `total` items; `address` gives the address of another page with the same filters."""

    number: int
    total: int
    path: str
    query: tuple[tuple[str, str], ...]
    size: int = PER_PAGE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        return min(self.total, (self.number - 1) * self.size + 1)

    @property
    def last(self) -> int:
        return min(self.total, self.number * self.size)

    def address(self, number: int) -> str:
        """The address of that page."""
        return f"{self.path}?{urlencode((*self.query, ('page', number)))}"

    def shown(self) -> Iterator[int]:
        """The numbers worth a link: the ends, and two on each side; 0 stands for a gap."""
        near = {1, self.pages, *range(self.number - 2, self.number + 3)}
        before = 0
        for number in sorted(n for n in near if 1 <= n <= self.pages):
            if number > before + 1:
                yield 0
            yield number
            before = number


def page_number(request: Request) -> int:
    """The page asked for, 1 when the address names none or nonsense."""
    given = request.query_params.get("page", "")
    return min(max(1, int(given)), FURTHEST) if given.isascii() and given.isdigit() and len(given) < 9 else 1


def paging(request: Request, total: int, size: int = PER_PAGE) -> Paging:
    """The paging of a list of `total` items, the other query parameters kept."""
    query = tuple((name, value) for name, value in request.query_params.multi_items() if name != "page")
    pages = max(1, -(-total // size))
    return Paging(min(page_number(request), pages), total, request.url.path, query, size)
