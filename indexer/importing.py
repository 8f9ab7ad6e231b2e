"""A file of demands or solutions in, records and problems out. Nothing disappears silently."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from indexer import cells
from indexer.answers import Answers
from indexer.books import read_sheets
from indexer.exact import restored
from indexer.forms import fingerprint, form_of, mapped
from indexer.headers import Header, Headers, standard
from indexer.jsonl import KEYS, corrected, lines, parse_line, record_and_notes
from indexer.magic import NAMES, SUFFIXES, format_of
from indexer.reading import Note, Verdict
from indexer.readout import RawRow
from indexer.repetition import again_note, once, owner_of, renamed, repeats, short_name, short_names, similar
from indexer.report import Accepted, Form, FormColumn, ImportReport, Problem
from indexer.rows import RowReader
from indexer.shapes import OWNER
from indexer.sheets import MAX_CELL, MAX_ROWS, Sheet, check_size, decoded
from matcher.errors import InvalidInput, TooLarge, UnreadableFile
from matcher.model import Kind

SHOWN = 80
"""How much of a cell a problem repeats."""

NO_HEADER = Note("sheet_skipped", "没有找到表头行，整张工作表未导入；如是说明页请忽略", Verdict.SKIPPED)
UNSURE_COLUMN = Note("column_question", "不认识的列，内容未导入；可能是“{}”，确认后即可导入", Verdict.QUESTION)
MOVED_HEADER = Note("repeated_header", "表头重复出现，列的次序与上面不同，以下各行按这一行表头读取", Verdict.SKIPPED)
UNKNOWN_COLUMN = Note("unknown_column", "不认识的列，内容未导入；如需导入请改用常用表头")
UNUSED_COLUMN = Note("unused_column", "这一列不导入，内容请自行保存")
UNKNOWN_KEY = Note("unknown_column", "不认识的字段，内容未导入")

NO_ANSWERS = Answers()

Progress = Callable[[int, int], None]
"""Told (rows read, rows in this table) after each row."""

Found = Accepted | Problem | Form


def import_file(
    path: Path,
    kind: Kind | None = None,
    headers: Headers | None = None,
    answers: Answers = NO_ANSWERS,
    *,
    progress: Progress | None = None,
) -> ImportReport:
    """Read a list; `kind` None lets the headers decide, sheet by sheet. `answers` are what staff decided before.

    The same file gives the same ids, so importing it again changes nothing. UnreadableFile when it cannot be read or
    has no header row; TooLarge over a limit of indexer.sheets; InvalidInput when the kind cannot be told.
    """
    if path.suffix.lower() == ".jsonl":
        found = list(_from_lines(path, kind, answers, progress))
    else:
        found = _from_sheets(path, kind, headers or standard(), answers, progress)
    return restored(path, _report(path.name, found, answers))


def _from_sheets(
    path: Path, kind: Kind | None, headers: Headers, answers: Answers, progress: Progress | None
) -> list[Found]:
    found: list[Found] = []
    tables = 0
    real = format_of(path)
    if SUFFIXES[path.suffix.lower()] is not real:
        hint = f"扩展名是 {path.suffix}，实际是{NAMES[real]}，已按实际内容读取"
        found.append(_problem("", 0, "", path.suffix, Note("file_disguised", hint)))
    for sheet in read_sheets(path):
        header = headers.find(sheet, kind, path.stem)
        if header:
            tables += 1
            header = mapped(header, answers.mappings.get(fingerprint(header), {}), headers)
            found += _from_sheet(sheet, header, headers, path.name, answers, progress)
        elif sheet.rows:
            found.append(_problem(sheet.name, 0, "", "", NO_HEADER))
    if not tables:
        raise UnreadableFile(
            f"{path.name} 中没有找到表头行：前几行里应有一行写着名称、单位、描述等列名", file=path.name
        )
    return found


def _from_sheet(
    sheet: Sheet, header: Header, headers: Headers, source: str, answers: Answers, progress: Progress | None
) -> Iterator[Found]:
    form = form_of(sheet, header, headers)
    yield form
    parts = [header, *headers.later(sheet, header)]
    for part, below in zip(parts, [*parts[1:], None], strict=True):
        rows = sheet.rows[: below.first - 1] if below else sheet.rows
        yield from _from_part(replace(sheet, rows=rows), part, form, headers, source, answers, progress)
        if below:
            text = cells.line(next(cell for cell in sheet.rows[below.first - 1] if cell not in ("", None))).value
            yield _problem(sheet.name, below.first, "", text, MOVED_HEADER)


def _from_part(
    sheet: Sheet,
    header: Header,
    form: Form,
    headers: Headers,
    source: str,
    answers: Answers,
    progress: Progress | None,
) -> Iterator[Found]:
    from indexer.tabulating import tabulate  # here, not above: it brings pandas, which takes most of a second

    table = tabulate(sheet, header, headers)
    yield from (_problem(sheet.name, row, "", text, note) for row, text, note in table.aside)
    for column in form.columns:
        values = table.frame[column.at]
        if header.first == form.first and (note := _of_column(column)) and (values != "").any():
            first = cells.line(next(value for value in values if value != "")).value
            yield _problem(sheet.name, header.first, column.label, first, note)
    reader = RowReader(header, headers.names[header.kind], source)
    total = len(table.frame)
    data = zip(table.frame.index, table.frame.itertuples(index=False, name=None), strict=True)
    for done, (number, line) in enumerate(data, 1):
        if progress:
            progress(done, total)
        raw = RawRow(
            dict(enumerate(line)),
            table.marks.get(number, {}),
            number - 1 in sheet.hidden,
            answers.corrections_of(sheet.name, number),
            answers.agreed_of(sheet.name, number),
        )
        read = reader.read(raw)
        for each in read.notes:
            yield _problem(sheet.name, number, each.column, each.found, each.note, each.field)
        if read.record:
            yield Accepted(read.record, number, sheet.name, read.missing, read.conversions)


def _of_column(column: FormColumn) -> Note | None:
    """What to say of a column that is not imported, if something stands in it."""
    if column.suggestions:
        field, name, _ = column.suggestions[0]
        return replace(UNSURE_COLUMN, hint=UNSURE_COLUMN.hint.format(name), suggestion=field)
    return {"": UNKNOWN_COLUMN, "ignored": UNUSED_COLUMN}.get(column.field)


def _from_lines(path: Path, kind: Kind | None, answers: Answers, progress: Progress | None) -> Iterator[Found]:
    check_size(path)
    texts = list(lines(decoded(path).split("\n")))
    if len(texts) > MAX_ROWS:
        raise TooLarge(f"{path.name}：超过 {MAX_ROWS} 行，请拆分后再导入", file=path.name)
    kind = kind or _kind_of([text for _, text in texts], path)
    for done, (number, text) in enumerate(texts, 1):
        if progress:
            progress(done, len(texts))
        try:
            mapping = corrected(kind, parse_line(text, number), answers.corrections_of("", number))
            for key in [key for key in mapping if key not in KEYS[kind]]:
                yield _problem("", number, key, str(mapping.pop(key)), UNKNOWN_KEY)
            if any(isinstance(value, str) and len(value) > MAX_CELL for value in mapping.values()):
                raise TooLarge(f"第 {number} 行有内容超过 {MAX_CELL} 个字，请拆分后再导入", line=number)
            record, notes = record_and_notes(kind, {"source": path.name, **mapping}, number)
        except InvalidInput as error:
            key = str(error.details.get("key", ""))
            field = KEYS[kind][key][0] if key in KEYS[kind] else ""
            yield _problem("", number, key, text, Note("bad_record", str(error), Verdict.REJECTED), field)
            continue
        for key, note in notes:
            yield _problem("", number, key, str(mapping[key]), note, KEYS[kind][key][0])
        yield Accepted(record, number)


def _kind_of(texts: Sequence[str], path: Path) -> Kind:
    """The kind whose own keys the lines use. InvalidInput when neither or both have as many."""
    counts = dict.fromkeys(Kind, 0)
    for text in texts:
        try:
            keys = parse_line(text).keys()
        except InvalidInput:
            continue
        for kind in Kind:
            counts[kind] += len(keys & (KEYS[kind].keys() - KEYS[kind.other].keys()))
    if counts[Kind.DEMAND] == counts[Kind.SOLUTION]:
        raise InvalidInput(
            f"{path.name} 看不出是需求还是方案，请用 --kind demand 或 --kind solution 指明", file=path.name
        )
    return max(Kind, key=lambda kind: counts[kind])


def _report(file: str, found: Sequence[Found], answers: Answers) -> ImportReport:
    """The report: of rows with the same id the first, of rows that look alike both, with a question."""
    forms = tuple(each for each in found if isinstance(each, Form))
    problems = [each for each in found if isinstance(each, Problem)]
    rows = [each for each in found if isinstance(each, Accepted)]
    accepted, again = once(rows)
    problems += (_about(each, again_note(each, first), each.record.title) for each, first in again)
    for less, more in repeats(accepted):
        note = similar(less, more)
        if note.code in answers.agreed_of(less.sheet, less.row):
            accepted.remove(less)
            note = replace(note, verdict=Verdict.REJECTED, hint=f"已按确认处理：{note.suggestion}", suggestion="")
        problems.append(_about(less, note, less.record.title))
    for each, full in short_names(accepted):
        field = OWNER[each.record.kind]
        note = short_name(full)
        if full and note.code in answers.agreed_of(each.sheet, each.row):
            accepted[accepted.index(each)] = replace(each, record=renamed(each.record, full))
            note = replace(note, verdict=Verdict.NOTE, hint=f"已按确认处理：单位改为“{full}”", suggestion="")
        problems.append(replace(_about(each, note, owner_of(each.record)), field=field))
    order = {each.sheet: at for at, each in reversed(list(enumerate(found)))}
    problems.sort(key=lambda problem: (order[problem.sheet], problem.row))
    return ImportReport(file, tuple(accepted), tuple(problems), forms)


def _about(each: Accepted, note: Note, found: str) -> Problem:
    return _problem(each.sheet, each.row, "", found, note)


def _problem(sheet: str, row: int, column: str, found: str, note: Note, field: str = "") -> Problem:
    shown = found if len(found) <= SHOWN else found[:SHOWN] + "…"
    return Problem(row, column, note.code, shown, note.hint, note.verdict, sheet, field, note.suggestion)
