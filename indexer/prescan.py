"""A look at a file before anything parses it: what could harm the reader is refused in a clear sentence.

Workbooks and Word files are zip packages of XML. Their parts are streamed through expat, never built into a tree: the
declared sizes, names and kinds of parts first, then the places of the cells. (defusedxml refuses document types in the
same way, but its stream builds every element in Python, four times slower on a list of a million cells.)
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.parsers import expat

from indexer.sheets import BESIDE, MAX_BYTES, MAX_COLUMNS, MAX_ENTRIES, MAX_ROWS, MAX_UNPACKED
from matcher.errors import TooLarge, UnreadableFile, UnsafeFile

MAX_RATIO = 100
"""Unpacked to packed size of one part, counted from SMALL bytes on."""

SMALL = 1024 * 1024
MAX_AREA = 3_000_000
"""Rows times columns of one sheet: readers make room for the whole rectangle, whatever stands in it."""

MAX_SHEETS = 100
MAX_DEPTH = 200
MAX_DOCUMENT = 40 * 1024 * 1024
"""Unpacked bytes of a Word document, which its reader must hold as a tree."""

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

REFUSED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"vbaproject|vbadata|/macrosheets/|/dialogsheets/", re.IGNORECASE), "含有宏"),
    (re.compile(r"/externallinks/", re.IGNORECASE), "含有指向其他文件的外部链接"),
    (re.compile(r"/activex/", re.IGNORECASE), "含有 ActiveX 控件"),
)
"""Parts that a list has no use for → what to say of the file."""

OLE_REFUSED: tuple[tuple[bytes, str], ...] = (
    ("_VBA_PROJECT".encode("utf-16-le"), "含有宏"),
    ("EncryptedPackage".encode("utf-16-le"), "加了密码"),
)

_TEXT = frozenset({".csv", ".tsv", ".txt", ".jsonl"})
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LINK = re.compile(r"/(?:oleObject|externalLinkPath|subDocument|package)$")
_TEMPLATE = re.compile(r"/attachedTemplate$")
_REMOTE = re.compile(r"(?:https?|ftp|file)://[^/]|\\\\", re.IGNORECASE)
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_STEP = 1 << 16


def prescan(path: Path) -> None:
    """UnsafeFile for macros, external links, document types, bad names; TooLarge over a limit; UnreadableFile when
    broken. A file that passes may still turn out to hold no list."""
    if not path.is_file():
        raise UnreadableFile(f"找不到文件 {path.name}", file=path.name)
    if path.stat().st_size > MAX_BYTES:
        raise _large(path, f"文件超过 {MAX_BYTES // 1024 // 1024} MB")
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(ZIP):
        _package(path)
    elif start == OLE:
        _compound(path)
    elif path.suffix.lower() in _TEXT:
        _text(path, start)


def _package(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
            _check_entries(path, entries)
            for entry in entries:
                name = entry.filename.lower()
                if name.endswith((".xml", ".rels", ".vml")):
                    with package.open(entry) as part:
                        _Part(path, name).read(part.read)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise _broken(path) from error


def _check_entries(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise _large(path, f"解压后超过 {MAX_UNPACKED // 1024 // 1024} MB 或 {MAX_ENTRIES} 个部件")
    names = [entry.filename for entry in entries]
    if len({name.lower() for name in names}) < len(names):
        raise _unsafe(path, "内部有重名的部件", "duplicate_part")
    for entry in entries:
        name = entry.filename
        if entry.flag_bits & 1:
            raise _unsafe(path, "加了密码", "encrypted")
        if name.startswith(("/", "\\")) or ":" in name or ".." in name.replace("\\", "/").split("/") or "\0" in name:
            raise _unsafe(path, "内部部件的路径不合规", "part_path")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _unsafe(path, "内部部件的压缩方式不合规", "compression")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise _unsafe(path, "内部含有符号链接", "part_link")
        for pattern, says in REFUSED:
            if pattern.search("/" + name):
                raise _unsafe(path, says, "refused_part")
        if entry.file_size > SMALL and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise _large(path, f"内部有部件压缩比超过 {MAX_RATIO} 倍，多半是成片的空白行列")
        if name.lower() == "word/document.xml" and entry.file_size > MAX_DOCUMENT:
            raise _large(path, f"正文解压后超过 {MAX_DOCUMENT // 1024 // 1024} MB")


class _Part:
    """One XML part, streamed: no document type, no deep nesting, and for a sheet no cell out of bounds."""

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._depth, self._sheets, self._merged = path, 0, 0, 0
        self._rows = self._columns = self._row = self._column = 0
        self._parser = expat.ParserCreate(namespace_separator=None)
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start_of(name)
        self._parser.EndElementHandler = self._end

    def read(self, more: Callable[[int], bytes]) -> None:
        """Read to the end."""
        try:
            while chunk := more(_STEP):
                self._parser.Parse(chunk, False)
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise _broken(self._path) from error

    def _start_of(self, name: str) -> Callable[[str, dict[str, str]], None]:
        if name.endswith(".rels"):
            return self._relation
        if name == "xl/workbook.xml":
            return self._sheet
        return self._cell if name.startswith("xl/worksheets/") else self._element

    def _doctype(self, *_: object) -> None:
        raise _unsafe(self._path, "内部的 XML 带有文档类型声明（DTD）", "doctype")

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _unsafe(self._path, f"内部的 XML 嵌套超过 {MAX_DEPTH} 层", "depth")

    def _end(self, name: str) -> None:
        self._depth -= 1

    def _relation(self, name: str, attributes: dict[str, str]) -> None:
        self._element(name, attributes)
        # Addresses that people click on stay, and pictures and the template of their own machine, which nobody fetches
        # here; what a program would fetch by itself does not.
        kind, target = attributes.get("Type", ""), attributes.get("Target", "")
        fetched = _LINK.search(kind) or (_TEMPLATE.search(kind) and _REMOTE.match(target))
        if attributes.get("TargetMode") == "External" and fetched:
            raise _unsafe(self._path, "含有指向其他文件的外部链接", "external_link")

    def _sheet(self, name: str, attributes: dict[str, str]) -> None:
        self._element(name, attributes)
        self._sheets += name.rpartition(":")[2] == "sheet"
        if self._sheets > MAX_SHEETS:
            raise _large(self._path, f"工作表超过 {MAX_SHEETS} 张")

    def _cell(self, name: str, attributes: dict[str, str]) -> None:
        self._element(name, attributes)
        local = name.rpartition(":")[2]
        if local == "c":
            self._place(attributes.get("r", ""))
        elif local in ("v", "f", "is"):  # a cell without any of them is a format only, and costs nothing
            self._rows, self._columns = max(self._rows, self._row), max(self._columns, self._column)
            if self._rows > MAX_ROWS + BESIDE:
                raise _large(self._path, f"有工作表超过 {MAX_ROWS} 行")
            if self._columns > MAX_COLUMNS:
                raise _large(self._path, f"有工作表超过 {MAX_COLUMNS} 列")
            if self._rows * self._columns > MAX_AREA:
                raise _large(self._path, f"有工作表的行数乘列数超过 {MAX_AREA // 10_000} 万")
        elif local == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdecimal() and len(number) < 8 else self._row + 1
            self._column = 0
        elif local == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _place(self, reference: str) -> None:
        found = _REFERENCE.fullmatch(reference)
        if found:
            self._column, self._row = _column(found[1]), int(found[2])
        else:
            self._column += 1

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        top, bottom = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last or first)
        if top and bottom:
            self._merged += abs(int(bottom[2]) - int(top[2])) + 1
        if self._merged > MAX_AREA:
            raise _large(self._path, "合并单元格覆盖的行太多")


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _compound(path: Path) -> None:
    """An .xls workbook, or a workbook behind a password."""
    content = path.read_bytes()
    for mark, says in OLE_REFUSED:
        if mark in content:
            raise _unsafe(path, says, "refused_part")


def _text(path: Path, start: bytes) -> None:
    if not start.startswith(_UTF16) and b"\0" in path.read_bytes():
        raise UnreadableFile(f"{path.name} 含有空字符，不是文本文件，请重新另存", file=path.name)


ADVICE: Mapping[str, str] = {
    "含有宏": "请另存为不含宏的工作簿（.xlsx）",
    "加了密码": "请去掉密码后另存",
    "含有指向其他文件的外部链接": "请在 Excel 的“数据－编辑链接”里断开链接后另存",
}
"""What is wrong → what to do; anything else is saved anew."""


def _unsafe(path: Path, says: str, reason: str) -> UnsafeFile:
    advice = ADVICE.get(says, "请在 Excel 或 WPS 中打开，把内容复制到新文件后另存")
    return UnsafeFile(f"{path.name} {says}，为安全起见没有读取；{advice}", file=path.name, reason=reason)


def _large(path: Path, says: str) -> TooLarge:
    return TooLarge(f"{path.name}：{says}，请删去多余的行列，或拆分后再导入", file=path.name)


def _broken(path: Path) -> UnreadableFile:
    return UnreadableFile(f"{path.name} 无法读取，可能已损坏，请在 Excel 或 WPS 中打开后另存", file=path.name)
