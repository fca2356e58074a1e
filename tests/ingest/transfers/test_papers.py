"""What is taken along from a transfer: the check report in three forms, and the papers of the hand-over."""

from __future__ import annotations

import hashlib
import io
import json
import uuid

import docx
import pypdfium2
import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from archive.audit.models import AuditEvent, AuditPayload
from archive.database.scope import SystemScope
from archive.messages.catalogue import level_of
from archive.messages.rules import Level
from archive.papers.pdf_paper import can_draw
from config.application import create_application
from ingest.transfers import services
from ingest.transfers.content import current_findings
from ingest.transfers.files import staging_key
from tests.conftest import Archive
from tests.pages import client_of
from tests.transfers import list_file, open_transfer, pdf, row, submit, upload, whole_way, work_off

drawn = pytest.mark.skipif(not can_draw(), reason="Pango is not installed")


@pytest.fixture
def app(archive: Archive) -> Flask:
    """The application."""
    return create_application(archive.house)


@pytest.fixture
def faulty(archive: Archive) -> uuid.UUID:
    """A transfer with a month that there is not in one cell, a file too many, and a title like a formula."""
    rows = [
        row("01.TH", "HS01/vb-1.pdf", 1, dossier__title="+1 Hồ sơ <thử>"),
        row("01.TH", "HS01/vb-2.pdf", 2, document__issued_date__month=13),
    ]
    content = {"danh-muc.xlsx": list_file(rows), "HS01/vb-1.pdf": pdf("1"), "HS01/vb-2.pdf": pdf("2")}
    transfer = open_transfer(archive)
    upload(archive, transfer, {**content, "HS01/thua.pdf": pdf("thừa")})
    submit(archive, transfer)
    work_off(archive)
    return transfer


def taken(archive: Archive, app: Flask, who: str, address: str) -> bytes:
    """Return the file that an address gives as an attachment."""
    answer = client_of(archive, app, who).get(address)
    assert answer.status_code == 200, address
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return answer.data


def events(archive: Archive) -> list[dict[str, str]]:
    """Return what was noted of papers that were taken."""
    with archive.house.database.read(SystemScope("test")) as work:
        bodies = work.session.scalars(
            select(AuditPayload.body)
            .join(AuditEvent, (AuditEvent.chain_id == AuditPayload.chain_id) & (AuditEvent.seq == AuditPayload.seq))
            .where(AuditEvent.act == "transfer.paper_taken")
            .order_by(AuditEvent.seq)
        )
        return [json.loads(body) for body in bodies]


def test_the_report_as_json_has_every_finding(archive: Archive, app: Flask, faulty: uuid.UUID) -> None:
    """Codes, places, levels, words in both languages and articles stand there, in the order of the report."""
    told = json.loads(taken(archive, app, "submitter", f"/giao-nop/{faulty}/bao-cao.json"))
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        found = current_findings(work, services.get(work, faulty))
    assert [one["code"] for one in told["findings"]] == [finding.code for finding in found]
    assert {"CHK-0102", "CHK-0301"} <= {one["code"] for one in told["findings"]}
    assert all(one["text"]["vi"] and one["text"]["en"] and one["level"] for one in told["findings"])


def test_the_senders_own_list_comes_back_with_marks(archive: Archive, app: Flask, faulty: uuid.UUID) -> None:
    """Every cell keeps its place and value; the faulty one is coloured and says its code; the row says what to do."""
    book = load_workbook(io.BytesIO(taken(archive, app, "submitter", f"/giao-nop/{faulty}/bao-cao.xlsx")))
    marked, found = book.worksheets
    sent = load_workbook(io.BytesIO(_sent(archive, faulty))).worksheets[0]
    assert [[cell.value for cell in line[: sent.max_column]] for line in marked.iter_rows()] == [
        [cell.value for cell in line] for line in sent.iter_rows()
    ]
    noted = {cell.coordinate: cell.comment.text for line in marked.iter_rows() for cell in line if cell.comment}
    (place,) = [place for place, text in noted.items() if "CHK-0301" in text]
    assert marked[place].fill.fgColor.rgb.endswith("F8D7DA")
    behind = marked.cell(marked[place].row, sent.max_column + 1)
    assert "CHK-0301" in behind.value
    assert behind.data_type == "s"
    assert {"CHK-0102", "CHK-0301"} <= {line[0].value for line in found.iter_rows(min_row=2)}


def test_a_marked_list_may_be_handed_in_again(archive: Archive, app: Flask, faulty: uuid.UUID) -> None:
    """Whoever mends the marked copy and hands it in has no new errors from the marks."""
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        before = {f.code for f in current_findings(work, services.get(work, faulty)) if level_of(f) is Level.ERROR}
    content = taken(archive, app, "submitter", f"/giao-nop/{faulty}/bao-cao.xlsx")
    again = open_transfer(archive)
    files = {"HS01/vb-1.pdf": pdf("1"), "HS01/vb-2.pdf": pdf("2"), "HS01/thua.pdf": pdf("thừa")}
    upload(archive, again, {"danh-muc.xlsx": content, **files})
    submit(archive, again)
    work_off(archive)
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        found = current_findings(work, services.get(work, again))
    assert {f.code for f in found if level_of(f) is Level.ERROR} == before
    assert not {"RDR-0104", "RDR-0106"} & {f.code for f in found}, "the marks are no columns or sheets of the sender's"


def _sent(archive: Archive, transfer: uuid.UUID) -> bytes:
    """Return the list as it was sent."""
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        (file,) = [f for f in services.current_files(work, services.get(work, transfer)) if f.path == "danh-muc.xlsx"]
    return b"".join(archive.house.staging.read(staging_key(file)))


@drawn
def test_the_report_as_a_paper(archive: Archive, app: Flask, faulty: uuid.UUID) -> None:
    """The paper has the agency's heading, each code with its place and article; its digest is in the audit trail."""
    content = taken(archive, app, "approver", f"/giao-nop/{faulty}/bao-cao.pdf")
    pages = pypdfium2.PdfDocument(content)
    words = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in pages)
    for told in (
        "SỞ THỬ",
        "BÁO CÁO KIỂM TRA",
        "CHK-0301",
        "CHK-0102",
        "HS01/thua.pdf",
        "Phải xong trước khi tiếp nhận",
    ):
        assert told in words, told
    assert events(archive) == [{"name": "bao-cao", "format": "pdf", "sha256": hashlib.sha256(content).hexdigest()}]


@drawn
def test_both_papers_of_the_hand_over_in_both_forms(archive: Archive, app: Flask) -> None:
    """Minutes and inventory name both sides, totals in words, the period, and the digest of every file."""
    transfer = whole_way(archive)
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        digests = [file.sha256 for file in services.current_files(work, services.get(work, transfer))]
    wanted = {
        "bien-ban": ["BIÊN BẢN", "BÊN GIAO", archive.person("submitter").name, archive.person("archivist").name],
        "muc-luc": ["MỤC LỤC HỒ SƠ, TÀI LIỆU NỘP LƯU", "01.TH", "viết bằng chữ: hai hồ sơ"],
    }
    for name, words in wanted.items():
        address = f"/giao-nop/{transfer}/ban-giao/{name}"
        read = docx.Document(io.BytesIO(taken(archive, app, "submitter", f"{address}.docx")))
        cells = [cell.text for table in read.tables for line in table.rows for cell in line.cells]
        whole = " ".join([*cells, *(paragraph.text for paragraph in read.paragraphs)])
        drawing = pypdfium2.PdfDocument(taken(archive, app, "archivist", f"{address}.pdf"))
        seen = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in drawing)
        for word in words:
            assert word in whole, word
            assert word in seen, word
        if name == "bien-ban":
            assert sum(digest in whole for digest in digests) == len(digests) - 1, "all but the list itself"


def test_before_both_sides_have_confirmed_it_is_a_draft(archive: Archive, app: Flask, faulty: uuid.UUID) -> None:
    """A paper that nobody has confirmed says so in place of its day."""
    read = docx.Document(io.BytesIO(taken(archive, app, "submitter", f"/giao-nop/{faulty}/ban-giao/bien-ban.docx")))
    assert any("dự thảo, chưa đủ xác nhận" in paragraph.text for paragraph in read.paragraphs)


def test_only_who_sees_the_transfer_takes_its_papers(archive: Archive, app: Flask, faulty: uuid.UUID) -> None:
    """Another body does not find them, a technical administrator is refused, and unknown names are not there."""
    for address in (f"/giao-nop/{faulty}/bao-cao.json", f"/giao-nop/{faulty}/ban-giao/muc-luc.docx"):
        assert client_of(archive, app, "xa.archivist").get(address).status_code == 404
        assert client_of(archive, app, "auditor").get(address).status_code == 403
    for address in (f"/giao-nop/{faulty}/bao-cao.exe", f"/giao-nop/{faulty}/ban-giao/khac.docx"):
        assert client_of(archive, app, "submitter").get(address).status_code == 404
    assert events(archive) == []
