"""The pages of retention: every dossier under one heading, with the period that its plan has."""

from __future__ import annotations

import io

import docx
import pytest
from flask.testing import FlaskClient

from archive.database.scope import worker_scope
from archive.web.session import SessionUser
from config.application import create_application
from retention.due.services import move_due, plan
from tests.archive.dossiers import add_dossier
from tests.conftest import Archive


def client_of(archive: Archive, who: str) -> FlaskClient:
    """Return a browser in which the person is logged in."""
    app = create_application(archive.house)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = SessionUser(archive.person(who)).get_id()
    return client


@pytest.fixture
def dossiers(archive: Archive) -> Archive:
    """A house with a dossier under each heading."""
    with archive.house.database.write(worker_scope(archive.province.department)) as work:
        for notation, values in {
            "coming": {},
            "due": {"closing_year": 2001},
            "09.KH": {"closing_year": 2001, "period": ""},
            "permanent": {"period": "vĩnh viễn"},
            "unknown": {"period": "Lâu dài"},
        }.items():
            plan(work, add_dossier(work, archive.province, notation, values={"paper_code": "K1.4"}, **values))
    from archive.clock import vietnam_date

    move_due(archive.house.database, vietnam_date(archive.house.database.clock.now()))
    return archive


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("due", {"due", "09.KH"}),
        ("coming", {"coming"}),
        ("permanent", {"permanent"}),
        ("unknown", {"unknown"}),
        ("no such heading", {"due", "09.KH"}),
    ],
)
def test_each_dossier_stands_under_one_heading(heading: str, expected: set[str], dossiers: Archive) -> None:
    """What is due, what will be, what never is and what nobody knows yet are told apart."""
    page = client_of(dossiers, "officer").get("/thoi-han", query_string={"loc": heading}).text
    names = ("coming", "due", "09.KH", "permanent", "unknown")
    assert {name for name in names if f"H98.01.2024.{name}<" in page} == expected


def test_the_page_opens_where_there_is_something_to_see(archive: Archive) -> None:
    """Where nothing is due yet, the dossiers that will be are shown first; a schedule of the past says so."""
    with archive.house.database.write(worker_scope(archive.province.department)) as work:
        plan(work, add_dossier(work, archive.province, "later", closing_year=2060))
    page = client_of(archive, "officer").get("/thoi-han").text
    assert "H98.01.2024.later<" in page
    assert page.count("Chỉ dùng cho hồ sơ kết thúc trong thời ấy.") == 1


def test_the_draft_list_has_the_period_of_the_plan(dossiers: Archive) -> None:
    """A period that came from the file plan stands in the draft too; paper beside the files is named."""
    answer = client_of(dossiers, "officer").post("/thoi-han/danh-muc-het-gia-tri")
    rows = [[cell.text for cell in row.cells] for row in docx.Document(io.BytesIO(answer.data)).tables[1].rows[1:]]
    assert rows == [
        ["1", "H98.01.2024.09.KH", "Hồ sơ thử 09.KH", "5 năm", "0", "", "Hết thời hạn lưu trữ", "Có bản giấy: K1.4"],
        ["2", "H98.01.2024.due", "Hồ sơ thử due", "10 năm", "0", "", "Hết thời hạn lưu trữ", "Có bản giấy: K1.4"],
    ]


def test_a_page_explains_the_day(dossiers: Archive) -> None:
    """The page of one dossier tells the reckoning in words."""
    from sqlalchemy import select

    from archive.description.models import Dossier

    with dossiers.house.database.read(dossiers.person("officer").scope()) as work:
        dossier = work.session.scalars(select(Dossier).where(Dossier.notation == "coming")).one()
    page = client_of(dossiers, "officer").get(f"/thoi-han/{dossier.id}").text
    for sentence in (
        "Công việc kết thúc năm 2024.",
        "Thời hạn lưu trữ là 10 năm, tính từ năm công việc kết thúc.",
        "2024 + 10 = 2034: giữ trọn đến hết năm 2034.",
        "Vì vậy từ ngày 01/01/2035 hồ sơ vào danh sách Xem xét hủy.",
    ):
        assert sentence in page
