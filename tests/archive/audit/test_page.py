"""The page of the audit trail: filters, differences in words, and what is known of the chain."""

from __future__ import annotations

import datetime
import sqlite3
from contextlib import closing

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from archive.audit.models import AuditEvent, AuditPayload
from archive.audit.services import ANCHOR_JOB
from archive.audit.words import Said, payload_words
from archive.database.scope import SystemScope
from archive.jobs.models import PeriodRun
from archive.organizations.services import TermValues, change_term, create_organization
from config.application import create_application
from ingest.transfers.models import Transfer
from tests.conftest import Archive
from tests.pages import client_of, page_of
from tests.transfers import open_transfer

DAY = datetime.date(2026, 1, 5)


@pytest.fixture
def app(archive: Archive) -> Flask:
    """The application without tokens."""
    made = create_application(archive.house)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def auditor(archive: Archive, app: Flask) -> FlaskClient:
    """The department's auditor's browser."""
    return client_of(archive, app, "auditor")


def test_one_objects_events_are_found_by_its_id(archive: Archive, auditor: FlaskClient) -> None:
    """The filter by object leaves the events of this object alone; each row leads there; the filter is in the chain."""
    with archive.house.database.write(archive.person("unitadmin").scope()) as work:
        first, other = (
            create_organization(work, kind="unit", name=name, body=archive.province.department, valid_from=DAY)
            for name in ("Phòng Ba", "Phòng Bốn")
        )
        change_term(work, first, TermValues("Phòng Ba mới", parent_id=archive.province.department))
    page = auditor.get(f"/nhat-ky?object={first}").text
    assert ("Phòng Ba mới" in page, "Phòng Bốn" in page) == (True, False)
    assert f'href="/nhat-ky?object={other}"' in auditor.get("/nhat-ky").text
    with archive.house.database.read(SystemScope("test")) as work:
        statement = select(AuditPayload).join(
            AuditEvent, (AuditEvent.chain_id == AuditPayload.chain_id) & (AuditEvent.seq == AuditPayload.seq)
        )
        read = work.session.scalars(statement.where(AuditEvent.act == "audit.read").order_by(AuditEvent.seq)).first()
        assert read is not None
        assert read.content()["filters"] == {"object": str(first)}


def test_somebody_from_outside_is_not_called_the_system(archive: Archive, app: Flask, auditor: FlaskClient) -> None:
    """What an administrator of another body did stands in the chain as a person's act, without his name."""
    with archive.house.database.write(SystemScope("test", actor=archive.person("xa.auditor").id)) as work:
        made = create_organization(work, kind="unit", name="Phòng Ba", body=archive.province.department, valid_from=DAY)
    page = auditor.get(f"/nhat-ky?object={made}").text
    assert "Tài khoản ngoài cơ quan" in page
    assert archive.person("xa.auditor").name not in page.replace(archive.person("auditor").name, "")


def test_what_is_known_of_the_chain_stands_above_it(archive: Archive, app: Flask, auditor: FlaskClient) -> None:
    """Not checked, whole and broken are three states; the store's marks are never called checked by this page."""
    page = auditor.get("/nhat-ky").text
    assert ("Chưa kiểm tra" in page, "chưa ghi lần nào" in page) == (True, True)
    with archive.house.database.write(SystemScope("test")) as work:
        work.add(
            PeriodRun(job=ANCHOR_JOB, period="1", done_at=datetime.datetime(2026, 1, 5, 1, 2, tzinfo=datetime.UTC))
        )
    page = auditor.get("/nhat-ky?verify=1").text
    assert ("Khớp" in page, "05/01/2026 08:02" in page) == (True, True)
    with closing(sqlite3.connect(archive.settings.data / "kholuutru.db")) as connection:
        chain = archive.province.department.hex
        connection.execute("UPDATE audit_event SET outcome = 'failed' WHERE chain_id = ? AND seq = 4", (chain,))
        connection.commit()
    page = auditor.get("/nhat-ky?verify=1").text
    assert "Chuỗi không còn nguyên từ dòng</span> 4: dòng đã bị sửa" in page
    assert "Không kiểm tra được ở trang này" in page
    assert "Cannot be checked on this page" in english(archive, app)


def english(archive: Archive, app: Flask) -> str:
    """Return the page in English."""
    client = client_of(archive, app, "auditor")
    client.post("/ngon-ngu/en", data={"next": "/"})
    return client.get("/nhat-ky").text


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"title": ["Cũ", "Mới"]}, Said(("tiêu đề", "title"), old="Cũ", new="Mới")),
        ({"old": ["clerk"], "new": ["archivist"]}, Said(("thay đổi", "change"), old="Văn thư", new="Lưu trữ viên")),
        ({"old": "clerk", "new": "x"}, Said(("thay đổi", "change"), old="clerk", new="x")),
        ({"permission": "job.view"}, Said(("quyền", "right"), "Xem việc chạy nền")),
        ({"roles": ["clerk", "head"]}, Said(("vai trò", "roles"), "Văn thư, Người đứng đầu")),
        ({"unit_id": ["", "u-1"]}, Said(("đơn vị", "unit"), old="", new="Phòng Một")),
        ({"filters": {"act": "audit.read", "q": ""}}, Said(("bộ lọc", "filters"), "việc: Xem nhật ký")),
        ({"changed": {"title": ["", "Mới"]}}, Said(("đã đổi", "changed"), "tiêu đề: ∅ → Mới")),
        ({"replaced": True}, Said(("thay các dòng cũ", "replaced"), "có")),
    ],
)
def test_a_payload_is_read_in_words(content: dict[str, object], expected: Said) -> None:
    """Keys, changes, roles, rights, units and acts are said in words."""
    assert list(payload_words(content, names={"u-1": "Phòng Một"})) == [expected]


def test_a_payload_is_read_in_english() -> None:
    """An English reader has keys inside keys, and the program's words, in English."""
    told = list(payload_words({"filters": {"act": "audit.read"}, "roles": ["clerk"]}, english=True))
    assert [said.value for said in told] == ["act: Audit trail read", "Clerk"]


def test_a_page_of_the_trail_shows_no_raw_names(archive: Archive, app: Flask) -> None:
    """Roles and rights stand there in words."""
    page = page_of(archive, app, "auditor", "/nhat-ky?act=account.created")
    assert "Văn thư" in page
    assert "unit_administrator" not in page


def test_a_thing_is_found_by_its_number(archive: Archive, auditor: FlaskClient) -> None:
    """The number of a transfer finds all that was done with it; what names nothing finds nothing."""
    transfer, other = open_transfer(archive, title="Đợt một"), open_transfer(archive, title="Đợt hai")
    with archive.house.database.read(SystemScope("test")) as work:
        numbers = dict(work.session.execute(select(Transfer.id, Transfer.number)).all())
    page = auditor.get("/nhat-ky", query_string={"object": numbers[transfer]}).text
    assert str(transfer) in page
    assert str(other) not in page
    assert "Chưa có dòng nào khớp" in auditor.get("/nhat-ky", query_string={"object": "GN-1999-0001"}).text


def test_a_day_that_is_none_shows_nothing_and_says_so(archive: Archive, auditor: FlaskClient) -> None:
    """A filter that cannot be read is refused in words, and not taken for no filter at all."""
    open_transfer(archive)
    page = auditor.get("/nhat-ky", query_string={"from": "31/02/2024"}).text
    assert "31/02/2024» thành ngày" in page
    assert "Chưa có dòng nào khớp" in page
