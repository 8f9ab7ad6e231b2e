"""Formulas that were saved without a result. Readers of values see such cells as blank, so they are looked up here."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from html import unescape
from posixpath import join, normpath
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree  # type: ignore[import-untyped]

Place = tuple[int, int]
"""(row, column), both from 0."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TARGET = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"

_CELL = re.compile(
    rb'<c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>([^<]*)</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>'
)
"""A cell with a formula and no value, or an empty one."""


def without_result(package: zipfile.ZipFile) -> Mapping[str, Mapping[Place, str]]:
    """Sheet name → place → formula text, with its = sign; for all sheets that have such cells.

    KeyError when the package lacks the parts that name its sheets, ValueError when they are not plain XML.
    """
    links = {
        link.get("Id", ""): normpath(join("/xl", link.get("Target", ""))).lstrip("/")
        for link in _xml(package, "xl/_rels/workbook.xml.rels").iter(_TARGET)
    }
    found: dict[str, Mapping[Place, str]] = {}
    for sheet in _xml(package, "xl/workbook.xml").iter(f"{_MAIN}sheet"):
        part = links.get(sheet.get(_LINK, ""), "")
        content = package.read(part) if part.startswith("xl/worksheets/") else b""
        cells = {
            (int(row) - 1, _column(letters)): "=" + unescape(formula.decode("utf-8", "replace"))
            for letters, row, formula in _CELL.findall(content)
        }
        if cells:
            found[sheet.get("name", "")] = cells
    return found


def _xml(package: zipfile.ZipFile, part: str) -> Element:
    try:
        root: Element = ElementTree.fromstring(package.read(part))
    except ParseError as error:
        raise ValueError(f"{part}: {error}") from error
    return root


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
