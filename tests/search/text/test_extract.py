"""Taking text out of files: real documents, and files that only claim to be some."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pypdfium2
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from PIL import Image

from archive.fence.pool import Fence, Outcome
from search.text import extract
from search.text.extract import extract_text
from tests.transfers import SAMPLES, pdf


def text_of(path: Path, name: str = "") -> str:
    """Return the text of a file, which must have some."""
    result = extract_text(str(path), name or path.name)
    assert set(result) == {"text", "detail"}
    return str(result["text"])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("03.KSTTHC/Quyết định-2093-QĐ-BYT.pdf", ["BỘ Y TẾ", "công bố thủ tục hành chính"]),
        ("03.KSTTHC/Quyết định-1629-QĐ-UBND.pdf", ["KHOA HỌC VÀ CÔNG NGHỆ", "TỈNH LAI CHÂU"]),
        ("HS.01/1009-ttg.signed.pdf", ["Người ký: CỔNG THÔNG TIN ĐIỆN TỬ CHÍNH PHỦ", "20.09.2024 16:40:43"]),
        ("04.CNTT/CT-11-2025.pdf", ["SAO Y; VĂN PHÒNG ỦY BAN NHÂN DÂN; 25/07/2025"]),
    ],
)
def test_a_text_layer_is_read(name: str, words: list[str]) -> None:
    """The words of a real document are in its text, with their marks; of a signed scan those of its signature."""
    text = " ".join(text_of(SAMPLES / "transfer" / name).split())
    for word in words:
        assert word in text


def test_a_number_in_a_signature_is_read() -> None:
    """Number and date of a signed decision stand only in the appearance of its signatures, and are read there."""
    path = SAMPLES / "transfer" / "05.QH" / "Quyết định-2858-QĐ-UBND.pdf"
    with pypdfium2.PdfDocument(path) as plain:
        assert "2858" not in plain[0].get_textpage().get_text_range()
    assert "2858" in text_of(path).partition("\f")[0]


def test_reading_does_not_change_the_file(tmp_path: Path) -> None:
    """The file is the same afterwards, byte for byte."""
    source = SAMPLES / "transfer" / "05.QH" / "Quyết định-2858-QĐ-UBND.pdf"
    copy = tmp_path / "copy.pdf"
    copy.write_bytes(source.read_bytes())
    extract_text(str(copy), copy.name)
    assert copy.read_bytes() == source.read_bytes()


def test_a_word_document_is_read(tmp_path: Path) -> None:
    """Paragraphs and tables of a `.docx` are read, whatever the file is called."""
    document = docx.Document()
    document.add_paragraph("Luật Trí tuệ nhân tạo")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Điều 1", "Phạm vi"
    document.save(str(tmp_path / "a"))
    assert text_of(tmp_path / "a", "not-a-document.bin") == "Luật Trí tuệ nhân tạo\nĐiều 1\tPhạm vi"


def test_all_of_a_word_document_is_read(tmp_path: Path) -> None:
    """Headers, footers, footnotes, insertions, content controls and nested tables are read; not what was deleted."""
    document = docx.Document()
    document.add_paragraph("Một\thai\nba")
    spaces = nsdecls("w")
    tracked = (
        "<w:ins w:id='1' w:author='A'><w:r><w:t>chèn</w:t></w:r></w:ins>"
        "<w:del w:id='2' w:author='A'><w:r><w:delText>đã xóa</w:delText></w:r></w:del>"
        "<w:moveFrom w:id='3' w:author='A'><w:r><w:t>đã chuyển</w:t></w:r></w:moveFrom>"
    )
    for xml in (tracked, "<w:sdt><w:sdtContent><w:r><w:t>ô điền</w:t></w:r></w:sdtContent></w:sdt>"):
        document.element.body.insert(-1, parse_xml(f"<w:p {spaces}>{xml}</w:p>"))
    outer = document.add_table(rows=1, cols=2)
    outer.rows[0].cells[0].text = "ngoài"
    outer.rows[0].cells[1].add_table(rows=1, cols=1).rows[0].cells[0].text = "trong"
    document.sections[0].header.paragraphs[0].text = "Số: 12/QĐ-UBND"
    document.sections[0].footer.paragraphs[0].text = "Nơi nhận"
    note = "<w:footnote w:id='1'><w:p><w:r><w:t>chú thích</w:t></w:r></w:p></w:footnote>"
    notes = f"<w:footnotes {spaces}>{note}</w:footnotes>"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, notes.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    document.save(str(tmp_path / "a"))
    text = text_of(tmp_path / "a", "a.docx")
    assert [line.strip() for line in text.splitlines() if line.strip()] == [
        *("Một hai ba", "chèn", "ô điền", "ngoài", "trong", "Số: 12/QĐ-UBND", "Nơi nhận", "chú thích"),
    ], text


def test_a_long_word_document_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more is taken out than the limit says."""
    monkeypatch.setattr(extract, "MAX_CHARACTERS", 10)
    document = docx.Document()
    for _ in range(5):
        document.add_paragraph("bảy chữ")
    document.save(str(tmp_path / "a"))
    assert text_of(tmp_path / "a", "a.docx") == "bảy chữ\nbả"


def test_a_real_word_document_is_read() -> None:
    """A long law gives its words."""
    assert "trí tuệ nhân tạo" in text_of(SAMPLES / "LUATTRITUENHANTAO.docx").casefold()


def test_plain_text_is_read(tmp_path: Path) -> None:
    """A text file is read; bytes that are no UTF-8 are shown as unknown signs."""
    (tmp_path / "a").write_bytes("Đất đai".encode() + b"\xff")
    assert text_of(tmp_path / "a", "ghi-chu.TXT") == "Đất đai�"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("anh.png", b"\x89PNG\r\n\x1a\n"),
        ("van-ban.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("khong-ten", b""),
    ],
)
def test_what_cannot_be_read_says_so(name: str, content: bytes, tmp_path: Path) -> None:
    """A kind of file without an extractor gives no text and the reason."""
    (tmp_path / "a").write_bytes(content)
    assert extract_text(str(tmp_path / "a"), name) == {"text": "", "detail": "no extractor for this kind of file"}


def test_a_zip_that_is_no_document_is_not_opened(tmp_path: Path) -> None:
    """A compressed folder that calls itself a document gives no text."""
    with zipfile.ZipFile(tmp_path / "a", "w") as packed:
        packed.writestr("other.xml", "<a/>")
    assert extract_text(str(tmp_path / "a"), "a.docx")["detail"] == "no extractor for this kind of file"


def test_a_scan_without_text_says_so(tmp_path: Path) -> None:
    """A PDF of pictures has no text, and that is said."""
    picture = io.BytesIO()
    Image.new("1", (60, 40), 1).save(picture, "PDF")
    (tmp_path / "scan.pdf").write_bytes(picture.getvalue())
    assert extract_text(str(tmp_path / "scan.pdf"), "scan.pdf") == {"text": "", "detail": "no text layer"}


def test_pages_are_told_apart(tmp_path: Path) -> None:
    """Between the texts of two pages stands a form feed."""
    path = SAMPLES / "transfer" / "03.KSTTHC" / "Quyết định-1629-QĐ-UBND.pdf"
    with pypdfium2.PdfDocument(path) as document:
        assert len(text_of(path).split("\f")) == len(document) > 1


def test_a_very_long_text_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit the text ends, and the detail says after which page."""
    monkeypatch.setattr(extract, "MAX_CHARACTERS", 100)
    result = extract_text(str(SAMPLES / "transfer" / "03.KSTTHC" / "Quyết định-1629-QĐ-UBND.pdf"), "a.pdf")
    assert len(result["text"]) == 100
    assert result["detail"] == "cut after page 3"


def test_a_broken_file_is_a_result_behind_the_fence(fence: Fence, tmp_path: Path) -> None:
    """Bytes that only begin like a PDF are an outcome of their own, and the next file is read."""
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\n" + b"\x00" * 50)
    broken = fence.run(extract_text, str(tmp_path / "broken.pdf"), "broken.pdf")
    assert (broken.outcome, broken.value) == (Outcome.CRASHED, None)
    (tmp_path / "good.pdf").write_bytes(pdf("good"))
    assert fence.run(extract_text, str(tmp_path / "good.pdf"), "good.pdf").value == {
        "text": "",
        "detail": "no text layer",
    }
