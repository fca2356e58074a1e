"""Retention schedules: law with dates, loaded once, asked for by day."""

from __future__ import annotations

import csv
import datetime
from importlib import resources

import pytest
from sqlalchemy import func, select

from archive.audit.models import AuditEvent, AuditPayload
from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.metadata.periods import parse_period
from retention.schedules.models import RetentionRule, RetentionSchedule
from retention.schedules.services import load_schedules, schedule_on
from tests.province import Province

FOLDER = resources.files("archive.law").joinpath("schedules")


@pytest.mark.parametrize(
    ("day", "key"),
    [
        (datetime.date(2011, 7, 17), None),
        (datetime.date(2011, 7, 18), "tt09-2011"),
        (datetime.date(2023, 2, 14), "tt09-2011"),
        (datetime.date(2023, 2, 15), "tt10-2022"),
        (datetime.date(2099, 1, 1), "tt10-2022"),
    ],
)
def test_each_day_has_its_schedule(day: datetime.date, key: str | None, database: Database) -> None:
    """TT 09/2011 is in force to 14/02/2023, TT 10/2022 from 15/02/2023; before the first there is none."""
    with database.read(SystemScope("test")) as work:
        found = schedule_on(work.session, day)
    assert (found.key if found else None) == key


def test_a_schedule_says_whether_it_is_complete(database: Database) -> None:
    """TT 09/2011 is there whole; TT 10/2022 is not, and says so, since its unchanged rows are missing."""
    with database.read(SystemScope("test")) as work:
        schedules = {s.key: s for s in work.session.scalars(select(RetentionSchedule))}
        count = select(RetentionRule.schedule_key, func.count()).group_by(RetentionRule.schedule_key)
        rows = dict(work.session.execute(count).all())
    assert {key: s.complete for key, s in schedules.items()} == {"tt09-2011": True, "tt10-2022": False}
    assert "Chưa đầy đủ" in schedules["tt10-2022"].remark
    assert schedules["tt10-2022"].valid_to is None
    for key in schedules:
        with FOLDER.joinpath(f"{key}.csv").open(encoding="utf-8") as file:
            assert rows[key] == len(list(csv.DictReader(file)))


def test_loading_again_adds_nothing(database: Database, province: Province) -> None:
    """Schedules that are there are left alone, with whatever was corrected in them."""
    with database.write(SystemScope("test")) as work:
        work.session.scalars(select(RetentionRule).limit(1)).one().period = "99 năm"
        assert load_schedules(work, province.department) == []
    with database.read(SystemScope("test")) as work:
        assert work.session.scalar(select(func.count()).where(RetentionRule.period == "99 năm")) == 1


def test_loading_is_an_event(database: Database) -> None:
    """What was loaded into the archive stands in the operator's chain, with the number of rows."""
    with database.read(SystemScope("test")) as work:
        said = [
            payload.content()
            for payload in work.session.scalars(
                select(AuditPayload)
                .join(AuditEvent, (AuditEvent.chain_id == AuditPayload.chain_id) & (AuditEvent.seq == AuditPayload.seq))
                .where(AuditEvent.act == "schedule.loaded")
                .order_by(AuditPayload.seq)
            )
        ]
        counts = {
            key: work.session.scalar(select(func.count()).where(RetentionRule.schedule_key == key))
            for key in ("tt09-2011", "tt10-2022")
        }
    assert said == [{"schedule": key, "rows": count} for key, count in counts.items()]


def test_every_period_of_a_schedule_can_be_read(database: Database) -> None:
    """Each printed period of the shipped schedules is one that the product understands and that the law allows."""
    with database.read(SystemScope("test")) as work:
        printed = set(work.session.scalars(select(RetentionRule.period)))
    assert len(printed) > 5
    assert [period for period in printed if (read := parse_period(period)) is None or not read.lawful] == []


def test_every_row_says_how_certain_it_is(database: Database) -> None:
    """Rows are marked by how well they are attested: no row claims more than its sources."""
    with database.read(SystemScope("test")) as work:
        assert set(work.session.scalars(select(RetentionRule.certainty))) <= {"A", "B", "C"}
