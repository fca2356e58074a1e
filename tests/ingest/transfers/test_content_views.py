"""Whoever decides about a transfer sees what was handed in: a dossier's documents, each file page by page."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from archive.audit.models import AuditEvent
from archive.database.scope import SystemScope
from config.application import create_application
from ingest.transfers import services
from ingest.transfers.content import current_findings
from ingest.transfers.models import TransferDossier, TransferFile
from tests.conftest import Archive
from tests.pages import client_of, page_of
from tests.transfers import list_file, open_transfer, pdf, row, small, submit, upload, whole_way, work_off


@pytest.fixture
def app(archive: Archive) -> Flask:
    """The application, taking forms without marks."""
    made = create_application(archive.house)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def sent(archive: Archive, content: Mapping[str, bytes] | None = None) -> uuid.UUID:
    """Hand in a transfer and let it be checked."""
    transfer = open_transfer(archive)
    upload(archive, transfer, content or small(1, 3))
    submit(archive, transfer)
    work_off(archive)
    return transfer


def rows(archive: Archive, transfer: uuid.UUID) -> list[TransferDossier]:
    """Return its dossiers."""
    with archive.house.database.read(SystemScope("test")) as work:
        found = select(TransferDossier).where(TransferDossier.transfer_id == transfer)
        return list(work.session.scalars(found.order_by(TransferDossier.position)))


def ordinal_of(archive: Archive, transfer: uuid.UUID, path: str) -> int:
    """Return the number of a file."""
    with archive.house.database.read(SystemScope("test")) as work:
        found = select(TransferFile.ordinal).where(TransferFile.transfer_id == transfer, TransferFile.path == path)
        return work.session.scalars(found).one()


def openings(archive: Archive) -> int:
    """Return how many openings were noted."""
    with archive.house.database.read(SystemScope("test")) as work:
        return len(work.session.scalars(select(AuditEvent.seq).where(AuditEvent.act == "transfer.file_opened")).all())


@pytest.mark.parametrize("who", ["submitter", "approver", "archivist"])
def test_who_decides_sees_the_documents(who: str, archive: Archive, app: Flask) -> None:
    """From the transfer's page a way leads to its dossier, from there to each document, and on to the next."""
    transfer = sent(archive)
    (dossier,) = rows(archive, transfer)
    assert f"/giao-nop/{transfer}/ho-so/{dossier.id}" in page_of(archive, app, who, f"/giao-nop/{transfer}")
    listed = page_of(archive, app, who, f"/giao-nop/{transfer}/ho-so/{dossier.id}")
    numbers = [ordinal_of(archive, transfer, f"HS01/vb-0{n}.pdf") for n in (1, 2, 3)]
    assert all(f"/giao-nop/{transfer}/doc/{number}" in listed for number in numbers)
    assert "danh-muc.xlsx" not in listed, "the list itself is no stray file"
    middle = page_of(archive, app, who, f"/giao-nop/{transfer}/doc/{numbers[1]}")
    assert f'rel="prev" href="/giao-nop/{transfer}/doc/{numbers[0]}"' in middle
    assert f'rel="next" href="/giao-nop/{transfer}/doc/{numbers[2]}"' in middle
    assert "Chưa quét mã độc" in middle
    drawn = client_of(archive, app, who).get(f"/giao-nop/{transfer}/doc/{numbers[1]}/trang/1.png")
    assert (drawn.status_code, drawn.data[:4]) == (200, b"\x89PNG")
    assert openings(archive) == 1, "pages and pictures are parts of one opening"


def test_the_documents_are_taken_as_a_list(archive: Archive, app: Flask) -> None:
    """The list of documents comes as a file like every list, with numbers, subjects and paths."""
    transfer = sent(archive)
    (dossier,) = rows(archive, transfer)
    with client_of(archive, app, "archivist").get(f"/giao-nop/{transfer}/ho-so/{dossier.id}?xuat=csv") as taken:
        assert taken.headers["Content-Disposition"].startswith("attachment")
        assert taken.text.count("HS01/vb-0") == 3


def test_the_original_comes_as_an_attachment(archive: Archive, app: Flask) -> None:
    """The bytes that came in are sent as they are, never shown by the browser; an event of their own."""
    content = small(1, 1)
    transfer = sent(archive, content)
    number = ordinal_of(archive, transfer, "HS01/vb-01.pdf")
    answer = client_of(archive, app, "approver").get(f"/giao-nop/{transfer}/doc/{number}/goc")
    assert answer.data == content["HS01/vb-01.pdf"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert openings(archive) == 1


def test_nobody_else_sees_them(archive: Archive, app: Flask) -> None:
    """Other units and bodies do not find them; who may not see transfers is refused; nothing is noted."""
    transfer = sent(archive)
    (dossier,) = rows(archive, transfer)
    number = ordinal_of(archive, transfer, "HS01/vb-01.pdf")
    ways = [f"doc/{number}", f"doc/{number}/trang/1.png", f"doc/{number}/goc", f"ho-so/{dossier.id}"]
    for way in ways:
        for who in ("other.submitter", "other.approver", "xa.archivist"):
            assert client_of(archive, app, who).get(f"/giao-nop/{transfer}/{way}").status_code == 404, (who, way)
        for who in ("searcher", "auditor", "unitadmin"):
            assert client_of(archive, app, who).get(f"/giao-nop/{transfer}/{way}").status_code == 403, (who, way)
    assert openings(archive) == 0


def test_what_will_be_restricted_is_restricted_already(archive: Archive, app: Flask) -> None:
    """A reader of internal documents does not open a restricted one before it is sealed either; its sender does."""
    lines = [
        row("01.TH", "HS/1.pdf", 1, document__access="Công khai"),
        row("01.TH", "HS/2.pdf", 2, document__access="Hạn chế"),
    ]
    transfer = sent(archive, {"danh-muc.xlsx": list_file(lines), "HS/1.pdf": pdf("1"), "HS/2.pdf": pdf("2")})
    plain, restricted = (ordinal_of(archive, transfer, f"HS/{n}.pdf") for n in (1, 2))
    for who, seen in (("submitter", True), ("approver", True), ("archivist", True), ("clerk", False)):
        client = client_of(archive, app, who)
        assert client.get(f"/giao-nop/{transfer}/doc/{plain}").status_code == 200, who
        for way in (f"doc/{restricted}", f"doc/{restricted}/goc", f"doc/{restricted}/trang/1.png"):
            assert (client.get(f"/giao-nop/{transfer}/{way}").status_code == 200) is seen, (who, way)


def test_a_dossier_or_file_of_another_transfer_is_not_there(archive: Archive, app: Flask) -> None:
    """Numbers and ids are looked up inside the transfer of the address alone."""
    one, two = sent(archive), sent(archive)
    (other,) = rows(archive, two)
    client = client_of(archive, app, "archivist")
    assert client.get(f"/giao-nop/{one}/ho-so/{other.id}").status_code == 404
    assert client.get(f"/giao-nop/{one}/doc/999").status_code == 404
    assert client.get(f"/giao-nop/{one}/doc/0/goc").status_code == 404


def test_malware_is_not_opened(archive: Archive, app: Flask) -> None:
    """A file in which the scanner found something is named, and neither drawn nor sent."""
    transfer = sent(archive)
    number = ordinal_of(archive, transfer, "HS01/vb-01.pdf")
    with archive.house.database.write(SystemScope("test")) as work:
        file = work.session.scalars(select(TransferFile).where(TransferFile.path == "HS01/vb-01.pdf")).one()
        file.facts = {**file.facts, "malware": "infected", "malware_detail": "Eicar-Test"}
    shown = page_of(archive, app, "archivist", f"/giao-nop/{transfer}/doc/{number}")
    assert "Eicar-Test" in shown
    assert "<img" not in shown.partition("<main")[2]
    for way in ("goc", "trang/1.png"):
        assert client_of(archive, app, "archivist").get(f"/giao-nop/{transfer}/doc/{number}/{way}").status_code == 404


def test_a_sealed_dossier_has_its_own_page(archive: Archive, app: Flask) -> None:
    """Once sealed, the way leads to what is kept; what was staged is gone and says so."""
    transfer = whole_way(archive, small(1, 1))
    (dossier,) = rows(archive, transfer)
    client = client_of(archive, app, "archivist")
    answer = client.get(f"/giao-nop/{transfer}/ho-so/{dossier.id}")
    assert (answer.status_code, answer.location) == (302, f"/ho-so/{dossier.dossier_id}")
    number = ordinal_of(archive, transfer, "HS01/vb-01.pdf")
    assert client.get(f"/giao-nop/{transfer}/doc/{number}").status_code == 404
    assert client.get(f"/giao-nop/{transfer}/doc/{number}/goc").status_code == 404


def test_findings_are_counted_beside_their_document(archive: Archive, app: Flask) -> None:
    """A document with a fault shows how many, one whose file is missing says so, one without shows none."""
    lines: list[Any] = [
        row("01.TH", "HS/1.pdf", 1, document__issued_date__month=13),
        row("01.TH", "HS/2.pdf", 2),
    ]
    transfer = sent(archive, {"danh-muc.xlsx": list_file(lines), "HS/1.pdf": pdf("1")})
    (dossier,) = rows(archive, transfer)
    page = page_of(archive, app, "approver", f"/giao-nop/{transfer}/ho-so/{dossier.id}")
    assert page.count("Thiếu tệp") == 1


def test_after_a_return_the_reason_and_the_report_stay_in_sight(archive: Archive, app: Flask) -> None:
    """Opened again, the transfer shows why it came back and what was found, until it is handed in anew."""
    lines = [row("01.TH", "HS/1.pdf", 1, document__issued_date__month=13)]
    transfer = sent(archive, {"danh-muc.xlsx": list_file(lines), "HS/1.pdf": pdf("1")})
    leader, sender = client_of(archive, app, "approver"), client_of(archive, app, "submitter")
    leader.post(f"/giao-nop/{transfer}/tra-lai", data={"reason": "Sai tháng ở dòng đầu"})
    assert "Đã kết thúc" not in page_of(archive, app, "submitter", f"/giao-nop/{transfer}")
    sender.post(f"/giao-nop/{transfer}/mo-lai")
    page = page_of(archive, app, "submitter", f"/giao-nop/{transfer}")
    for told in ("Lần nộp trước bị trả lại", "Sai tháng ở dòng đầu", "Báo cáo của lần nộp trước", "CHK-0301"):
        assert told in page, told


def test_a_refused_submission_keeps_what_was_pledged(archive: Archive, app: Flask) -> None:
    """Who pledged and forgot the files does not have to pledge again."""
    transfer = open_transfer(archive)
    client = client_of(archive, app, "submitter")
    answer = client.post(f"/giao-nop/{transfer}/nop", data={"complete": "1", "nothing_secret": "1"})
    page = client.get(answer.location).text
    assert page.count("required checked") == 2
    with archive.house.database.read(archive.person("submitter").scope()) as work:
        assert services.get(work, transfer).state == "receiving"


def test_the_sender_is_offered_to_mend_where_the_errors_are_told(archive: Archive, app: Flask) -> None:
    """With errors left, the way to mend them stands above the report."""
    lines = [row("01.TH", "HS/1.pdf", 1, document__issued_date__month=13)]
    transfer = sent(archive, {"danh-muc.xlsx": list_file(lines), "HS/1.pdf": pdf("1")})
    page = page_of(archive, app, "submitter", f"/giao-nop/{transfer}")
    assert page.index("Lấy về để sửa") < page.index("Phải xong trước khi tiếp nhận")
    assert "lỗi phải sửa trước khi tiếp nhận" in page


def test_what_the_archive_holds_already_is_told_and_compared(archive: Archive, app: Flask) -> None:
    """A dossier handed in again is named with the one it was; both stand side by side; a part of it is a note."""
    whole_way(archive, small(1, 2))
    again = sent(archive, small(1, 2))
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        found = {f.code: f for f in current_findings(work, services.get(work, again))}
    assert found["CHK-0603"].parameters["code"] == "H98.01.2024.01.TH"
    page = page_of(archive, app, "archivist", f"/giao-nop/{again}")
    way = re.search(rf'href="(/giao-nop/{again}/doi-chieu/[^"]+)"', page)
    assert way
    side_by_side = page_of(archive, app, "archivist", html.unescape(way[1]))
    assert side_by_side.count("giống</span>") == 4
    part = small(1, 2)
    part["HS01/vb-02.pdf"] = pdf("khác hẳn")
    other = sent(archive, part)
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        codes = [f.code for f in current_findings(work, services.get(work, other))]
    assert ("CHK-0603" in codes, codes.count("CHK-0604")) == (False, 1)
    assert client_of(archive, app, "xa.archivist").get(html.unescape(way[1])).status_code == 404


def test_errors_stand_on_both_desks(archive: Archive, app: Flask) -> None:
    """Who sent a transfer with errors and who decides about it are told how many there are."""
    lines = [row("01.TH", "HS/1.pdf", 1, document__issued_date__month=13)]
    sent(archive, {"danh-muc.xlsx": list_file(lines), "HS/1.pdf": pdf("1")})
    for who in ("submitter", "approver"):
        assert "1 lỗi phải sửa" in page_of(archive, app, who, "/")


def test_nobody_is_sent_to_what_has_no_errors(archive: Archive, app: Flask) -> None:
    """A transfer that only waits for others is no work of its sender's."""
    sent(archive)
    assert "Đang chờ duyệt" not in page_of(archive, app, "submitter", "/")


@pytest.mark.parametrize(
    ("who", "place"),
    [
        ("submitter", "nguoi-lap-ho-so#theo-doi-dot-nop"),
        ("approver", "lanh-dao-don-vi#duyet-mot-dot-nop"),
        ("archivist", "luu-tru-vien#xem-xet-dot-nop"),
    ],
)
def test_help_speaks_of_the_readers_own_part(who: str, place: str, archive: Archive, app: Flask) -> None:
    """On one and the same page each is led to what the guide says of their own work."""
    transfer = sent(archive)
    assert f"/tro-giup/{place}" in page_of(archive, app, who, f"/giao-nop/{transfer}")
