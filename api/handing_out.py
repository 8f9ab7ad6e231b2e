"""Forms and records handed out as workbooks: empty templates, and exports that are numbered and recorded."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from fastapi import Response

from api.auth import may
from api.caller import Caller
from api.desk import ListQuery
from api.presenting import XLSX, attachment
from indexer.exporting import DATA_SHEETS, TITLES, Layout, write_export, write_template
from matcher.errors import Forbidden, TooLarge
from matcher.model import Kind, Record
from matcher.store import Snapshot, Store, record_export
from matcher.store.codec import KIND_NAMES
from matcher.taxonomy import Taxonomy

MOST = 5000
"""Records of one export."""

PAGE = 500


class Forms:
    """Templates and exports of one installation."""

    def __init__(self, store: Store, data: Path, taxonomy: Callable[[], Taxonomy]) -> None:
        """`taxonomy` is asked each time: staff may publish other words."""
        self._store, self._data, self._taxonomy = store, data, taxonomy
        self._made = lru_cache(4)(self._make)

    def template(self, kind: Kind) -> Response:
        """The empty form. Made once for each edition of the words."""
        return attachment(self._made(kind, self._taxonomy().version), f"{TITLES[kind]}.xlsx", XLSX)

    def export(self, kind: Kind, query: ListQuery, caller: Caller, *, contacts: bool, reason: str) -> Response:
        """Records as a workbook, under a number that is printed in it and recorded.

        Forbidden when contacts are asked for without that right; InvalidInput when no reason is given for them;
        TooLarge when the filters leave too many records.
        """
        if contacts and not may(caller.role, "exports:contacts"):
            raise Forbidden(
                "导出联系方式要由管理员操作；不含联系方式的清单可以直接导出。", permission="exports:contacts"
            )
        with self._store.read_snapshot() as snapshot:
            records = list(_records(snapshot, kind, query))
            if contacts:
                known = snapshot.contacts(kind, [record.id for record in records])
                records = [replace(r, contact=known[r.id]) if r.id in known else r for r in records]
        with self._store.writing(caller.actor) as writer:
            what = f"{KIND_NAMES[kind]}数据（可再导入）"
            number = record_export(writer, what, len(records), contacts=contacts, reason=reason)
        content = self._written(lambda into: write_export(self._layout(), kind, records, into, number=number))
        return attachment(content, f"{DATA_SHEETS[kind]}-{number}.xlsx", XLSX)

    def _make(self, kind: Kind, version: str) -> bytes:
        return self._written(lambda into: write_template(self._layout(), kind, into))

    def _layout(self) -> Layout:
        return Layout.load(self._data, self._taxonomy())

    def _written(self, write: Callable[[Path], None]) -> bytes:
        with tempfile.TemporaryDirectory(prefix="scenematch-") as folder:
            into = Path(folder) / "list.xlsx"
            write(into)
            return into.read_bytes()


def _records(snapshot: Snapshot, kind: Kind, query: ListQuery) -> Iterator[Record]:
    filters = {name: value for name, value in query._asdict().items() if name not in ("limit", "offset")}
    after, total = "", 0
    while True:
        page = snapshot.page(kind, **filters, after=after, limit=PAGE)
        if page.total > MOST:
            raise TooLarge(f"一次最多导出 {MOST} 条，现在有 {page.total} 条；请加上筛选条件分几次导出。", most=MOST)
        yield from page.items
        total += len(page.items)
        if len(page.items) < PAGE:
            return
        after = page.items[-1].id
