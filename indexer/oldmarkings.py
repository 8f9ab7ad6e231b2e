"""What an old binary workbook (.xls) says beside its values: rows that are hidden, numbers shown as percentages.

The stream of the workbook is a row of records (type, length, content); the few that matter here are looked at, all
others are stepped over. Nothing is computed and nothing is followed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from io import BytesIO

from indexer.markings import PERCENT_FORMATS, Markings, Place, shows_percent

STREAMS = ("Workbook", "Book")
"""Of Excel 97 and later, of Excel 5 and 95."""

BEGIN, END, SHEET, FORMAT, STYLE, ROW = 0x0809, 0x000A, 0x0085, 0x041E, 0x00E0, 0x0208
NUMBER, SMALL_NUMBER, SMALL_NUMBERS, FORMULA = 0x0203, 0x027E, 0x00BD, 0x0006
EXCEL_97 = 0x0600
HIDDEN = 0x20
PER_NUMBER = 6
"""Bytes of one number of a record with many: its style and its value."""

Record = tuple[int, bytes]


def old_markings(content: bytes) -> Mapping[str, Markings]:
    """Sheet → what its records say; nothing of a file whose records cannot be read."""
    import olefile

    found: dict[str, Markings] = {}
    try:
        with olefile.OleFileIO(BytesIO(content)) as package:
            name = next((name for name in STREAMS if package.exists(name)), "")
            stream = package.openstream(name).read() if name else b""
        names, styles = _globals(stream)
        for at, sheet in names.items():
            found[sheet] = _sheet(stream, at, styles)
    except (OSError, ValueError, IndexError, struct.error):
        pass  # the values have a reader of their own, which says what is wrong with the file
    return found


def _records(stream: bytes, at: int) -> Iterator[Record]:
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _globals(stream: bytes) -> tuple[Mapping[int, str], frozenset[int]]:
    """(where each sheet begins → its name, styles that show a percentage)."""
    names: dict[int, str] = {}
    percent, formats = set(map(int, PERCENT_FORMATS)), list[int]()
    new = True
    for kind, body in _records(stream, 0):
        if kind == BEGIN:
            new = struct.unpack_from("<H", body)[0] >= EXCEL_97
        elif kind == FORMAT:
            (number,) = struct.unpack_from("<H", body)
            if shows_percent(_text(body[2:], wide=new, new=new)):
                percent.add(number)
        elif kind == STYLE:
            formats.append(struct.unpack_from("<H", body, 2)[0])
        elif kind == SHEET:
            names[struct.unpack_from("<I", body)[0]] = _text(body[6:], wide=False, new=new)
        elif kind == END:
            break
    return names, frozenset(at for at, number in enumerate(formats) if number in percent)


def _text(body: bytes, *, wide: bool, new: bool) -> str:
    """A text with its length before it, of one byte or of two; since Excel 97 followed by how its letters are kept."""
    start = 2 if wide else 1
    length = int.from_bytes(body[:start], "little")
    if not new:
        return body[start : start + length].decode("gb18030", "replace")
    if body[start] & 1:
        return body[start + 1 : start + 1 + 2 * length].decode("utf-16-le", "replace")
    return body[start + 1 : start + 1 + length].decode("latin-1")


def _sheet(stream: bytes, at: int, styles: frozenset[int]) -> Markings:
    hidden: set[int] = set()
    percents: set[Place] = set()
    depth = 0
    for kind, body in _records(stream, at):
        depth += (kind == BEGIN) - (kind == END)
        if not depth:
            break
        if kind == ROW and struct.unpack_from("<H", body, 12)[0] & HIDDEN:
            hidden.add(struct.unpack_from("<H", body)[0])
        elif kind in (NUMBER, SMALL_NUMBER, FORMULA):
            row, column, style = struct.unpack_from("<HHH", body)
            if style in styles:
                percents.add((row, column))
        elif kind == SMALL_NUMBERS:
            row, column = struct.unpack_from("<HH", body)
            for n in range((len(body) - PER_NUMBER) // PER_NUMBER):
                if struct.unpack_from("<H", body, 4 + PER_NUMBER * n)[0] in styles:
                    percents.add((row, column + n))
    return Markings({}, frozenset(hidden), frozenset(percents))
