"""What a file really is, by its first bytes: office programs and web systems give files the wrong name all the time."""

from __future__ import annotations

import re
import zipfile
from enum import StrEnum
from pathlib import Path

from matcher.errors import UnreadableFile


class Format(StrEnum):
    """A format we read tables from."""

    XLSX = "xlsx"
    XLS = "xls"
    DOCX = "docx"
    HTML = "html"
    TEXT = "text"


NAMES = {
    Format.XLSX: "Excel 工作簿（.xlsx）",
    Format.XLS: "旧版 Excel 工作簿（.xls）",
    Format.DOCX: "Word 文档（.docx）",
    Format.HTML: "网页表格",
    Format.TEXT: "文本表格（.csv）",
}

SUFFIXES = {
    ".xlsx": Format.XLSX,
    ".xls": Format.XLS,
    ".et": Format.XLS,
    ".csv": Format.TEXT,
    ".tsv": Format.TEXT,
    ".txt": Format.TEXT,
    ".docx": Format.DOCX,
    ".htm": Format.HTML,
    ".html": Format.HTML,
}
"""File names we take, and what they promise."""

HEAD = 4096
_CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?"
    rb"<(?:!doctype\s+html|html|head|meta|body|table|style)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def format_of(path: Path) -> Format:
    """The format of a file. UnreadableFile for any other kind, with what to do about it."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        known = "、".join(suffix for suffix in SUFFIXES if suffix not in (".txt", ".et", ".htm", ".html"))
        raise UnreadableFile(
            f"不支持的文件类型「{suffix or path.name}」，请另存为 {known} 或使用 .jsonl", file=path.name
        )
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(b"PK\x03\x04"):
        return _of_package(path)
    if head.startswith(_CFB):
        return _of_compound(path)
    if _HTML.match(head):
        return Format.HTML
    if _XML.match(head):
        raise UnreadableFile(f"{path.name} 是 XML 文件，请在 Excel 中打开后另存为 .xlsx", file=path.name)
    if b"\0" in head and not head.startswith(_UTF16):
        raise UnreadableFile(f"{path.name} 不是表格文件，或已损坏，请在 Excel 中打开后另存为 .xlsx", file=path.name)
    if SUFFIXES[suffix] in (Format.XLSX, Format.DOCX) and not _looks_like_table(head):
        raise UnreadableFile(
            f"{path.name} 不是 {suffix} 文件（可能已损坏或加了密码），请在 Excel 中打开后另存为 .xlsx", file=path.name
        )
    return Format.TEXT


def _looks_like_table(head: bytes) -> bool:
    """Whether the first lines have separators: a .csv that somebody renamed."""
    lines = [line for line in head.splitlines()[:5] if line.strip()]
    return len(lines) > 1 and all(line.count(b",") + line.count(b"\t") + line.count(b";") > 0 for line in lines[:2])


def _of_package(path: Path) -> Format:
    try:
        with zipfile.ZipFile(path) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
        raise UnreadableFile(
            f"{path.name} 无法读取，可能已损坏，请在 Excel 中打开后另存为 .xlsx", file=path.name
        ) from error
    if "word/document.xml" in names:
        return Format.DOCX
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise UnreadableFile(f"{path.name} 不是 .xlsx 工作簿，请另存为 .xlsx", file=path.name)
    return Format.XLSX


def _of_compound(path: Path) -> Format:
    """An old binary file: a workbook, a document, or a new file with a password, which is wrapped in the old one."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise UnreadableFile(f"{path.name} 加了密码，请取消密码后重新保存", file=path.name)
    if "WordDocument".encode("utf-16-le") in content:
        raise UnreadableFile(f"{path.name} 是旧版 Word 文档，请在 Word 中另存为 .docx", file=path.name)
    return Format.XLS
