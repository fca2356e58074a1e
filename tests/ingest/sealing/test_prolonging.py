"""Locks of what has no day of review: prolonged year by year, by the workers that set them first."""

from __future__ import annotations

import datetime

import pytest
from sqlalchemy import select

from archive.audit.models import AuditEvent
from archive.clock import vietnam_date
from archive.database.scope import SystemScope
from config.steps import periodic
from ingest.sealing import prolonging
from ingest.sealing.prolonging import prolong_locks
from preservation.packages.models import PackageVersion
from retention.due.services import ROLLING_YEARS
from tests.archive.clocks import FixedClock
from tests.conftest import Archive
from tests.transfers import list_file, pdf, row, whole_way, work_off


def kept(archive: Archive) -> dict[int, int]:
    """Return how many packages the store and their rows hold until the end of which year (in Vietnam)."""
    found: dict[int, int] = {}
    with archive.house.database.read(SystemScope("test")) as work:
        for package in work.session.scalars(select(PackageVersion)):
            lock = archive.house.store.lock(package.object_key)
            assert (package.state, lock.retained_until) == ("locked", package.retained_until)
            assert lock.retained_until is not None
            year = vietnam_date(lock.retained_until).year
            found[year] = found.get(year, 0) + 1
    return found


def events(archive: Archive) -> int:
    """Return how many prolonged locks the chains tell of."""
    with archive.house.database.read(SystemScope("test")) as work:
        acts = work.session.scalars(select(AuditEvent.act).where(AuditEvent.act == "retention.prolonged"))
        return len(acts.all())


def test_locks_without_a_day_are_prolonged_each_year(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is permanent is held ten years ahead in each of twelve years; what has a day of review stays as it is."""
    monkeypatch.setattr(prolonging, "_BATCH", 2)
    clock = FixedClock()
    monkeypatch.setattr(archive.house.database, "clock", clock)
    periods = ("Vĩnh viễn", "Vĩnh viễn", "Vĩnh viễn", "10 năm")
    rows = [row(f"{n:02d}.TH", f"{n}.pdf", dossier__retention=period) for n, period in enumerate(periods, start=1)]
    whole_way(archive, {"danh-muc.xlsx": list_file(rows)} | {f"{n}.pdf": pdf(str(n)) for n in (1, 2, 3, 4)})
    year = clock.now().year
    assert kept(archive) == {year + ROLLING_YEARS: 3, 2034: 1}
    assert prolong_locks(archive.house.database, vietnam_date(clock.now())) == 0
    for later in range(1, 13):
        clock.at = datetime.datetime(year + later, 1, 2, 3, 4, tzinfo=datetime.UTC)
        assert "locks" in periodic(archive.house)
        assert "locks" not in periodic(archive.house)
        work_off(archive)
        assert kept(archive) == {year + later + ROLLING_YEARS: 3, 2034: 1}
        assert events(archive) == 3 * later
