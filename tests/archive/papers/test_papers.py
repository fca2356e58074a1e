"""Papers: the same words as Word document and as PDF, whatever stands in them."""

from __future__ import annotations

import io
import socket
from typing import Any

import docx
import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.papers.docx_paper import docx_paper
from archive.papers.paper import Column, Heading, Paper, Signatures, Table, Text
from archive.papers.pdf_paper import _own_font, can_draw, pdf_paper

drawn = pytest.mark.skipif(not can_draw(), reason="Pango is not installed")
COLUMNS = (Column("STT", 1, numeric=True), Column("Tiêu đề", 6), Column("Ghi chú", 2))


def paper(**values: Any) -> Paper:
    """Return a paper with one of each block."""
    made: dict[str, Any] = {
        "superior": "UBND tỉnh Mẫu",
        "body": "Sở Mẫu",
        "title": "Biên bản",
        "subject": "Giao nhận hồ sơ",
        "dated": "Ngày 25 tháng 11 năm 2026",
        "blocks": (
            Text("Chúng tôi gồm: đường ượng ặẵẳ"),
            Heading("Danh sách"),
            Table(COLUMNS, (("1", "Hồ sơ <b>&amp;</b>", ""), ("2", "Hồ sơ “hai”", "x"))),
            Signatures((("BÊN GIAO", ("Người giao",)), ("BÊN NHẬN", ()))),
        ),
    }
    return Paper(**(made | values))


def text_of(content: bytes) -> str:
    """Return the words of a PDF, its lines joined."""
    document = pypdfium2.PdfDocument(content)
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)


@drawn
def test_both_forms_say_the_same() -> None:
    """Heading, motto, title, table and signatures stand in both, and nothing in them is taken for marks."""
    read = docx.Document(io.BytesIO(docx_paper(paper())))
    cells = [cell.text for table in read.tables for row in table.rows for cell in row.cells]
    words = " ".join([*cells, *(paragraph.text for paragraph in read.paragraphs)])
    for told in (
        *("UBND tỉnh Mẫu", "SỞ MẪU", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "BIÊN BẢN"),
        *("Giao nhận hồ sơ", "Chúng tôi gồm: đường ượng ặẵẳ", "Hồ sơ <b>&amp;</b>", "Hồ sơ “hai”", "Người giao"),
    ):
        assert told in words
        assert told in text_of(pdf_paper(paper()))


@drawn
def test_a_long_table_repeats_its_heads() -> None:
    """A table goes on over pages, each of which says what its columns are; no row is lost."""
    rows = tuple((str(number), f"Hồ sơ số {number}.", "") for number in range(1, 121))
    document = pypdfium2.PdfDocument(pdf_paper(paper(blocks=(Table(COLUMNS, rows),))))
    pages = [page.get_textpage().get_text_range() for page in document]
    assert len(pages) > 2
    assert all("Tiêu đề" in page for page in pages)
    assert [number for number in range(1, 121) if f"Hồ sơ số {number}." not in " ".join(pages)] == []


@drawn
def test_nothing_is_fetched_for_a_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fonts are the product's own, embedded; an address in a text is text, and no other is ever asked for."""

    def refused(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket.socket, "connect", refused)
    content = pdf_paper(paper(subject='"><img src="http://example.org/x.png">@import url(file:///etc/passwd)'))
    with pikepdf.open(io.BytesIO(content)) as opened:
        names = {str(font.BaseFont) for page in opened.pages for font in page.Resources.Font.values()}
    assert names
    assert all("Tinos" in name for name in names)
    for address in ("http://example.org/x", "file:///etc/passwd", "font:../errors.py", "font:/etc/passwd"):
        with pytest.raises(ValueError, match=r"http|file|font"):
            _own_font(address)


@settings(max_examples=30)
@given(st.text(max_size=40))
def test_any_text_makes_a_word_document(text: str) -> None:
    """Signs that no XML can carry are shown as unknown signs, and the document opens."""
    made = paper(subject=text, blocks=(Text(text), Table(COLUMNS, ((text, text, text),))))
    assert len(docx.Document(io.BytesIO(docx_paper(made))).tables) == 2
