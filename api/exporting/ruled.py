"""A ruled table of a document, written as its XML at once: cell by cell the library takes seconds for a long list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from api.exporting.scrub import writable

Cells = Sequence[tuple[str, str]]
"""One row: (text, id of its paragraph style) for each cell. A row of one cell goes across all columns."""

_BORDER = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def ruled(rows: Sequence[Cells], widths: Sequence[int], *, head: bool) -> Any:
    """The element of a table; `widths` in twentieths of a point. `head` repeats the first row on every page."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    body = "".join(_row(cells, widths, repeated=head and at == 0) for at, cells in enumerate(rows))
    return parse_xml(
        f"<w:tbl {nsdecls('w')}><w:tblPr>"
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{_BORDER}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>"
    )


def _row(cells: Cells, widths: Sequence[int], *, repeated: bool) -> str:
    kept = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if repeated else "<w:trPr><w:cantSplit/></w:trPr>"
    across = len(cells) == 1 < len(widths)
    spans = [(sum(widths), f'<w:gridSpan w:val="{len(widths)}"/>')] if across else [(width, "") for width in widths]
    told = "".join(_cell(text, style, *span) for (text, style), span in zip(cells, spans, strict=True))
    return f"<w:tr>{kept}{told}</w:tr>"


def _cell(text: str, style: str, width: int, span: str) -> str:
    lines = writable(text).split("\n")
    start = f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t xml:space="preserve">'
    paragraphs = "".join(f"{start}{escape(line)}</w:t></w:r></w:p>" for line in lines)
    shape = f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}<w:vAlign w:val="center"/></w:tcPr>'
    return f"<w:tc>{shape}{paragraphs}</w:tc>"
