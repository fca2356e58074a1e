"""A paper as `.docx`."""

from __future__ import annotations

import io
import re
from typing import Any

from archive.papers.paper import MARGINS, MOTTO, Block, Heading, Paper, Signatures, Table, Text

# What XML 1.0 cannot carry.
_UNSPEAKABLE = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def docx_paper(paper: Paper) -> bytes:
    """Return the paper as a Word document: A4, Times New Roman, margins of NĐ 30/2020, Phụ lục I."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    width, height = (297, 210) if paper.landscape else (210, 297)
    section.orientation = WD_ORIENT.LANDSCAPE if paper.landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = map(Mm, MARGINS)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(13)
    document.core_properties.title = _clean(f"{paper.title} {paper.subject}".strip())
    document.core_properties.language = "vi-VN"
    _head(document, paper)
    for block in paper.blocks:
        _block(document, block, width - MARGINS[1] - MARGINS[3])
    output = io.BytesIO()
    document.save(output)
    return output.getvalue()


def _head(document: Any, paper: Paper) -> None:  # noqa: ANN401 - python-docx has no types
    from docx.shared import Mm

    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    left, right = table.rows[0].cells
    left.width, right.width = Mm(65), Mm(100)
    _lines(left, [(paper.superior, False), (paper.body.upper(), True)])
    _lines(right, [(MOTTO[0], True), (MOTTO[1], True)])
    if paper.dated:
        _paragraph(document, paper.dated, italic=True, alignment="RIGHT")
    _paragraph(document, f"\n{paper.title.upper()}", bold=True, alignment="CENTER")
    if paper.subject:
        _paragraph(document, paper.subject, bold=True, alignment="CENTER")


def _block(document: Any, block: Block, width: int) -> None:  # noqa: ANN401
    if isinstance(block, Text):
        look = block.look
        alignment = "CENTER" if look == "centred" else "JUSTIFY"
        _paragraph(document, block.text, bold=look == "bold", italic=look == "italic", alignment=alignment)
    elif isinstance(block, Heading):
        _paragraph(document, f"\n{block.text}", bold=True)
    elif isinstance(block, Signatures):
        document.add_paragraph()
        for cell, (role, lines) in zip(
            document.add_table(rows=1, cols=len(block.sides)).rows[0].cells, block.sides, strict=True
        ):
            _lines(cell, [(role, True), *((line, False) for line in lines)])
    else:
        _table(document, block, width)


def _table(document: Any, block: Table, width: int) -> None:  # noqa: ANN401
    from docx.oxml import OxmlElement
    from docx.shared import Mm, Pt

    table = document.add_table(rows=1, cols=len(block.columns))
    table.style, table.autofit = "Table Grid", False
    total = sum(column.share for column in block.columns)
    for cell, column in zip(table.rows[0].cells, block.columns, strict=True):
        cell.paragraphs[0].add_run(_clean(column.head)).bold = True
        cell.width = Mm(width * column.share / total)
    # python-docx has no name for a head that is repeated on every page.
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001
    for number, row in enumerate(block.rows):
        for cell, column, text in zip(table.add_row().cells, block.columns, row, strict=True):
            cell.width = Mm(width * column.share / total)
            run = cell.paragraphs[0].add_run(_clean(text))
            run.bold = number in block.marked
            run.font.size = Pt(12)
            if column.numeric:
                _align(cell.paragraphs[0], "RIGHT")


def _lines(cell: Any, lines: list[tuple[str, bool]]) -> None:  # noqa: ANN401
    said = [(text, bold) for text, bold in lines if text]
    for number, (text, bold) in enumerate(said):
        _write(cell.add_paragraph() if number else cell.paragraphs[0], text, bold=bold, alignment="CENTER")


def _paragraph(into: Any, text: str, **look: Any) -> None:  # noqa: ANN401
    _write(into.add_paragraph(), text, **look)


def _write(
    paragraph: Any,  # noqa: ANN401
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    alignment: str = "LEFT",
) -> None:
    run = paragraph.add_run(_clean(text))
    run.bold, run.italic = bold, italic
    _align(paragraph, alignment)


def _align(paragraph: Any, alignment: str) -> None:  # noqa: ANN401
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, alignment)


def _clean(text: str) -> str:
    return _UNSPEAKABLE.sub("\ufffd", text)
