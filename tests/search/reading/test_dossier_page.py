"""The page of a dossier: its description, documents, day, history, for those who may see them."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask
from sqlalchemy import select

from archive.audit.events import AuditRecord
from archive.database.scope import worker_scope
from archive.description.models import ContentFile, Dossier
from config.application import create_application
from retention.due.services import plan
from tests.archive.dossiers import add_document, add_dossier, add_file
from tests.conftest import Archive
from tests.pages import client_of, page_of
from tests.transfers import whole_way


@pytest.fixture
def app(archive: Archive) -> Flask:
    """The application."""
    return create_application(archive.house)


def restricted_and_open(archive: Archive) -> tuple[Dossier, ContentFile, ContentFile]:
    """Add an open dossier with an open document and a restricted one, and an event about each file."""
    body = archive.province.department
    with archive.house.database.write(worker_scope(body)) as work:
        values = {"access": "Công khai", "note": "Ghi chú riêng", "keywords": "đất đai"}
        dossier = add_dossier(work, archive.province, "07.TH", values=values, document_total=2, start_date="02/03/2019")
        plan(work, dossier)
        shown = add_file(work, add_document(work, dossier, 1), "HS/mo.pdf")
        hidden = add_file(work, add_document(work, dossier, 2, sensitivity=3, subject="Chuyện kín"), "HS/kin.pdf")
        for file in (shown, hidden):
            opening = AuditRecord("document.opened", body, "content_file", file.id, dossier_id=dossier.id)
            work.record(opening)
            work.record(opening)
    return dossier, shown, hidden


def test_the_page_answers_what_and_why(archive: Archive, app: Flask) -> None:
    """Fields under the decree's names with its citation, the reckoned day with its line of time, in one page."""
    dossier, _, _ = restricted_and_open(archive)
    page = page_of(archive, app, "archivist", f"/ho-so/{dossier.id}")
    for words in (
        "Chế độ sử dụng",
        "Ghi chú riêng",
        "đất đai",
        "NĐ 30/2020/NĐ-CP, Phụ lục VI",
        "Vì sao đến ngày này?",
        "giữ đến hết <b>2034</b>",
        "xem xét từ <b>01/01/2035</b>",
        "Từ 2019 đến hết 2024: văn bản hình thành.",
    ):
        assert words in page, words


def test_a_dossier_without_a_day_has_no_line_of_time(archive: Archive, app: Flask) -> None:
    """A permanent dossier says so, and draws nothing."""
    with archive.house.database.write(worker_scope(archive.province.department)) as work:
        dossier = add_dossier(work, archive.province, "08.TH", period="vĩnh viễn")
        plan(work, dossier)
    page = page_of(archive, app, "archivist", f"/ho-so/{dossier.id}")
    assert "Bảo quản vĩnh viễn" in page
    assert 'class="span"' not in page


def test_the_history_tells_nothing_of_files_that_are_hidden(archive: Archive, app: Flask) -> None:
    """Acts on a restricted file stand in the history of who may read it, and of nobody else."""
    dossier, _, _ = restricted_and_open(archive)
    everything = page_of(archive, app, "archivist", f"/ho-so/{dossier.id}")
    assert "HS/mo.pdf" in everything
    assert "HS/kin.pdf" in everything
    little = page_of(archive, app, "searcher", f"/ho-so/{dossier.id}")
    assert "HS/mo.pdf" in little
    assert "HS/kin.pdf" not in little
    assert "Chuyện kín" not in little
    assert "1 văn bản bạn được xem" in little


def test_the_same_act_of_one_day_is_one_line(archive: Archive, app: Flask) -> None:
    """Somebody who opens a document twice on a day stands in the history once, with the number."""
    dossier, _, _ = restricted_and_open(archive)
    page = page_of(archive, app, "searcher", f"/ho-so/{dossier.id}")
    assert page.count("Mở văn bản") == 1
    assert "2 lần" in page


def test_an_act_of_a_person_names_the_person(archive: Archive, app: Flask) -> None:
    """Who opened the dossier before stands in its history by name."""
    dossier, _, _ = restricted_and_open(archive)
    page_of(archive, app, "searcher", f"/ho-so/{dossier.id}")
    page = page_of(archive, app, "archivist", f"/ho-so/{dossier.id}")
    assert "Mở hồ sơ" in page
    assert archive.person("searcher").name in page


def test_the_list_of_documents_is_a_paper(archive: Archive, app: Flask) -> None:
    """The decree's list has the visible documents alone, in their order, and counts them."""
    dossier, _, _ = restricted_and_open(archive)
    page = page_of(archive, app, "archivist", f"/ho-so/{dossier.id}/muc-luc")
    assert page.index("Về việc thử số 1") < page.index("Chuyện kín")
    assert "Mục lục này có 2 văn bản, tài liệu." in page
    little = page_of(archive, app, "searcher", f"/ho-so/{dossier.id}/muc-luc")
    assert "Mục lục này có 1 văn bản, tài liệu." in little
    assert "Chuyện kín" not in little


def test_nobody_sees_a_list_that_is_not_theirs(archive: Archive, app: Flask) -> None:
    """For another body and another unit's maker the paper does not exist; an auditor has no right to it."""
    dossier, _, _ = restricted_and_open(archive)
    for who, status in (("xa.searcher", 404), ("other.submitter", 404), ("auditor", 403)):
        assert client_of(archive, app, who).get(f"/ho-so/{dossier.id}/muc-luc").status_code == status, who
    assert client_of(archive, app, "searcher").get(f"/ho-so/{uuid.uuid4()}/muc-luc").status_code == 404


def test_what_was_done_to_many_files_at_once_is_one_line(archive: Archive, app: Flask) -> None:
    """A sealing's events of the same kind stand together with their number, each detail behind them once."""
    whole_way(archive)
    with archive.house.database.read(worker_scope(archive.province.department)) as work:
        dossier = work.session.scalars(select(Dossier).order_by(Dossier.code)).first()
    assert dossier is not None
    page = page_of(archive, app, "archivist", f"/ho-so/{dossier.id}")
    assert page.count("<span>Tiếp nhận") == 1
    assert "Niêm phong hồ sơ" in page
    for name in ("vb-01.pdf", "vb-02.pdf"):
        assert f'translate="no">HS01/{name}</li>' in page
