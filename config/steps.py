"""All kinds of background work, and what the clock does in each period."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from archive.clock import vietnam_date
from archive.database.scope import SystemScope
from archive.jobs.models import PeriodRun
from archive.jobs.worker import Worker
from ingest.checks.tasks import CHECK
from ingest.readers.tasks import READ
from ingest.sealing.tasks import LOCK, SEAL
from ingest.transfers.sweeping import sweep_staging
from preservation.evidence.services import write_anchors
from retention.due.services import move_due
from search.index.indexer import Indexer
from search.text.tasks import EXTRACT

if TYPE_CHECKING:
    from config.house import House

# What a killed write left behind is nobody's after a day.
_ABANDONED_SECONDS = 86_400
STEPS = (READ, CHECK, SEAL, LOCK, EXTRACT)


def make_worker(house: House) -> Worker:
    """Return a worker that knows every kind of work."""
    return Worker(house.database, STEPS, house, datetime.timedelta(seconds=house.settings.lease_seconds))


def make_indexer(house: House) -> Indexer:
    """Return the indexer."""
    return Indexer(house.database, house.index)


def periodic(house: House) -> list[str]:
    """Do what is due in the present periods and was not done yet; return the names of what was done."""
    now = house.database.clock.now()
    slot = int(now.timestamp()) // (house.settings.anchor_minutes * 60)
    done = []
    if _first_in_period(house, "retention.due", vietnam_date(now).isoformat(), now):
        move_due(house.database, vietnam_date(now))
        done.append("retention.due")
    if _first_in_period(house, "sweep", vietnam_date(now).isoformat(), now):
        sweep_staging(house, now - datetime.timedelta(days=house.settings.staging_days))
        house.store.sweep(_ABANDONED_SECONDS)
        done.append("sweep")
    if _first_in_period(house, "audit.anchor", str(slot), now):
        write_anchors(house.database, house.store)
        done.append("audit.anchor")
    return done


def _first_in_period(house: House, job: str, period: str, now: datetime.datetime) -> bool:
    """Claim a period; the unique key makes a second clock harmless."""
    with house.database.write(SystemScope("clock")) as work:
        if work.session.scalar(select(PeriodRun).where(PeriodRun.job == job, PeriodRun.period == period)):
            return False
        work.add(PeriodRun(job=job, period=period, done_at=now))
        return True
