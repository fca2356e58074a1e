"""The pages of people: an administrator makes accounts in his body, and everybody's rights can be explained."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from archive.accounts.models import Account
from archive.accounts.roles import ROLES
from archive.accounts.services import authenticate, face_of
from archive.accounts.words import PERMISSIONS
from archive.audit.models import AuditEvent
from archive.database.scope import SystemScope
from config.application import create_application
from tests.conftest import Archive
from tests.pages import client_of

NEW = {"username": "nguoi.moi", "name": "Người mới", "position": "Chuyên viên", "unit": "", "roles": ["clerk"]}


@pytest.fixture
def app(archive: Archive) -> Flask:
    """The application without tokens; the first administrator has chosen his password."""
    with archive.house.database.write(SystemScope("test")) as work:
        first = work.session.scalars(select(Account).where(Account.username == "quantri")).one()
        first.must_change_password = False
        archive.province.people["quantri"] = face_of(work, first)
    made = create_application(archive.house)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def administrator(archive: Archive, app: Flask) -> FlaskClient:
    """A unit administrator's browser."""
    return client_of(archive, app, "unitadmin")


def test_a_first_password_is_shown_once(archive: Archive, administrator: FlaskClient) -> None:
    """The password stands on the answer to the form alone, opens the account, and must be changed."""
    answer = administrator.post("/tai-khoan/moi", data=NEW)
    password = re.findall(r'<dd class="code">([^<]+)</dd>', answer.text)[1]
    assert answer.headers["Cache-Control"] == "no-store"
    face = authenticate(archive.house.database, "nguoi.moi", password)
    assert (face.roles, face.must_change_password) == (("clerk",), True)
    for page in ("/tai-khoan", f"/tai-khoan/{face.id}", f"/tai-khoan/{face.id}/vi-sao"):
        assert password not in administrator.get(page).text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"username": "Người Mới"}, "ACC-0005"),
        ({"username": "clerk"}, "ACC-0004"),
        ({"name": ""}, "FRM-0001"),
        ({"roles": ["system_administrator"]}, "FRM-0003"),
    ],
)
def test_what_is_wrong_keeps_what_was_typed(change: dict[str, str], code: str, administrator: FlaskClient) -> None:
    """A fault is told by its code, nothing is made, and the other fields are as they were typed."""
    answer = administrator.post("/tai-khoan/moi", data=NEW | change)
    assert answer.status_code == 400
    assert code in answer.text
    assert 'value="Chuyên viên"' in answer.text


def test_nobody_changes_his_own_roles_on_the_page(archive: Archive, administrator: FlaskClient) -> None:
    """One's own roles and password stay out of one's own hands."""
    own = archive.person("unitadmin").id
    answer = administrator.post(f"/tai-khoan/{own}", data={"name": "Tôi", "roles": ["archivist"]})
    assert answer.status_code == 400
    assert "ACC-0011" in answer.text
    assert administrator.post(f"/tai-khoan/{own}/mat-khau-moi").status_code == 403


def test_who_manages_bodies_makes_the_first_people_of_each(archive: Archive, app: Flask) -> None:
    """A system administrator works in the body that he chose; a unit's administrator never leaves his own."""
    commune = str(archive.province.commune)
    first, unit = client_of(archive, app, "quantri"), client_of(archive, app, "unitadmin")
    assert first.post("/tai-khoan/moi", data=NEW | {"body": commune}).status_code == 200
    with archive.house.database.read(SystemScope("test")) as work:
        made = work.session.scalars(select(Account).where(Account.username == "nguoi.moi")).one()
    assert made.organization_id == archive.province.commune
    assert "nguoi.moi" in first.get(f"/tai-khoan?body={commune}").text
    assert "nguoi.moi" not in unit.get(f"/tai-khoan?body={commune}").text
    assert unit.get(f"/tai-khoan/{made.id}?body={commune}").status_code == 404


def test_every_right_has_its_words_and_its_reason(archive: Archive, administrator: FlaskClient) -> None:
    """The page of reasons names each right, the role that gives it, and the rows that it reaches."""
    assert set(PERMISSIONS) == frozenset().union(*ROLES.values())
    page = administrator.get(f"/tai-khoan/{archive.person('submitter').id}/vi-sao").text
    assert page.count("Được") >= 5
    assert "của đơn vị mình" in page
    assert "của cả cơ quan" in administrator.get(f"/tai-khoan/{archive.person('archivist').id}/vi-sao").text
    assert "Quản trị đơn vị của cơ quan giao hoặc lấy lại vai trò" in page


def test_a_page_saved_unchanged_changes_nothing(archive: Archive, administrator: FlaskClient) -> None:
    """A person's roles are ticked when the page opens, so that nobody loses them by a press of a button."""
    person = archive.person("officer")
    page = administrator.get(f"/tai-khoan/{person.id}").text
    ticked = re.findall(r'name="roles" value="([^"]+)" checked', page)
    assert tuple(ticked) == person.roles
    form = {"name": person.name, "position": "Chuyên viên", "unit": str(person.unit_id or ""), "roles": ticked}
    assert administrator.post(f"/tai-khoan/{person.id}", data=form).status_code == 302
    with archive.house.database.read(SystemScope("test")) as work:
        acts = select(AuditEvent.act).where(AuditEvent.object_id == person.id)
        assert not set(work.session.scalars(acts)) & {"account.changed", "account.roles_changed"}


def test_the_operator_has_no_people_with_records(archive: Archive, app: Flask) -> None:
    """Who makes an account sees for which body; to the operator's people no role with a right to content is offered."""
    client = client_of(archive, app, "quantri")
    operator, body = archive.person("quantri").organization_id, archive.province.department
    pages = [client.get(f"/tai-khoan?body={operator}").text, client.get(f"/tai-khoan/moi?body={operator}").text]
    assert all("Đơn vị vận hành hệ thống" in page for page in pages)
    assert 'value="system_administrator"' in pages[1]
    assert 'name="roles" value="archivist"' not in pages[1]
    made = client.get(f"/tai-khoan/moi?body={body}").text
    assert 'name="roles" value="archivist"' in made
    assert "Sở Thử" in made


def test_roles_and_rights_are_one_table(administrator: FlaskClient) -> None:
    """Every right is a row, every role a column, and a cell says whether the role has the right."""
    page = administrator.get("/vai-tro").text
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', page, re.DOTALL)
    assert [name for name, _ in rows] == [words for words, _ in PERMISSIONS.values()]
    held = {name: re.findall(r'<span class="visually-hidden">(\w+)</span>', cells) for name, cells in rows}
    for permission, (words, _) in PERMISSIONS.items():
        assert held[words] == ["Được" if permission in rights else "Không" for rights in ROLES.values()]


def test_a_list_of_people_is_taken_along_whole(administrator: FlaskClient) -> None:
    """An export has units, roles and states in words, and only the rows that the filters leave."""
    with administrator.get("/tai-khoan?xuat=csv&role=clerk") as answer:
        lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[1] == "Họ và tên,Tên đăng nhập,Đơn vị,Chức vụ,Vai trò,Trạng thái"
    assert {tuple(line.split(",")[1:3]) for line in lines[2:]} == {("clerk", "Phòng Một"), ("other.clerk", "Phòng Hai")}
    assert all(line.endswith("Văn thư,Đang dùng") for line in lines[2:])
    made = administrator.post("/tai-khoan/moi", data=NEW)
    assert made.status_code == 200
    fresh = administrator.get("/tai-khoan?state=fresh").text
    assert ("nguoi.moi" in fresh, ">clerk<" in fresh) == (True, False)
    assert "nguoi.moi" not in administrator.get("/tai-khoan?state=locked").text
