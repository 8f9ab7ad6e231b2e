"""Imports over HTTP: upload, look, correct, commit, undo. Long work is a job, short work is answered when done."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from fastapi import Response
from starlette.datastructures import UploadFile

from api.caller import Caller
from api.idempotency import Once
from api.jobs import Jobs
from api.limits import UPLOAD_BYTES, too_large
from api.parts import Parts
from api.presenting import XLSX, attachment, json_response
from api.rebuild import Rebuild
from api.reporting import import_json, report_json, rows_json
from api.suspecting import Cut, suspected_json
from indexer.answers import Answers
from indexer.filing import Decisions
from indexer.intake import REPORT, Intake, Told, confirmed, examine, safe_name
from indexer.reportfile import ReportFile
from indexer.returned import return_isolated
from indexer.suspected import Key
from matcher.errors import Conflict
from matcher.model import Kind
from matcher.store import Store, Writer, record_export
from matcher.store.imports import Import

LATER = Decisions(later=True)

WAIT_S = 8.0
"""How long an answer waits for its job; a list of some hundred rows is done by then."""

MANY = 2000
"""Changed records from which on the index is rebuilt without being asked: they are searched one by one until then."""


class ImportDesk:
    """What the routes of imports do. All methods block, so they belong in the thread pool."""

    def __init__(self, store: Store, intake: Intake, jobs: Jobs, rebuild: Rebuild, cut: Cut) -> None:
        self._store, self._intake, self._jobs, self._rebuild, self._cut = store, intake, jobs, rebuild, cut

    @classmethod
    def of(cls, parts: Parts) -> ImportDesk:
        return cls(parts.store, parts.intake, parts.jobs, parts.rebuild, parts.cut)

    def at_once(self, file: UploadFile, kind: Kind | None, mode: str, caller: Caller, key: str | None) -> Response:
        """Read and file in one go. The records and the remembered answer are one commit."""
        name, content = _received(file)
        once = Once.of(key, caller, "import", name, kind and kind.value, mode, content)
        if once.key is not None:
            with self._store.read_snapshot() as snapshot:
                replayed = once.recall(snapshot)
            if replayed is not None:
                return replayed
        made = self._intake.receive(name, content, kind, caller.actor, mode=mode)
        self._intake.read(made.id, caller.actor, compare=False)
        report = self._intake.report(made.id)
        answers: list[Response] = []

        def also(writer: Writer, committed: Import) -> None:
            replayed = once.recall(writer)
            if replayed is not None:
                answers.append(replayed)
                raise _Replayed("")
            said = report_json(report, committed.counts, imported=committed)
            answers.append(json_response(said))
            # What stood in a cell may be somebody's telephone number, so it is shown once and never kept.
            kept = {**said, "problems": [{**problem, "found": ""} for problem in said["problems"]]}
            once.remember(writer, answers[-1], orjson.dumps(kept))

        try:
            committed = self._intake.commit(made.id, caller.actor, mode=mode, decisions=LATER, also=also)
        except _Replayed:
            self._intake.cancel(made.id, caller.actor)
            return answers[-1]
        self._rebuild_after(committed)
        return answers[-1]

    def dry_run(self, file: UploadFile, kind: Kind | None) -> Response:
        """What an import would do; nothing is kept."""
        name, content = _received(file)
        with tempfile.TemporaryDirectory(prefix="scenematch-") as folder:
            path, into = Path(folder) / name, Path(folder) / REPORT
            path.write_bytes(content)
            answers = Answers(mappings=confirmed(self._store))
            counts = examine(self._store, path, into, kind, answers)
            return json_response(report_json(ReportFile(into), counts, dry_run=True))

    def upload(self, file: UploadFile, kind: Kind | None, mode: str, caller: Caller) -> Response:
        """Keep the file and read it; to be looked at and committed later."""
        return self._answer(self.receive(file, kind, mode, caller, WAIT_S), 202)

    def receive(self, file: UploadFile, kind: Kind | None, mode: str, caller: Caller, wait_s: float) -> str:
        """The same without an answer: the new import's id, after at most `wait_s` seconds."""
        name, content = _received(file)
        made = self._intake.receive(name, content, kind, caller.actor, mode=mode)
        self._read(made.id, caller, wait_s)
        return made.id

    def page(self, limit: int, offset: int) -> Response:
        """Imports, the newest first."""
        with self._store.read_imports() as imports:
            items, total = imports.page(limit=limit, offset=offset)
        listed = [import_json(each, self._jobs.progress(each.id)) for each in items]
        return json_response({"items": listed, "total": total, "limit": limit, "offset": offset})

    def read(self, id: str) -> Response:
        """One import, with what its file's forms and sheets gave to ask."""
        return self._answer(id)

    def rows(self, id: str, outcomes: Sequence[str], limit: int, offset: int) -> Response:
        """A page of its rows."""
        rows, total = self._intake.look(id, frozenset(outcomes), limit=limit, offset=offset)
        ids = {
            kind: [r.planned.record.id for r in rows if r.planned and r.planned.record.kind is kind] for kind in Kind
        }
        with self._store.read_snapshot() as snapshot:
            stored = {kind: snapshot.get_many(kind, wanted) for kind, wanted in ids.items()}
        items = rows_json(rows, stored)
        return json_response({"items": items, "total": total, "limit": limit, "offset": offset})

    def marked(self, id: str, caller: Caller, reason: str) -> Response:
        """The list with its problems written on it, as a workbook. It holds what was sent in, contacts too, so it is
        numbered like every export. InvalidInput without a reason."""
        made, report, source = self._intake.get(id), self._intake.report(id), self._intake.source(id)
        rows = sum(report.head().outcomes.values())
        with self._store.writing(caller.actor) as writer:
            number = record_export(writer, f"标出问题的清单（{id}）", rows, contacts=True, reason=reason)
        with tempfile.TemporaryDirectory(prefix="scenematch-") as folder:
            into = Path(folder) / "report.xlsx"
            return_isolated(source, report, into, number)
            content = into.read_bytes()
        return attachment(content, f"{Path(made.file).stem}-导入结果.xlsx", XLSX)

    def correct(self, id: str, answers: Answers, caller: Caller, *, remember: bool) -> Response:
        """Take corrections and confirmations, and read the file again with them."""
        self._intake.answer(id, answers, caller.actor, remember=remember)
        self._read(id, caller, WAIT_S)
        return self._answer(id, 202)

    def suspected(self, id: str, limit: int, offset: int) -> dict[str, Any]:
        """A page of its suspected repeats with what is different, the undecided ones first."""
        found = self._intake.suspected(id)
        undecided = found.undecided()
        pairs = [*undecided, *(pair for pair in found.pairs if pair.decision)]
        items = suspected_json(self._store, self._intake.report(id), pairs[offset : offset + limit], self._cut)
        page = {"items": items, "total": len(pairs), "limit": limit, "offset": offset}
        return {**page, "compared": found.compared, "undecided": len(undecided)}

    def decide(self, id: str, decisions: Mapping[Key, tuple[str, str]]) -> None:
        """Note what is to become of suspected repeats when the import is committed."""
        self._intake.decide(id, decisions)

    def commit(self, id: str, mode: str, decisions: Decisions, caller: Caller) -> Response:
        """File what was read."""
        self._intake.check(id, mode, decisions)

        def work(told: Told) -> None:
            self._rebuild_after(self._intake.commit(id, caller.actor, mode=mode, decisions=decisions, told=told))

        self._jobs.start(id, work, wait_s=WAIT_S)
        return self._answer(id, 202)

    def undo(self, id: str, caller: Caller, *, keep_edited: bool) -> Response:
        """Bring back what was before."""
        done = self._store.undo_import(id, actor=caller.actor, keep_edited=keep_edited)
        made = self._intake.get(id)
        kept = [{"kind": kind.value, "id": record} for kind, record in done.kept]
        return json_response({**import_json(made, None), "kept": kept})

    def cancel(self, id: str, caller: Caller) -> Response:
        """Stop what is being done with it, or give it up while it waits."""
        self._intake.get(id)
        if not self._jobs.cancel(id):
            self._intake.cancel(id, caller.actor)
        return self._answer(id)

    def _read(self, id: str, caller: Caller, wait_s: float) -> None:
        self._jobs.start(id, lambda told: self._intake.read(id, caller.actor, told), wait_s=wait_s)

    def _answer(self, id: str, while_working: int = 200) -> Response:
        made, progress = self._intake.get(id), self._jobs.progress(id)
        head = self._intake.report(id).head() if self._intake.has_report(id) and made.state != "reading" else None
        working = made.state in ("reading", "committing")
        return json_response(import_json(made, progress, head), while_working if working else 200)

    def _rebuild_after(self, made: Import) -> None:
        changed = Counter(made.counts)
        if changed["created"] + changed["updated"] < MANY:
            return
        with suppress(Conflict):  # one is running: rows that it came too late for are searched exactly
            self._rebuild.start()


class _Replayed(Conflict):
    """The same request took effect while this one was being read."""


def _received(file: UploadFile) -> tuple[str, bytes]:
    content = file.file.read(UPLOAD_BYTES + 1)
    if len(content) > UPLOAD_BYTES:
        raise too_large(UPLOAD_BYTES)
    return safe_name(file.filename or ""), content
