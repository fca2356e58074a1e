"""Claims: a step begins by taking its row, and writes its result only while the row is still its own."""

from __future__ import annotations

import datetime
import math
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.exc import OperationalError

from archive import faults
from archive.database.base import Base
from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.database.unit_of_work import UnitOfWork
from archive.errors import KhoLuuTruError
from archive.jobs.models import Claimable, Job
from archive.jobs.steps import MAX_ATTEMPTS, Step

log = structlog.get_logger()
LEASE = datetime.timedelta(seconds=60)
_SHOWN_EVERY_SECONDS = 0.5
_LONGEST_PAUSE = datetime.timedelta(minutes=1)


class ClaimLost(Exception):  # noqa: N818 - it says what happened
    """Somebody else has the row now; this attempt's work is thrown away."""


class CancelWanted(Exception):  # noqa: N818
    """A person asked to stop this work."""


@dataclass(slots=True)
class Claim:
    """A row taken by this worker for one attempt; `lost` is set when a renewal finds it gone."""

    database: Database
    step: Step
    row_id: uuid.UUID
    organization_id: uuid.UUID
    attempt: int
    worker: str
    lost: threading.Event
    lease: datetime.timedelta = LEASE
    total: int = 0
    _shown_at: float = -math.inf

    def progress(self, done: int, total: int, current: str = "") -> None:
        """Show how far the work is, twice a second at most; listen at every call.

        Raises:
            CancelWanted: a person asked to stop.
            ClaimLost: the row is another attempt's.
        """
        if self.lost.is_set():
            raise ClaimLost(self.row_id)
        with self.database.read(SystemScope("job progress")) as work:
            if _job(work, self).cancel_wanted:
                raise CancelWanted(self.row_id)
        if time.monotonic() - self._shown_at < _SHOWN_EVERY_SECONDS:
            return
        with self.database.write(SystemScope("job progress")) as work:
            job = _job(work, self)
            job.state, job.done, job.total, job.current = "running", done, total, current
            job.updated_at = work.now
        self._shown_at = time.monotonic()

    def renew(self) -> None:
        """Lengthen the lease."""
        with self.database.write(SystemScope("lease renewal")) as work:
            table = self.step.table
            changed = work.session.execute(
                update(table)
                .where(table.id == self.row_id, table.attempt == self.attempt, table.claimed_by == self.worker)
                .values(lease_until=work.now + self.lease)
            )
            if changed.rowcount != 1:  # type: ignore[attr-defined] # CursorResult of an UPDATE
                self.lost.set()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renew the lease from a thread while the block runs."""
        ended = threading.Event()

        def beat() -> None:
            pause = self.lease.total_seconds() / 3
            while not ended.wait(pause) and not self.lost.is_set():
                try:
                    self.renew()
                    pause = self.lease.total_seconds() / 3
                except OperationalError:
                    # The lease may outlast the database's absence; the final transaction asks whose the row is.
                    log.warning("lease not renewed: database away", row=str(self.row_id))
                    pause = min(1.0, pause)

        thread = threading.Thread(target=beat, name=f"lease {self.row_id}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def hold(self, work: UnitOfWork) -> Any:  # noqa: ANN401 - the row of the step's table
        """Return the row for the final transaction of this attempt, locked.

        Raises:
            ClaimLost: the row has another attempt, another state or another worker by now.
        """
        table = self.step.table
        row = work.session.scalar(select(table).where(table.id == self.row_id).with_for_update())
        if row is None or row.attempt != self.attempt or row.claimed_by != self.worker or row.state != self.step.state:
            raise ClaimLost(self.row_id)
        return row

    def finish(self, work: UnitOfWork, row: Any, state: str) -> None:  # noqa: ANN401
        """Move the row to its next state and give it back, in the final transaction."""
        row.state, row.claimed_by, row.lease_until, row.attempt = state, None, None, row.attempt + 1
        job = _job(work, self)
        job.state, job.current, job.updated_at, job.error_code = "done", "", work.now, None
        job.done = job.total


def claim(
    database: Database, step: Step, row_id: uuid.UUID, worker: str, lease: datetime.timedelta = LEASE
) -> Claim | None:
    """Take the row for a new attempt; None when somebody has it or it wants no such work any more."""
    table = step.table
    with database.write(SystemScope("claim")) as work:
        changed = work.session.execute(
            update(table)
            .where(
                table.id == row_id,
                table.state == step.state,
                or_(table.lease_until.is_(None), table.lease_until < work.now),
            )
            .values(claimed_by=worker, lease_until=work.now + lease, attempt=table.attempt + 1)
        )
        if changed.rowcount != 1:  # type: ignore[attr-defined] # CursorResult of an UPDATE
            return None
        row = work.session.scalars(select(table).where(table.id == row_id)).one()
        taken = Claim(database, step, row_id, row.organization_id, row.attempt, worker, threading.Event(), lease)
        job = _job_or_none(work, taken) or new_job(work, step.kind, row_id, row.organization_id)
        if failures(job) >= MAX_ATTEMPTS:
            # Its workers died one after the other: they could not say so themselves.
            job.state, job.error_code, job.error_parameters = "needs_person", "JOB-0003", {}
            row.claimed_by, row.lease_until = None, None
            step.stop(work, row, "JOB-0003", {})
            return None
        job.state, job.updated_at = "running", work.now
        job.history = [*job.history, {"attempt": row.attempt, "worker": worker, "at": work.now.isoformat()}][-20:]
    faults.point("claim.taken")
    return taken


def _job_or_none(work: UnitOfWork, taken: Claim) -> Job | None:
    return work.session.scalar(select(Job).where(Job.kind == taken.step.kind, Job.subject_id == taken.row_id))


def _job(work: UnitOfWork, taken: Claim) -> Job:
    """Return the job of a row that was claimed, which made it."""
    job = _job_or_none(work, taken)
    assert job is not None  # noqa: S101 - `claim` made it
    return job


def new_job(work: UnitOfWork, kind: str, subject_id: uuid.UUID, organization_id: uuid.UUID) -> Job:
    """Make the row in which one kind of work on one thing is followed and can be cancelled."""
    job = Job(
        id=work.ids.new(),
        organization_id=organization_id,
        kind=kind,
        subject_id=subject_id,
        state="waiting",
        done=0,
        total=0,
        current="",
        updated_at=work.now,
        cancel_wanted=False,
        error_parameters={},
        history=[],
    )
    work.add(job)
    return job


def failures(job: Job) -> int:
    """Return how many attempts have used up the patience: those that only waited for a server do not count."""
    return sum(1 for attempt in job.history if not attempt.get("waited"))


def give_back(taken: Claim, *, error: KhoLuuTruError | None, final: bool) -> None:
    """End an attempt that failed: free the row for the next one after a pause, or leave it to a person.

    The pause doubles from one second to a minute. What failed for a server that is away (`passing`) waits as long
    as it takes; everything else is left to a person after `MAX_ATTEMPTS`, or at once when it is `final`.
    """
    with taken.database.write(SystemScope("attempt ended")) as work:
        try:
            row = taken.hold(work)
        except ClaimLost:
            return
        job = _job(work, taken)
        if error is not None and error.passing:
            job.history = [*job.history[:-1], {**job.history[-1], "waited": True}]
        pause = datetime.timedelta(seconds=2 ** min(len(job.history) - 1, 6))
        row.claimed_by, row.lease_until = None, work.now + min(pause, _LONGEST_PAUSE)
        job.updated_at = work.now
        job.error_code = error.code if error else "JOB-0001"
        job.error_parameters = dict(error.parameters) if error else {}
        limit_reached = final or failures(job) >= MAX_ATTEMPTS
        job.state = "needs_person" if limit_reached else "waiting"
        if limit_reached:
            row.lease_until = None
            taken.step.stop(work, row, job.error_code, job.error_parameters)


def anybody_works(database: Database) -> bool:
    """Return whether any worker holds any row now; a worker that has nothing to do cannot be told from none."""
    with database.read(SystemScope("worker presence")) as work:
        return any(
            work.session.scalar(
                select(table.id).where(table.claimed_by.is_not(None), table.lease_until > work.now).limit(1)
            )
            is not None
            for table in _claimable()
        )


def free_all(work: UnitOfWork) -> None:
    """Take every claim and lease away: nobody works on the database, as after a restore, or before a move ends."""
    for table in _claimable():
        work.session.execute(update(table).values(claimed_by=None, lease_until=None))
    work.session.execute(update(Job).where(Job.state == "running").values(state="waiting"))


def _claimable() -> list[Any]:
    return [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Claimable)]
