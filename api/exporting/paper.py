"""A document as Chinese offices lay it out (GB/T 9704): 仿宋 body, 黑体 headings, ruled tables, numbered pages."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor, Twips

from api.exporting.ruled import Cells, ruled
from api.exporting.scrub import writable
from api.exporting.tabular import NOTHING, Table

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

BODY, HEAD, KAI, TITLE, LATIN = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体", "Times New Roman"
"""Font names as offices have them; a machine without one shows its own 仿宋 or 黑体."""

NO_GROUPS: Mapping[int, str] = MappingProxyType({})

_LEVELS = {1: (HEAD, 16.0), 2: (KAI, 16.0), 3: (BODY, 16.0)}


class Paper:
    """One document, written from top to bottom. `number` is the export's, printed in the footer of every page."""

    def __init__(self, title: str, number: str, *, subtitle: str = "", landscape: bool = False) -> None:
        self._document = Document()
        _defaults(self._document)
        self._section: Any = self._document.sections[0]
        self._styles: dict[str, str] = {}
        _page(self._section, landscape)
        footer(self._section, number)
        self._document.core_properties.title = writable(title)
        self._document.core_properties.author = ""
        self._document.core_properties.comments = ""
        self._line(title, TITLE, 22, align=WD_ALIGN_PARAGRAPH.CENTER, after=6 if subtitle else 14)
        if subtitle:
            self._line(subtitle, KAI, 14, align=WD_ALIGN_PARAGRAPH.CENTER, after=14)

    def heading(self, text: str, level: int = 1) -> None:
        """A heading that the navigation pane of Word shows; level 1 to 3."""
        font, size = _LEVELS[level]
        paragraph = self._document.add_heading(level=level)
        _write(paragraph, text, font, size, bold=level == 3)
        _set(paragraph, before=10, after=4, keep=True)

    def text(self, text: str, *, indent: bool = True) -> None:
        """Running text, one paragraph per line, its first line moved in by two letters."""
        for line in writable(text).split("\n"):
            if line.strip():
                paragraph = self._line(line.strip(), BODY, 14, after=2)
                if indent:
                    paragraph.paragraph_format.first_line_indent = Pt(28)

    def items(self, lines: Sequence[str]) -> None:
        """A numbered list."""
        for at, line in enumerate(lines, 1):
            self.text(f"{at}. {line}")

    def note(self, text: str) -> None:
        """A small remark, below a table mostly."""
        self._line(text, BODY, 10.5, after=8)

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """A form of two columns: what it is, what it says. Empty ones are left out."""
        told = [(name, text) for name, text in pairs if text.strip()]
        if told:
            label, says = self._style(HEAD, 12, "left"), self._style(BODY, 12, "left")
            self._ruled([((name, label), (text, says)) for name, text in told], [0.22, 0.78], head=False)

    def table(self, table: Table, *, size: float = 10.5, groups: Mapping[int, str] = NO_GROUPS) -> None:
        """A ruled table with its title above and its note below; the head is repeated on every page.

        `groups`: number of a row → the line across all columns that stands before it.
        """
        if table.title:
            self._line(table.title, HEAD, 12, align=WD_ALIGN_PARAGRAPH.CENTER, before=6, after=4, keep=True)
        head, across = self._style(HEAD, size, "center"), self._style(HEAD, size, "left")
        rows = [[(column.label, head) for column in table.columns]]
        for at, values in enumerate(table.lines):
            if at in groups:
                rows.append([(groups[at], across)])
            font = HEAD if table.total is not None and at == len(table.rows) else BODY
            rows.append(
                [
                    (column.shown(value) or NOTHING, self._style(font, size, "center" if column.narrow else "left"))
                    for column, value in zip(table.columns, values, strict=True)
                ]
            )
        self._ruled(rows, [column.width for column in table.columns], head=True)
        if table.note:
            self.note(table.note)

    def bytes(self) -> bytes:
        """The .docx file."""
        held = io.BytesIO()
        self._document.save(held)
        return held.getvalue()

    def _line(
        self,
        text: str,
        font: str,
        size: float,
        *,
        align: Any = None,
        before: float = 0,
        after: float = 0,
        keep: bool = False,
    ) -> Any:
        paragraph = self._document.add_paragraph()
        _write(paragraph, text, font, size)
        paragraph.alignment = align
        _set(paragraph, before=before, after=after, keep=keep)
        return paragraph

    def _ruled(self, rows: Sequence[Cells], widths: Sequence[float], *, head: bool) -> None:
        section = self._section
        across = (section.page_width - section.left_margin - section.right_margin) / Twips(1)
        exact = [int(across * width / sum(widths)) for width in widths]
        self._document.element.body.insert_element_before(ruled(rows, exact, head=head), "w:sectPr")
        self._line("", BODY, 6)

    def _style(self, font: str, size: float, align: str) -> str:
        """The id of the paragraph style of a cell, made when it is first wanted."""
        name = f"cell {font} {size:g} {align}"
        styles = self._document.styles
        if name not in self._styles:
            style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.font.name, style.font.size = LATIN, Pt(size)
            style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
            shape = style.paragraph_format
            shape.space_before, shape.space_after, shape.line_spacing = Pt(1), Pt(1), 1.1
            shape.alignment = WD_ALIGN_PARAGRAPH.CENTER if align == "center" else WD_ALIGN_PARAGRAPH.LEFT
            self._styles[name] = style.style_id
        return self._styles[name]


def _defaults(document: Any) -> None:
    style = document.styles["Normal"]
    style.font.name, style.font.size = LATIN, Pt(14)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY)


def _page(section: Any, landscape: bool) -> None:
    """A4 with the margins of an official paper; lists lie on their side."""
    width, height = Mm(210), Mm(297)
    section.page_width, section.page_height = (height, width) if landscape else (width, height)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    top, side = (Mm(25), Mm(20)) if landscape else (Mm(32), Mm(26))
    section.top_margin, section.bottom_margin = top, Mm(25)
    section.left_margin = section.right_margin = side


def footer(section: Any, number: str) -> None:
    """The export's number and the pages at the foot of every page."""
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(paragraph, f"导出编号：{number}    第 ", BODY, 9)
    _field(paragraph, "PAGE")
    _write(paragraph, " 页，共 ", BODY, 9)
    _field(paragraph, "NUMPAGES")
    _write(paragraph, " 页", BODY, 9)


def _field(paragraph: Any, code: str) -> None:
    """A number that Word fills in."""
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("value", "1"), ("end", "")):
        run = paragraph.add_run(text if kind == "value" else "")
        run.font.size = Pt(9)
        if kind in ("begin", "separate", "end"):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif not kind:
            words = OxmlElement("w:instrText")
            words.set(qn("xml:space"), "preserve")
            words.text = f" {text} "
            run._r.append(words)


def _write(paragraph: Any, text: str, font: str, size: float, *, bold: bool = False) -> None:
    run = paragraph.add_run(writable(text))
    run.font.name, run.font.size, run.font.bold = LATIN, Pt(size), bold
    run.font.color.rgb = RGBColor(0, 0, 0)  # headings of the template are blue
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _set(paragraph: Any, *, before: float, after: float, keep: bool) -> None:
    shape = paragraph.paragraph_format
    shape.space_before, shape.space_after, shape.keep_with_next = Pt(before), Pt(after), keep
    shape.line_spacing = 1.3
