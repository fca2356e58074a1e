"""An act on many dossiers of the list: those ticked, or all that match its filters, without JavaScript."""

from __future__ import annotations

import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from archive.audit.models import AuditEvent, AuditPayload
from archive.database.scope import SystemScope, worker_scope
from archive.description.models import Dossier
from archive.description.storage import create_place
from config.application import create_application
from tests.archive.dossiers import add_dossier
from tests.conftest import Archive
from tests.pages import client_of

MANY = 203
"""More than two pages, and than the turns of two transactions."""


@pytest.fixture
def app(archive: Archive) -> Flask:
    """The application over many dossiers of one year, some of another, and one of another body."""
    with archive.house.database.write(worker_scope(archive.province.department)) as work:
        for number in range(MANY):
            add_dossier(work, archive.province, f"{number:03d}.TH", sensitivity=3 if number == 0 else 1)
        for number in range(3):
            add_dossier(work, archive.province, f"{number}.CU", closing_year=2019)
    with archive.house.database.write(worker_scope(archive.province.commune)) as work:
        add_dossier(work, archive.province, "001.XA", of="xa")
    app = create_application(archive.house)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def box(archive: Archive) -> uuid.UUID:
    """A place of paper."""
    with archive.house.database.write(archive.person("archivist").scope()) as work:
        return create_place(work, archive.province.department, kind="box", label="Hộp 1")


def placed(archive: Archive, place: uuid.UUID | None) -> set[str]:
    """Return the notations of the dossiers that lie at a place."""
    with archive.house.database.read(SystemScope("test")) as work:
        return set(work.session.scalars(select(Dossier.notation).where(Dossier.location_id == place)))


def acts(archive: Archive, act: str) -> list[AuditEvent]:
    """Return the events of an act."""
    with archive.house.database.read(SystemScope("test")) as work:
        return list(work.session.scalars(select(AuditEvent).where(AuditEvent.act == act)))


def press(client: FlaskClient, page: str, box: uuid.UUID, **fields: str) -> str:
    """Send the form of a page as a browser without JavaScript does, and return the page that follows."""
    form = re.search(r'<form[^>]*id="chon-ho-so"[^>]*action="([^"]+)"', page)
    assert form is not None
    address = form[1].replace("&amp;", "&")
    return client.post(address, data={"place": str(box), "next": "/ho-so", **fields}, follow_redirects=True).text


def test_all_that_match_are_placed(archive: Archive, app: Flask, box: uuid.UUID) -> None:
    """Ticking «all» acts on every page of the filtered list and nothing else; an event for each and one for all."""
    client = client_of(archive, app, "archivist")
    page = client.get("/ho-so?year=2024").text
    assert f"Chọn tất cả {MANY} dòng khớp bộ lọc" in page
    answer = press(client, page, box, **{"tat-ca": str(MANY)})
    assert f"Đã ghi nơi để bản giấy của {MANY} hồ sơ." in answer
    assert placed(archive, box) == {f"{number:03d}.TH" for number in range(MANY)}
    assert len(acts(archive, "dossier.placed")) == MANY
    (whole,) = acts(archive, "list.all_chosen")
    with archive.house.database.read(SystemScope("test")) as work:
        told = work.session.scalars(
            select(AuditPayload).where(AuditPayload.seq == whole.seq, AuditPayload.chain_id == whole.chain_id)
        ).one()
    assert told.content() == {"list": "dossiers", "filters": {"year": "2024"}, "rows": MANY}
    assert "Đã ghi nơi để bản giấy của 0 hồ sơ." in press(client, page, box, **{"tat-ca": str(MANY)})
    assert len(acts(archive, "dossier.placed")) == MANY


def test_nobody_acts_on_more_than_was_seen(archive: Archive, app: Flask, box: uuid.UUID) -> None:
    """When the list has grown since the page was shown, or the number is made up, nothing is written."""
    client = client_of(archive, app, "archivist")
    page = client.get("/ho-so?year=2024").text
    for seen in (str(MANY - 1), "x", "-5"):
        assert "Chưa ghi gì" in press(client, page, box, **{"tat-ca": seen})
    assert placed(archive, box) == set()
    assert acts(archive, "list.all_chosen") == []


def test_those_ticked_are_placed_alone(archive: Archive, app: Flask, box: uuid.UUID) -> None:
    """Ids from the browser reach what the reader sees and nothing of another body."""
    with archive.house.database.read(SystemScope("test")) as work:
        wanted = ("001.XA", "001.TH")
        ids = work.session.scalars(select(Dossier.id).where(Dossier.notation.in_(wanted))).all()
    client = client_of(archive, app, "archivist")
    page = client.get("/ho-so").text
    form = {"chon": [str(found) for found in ids], "place": str(box), "next": "/ho-so"}
    client.post("/ho-so/noi-de", data=form)
    assert placed(archive, box) == {"001.TH"}
    assert 'name="tat-ca"' in page
    assert client_of(archive, app, "searcher").post("/ho-so/noi-de", data={"tat-ca": "999"}).status_code == 403


def test_a_list_of_one_page_offers_no_more_than_its_rows(archive: Archive, app: Flask, box: uuid.UUID) -> None:
    """Where every row stands on the page, there is nothing more to choose."""
    del box
    assert 'name="tat-ca"' not in client_of(archive, app, "archivist").get("/ho-so?year=2019").text


def heads(page: str) -> list[str]:
    """Return the heads of a list's columns that are told by label."""
    return re.findall(r'<td data-label="([^"]+)"', page.partition("<tbody>")[2].partition("</tr>")[0])


def test_chosen_columns_are_remembered_for_person_and_list(archive: Archive, app: Flask) -> None:
    """Columns chosen once stand again without the address, past a log-out, for that list and that person alone."""
    client = client_of(archive, app, "archivist")
    usual = heads(client.get("/ho-so?year=2019").text)
    assert heads(client.get("/ho-so?year=2019&cot=code&cot=pages").text) == ["Mã hồ sơ", "Trang"]
    assert heads(client.get("/ho-so?year=2019").text) == ["Mã hồ sơ", "Trang"]
    assert heads(client.get("/phong").text)[:1] == ["Tên phông"]
    client.post("/dang-xuat")
    with client.session_transaction() as session:
        assert "_user_id" not in session
        face = archive.person("archivist")
        session["_user_id"] = f"{face.id}/{face.session_mark}"
    assert heads(client.get("/ho-so?year=2019").text) == ["Mã hồ sơ", "Trang"]
    with client.session_transaction() as session:
        face = archive.person("searcher")
        session["_user_id"] = f"{face.id}/{face.session_mark}"
    assert heads(client.get("/ho-so?year=2019").text) == usual


def test_an_export_has_the_remembered_columns(archive: Archive, app: Flask) -> None:
    """A file has the columns that the page shows, remembered ones too."""
    client = client_of(archive, app, "archivist")
    client.get("/ho-so?cot=code,pages")
    with client.get("/ho-so?year=2019&xuat=csv") as answer:
        lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[1] == "Mã hồ sơ,Trang"
    assert len(lines) == 5
