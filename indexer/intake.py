"""An uploaded list on its way into the store: upload, read, look, correct, commit, undo. One code for all doors.

Each upload has a folder of its own with the file, the report of what was read, and what staff answered. The database
knows how far every import is. A dry run is everything but the commit.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import orjson

from indexer import answers as answering
from indexer import suspected as suspecting
from indexer.answers import Answers
from indexer.filing import NO_DECISIONS, Decisions, Looked, file_rows, looked, with_plans
from indexer.isolated import read_isolated
from indexer.report import Accepted, Outcome, RowResult
from indexer.reportfile import ReportFile
from indexer.suspected import Found, Key
from matcher.errors import Conflict, InvalidInput, MatcherError, NotFound, StaleIndex
from matcher.model import Kind
from matcher.store import Actor, Store, Writer
from matcher.store.imports import Import

REPORT, ANSWERS, SUSPECTED = ".report", ".answers", ".suspected"
"""Files beside the upload, whose own name never starts with a dot."""

BATCH = 1000
"""Rows filed between two looks at whether the import was cancelled."""

KEPT = timedelta(days=30)
"""How long an upload and its report stay on disk; they hold personal data. The import's line in the list stays."""

MODES = ("good", "all")
"""good: file the rows that can be filed; all: file nothing unless every row can."""

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff<>:\"/\\|?*]")

Told = Callable[[str, int, int], None]
"""Told (what is being done, done, total); what it raises ends the work."""

Also = Callable[[Writer, Import], None]
"""Done in the commit's own transaction."""

NO_ANSWERS = Answers()


def untold(says: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""


class Intake:
    """Imports of one store, with their files in one folder. Safe to call from many threads."""

    def __init__(
        self, store: Store, folder: Path, clock: Callable[[], datetime], look: suspecting.Look | None = None
    ) -> None:
        """`look` finds the probable repeats of what is read; without it they are found once it is filed."""
        self._store, self._folder, self._clock, self._look = store, folder, clock, look

    def receive(self, name: str, content: bytes, kind: Kind | None, actor: Actor, *, mode: str = "good") -> Import:
        """A new import with its file on disk, to be read next. `name` is fit for any system's disk."""
        digest = hashlib.sha256(content).hexdigest()
        with self._store.importing(actor) as (_, imports):
            made = imports.create(name, digest, len(content), kind=kind.value if kind else "", mode=mode)
            own = self._own(made.id)
            own.mkdir(parents=True, mode=0o700)
            (own / name).write_bytes(content)
        return made

    def read(self, id: str, actor: Actor, told: Told = untold, *, compare: bool = True) -> Import:
        """The import, read and ready to be looked at. A file that cannot be read fails the import and raises.

        `compare` False leaves its repeats to be found once it is filed.
        """
        made = self.get(id)
        own = self._own(id)
        try:
            counts = examine(
                self._store,
                own / made.file,
                own / REPORT,
                Kind(made.kind) if made.kind else None,
                self._answers(id),
                told,
                again=self._again(made),
            )
            suspected = self._suspect(made, told) if compare else suspecting.NONE
            suspecting.save(own / SUSPECTED, suspected)
        except MatcherError as error:
            self._leave(id, actor, "cancelled" if error.code == "cancelled" else "failed", str(error))
            raise
        with self._store.importing(actor) as (_, imports):
            return imports.move(id, "previewed", counts={**counts, "suspected": len(suspected.pairs)})

    def answer(self, id: str, given: Answers, actor: Actor, *, remember: bool = True) -> Import:
        """Take answers to the report's questions, on top of those before; the file is to be read again next.

        Confirmed headers are remembered for the next file of the same form.
        """
        before = self._answers(id, stored=False)
        answers = Answers(
            {**before.mappings, **given.mappings},
            {**before.corrections, **given.corrections},
            before.agreed | given.agreed,
        )
        with self._store.importing(actor) as (_, imports):
            moved = imports.move(id, "reading")
            (self._own(id) / ANSWERS).write_bytes(orjson.dumps(answering.to_json(answers)))
            if remember:
                for form, mapping in given.mappings.items():
                    imports.confirm(form, mapping, moved.file)
        return moved

    def commit(
        self,
        id: str,
        actor: Actor,
        *,
        mode: str = "good",
        decisions: Decisions = NO_DECISIONS,
        told: Told = untold,
        also: Also | None = None,
    ) -> Import:
        """File the rows, all in one commit, and carry out what was decided about repeats. Conflict: see `check`."""
        made, report = self.check(id, mode, decisions), self.report(id)
        total = sum(report.head().outcomes.values())
        again = self._again(made)
        with self._store.importing(actor) as (_, imports):
            imports.move(id, "committing", mode=mode)
        try:
            with self._store.importing(actor, id) as (writer, imports):
                counts = Counter({"created": 0, "updated": 0, "unchanged": 0})
                done = 0
                for rows in _batches(report.rows(conversions=False)):
                    told("入库", done, total)
                    filed = list(file_rows(writer, id, rows, made.file, decisions, again=again))
                    counts.update(row.change for row in filed if row.change)
                    imports.add_rows(id, done, filed)
                    done += len(rows)
                told("入库", done, total)
                suspecting.carry_out(writer, self.suspected(id).pairs)
                committed = imports.move(id, "committed", counts={**made.counts, **counts})
                writer.audit("import", f"import:{id}", detail=" ".join(f"{k}={v}" for k, v in sorted(counts.items())))
                if also:
                    also(writer, committed)
                return committed
        except BaseException as error:
            to = "cancelled" if isinstance(error, MatcherError) and error.code == "cancelled" else "previewed"
            self._leave(id, actor, to, str(error) if isinstance(error, MatcherError) else "")
            raise

    def check(self, id: str, mode: str, decisions: Decisions = NO_DECISIONS) -> Import:
        """The import, if it may be committed like this. Conflict in mode "all" when a row was refused, and while a
        suspected repeat is undecided that is not to be decided later; NotFound; InvalidInput for an unknown mode."""
        if mode not in MODES:
            raise InvalidInput(f"入库方式只能是 {'、'.join(MODES)}。")
        with self._store.read_imports() as imports:
            made = imports.allowed(id, "committing")
        refused = self.report(id).head().outcomes[Outcome.REJECTED.value]
        if mode == "all" and refused:
            raise Conflict(
                f"有 {refused} 行未接收，按“全部合格才入库”没有写入任何数据；请更正这些行，或改为只入库合格的行。",
                id=id,
                rejected=refused,
            )
        undecided = self.suspected(id).undecided([*decisions.skip, *decisions.merge])
        if undecided and not decisions.later:
            raise Conflict(
                f"有 {len(undecided)} 对疑似重复还没有判断：请逐对选择合并、都保留或不是重复，或选择以后再判断。",
                id=id,
                undecided=len(undecided),
            )
        return made

    def suspected(self, id: str) -> Found:
        """The probable repeats of what was read, with what staff decided. NotFound for no such import."""
        self.get(id)
        return suspecting.saved(self._own(id) / SUSPECTED)

    def decide(self, id: str, decisions: Mapping[Key, tuple[str, str]]) -> Found:
        """Take decisions and notes about suspected repeats, "" to open one again; the commit carries them out.

        NotFound; Conflict once the import is committed.
        """
        with self._store.read_imports() as imports:
            imports.allowed(id, "committing")
        found = self.suspected(id).decided(decisions)
        suspecting.save(self._own(id) / SUSPECTED, found)
        return found

    def cancel(self, id: str, actor: Actor) -> Import:
        """Give up an import that is waiting to be committed, and its file."""
        self._leave(id, actor, "cancelled", "")
        return self.get(id)

    def get(self, id: str) -> Import:
        """NotFound."""
        with self._store.read_imports() as imports:
            return imports.get(id)

    def has_report(self, id: str) -> bool:
        """Whether what was read is still there."""
        return (self._own(id) / REPORT).is_file()

    def report(self, id: str) -> ReportFile:
        """What was read. NotFound when it was never read, or cleared away."""
        self.get(id)
        path = self._own(id) / REPORT
        if not self.has_report(id):
            raise NotFound(f"导入 {id} 没有可看的报告：还没有读完，或文件已按期限清理；需要时请重新上传。", id=id)
        return ReportFile(path)

    def source(self, id: str) -> Path:
        """The uploaded file. NotFound when it was cleared away."""
        path = self._own(id) / self.get(id).file
        if not path.is_file():
            raise NotFound(f"导入 {id} 的原文件已按期限清理；需要时请重新上传。", id=id)
        return path

    def look(
        self, id: str, outcomes: frozenset[str] = frozenset(), *, offset: int = 0, limit: int = 50
    ) -> tuple[tuple[Looked, ...], int]:
        """(rows with what filing them would do now, how many there are with these outcomes)."""
        made = self.get(id)
        rows, total = self.report(id).page(outcomes, offset=offset, limit=limit)
        with self._store.read_snapshot() as seen:
            return tuple(looked(seen, rows, made.file, again=self._again(made))), total

    def settle(self) -> None:
        """After a start: bring unfinished imports to where they stand, clear away what is too old to keep."""
        with self._store.importing() as (_, imports):
            for settled in imports.settle():
                if settled.state == "failed":
                    shutil.rmtree(self._own(settled.id), ignore_errors=True)
        self.sweep()

    def sweep(self) -> None:
        """Remove uploads kept longer than KEPT, and folders that belong to no import."""
        oldest = self._clock() - KEPT
        for folder in self._folder.glob("*") if self._folder.is_dir() else ():
            try:
                kept = self.get(folder.name).created_at > oldest
            except NotFound:
                kept = False
            if not kept:
                shutil.rmtree(folder, ignore_errors=True)

    def _suspect(self, made: Import, told: Told) -> Found:
        """The probable repeats of the new rows; what was decided about them before stays."""
        if self._look is None:
            return suspecting.NONE
        new: list[Accepted] = []
        with self._store.read_snapshot() as seen:
            for rows in _batches(self.report(made.id).rows(conversions=False)):
                plans = with_plans(looked(seen, rows, made.file))
                new += [row.accepted for row, to_be in plans if to_be.change == "created" and row.accepted]
                if len(new) > suspecting.MOST:
                    return suspecting.NONE
            try:
                found = suspecting.suspected(seen, new, self._look, lambda done, total: told("查重", done, total))
            except StaleIndex:  # they are found once the index is rebuilt, beside the requests
                return suspecting.NONE
        before = {pair.key: (pair.decision, pair.note) for pair in self.suspected(made.id).pairs if pair.decision}
        return found.decided({pair.key: before[pair.key] for pair in found.pairs if pair.key in before})

    def _again(self, made: Import) -> bool:
        """Whether the same bytes are already filed by another import."""
        with self._store.read_imports() as imports:
            before = imports.committed(made.sha256)
        return before is not None and before.id != made.id

    def _own(self, id: str) -> Path:
        return self._folder / id

    def _answers(self, id: str, *, stored: bool = True) -> Answers:
        path = self._own(id) / ANSWERS
        own = answering.from_json(orjson.loads(path.read_bytes())) if path.is_file() else NO_ANSWERS
        return replace(own, mappings={**confirmed(self._store), **own.mappings}) if stored else own

    def _leave(self, id: str, actor: Actor, to: str, message: str) -> None:
        state = {"failed": "failed", "cancelled": "cancelled"}.get(to)
        with self._store.importing(actor) as (_, imports):
            if state == "failed":
                imports.move(id, "failed", message=message)
            elif state == "cancelled":
                imports.move(id, "cancelled", message=message)
            else:
                imports.move(id, "previewed", message=message)
        if state:
            shutil.rmtree(self._own(id), ignore_errors=True)


def confirmed(store: Store) -> dict[str, Mapping[str, str]]:
    """Fingerprint of a form → header wording → field, as staff confirmed them before."""
    with store.read_imports() as imports:
        return {form: mapping.fields for form, mapping in imports.mappings().items()}


def examine(
    store: Store,
    path: Path,
    into: Path,
    kind: Kind | None,
    answers: Answers,
    told: Told = untold,
    *,
    again: bool = False,
) -> dict[str, int]:
    """Read a file, write its report `into` a file, and count what there is and what filing it would do.

    Raises what indexer.isolated raises.
    """
    report = read_isolated(path, into, kind, answers, progress=lambda done, total: told("读取", done, total))
    head = report.head()
    changes = Counter({"created": 0, "updated": 0, "unchanged": 0})
    total, done = sum(head.outcomes.values()), 0
    with store.read_snapshot() as seen:
        for rows in _batches(report.rows(conversions=False)):
            told("比对", done, total)
            seen_rows = looked(seen, rows, path.name, again=again)
            changes.update(each.planned.change for each in seen_rows if each.planned)
            done += len(rows)
    return {**head.outcomes, **head.kinds, **changes, "problems": head.problems_total}


def _batches(rows: Iterator[RowResult]) -> Iterator[list[RowResult]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def safe_name(given: str) -> str:
    """The last part of a file name as any system can store it. InvalidInput when nothing is left."""
    base = _UNSAFE.sub("_", given.replace("\\", "/").rpartition("/")[2]).strip(" .")
    stem, dot, suffix = base.rpartition(".")
    # Names are limited in bytes, and a Chinese letter takes three.
    name = f"{stem[:60]}{dot}{suffix[:10]}" if stem else base[:60]
    if not name:
        raise InvalidInput("请上传一个有名字的文件。")
    return name
