"""All kinds of background work, and what the clock does in each period."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select

from archive.audit.services import ANCHOR_JOB
from archive.clock import vietnam_date
from archive.database.scope import SystemScope
from archive.jobs.models import PeriodRun
from archive.jobs.worker import Worker
from config.ledger import LEDGERS
from ingest.checks.tasks import CHECK
from ingest.readers.tasks import READ
from ingest.sealing.prolonging import prolong_locks
from ingest.sealing.sweeping import sweep_orphans
from ingest.sealing.tasks import LOCK, SEAL
from ingest.transfers.sweeping import sweep_staging
from preservation.evidence.services import write_anchors
from preservation.ledger.services import reached_heads, write_ledger
from retention.due.services import move_due
from search.index.indexer import Indexer
from search.text.tasks import EXTRACT

if TYPE_CHECKING:
    from config.house import House

log = structlog.get_logger()
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
    today = vietnam_date(now)
    slot = int(now.timestamp()) // (house.settings.anchor_minutes * 60)
    ledger_slot = int(now.timestamp()) // (house.settings.ledger_minutes * 60)
    kept_since = now - datetime.timedelta(days=house.settings.staging_days)

    def sweep() -> None:
        sweep_staging(house, kept_since)
        sweep_orphans(house)
        house.store.sweep(_ABANDONED_SECONDS)

    work: tuple[tuple[str, str, Callable[[], object]], ...] = (
        ("retention.due", today.isoformat(), lambda: move_due(house.database, today)),
        ("locks", str(today.year), lambda: prolong_locks(house.database, today)),
        ("sweep", today.isoformat(), sweep),
        ("ledger", str(ledger_slot), lambda: write_ledger(house.database, house.store, LEDGERS)),
        # After the ledger, and no further than it: a chain rebuilt from the ledger has to reach every anchor.
        (
            ANCHOR_JOB,
            str(slot),
            lambda: write_anchors(house.database, house.store, reached_heads(house.database, house.store)),
        ),
    )
    done = []
    for job, period, act in work:
        if _done(house, job, period):
            continue
        try:
            act()
        except Exception:
            # One job's trouble must not keep the others from their period; it is tried again at the next tick.
            log.exception("periodic job failed", job=job, period=period)
        else:
            _mark(house, job, period, now)
            done.append(job)
    return done


def _done(house: House, job: str, period: str) -> bool:
    with house.database.read(SystemScope("clock")) as work:
        row = work.session.scalar(select(PeriodRun).where(PeriodRun.job == job, PeriodRun.period == period))
        return row is not None


def _mark(house: House, job: str, period: str, now: datetime.datetime) -> None:
    with house.database.write(SystemScope("clock")) as work:
        if not work.session.scalar(select(PeriodRun).where(PeriodRun.job == job, PeriodRun.period == period)):
            work.add(PeriodRun(job=job, period=period, done_at=now))
