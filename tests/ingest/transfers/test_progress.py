"""The page of a transfer says since when its work stands, when no worker is seen."""

from __future__ import annotations

import datetime
import uuid

import pytest
from sqlalchemy import update

from archive.database.scope import SystemScope
from archive.jobs.claims import claim
from archive.jobs.models import Job
from config.application import create_application
from config.steps import READ
from ingest.transfers.models import Transfer
from tests.conftest import Archive
from tests.pages import page_of
from tests.transfers import open_transfer, small, submit, upload

AWAY = "Không thấy tiến trình nền nào làm việc. Đứng từ"
GONE = "Tiến trình nền đang làm việc này không còn trả lời. Đứng từ"
BUSY = "Các tiến trình nền đang bận việc khác. Chờ từ"


@pytest.fixture
def submitted(archive: Archive) -> uuid.UUID:
    """A transfer that wants to be read."""
    transfer = open_transfer(archive)
    upload(archive, transfer, small(1, 1))
    submit(archive, transfer)
    return transfer


def set_times(archive: Archive, transfer: uuid.UUID, **values: object) -> None:
    """Change times of the row, and when its job moved."""
    with archive.house.database.write(SystemScope("test")) as work:
        if "changed_at" in values:
            work.session.execute(update(Job).where(Job.subject_id == transfer).values(updated_at=values["changed_at"]))
        work.session.execute(update(Transfer).where(Transfer.id == transfer).values(**values))


def test_work_that_nobody_takes_is_said_to_stand(archive: Archive, submitted: uuid.UUID) -> None:
    """Just after submission the page waits; a minute later it says that no worker is seen, and since when."""
    app = create_application(archive.house)
    address = f"/giao-nop/{submitted}/tien-do"
    assert "Đang chờ tiến trình nền nhận việc" in page_of(archive, app, "submitter", address)
    earlier = archive.house.database.clock.now() - datetime.timedelta(minutes=1)
    set_times(archive, submitted, changed_at=earlier)
    page = page_of(archive, app, "submitter", address)
    assert AWAY in page
    assert f'datetime="{earlier.isoformat()}"' in page


def test_work_behind_other_work_only_waits(archive: Archive, submitted: uuid.UUID) -> None:
    """While a worker holds another row, the page says that the workers are busy, not that they are away."""
    app = create_application(archive.house)
    other = open_transfer(archive, title="Đợt khác")
    upload(archive, other, small(1, 1))
    submit(archive, other)
    assert claim(archive.house.database, READ, other, "test") is not None
    now = archive.house.database.clock.now()
    set_times(archive, submitted, changed_at=now - datetime.timedelta(minutes=1))
    page = page_of(archive, app, "submitter", f"/giao-nop/{submitted}/tien-do")
    assert BUSY in page
    assert AWAY not in page


def test_a_worker_that_is_gone_is_said_to_be_gone(archive: Archive, submitted: uuid.UUID) -> None:
    """While the lease runs the work is being done; when nobody renews it, the page says since when it stands."""
    app = create_application(archive.house)
    assert claim(archive.house.database, READ, submitted, "test") is not None
    page = page_of(archive, app, "submitter", f"/giao-nop/{submitted}/tien-do")
    assert "Tiến trình nền đang làm" in page
    assert "Đứng từ" not in page
    set_times(archive, submitted, lease_until=archive.house.database.clock.now() - datetime.timedelta(seconds=1))
    assert GONE in page_of(archive, app, "submitter", f"/giao-nop/{submitted}")
