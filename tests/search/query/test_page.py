"""The search page: narrowed, ordered, chosen and exported by its address alone."""

from __future__ import annotations

import csv
import re

import pytest
from flask.testing import FlaskClient

from archive.database.scope import worker_scope
from config.application import create_application
from search.index.indexer import Indexer
from tests.archive.dossiers import add_document, add_dossier
from tests.conftest import Archive
from tests.pages import client_of


@pytest.fixture
def searcher(archive: Archive) -> FlaskClient:
    """A searcher's browser over two dossiers with three documents."""
    with archive.house.database.write(worker_scope(archive.province.department)) as work:
        for notation, period, documents in (
            ("01.TH", "10 năm", (("05/03/2019", "Bộ Y tế"), ("07/08/2024", "Sở Tư pháp"))),
            ("02.TH", "20 năm", (("01/01/2021", "Bộ Y tế"),)),
        ):
            dossier = add_dossier(work, archive.province, notation, period=period, document_total=len(documents))
            for ordinal, (day, issuer) in enumerate(documents, start=1):
                add_document(work, dossier, ordinal, issued_date=day, issuer=issuer, subject=f"Rừng {notation} {day}")
            work.reindex("dossier", dossier.id, dossier.organization_id)
    Indexer(archive.house.database, archive.house.index).run_all()
    return client_of(archive, create_application(archive.house), "searcher")


def days(client: FlaskClient, address: str) -> list[str]:
    """Return the days of the documents shown, in their order."""
    page = client.get(address)
    assert page.status_code == 200
    return re.findall(r'<span class="small">(\d\d/\d\d/\d{4})</span>', page.text)


def test_orders_are_links(searcher: FlaskClient) -> None:
    """Newest, oldest, and by code: each an address, and the chosen one says so."""
    assert days(searcher, "/tra-cuu?q=rung&xep=newest") == ["07/08/2024", "01/01/2021", "05/03/2019"]
    assert days(searcher, "/tra-cuu?q=rung&xep=oldest") == ["05/03/2019", "01/01/2021", "07/08/2024"]
    assert days(searcher, "/tra-cuu?q=rung&xep=code") == ["05/03/2019", "07/08/2024", "01/01/2021"]
    assert 'class="fw-semibold" aria-current="true">Mới nhất' in searcher.get("/tra-cuu?q=rung&xep=newest").text
    assert len(days(searcher, "/tra-cuu?q=rung&xep=nonsense")) == 3


def test_documents_and_dossiers_are_two_views(searcher: FlaskClient) -> None:
    """The switch counts both, and shows one of them alone."""
    page = searcher.get("/tra-cuu?q=TH").text
    assert "Văn bản (3)" in page
    assert "Hồ sơ (2)" in page
    assert days(searcher, "/tra-cuu?q=TH&kind=dossier") == []
    assert len(days(searcher, "/tra-cuu?q=TH&kind=document")) == 3


def test_issuer_and_period_narrow(searcher: FlaskClient) -> None:
    """Both are counted and can be chosen; each choice is a mark with its way out, and is carried on by the box."""
    page = searcher.get("/tra-cuu?q=rung").text
    for words in ("Cơ quan ban hành", "Bộ Y tế", "20 năm"):
        assert words in page
    page = searcher.get("/tra-cuu", query_string={"q": "rung", "issuer": "Bộ Y tế", "period": "20 năm"}).text
    assert "1 kết quả" in page
    assert "Cơ quan ban hành: Bộ Y tế" in page
    assert "Thời hạn: 20 năm" in page
    assert '<input type="hidden" name="issuer" value="Bộ Y tế">' in page


def test_columns_are_chosen(searcher: FlaskClient) -> None:
    """Only the columns asked for are shown; unknown ones are passed over."""
    page = searcher.get("/tra-cuu?q=rung&cot=number,period,nonsense").text
    heads = re.findall(r'<th scope="col">([^<]*)</th>', page)
    assert heads == ["Số, ngày, cơ quan", "Thời hạn"]
    assert "10 năm" in page


def test_what_was_found_is_exported_in_its_order(searcher: FlaskClient) -> None:
    """The file has all results by the filters and in the order of the page, with who took it."""
    with searcher.get("/tra-cuu?q=rung&xep=oldest&xuat=csv") as answer:
        mark, head, *rows = csv.reader(answer.data.decode("utf-8-sig").splitlines())
    assert [row[head.index("Ngày văn bản")] for row in rows] == ["05/03/2019", "01/01/2021", "07/08/2024"]
    assert "Xuất bởi" in mark[0]


def test_hits_are_marked_in_the_subject(searcher: FlaskClient) -> None:
    """Words stand marked with the marks that they have, and text of documents stays text."""
    assert "<mark>Rừng</mark>" in searcher.get("/tra-cuu?q=rung").text


@pytest.mark.parametrize("address", ["/tra-cuu?q=rung&tu=x", "/tra-cuu?q=rung&tu=-5", "/tra-cuu?q=rung&tu=9999999"])
def test_a_place_that_makes_no_sense_answers(searcher: FlaskClient, address: str) -> None:
    """A page before the first or behind the last is a page."""
    assert searcher.get(address).status_code == 200


def test_nothing_asked_is_nothing_found(searcher: FlaskClient) -> None:
    """The empty page says what to do, and lists nothing."""
    page = searcher.get("/tra-cuu?xep=newest").text
    assert "Gõ vài từ vào ô trên" in page
    assert "kết quả</h2>" not in page
