"""What the parts of an .xlsx package say beyond values: hidden rows, percentages, formulas saved without a result.

Readers of values see such formulas as blank and 95.8% as 0.958, so these places are looked up here.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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

_ROW = re.compile(rb"<row\s[^>]*?\bhidden=\"(?:1|true)\"[^>]*>")
_NUMBER = re.compile(rb'\br="(\d{1,7})"')
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')

PERCENT_FORMATS = {"9", "10"}
"""The number formats 0% and 0.00%, which every workbook has."""


@dataclass(frozen=True, slots=True)
class Markings:
    """Of one sheet: formulas without a result, with their = sign; hidden rows, from 0; places shown as percentages."""

    formulas: Mapping[Place, str] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()
    percents: frozenset[Place] = frozenset()


def markings(package: zipfile.ZipFile) -> Mapping[str, Markings]:
    """Sheet name → its markings, for all worksheets.

    KeyError when the package lacks the parts that name its sheets, ValueError when they are not plain XML.
    """
    links = {
        link.get("Id", ""): normpath(join("/xl", link.get("Target", ""))).lstrip("/")
        for link in _xml(package, "xl/_rels/workbook.xml.rels").iter(_TARGET)
    }
    styles = percent_styles(package)
    found: dict[str, Markings] = {}
    for sheet in _xml(package, "xl/workbook.xml").iter(f"{_MAIN}sheet"):
        part = links.get(sheet.get(_LINK, ""), "")
        if part.startswith("xl/worksheets/"):
            content = package.read(part)
            found[sheet.get("name", "")] = Markings(
                dict(_formulas(content)), frozenset(_hidden(content)), frozenset(_percents(content, styles))
            )
    return found


def percent_styles(package: zipfile.ZipFile) -> frozenset[str]:
    """The cell styles that show a number as a percentage."""
    if "xl/styles.xml" not in package.namelist():
        return frozenset()
    sheet = _xml(package, "xl/styles.xml")
    own = {
        each.get("numFmtId", "") for each in sheet.iter(f"{_MAIN}numFmt") if shows_percent(each.get("formatCode", ""))
    }
    formats = PERCENT_FORMATS | own
    cells = sheet.find(f"{_MAIN}cellXfs")
    return frozenset(
        str(at) for at, style in enumerate(cells if cells is not None else ()) if style.get("numFmtId") in formats
    )


def shows_percent(format: str) -> bool:
    """Whether a number format shows a percentage; a % in quotation marks is only a letter."""
    return "%" in _QUOTED.sub("", format)


def _formulas(content: bytes) -> Iterator[tuple[Place, str]]:
    for letters, row, formula in _CELL.findall(content):
        yield (int(row) - 1, _column(letters)), "=" + unescape(formula.decode("utf-8", "replace"))


def _hidden(content: bytes) -> Iterator[int]:
    for tag in _ROW.findall(content):
        if number := _NUMBER.search(tag):
            yield int(number[1]) - 1


def _percents(content: bytes, styles: frozenset[str]) -> Iterator[Place]:
    if styles:
        tag = re.compile(rb'<c\s[^>]*?\bs="(?:' + "|".join(sorted(styles)).encode() + rb')"[^>]*>')
        for found in tag.findall(content):
            if place := _PLACE.search(found):
                yield int(place[2]) - 1, _column(place[1])


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
