"""The reading page: pictures and text of a document, for those who may read it and nobody else."""

from __future__ import annotations

import io
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from archive.audit.models import AuditEvent
from archive.database.scope import SystemScope
from archive.description.models import ContentFile, Document
from config.application import create_application
from search.text.models import ContentText
from tests.conftest import Archive
from tests.pages import client_of
from tests.transfers import list_file, row, whole_way


def image() -> bytes:
    """Return a small picture."""
    written = io.BytesIO()
    Image.new("RGB", (400, 600), "white").save(written, "PNG")
    return written.getvalue()


def scan() -> bytes:
    """Return a scan of two pages."""
    written = io.BytesIO()
    page = Image.new("L", (400, 600), 255)
    page.save(written, "TIFF", save_all=True, append_images=[page])
    return written.getvalue()


@pytest.fixture
def app(archive: Archive) -> Flask:
    """The application over a sealed dossier: a picture, a text, a PDF that is none, a scan of two pages."""
    text = "Quyết định về việc giao đất\nTrang hai nói về quy hoạch"
    content = {"anh.png": image(), "chu.txt": text.encode(), "hong.pdf": b"%PDF-1.7 hong", "hai.tif": scan()}
    rows = [row("01.TH", f"HS/{name}", number) for number, name in enumerate(content, start=1)]
    files = {f"HS/{name}": body for name, body in content.items()}
    whole_way(archive, {"danh-muc.xlsx": list_file(rows), **files})
    return create_application(archive.house)


def address(archive: Archive, name: str) -> str:
    """Return the address of a file's reading page."""
    with archive.house.database.read(SystemScope("test")) as work:
        found = work.session.execute(
            select(Document.dossier_id, ContentFile.id)
            .join(ContentFile, ContentFile.document_id == Document.id)
            .where(ContentFile.original_path.endswith(name))
        ).one()
    return f"/ho-so/{found[0]}/doc/{found[1]}"


@pytest.fixture
def reader(archive: Archive, app: Flask) -> FlaskClient:
    """A searcher's browser."""
    return client_of(archive, app, "searcher")


def openings(archive: Archive) -> int:
    """Return how many times a document was opened."""
    with archive.house.database.read(SystemScope("test")) as work:
        return len(work.session.scalars(select(AuditEvent).where(AuditEvent.act == "document.opened")).all())


def test_an_opening_is_one_event(archive: Archive, reader: FlaskClient) -> None:
    """Opening a document is an event; its pictures and its other pages are parts of the same opening."""
    at = address(archive, "anh.png")
    assert reader.get(at).status_code == 200
    picture = reader.get(f"{at}/trang/1.png?rong=300")
    assert Image.open(io.BytesIO(picture.data)).size == (300, 450)
    assert picture.headers["Cache-Control"] == "private, no-store"
    assert reader.get(f"{at}?trang=1").status_code == 200
    assert openings(archive) == 1
    assert reader.get(f"{at}/trang/2.png").status_code == 404


def test_no_way_in_goes_without_an_event(archive: Archive, app: Flask) -> None:
    """Whoever goes straight to a page or to its picture has opened the document, once."""
    at = address(archive, "anh.png")
    for number, (who, path) in enumerate((("searcher", f"{at}?trang=1"), ("archivist", f"{at}/trang/1.png")), start=1):
        client = client_of(archive, app, who)
        for _ in range(2):
            assert client.get(path).status_code == 200
            assert openings(archive) == number


def test_hits_are_marked_with_and_without_marks(archive: Archive, reader: FlaskClient) -> None:
    """The words are found and marked as they stand, however they were typed."""
    page = reader.get(f"{address(archive, 'chu.txt')}?q=quy+hoach").text
    assert '<mark class="here" id="cho">quy</mark> <mark class="here">hoạch</mark>' in page
    assert "Chỗ 1 trong 1" in page
    assert "Không có trong phần chữ" in reader.get(f"{address(archive, 'chu.txt')}?q=khong+he+co+gi").text


def test_a_page_with_hits_opens_first(archive: Archive, reader: FlaskClient) -> None:
    """Of a document of several pages the first one with the words is shown, with the ways to the others."""
    at = address(archive, "chu.txt")
    with archive.house.database.write(SystemScope("test")) as work:
        taken = work.session.scalars(
            select(ContentText).where(ContentText.content_file_id == uuid.UUID(at.rpartition("/")[2]))
        ).one()
        taken.text = "một\fhai đất\fba\fbốn đất, năm đất"
    page = reader.get(f"{at}?q=dat").text
    assert "Trang 2 trong 4" in page
    assert "Chỗ 1 trong 3" in page
    assert f"{at}?trang=4&amp;cho=1&amp;q=dat&amp;rong=900#cho" in page
    page = reader.get(f"{at}?q=dat&trang=4&cho=2").text
    assert 'bốn <mark>đất</mark>, năm <mark class="here" id="cho">đất</mark>' in page
    assert f"{at}?trang=4&amp;cho=1&amp;q=dat&amp;rong=900#cho" in page
    assert "chỗ sau" not in page
    assert "Không có trên trang này; có 3 chỗ ở 2 trang" in reader.get(f"{at}?q=dat&trang=3").text


def test_what_cannot_be_shown_says_so(archive: Archive, reader: FlaskClient) -> None:
    """A damaged file has a coded message and its download, never a blank or a fault; a text has its words alone."""
    page = reader.get(address(archive, "hong.pdf")).text
    assert "DOC-0001" in page
    assert "Tải tệp gốc" in page
    assert "Loại tệp này không có hình trang" in reader.get(address(archive, "chu.txt")).text


def test_nobody_reads_what_is_not_theirs(archive: Archive, app: Flask) -> None:
    """For another unit's maker and another body the document does not exist; without the right the door is shut."""
    at = address(archive, "anh.png")
    for who, status in (("other.submitter", 404), ("xa.searcher", 404), ("auditor", 403)):
        client = client_of(archive, app, who)
        for path in (at, f"{at}/trang/1.png"):
            assert client.get(path).status_code == status, (who, path)
    before, after = address(archive, "anh.png"), address(archive, "chu.txt")
    page = client_of(archive, app, "submitter").get(before).text
    assert after in page


def _text_of(archive: Archive, name: str, **changed: str) -> str:
    """Change what is known of a file's text and return the address of its reading page."""
    at = address(archive, name)
    with archive.house.database.write(SystemScope("test")) as work:
        taken = work.session.scalars(
            select(ContentText).where(ContentText.content_file_id == uuid.UUID(at.rpartition("/")[2]))
        ).one()
        for key, value in changed.items():
            setattr(taken, key, value)
    return at


def test_only_the_whole_phrase_is_a_hit(archive: Archive, reader: FlaskClient) -> None:
    """A page with one word of a phrase is no hit; the page with the phrase opens."""
    at = _text_of(archive, "chu.txt", text="cộng hòa đất nước\fquy định\fquy hoạch đất đai của tỉnh")
    page = reader.get(f"{at}?q=%22quy+hoach+dat+dai%22").text
    assert "Trang 3 trong 3" in page
    assert "Chỗ 1 trong 1" in page


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"state": "pending"}, "Đang lấy phần chữ"),
        ({"state": "none", "detail": "no extractor for this kind of file"}, "loại tệp này"),
        ({"state": "none", "detail": "no text layer"}, "có thể là bản quét"),
        ({"state": "none", "detail": "killed"}, "chưa biết trong tệp có chữ hay không"),
        ({"state": "done", "text": "một\f"}, "có thể là bản quét"),
        ({"state": "done", "text": "một", "detail": "cut after page 1"}, "chỉ lấy đến trang 1"),
    ],
)
def test_a_page_without_text_says_why(archive: Archive, app: Flask, known: dict[str, str], said: str) -> None:
    """That a page is a scan is said only where its text was looked for; what failed is called so."""
    at = _text_of(archive, "hai.tif", **{"text": "", "detail": "", **known})
    assert said in client_of(archive, app, "searcher").get(f"{at}?trang=2").text


def test_a_page_that_cannot_be_drawn_shows_its_code(archive: Archive, reader: FlaskClient) -> None:
    """A picture that could not be made is a picture that says so, not a hole."""
    drawn = reader.get(f"{address(archive, 'hong.pdf')}/trang/1.png")
    assert (drawn.status_code, drawn.mimetype) == (422, "image/svg+xml")
    assert "DOC-0001" in drawn.text


@pytest.mark.parametrize("query", ["trang=%C2%B2", "trang=0", "trang=-3", "trang=" + "9" * 30, "rong=abc", "q=%22"])
def test_an_odd_address_is_no_fault(archive: Archive, reader: FlaskClient, query: str) -> None:
    """Whatever stands in the address, a page answers."""
    for name in ("chu.txt", "anh.png", "hong.pdf"):
        assert reader.get(f"{address(archive, name)}?{query}").status_code == 200, name
    assert reader.get(f"{address(archive, 'anh.png')}/trang/1.png?{query}").status_code == 200
