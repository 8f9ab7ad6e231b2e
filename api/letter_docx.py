"""The letter of questions as a Word document, laid out as offices do (GB/T 9704: A4, 仿宋 16 pt, lines of 28 pt)."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.document import Document as Doc
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Row as Row
from docx.text.paragraph import Paragraph

from api.exporting.paper import footer
from matcher.letter import Letter, Table

BODY, HEADING, TITLE = "仿宋", "黑体", "方正小标宋简体"
LATIN = "Times New Roman"
"""Fonts by name; where one is not installed, Word takes its nearest of the same kind."""

PAGE, MARGINS = (210, 297), {"top": 37, "bottom": 35, "left": 28, "right": 26}
TEXT_WIDTH = PAGE[0] - MARGINS["left"] - MARGINS["right"]
"""Millimetres."""

BODY_PT, TITLE_PT, CELL_PT, LINE_PT, CELL_LINE_PT = 16.0, 22.0, 12.0, 28.0, 18.0
_NUMBERS = "一二三四五六七八九"
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What XML cannot hold."""


def write(letter: Letter, number: str) -> bytes:
    """The document; the export's number is printed at the foot of every page."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(PAGE[0]), Mm(PAGE[1])
    for side, width in MARGINS.items():
        setattr(section, f"{side}_margin", Mm(width))
    footer(section, number)
    document.core_properties.title = _clean(letter.title)
    document.core_properties.author = _clean(letter.office)
    _line(document, letter.title, TITLE, TITLE_PT, align=WD_ALIGN_PARAGRAPH.CENTER, after=LINE_PT / 2)
    _line(document, letter.greeting)
    for text in letter.paragraphs:
        _line(document, text, indent=True)
    for number, table in zip(_NUMBERS, letter.tables, strict=False):
        _line(document, f"{number}、{table.heading}", HEADING, indent=True, keep=True)
        if table.lead:
            _line(document, table.lead, indent=True, keep=True)
        _grid(document, table)
    _line(document, letter.closing, indent=True, before=LINE_PT / 2)
    if letter.reply_to:
        _line(document, f"（收件人：{letter.reply_to}）", indent=True)
    for text in (letter.office, letter.day):
        before = LINE_PT if text is letter.office else 0
        _line(document, text, align=WD_ALIGN_PARAGRAPH.RIGHT, before=before, keep=text is letter.office)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _line(
    document: Doc,
    text: str,
    font: str = BODY,
    size: float = BODY_PT,
    *,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY,
    indent: bool = False,
    before: float = 0,
    after: float = 0,
    keep: bool = False,
) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    form = paragraph.paragraph_format
    form.space_before, form.space_after = Pt(before), Pt(after)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(max(LINE_PT, size * 1.5))
    form.keep_with_next = keep
    if indent:
        form.first_line_indent = Pt(2 * size)
    _run(paragraph, text, font, size)


def _run(paragraph: Paragraph, text: str, font: str, size: float) -> None:
    run = paragraph.add_run(_clean(text))
    run.font.size, run.font.name = Pt(size), LATIN
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    fonts.set(qn("w:hint"), "eastAsia")


def _grid(document: Doc, table: Table) -> None:
    grid = document.add_table(rows=1 + len(table.rows), cols=len(table.columns), style="Table Grid")
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    widths = [share * TEXT_WIDTH for _, share in table.columns]
    _row(grid.rows[0], [name for name, _ in table.columns], widths, HEADING, head=True)
    for at, cells in enumerate(table.rows, 1):
        _row(grid.rows[at], cells, widths, BODY, head=False)


def _row(row: Row, cells: Sequence[str], widths: Sequence[float], font: str, *, head: bool) -> None:
    _mark(row._tr.get_or_add_trPr(), "w:cantSplit")
    if head:
        _mark(row._tr.get_or_add_trPr(), "w:tblHeader")
    for at, (cell, text, width) in enumerate(zip(row.cells, cells, widths, strict=True)):
        cell.width = Mm(width)
        paragraph = cell.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if head or at == 0 else WD_ALIGN_PARAGRAPH.LEFT
        form = paragraph.paragraph_format
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(CELL_LINE_PT)
        form.space_before, form.space_after = Pt(2), Pt(2)
        _run(paragraph, text, font, CELL_PT)


def _mark(properties: Any, name: str) -> None:
    """A row that stays on one page, or that is repeated at the top of each."""
    properties.append(OxmlElement(name))


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("", text).encode("utf-8", "replace").decode("utf-8")
