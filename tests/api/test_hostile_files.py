"""Hostile files, generated: each is a clear refusal with a stable code, and the service goes on answering."""

from __future__ import annotations

import io
import random
import stat
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from indexer.importing import import_file
from indexer.isolated import import_isolated
from indexer.prescan import prescan
from matcher.errors import InvalidInput, MatcherError, TooLarge, UnreadableFile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = "xl/worksheets/sheet1.xml"

File = tuple[str, bytes]
"""(name, content)."""

Make = Callable[[random.Random], File]


def parts(rows: str = "", after: str = "") -> dict[str, str | bytes]:
    """The parts of a workbook with one sheet."""
    link = f"{OFFICE}/worksheet"
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        f'<Override PartName="/{SHEET}" ContentType="{KIND}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{link}" Target="worksheets/sheet1.xml"/></Relationships>',
        SHEET: f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>',
    }


def packed(
    members: Mapping[str, str | bytes], extra: tuple[tuple[zipfile.ZipInfo, bytes], ...] = (), method: int = 8
) -> bytes:
    raw = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(raw, "w", method) as archive:
        warnings.simplefilter("ignore")  # of the name given twice
        for name, text in members.items():
            archive.writestr(name, text)
        for info, content in extra:
            archive.writestr(info, content)
    return raw.getvalue()


def cell(row: int, column: str, value: str = "1") -> str:
    return f'<row r="{row}"><c r="{column}{row}"><v>{value}</v></c></row>'


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def good(r: random.Random) -> File:
    labels = "".join(text_cell(f"{c}1", t) for c, t in zip("ABC", ("需求名称", "需求单位", "需求描述"), strict=True))
    values = "".join(text_cell(f"{c}2", t) for c, t in zip("ABC", ("焊缝检测", "甲厂", "靠人看"), strict=True))
    return "好的.xlsx", packed(parts(f'<row r="1">{labels}</row><row r="2">{values}</row>'))


def book(rows: str, after: str = "") -> File:
    return "a.xlsx", packed(parts(rows, after))


def with_parts(**changed: str | bytes) -> File:
    return "a.xlsx", packed({**parts(cell(1, "A")), **{name.replace("__", "/"): t for name, t in changed.items()}})


def far_corner(r: random.Random) -> File:
    row, column = r.randint(50_001, 1_048_576), r.choice(("XFD", "A", "ZZ", "IW"))
    return book(cell(1, "A") + cell(row, column))


def far_right(r: random.Random) -> File:
    return book(cell(1, "A") + cell(r.randint(1, 9), r.choice(("XFD", "GS", "AAA", "XYZ"))))


def wide_and_deep(r: random.Random) -> File:
    return book(cell(1, "A") + cell(r.randint(40_000, 50_000), r.choice(("CV", "EZ", "GR"))))


def many_rows(r: random.Random) -> File:
    return book("<row><c><v>1</v></c></row>" * r.randint(50_001, 60_000))


def blank_bomb(r: random.Random) -> File:
    return book(" " * r.randint(2_000_000, 6_000_000))


def lying_sizes(r: random.Random) -> File:
    """The directory says four gigabytes; nothing is unpacked to find out."""
    content = bytearray(packed(parts(cell(1, "A"))))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = r.randint(2**31, 2**32 - 2).to_bytes(4, "little")
    return "a.xlsx", bytes(content)


def many_parts(r: random.Random) -> File:
    return "a.xlsx", packed({**parts(), **{f"xl/media/{n}.png": b"x" for n in range(r.randint(200, 400))}})


def many_sheets(r: random.Random) -> File:
    sheets = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId1"/>' for n in range(r.randint(101, 5000)))
    return with_parts(
        **{"xl__workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>'}
    )


DTDS = (
    '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>',
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd">',
    '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p"> %p;]>',
    "<!DOCTYPE a>",
)


def doctype(r: random.Random) -> File:
    place = r.choice((SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "[Content_Types].xml", "_rels/.rels", "x.XML"))
    text = '<?xml version="1.0"?>' + r.choice(DTDS) + "<a>1</a>"
    if r.random() < 0.3:
        return with_parts(**{place: text.replace('"1.0"?', '"1.0" encoding="UTF-16"?').encode("utf-16")})
    return with_parts(**{place: text})


def macros(r: random.Random) -> File:
    names = (
        "xl/vbaProject.bin",
        "xl/VBAPROJECT.BIN",
        "xl/macrosheets/sheet1.xml",
        "xl/vbaData.xml",
        "a/vbaProject.bin",
    )
    return with_parts(**{r.choice(names): b"\x00\x01"})


def external_part(r: random.Random) -> File:
    name = r.choice(("xl/externalLinks/externalLink1.xml", "XL/ExternalLinks/x.xml", "xl/activeX/activeX1.xml"))
    return with_parts(**{name: "<externalLink/>"})


def external_relation(r: random.Random) -> File:
    kind = r.choice(("oleObject", "externalLinkPath", "subDocument", "package", "attachedTemplate"))
    target = r.choice(("http://127.0.0.1:1/a", "\\\\server\\share", "https://example.com/t.dotm"))
    relation = f'<Relationship Id="r" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="External"/>'
    return with_parts(**{"xl/worksheets/_rels/sheet1.xml.rels": f"<Relationships>{relation}</Relationships>"})


def bad_names(r: random.Random) -> File:
    names = ("../../etc/passwd", "/etc/passwd", "C:/boot.ini", "..\\..\\x", "xl/../../x", "\\\\server\\x")
    return "a.xlsx", packed(parts(), ((zipfile.ZipInfo(r.choice(names)), b"x"),))


def symlink(r: random.Random) -> File:
    info = zipfile.ZipInfo(f"xl/{r.randint(0, 99)}")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return "a.xlsx", packed(parts(), ((info, b"/etc/passwd"),))


def twice(r: random.Random) -> File:
    name = r.choice((SHEET, SHEET.upper(), "xl/workbook.xml"))
    return "a.xlsx", packed(parts(), ((zipfile.ZipInfo(name), b"<a/>"),))


def encrypted(r: random.Random) -> File:
    content = bytearray(packed(parts()))
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    return "a.xlsx", bytes(content)


def other_method(r: random.Random) -> File:
    return "a.xlsx", packed(parts(cell(1, "A")), method=r.choice((zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)))


def truncated(r: random.Random) -> File:
    content = good(r)[1]
    return "a.xlsx", content[: r.randint(1, len(content) - 23)]


def flipped(r: random.Random) -> File:
    """Bits of the packed sheet flipped: the checksum or the XML tells."""
    content = bytearray(good(r)[1])
    at = content.find(SHEET.encode()) + len(SHEET)
    for _ in range(20):
        content[r.randrange(at, at + 60)] ^= 1 << r.randrange(8)
    return "a.xlsx", bytes(content)


def deep(r: random.Random) -> File:
    depth = r.randint(201, 50_000)
    place = r.choice((SHEET, "xl/sharedStrings.xml", "xl/styles.xml"))
    return with_parts(**{place: "<a>" * depth + "</a>" * depth})


def malformed(r: random.Random) -> File:
    text = r.choice(("", "<a>", "<a></b>", "<a b=1/>", "<a>&nbsp;</a>", "\x00", "<a/><b/>", "plain"))
    return with_parts(**{r.choice((SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels")): text})


def merges(r: random.Random) -> File:
    ranges = "".join(f'<mergeCell ref="{c}1:{c}1048576"/>' for c in ("A", "B", "C", "D", "E")[: r.randint(3, 5)])
    return book(cell(1, "A"), f"<mergeCells>{ranges}</mergeCells>")


def foreign_zip(r: random.Random) -> File:
    inner = packed({"a.txt": b"x" * 100})
    return r.choice(("a.xlsx", "a.docx")), packed({"inner.zip": inner} if r.random() < 0.7 else {})


def wrong_magic(r: random.Random) -> File:
    start = r.choice(
        (b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"MZ", b"\x7fELF", b"Rar!\x1a\x07", b"", b"PK\x05\x06" + b"\0" * 18)
    )
    return r.choice(("a.xlsx", "a.docx", "a.xls")), start + r.randbytes(r.randint(0, 200))


def compound(r: random.Random) -> File:
    mark = r.choice(("_VBA_PROJECT", "EncryptedPackage")).encode("utf-16-le")
    return r.choice(("a.xls", "a.xlsx")), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + r.randbytes(500) + mark + r.randbytes(
        99
    )


def nul_text(r: random.Random) -> File:
    return r.choice(("a.csv", "a.jsonl")), "需求名称,说明\n".encode() + b"\0" * r.randint(1, 9) + b",x\n"


def wide_text(r: random.Random) -> File:
    return "a.csv", b"," * r.randint(200, 200_000) + b"\n"


def long_text(r: random.Random) -> File:
    return "a.csv", b"a,b\n" * r.randint(50_001, 90_000)


def giant_cell(r: random.Random) -> File:
    return "a.csv", "需求名称,说明\n甲,".encode() + b"x" * r.randint(32_768, 2_000_000)


def no_encoding(r: random.Random) -> File:
    return r.choice(("a.csv", "a.jsonl")), b"\xff\xff\x80\x81" + bytes(
        r.randrange(0x80, 0xFF) for _ in range(99)
    ) + b"\xff"


def open_quote(r: random.Random) -> File:
    return "a.csv", b'"' + b"x\n" * r.randint(20_000, 40_000)


def odd_json(r: random.Random) -> File:
    texts = ('{"title": NaN}', "[" * 90_000, '{"title": "a", "title": "b"}', '"x"', "{", '{"title": 1e999}', "\ufeff")
    return "a.jsonl", (r.choice(texts) + "\n").encode()


def word_bomb(r: random.Random) -> File:
    body = "<w:p/>" * r.randint(400_000, 900_000)
    return "a.docx", packed({"word/document.xml": f"<w:document>{body}</w:document>", "[Content_Types].xml": "<a/>"})


def word_doctype(r: random.Random) -> File:
    return "a.docx", packed({"word/document.xml": r.choice(DTDS) + "<a/>", "[Content_Types].xml": "<a/>"})


def word_macros(r: random.Random) -> File:
    return "a.docx", packed({"word/document.xml": "<a/>", "word/vbaProject.bin": b"x"})


def unknown_kind(r: random.Random) -> File:
    return r.choice(("a.exe", "a", "a.xlsm", "a.xlsx.zip", "a.html", "a.pdf")), r.randbytes(50)


REFUSED: tuple[Make, ...] = (
    far_corner, far_right, wide_and_deep, many_rows, blank_bomb, lying_sizes, many_parts, many_sheets, doctype, macros,
    external_part, external_relation, bad_names, symlink, twice, encrypted, other_method, deep, merges, compound,
    word_bomb, word_doctype, word_macros, nul_text,
)  # fmt: skip
"""The look at the file refuses every one of these."""

TEXTS: tuple[Make, ...] = (wide_text, long_text, giant_cell, no_encoding, open_quote, odd_json, unknown_kind)
"""What only reading shows, and what is harmless to read here."""

BROKEN: tuple[Make, ...] = (truncated, flipped, malformed, foreign_zip, wrong_magic)
"""Workbooks that are none; those that pass the look are read by the child."""

NORMAL, NIGHTLY = 200, 2000
CHILDREN = 6
"""Children started in the normal run: each costs a second."""

CODES = {"unreadable_file", "unsafe_file", "too_large", "invalid_input"}


def generated(count: int) -> list[tuple[Make, int]]:
    makers = (*REFUSED, *TEXTS, *BROKEN)
    return [(makers[n % len(makers)], n // len(makers)) for n in range(count)]


def written(folder: Path, make: Make, seed: int) -> Path:
    name, content = make(random.Random(f"{make.__name__} {seed}"))
    path = folder / name
    path.write_bytes(content)
    return path


def refusal(path: Path, make: Make, children: list[int]) -> MatcherError | None:
    """Why the file was refused; None when it passed the look and no child may be started any more."""
    try:
        prescan(path)
    except MatcherError as error:
        return error
    if make in REFUSED:
        return None
    read = import_file if make in TEXTS else import_isolated
    if read is import_isolated:
        if not children[0]:
            return UnreadableFile("")  # looked at, and harmless to whoever reads it in a child
        children[0] -= 1
    try:
        read(path)
    except MatcherError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("count", "children"), [(NORMAL, CHILDREN), pytest.param(NIGHTLY, NIGHTLY, marks=pytest.mark.nightly)]
)
def test_every_hostile_file_is_refused_with_a_stable_code(tmp_path: Path, count: int, children: int) -> None:
    left, wrong = [children], []
    for make, seed in generated(count):
        path = written(tmp_path, make, seed)
        error = refusal(path, make, left)
        if not isinstance(error, InvalidInput | TooLarge) or error.code not in CODES or "/" in str(error):
            wrong.append(f"{make.__name__} {seed}: {error!r}")
    assert not wrong, "\n".join(wrong)


def test_what_is_harmless_passes(tmp_path: Path) -> None:
    """The negative control: the same door lets a good workbook through, links that people click on included."""
    path = written(tmp_path, good, 0)
    prescan(path)
    assert [record.title for record in import_isolated(path).records] == ["焊缝检测"]
    link = f'<Relationship Id="r" Type="{OFFICE}/hyperlink" Target="http://a.cn/" TargetMode="External"/>'
    name, content = with_parts(**{"xl/worksheets/_rels/sheet1.xml.rels": f"<Relationships>{link}</Relationships>"})
    (tmp_path / name).write_bytes(content)
    prescan(tmp_path / name)
    far = '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    name, content = book(cell(1, "A") + far)
    (tmp_path / name).write_bytes(content)
    prescan(tmp_path / name)  # a format reaching to the last corner is what offices send every day


@pytest.mark.parametrize("make", [far_corner, doctype, macros, truncated, giant_cell, odd_json])
def test_the_service_refuses_and_goes_on(service: Any, make: Make) -> None:
    name, content = make(random.Random(7))
    answer = service.call("POST", "/api/v1/imports", "staff", files={"file": (name, content)})
    assert answer.status_code in (413, 422), answer.text
    assert answer.json()["error"]["code"] in CODES
    assert service.call("GET", "/livez").status_code == 200


def test_after_all_that_a_good_file_is_read(service: Any) -> None:
    name, content = good(random.Random(0))
    answer = service.call("POST", "/api/v1/imports", "staff", files={"file": (name, content)})
    assert (answer.status_code, answer.json()["demands"]) == (200, 1)
