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


@pytest.fixture
def app(archive: Archive) -> Flask:
    """The application over a sealed dossier: a picture, a text, and a PDF that is none."""
    rows = [row("01.TH", "HS/anh.png", 1), row("01.TH", "HS/chu.txt", 2), row("01.TH", "HS/hong.pdf", 3)]
    text = "Quyết định về việc giao đất\nTrang hai nói về quy hoạch"
    content = {"HS/anh.png": image(), "HS/chu.txt": text.encode(), "HS/hong.pdf": b"%PDF-1.7 hong"}
    whole_way(archive, {"danh-muc.xlsx": list_file(rows), **content})
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
    assert "<mark>quy</mark> <mark>hoạch</mark>" in page
    assert "Có ở 1 trang." in page
    assert "Không có trong phần chữ" in reader.get(f"{address(archive, 'chu.txt')}?q=khong+he+co+gi").text


def test_a_page_with_hits_opens_first(archive: Archive, reader: FlaskClient) -> None:
    """Of a document of several pages the first one with the words is shown, with the ways to the others."""
    at = address(archive, "chu.txt")
    with archive.house.database.write(SystemScope("test")) as work:
        taken = work.session.scalars(
            select(ContentText).where(ContentText.content_file_id == uuid.UUID(at.rpartition("/")[2]))
        ).one()
        taken.text = "một\fhai đất\fba\fbốn đất"
    page = reader.get(f"{at}?q=dat").text
    assert "Trang 2 trong 4" in page
    assert f"{at}?trang=4&amp;q=dat" in page


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
