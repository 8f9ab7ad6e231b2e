"""What the word-list pages do: look rows up, check and note changes, publish them with a new index, take them back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from api.parts import Parts
from api.rebuild import Job
from matcher import wordbook
from matcher.errors import Conflict, InvalidInput, NotFound
from matcher.overlay import Cells, Overlay, key_of
from matcher.store import Actor
from matcher.text import simplified
from matcher.wordbook import PLACES, Place

State = Literal["shipped", "own", "waiting"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row as the page shows it: what it is known by, its cells, and whose it is."""

    key: str
    cells: Cells
    state: State


def place_of(name: str) -> Place:
    """The table at this address. NotFound."""
    if name not in PLACES:
        raise NotFound("词库里没有这张表。", place=name)
    return PLACES[name]


class WordDesk:
    """One service's word lists. Everything shown counts changes that wait to be published as if they were."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._words, self._data = parts, parts.store.words, parts.settings.data

    def entries(self, place: Place, text: str = "", *, own: bool = False) -> list[Entry]:
        """The rows in file order, own ones first; `text` looks in every cell, `own` leaves shipped ones out."""
        waiting = self._words.overlay(pending=True)
        changed = self._words.overlay().tables.get(place.file, {})
        edits = {edit.key for edit in self._words.edits() if edit.file == place.file}
        looked_for = simplified(text).casefold()
        found = []
        for row in wordbook.rows(self._data, place, waiting):
            key = key_of(place.file, row.cells)
            state: State = "waiting" if key in edits else "own" if key in changed else "shipped"
            if (own and state == "shipped") or not any(looked_for in cell.casefold() for cell in row.cells.values()):
                continue
            found.append(Entry(key, row.cells, state))
        return sorted(found, key=lambda entry: entry.state == "shipped")

    def entry(self, place: Place, key: str) -> Entry:
        """One row. NotFound."""
        found = next((entry for entry in self.entries(place) if entry.key == key), None)
        if found is None:
            raise NotFound(f"“{place.name}”里没有“{key}”，可能已被改动；请刷新后再试。", key=key)
        return found

    def save(self, place: Place, old: str, given: Mapping[str, str], reason: str, actor: Actor) -> str:
        """Note a new row (`old` is "") or a changed one; its key. InvalidInput says which column and what to do.

        A row whose key changes is another row, so the old one is left out in the same step.
        """
        key, cells = wordbook.written(place, given)
        waiting = self._words.overlay(pending=True)
        present = {key_of(place.file, row.cells): row.cells for row in wordbook.rows(self._data, place, waiting)}
        if key != old and key in present:
            raise InvalidInput(f"“{place.name}”里已有“{key}”，请直接修改那一条。", field=place.columns[0])
        if old and present.get(old) == cells:
            raise InvalidInput("内容没有变化。", field=place.columns[0])
        changes: dict[str, Cells | None] = {key: cells} if not old or key == old else {old: None, key: cells}
        self._check(waiting, place, changes)
        for each, becomes in changes.items():
            self._words.edit(place.file, each, becomes, was=present.get(each), reason=reason, actor=actor)
        return key

    def leave_out(self, place: Place, key: str, reason: str, actor: Actor) -> None:
        """Note that a row shall not count any more. NotFound; InvalidInput where others need it."""
        entry = self.entry(place, key)
        waiting = self._words.overlay(pending=True)
        own = next((edit for edit in self._words.edits() if (edit.file, edit.key) == (place.file, key)), None)
        if own is not None and own.was is None:
            self._words.withdraw(own.seq, actor=actor)  # it never was in force
            return
        self._check(waiting, place, {key: None})
        self._words.edit(place.file, key, None, was=own.was if own else entry.cells, reason=reason, actor=actor)

    def publish(self, note: str, actor: Actor) -> int:
        """Publish what waits and start the index that brings it into force; the edition. Conflict while one is made."""
        self._idle()
        edition = self._words.publish(note=note, actor=actor)
        self._parts.rebuild.start()
        return edition.number

    def undo(self, edition: int, actor: Actor) -> int:
        """Take an edition back, and start the index without it; the new edition. NotFound, Conflict."""
        self._idle()
        undone = self._words.undo(edition, actor=actor)
        self._parts.rebuild.start()
        return undone.number

    def stalled(self) -> bool:
        """Whether an edition waits for an index that nobody builds: the service was stopped in between."""
        return self._running() is None and any(e.state == "waiting" for e in self._words.editions())

    def _check(self, waiting: Overlay, place: Place, changes: Mapping[str, Cells | None]) -> None:
        for key, cells in changes.items():
            waiting = waiting.with_row(place.file, key, cells)
        wordbook.check(self._data, waiting)

    def _running(self) -> Job | None:
        job = self._parts.rebuild.last()
        return job if job is not None and job.state == "running" else None

    def _idle(self) -> None:
        if self._running() is not None:
            raise Conflict("索引正在重建，请等它完成后再发布。")
