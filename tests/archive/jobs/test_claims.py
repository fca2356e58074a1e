"""Claims: one attempt at a time, and only the attempt that holds the row writes its result."""

from __future__ import annotations

import datetime
import threading
import time
import uuid

import pytest

from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.jobs.claims import CancelWanted, Claim, ClaimLost, claim
from archive.jobs.steps import MAX_ATTEMPTS
from archive.jobs.worker import Worker
from tests.archive.clocks import FixedClock
from tests.archive.jobs.work import finish, job_of, row_of, step, waiting_row
from tests.province import Province

LEASE = datetime.timedelta(seconds=60)


def take(database: Database, row_id: uuid.UUID, worker: str = "one") -> Claim:
    """Take the row; it must be free."""
    taken = claim(database, step(), row_id, worker, LEASE)
    assert taken is not None
    return taken


def test_a_row_is_taken_once(database: Database, province: Province) -> None:
    """Of many workers that reach for the same row at once, exactly one has it."""
    row_id = waiting_row(database, province)
    together = threading.Barrier(4)
    got: list[Claim | None] = []

    def reach(name: str) -> None:
        together.wait()
        got.append(claim(database, step(), row_id, name, LEASE))

    threads = [threading.Thread(target=reach, args=(f"worker {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (won,) = [taken for taken in got if taken is not None]
    row = row_of(database, row_id)
    assert (row.claimed_by, row.attempt) == (won.worker, won.attempt) == (won.worker, 1)


def test_a_claim_says_what_it_holds(database: Database, clock: FixedClock, province: Province) -> None:
    """A claim knows its row, whose it is and which attempt; the row knows its worker, the job is running."""
    row_id = waiting_row(database, province)
    taken = take(database, row_id)
    row, job = row_of(database, row_id), job_of(database, row_id)
    assert (taken.row_id, taken.organization_id, taken.attempt) == (row_id, province.department, 1)
    assert (row.claimed_by, row.lease_until) == ("one", clock.at + LEASE)
    assert (job.kind, job.state, job.organization_id) == ("test.step", "running", province.department)
    assert job.history == [{"attempt": 1, "worker": "one", "at": clock.at.isoformat()}]


def test_a_row_that_is_held_is_not_taken(database: Database, clock: FixedClock, province: Province) -> None:
    """Until the last second of the lease nobody else gets the row."""
    row_id = waiting_row(database, province)
    take(database, row_id)
    clock.forward(seconds=60)
    assert claim(database, step(), row_id, "two", LEASE) is None


def test_a_row_in_another_state_is_not_taken(database: Database, province: Province) -> None:
    """A row that no longer wants this work, or is not there, is nobody's."""
    row_id = waiting_row(database, province)
    with database.write(SystemScope("test")) as work:
        work.session.merge(row_of(database, row_id)).state = "withdrawn"
    assert claim(database, step(), row_id, "one", LEASE) is None
    assert claim(database, step(), uuid.uuid4(), "one", LEASE) is None


def test_an_expired_lease_is_taken_over(database: Database, clock: FixedClock, province: Province) -> None:
    """After the lease the next worker has the row for a new attempt; the first one can write nothing any more."""
    row_id = waiting_row(database, province)
    first = take(database, row_id, "one")
    clock.forward(seconds=61)
    second = take(database, row_id, "two")
    assert second.attempt == 2

    def write_late() -> None:
        with database.write(SystemScope("test")) as work:
            row = first.hold(work)
            row.title = "written too late"

    with pytest.raises(ClaimLost):
        write_late()
    assert row_of(database, row_id).title == "Đợt thử"
    with database.write(SystemScope("test")) as work:
        row = second.hold(work)
        row.title = "written in time"
        second.finish(work, row, "withdrawn")
    done = row_of(database, row_id)
    assert (done.title, done.state, done.claimed_by, done.lease_until) == ("written in time", "withdrawn", None, None)


def test_what_is_finished_cannot_be_written_again(database: Database, province: Province) -> None:
    """After the end of an attempt its claim is void, also for the worker that had it."""
    taken = take(database, waiting_row(database, province))
    finish([], taken)
    with pytest.raises(ClaimLost), database.write(SystemScope("test")) as work:
        taken.hold(work)


def test_a_person_who_moves_the_row_takes_it_from_the_worker(database: Database, province: Province) -> None:
    """When somebody withdraws the transfer meanwhile, the work on it is thrown away."""
    from ingest.transfers import services

    row_id = waiting_row(database, province)
    taken = take(database, row_id)
    with database.write(province.people["submitter"].scope()) as work:
        services.withdraw(work, row_id)
    with pytest.raises(ClaimLost), database.write(SystemScope("test")) as work:
        taken.hold(work)


def test_renewing_lengthens_the_lease(database: Database, clock: FixedClock, province: Province) -> None:
    """A renewed lease holds from now on for its whole length."""
    row_id = waiting_row(database, province)
    taken = take(database, row_id)
    clock.forward(seconds=50)
    taken.renew()
    assert row_of(database, row_id).lease_until == clock.at + LEASE
    clock.forward(seconds=59)
    assert claim(database, step(), row_id, "two", LEASE) is None
    assert not taken.lost.is_set()


def test_a_renewal_notices_that_the_row_is_gone(database: Database, clock: FixedClock, province: Province) -> None:
    """A worker whose row was taken over learns so at its next renewal, and stops at its next step."""
    row_id = waiting_row(database, province)
    first = take(database, row_id, "one")
    clock.forward(seconds=61)
    second = take(database, row_id, "two")
    first.renew()
    assert first.lost.is_set()
    assert row_of(database, row_id).lease_until == clock.at + LEASE
    with pytest.raises(ClaimLost):
        first.progress(1, 2)
    second.progress(1, 2)


def test_long_work_keeps_its_row(database: Database, province: Province) -> None:
    """Work that takes longer than a lease keeps its row while its process lives."""
    from archive.clock import SystemClock

    database.clock = SystemClock()
    row_id = waiting_row(database, province)
    short = datetime.timedelta(seconds=0.5)
    stolen: list[Claim | None] = []

    def work_long(context: list[tuple[str, int]], taken: Claim) -> None:
        time.sleep(1.2)
        stolen.append(claim(database, step(), row_id, "thief", short))
        finish(context, taken)

    done: list[tuple[str, int]] = []
    assert Worker(database, [step(work_long)], done, short).handle("test.step", str(row_id)) is True
    assert stolen == [None]
    assert done == [(str(row_id), 1)]


def test_progress_is_shown(database: Database, province: Province) -> None:
    """How far the work is stands in the job, and the end shows all of it as done."""
    row_id = waiting_row(database, province)
    taken = take(database, row_id)
    taken.progress(3, 10, "HS01/vb-03.pdf")
    job = job_of(database, row_id)
    assert (job.state, job.done, job.total, job.current) == ("running", 3, 10, "HS01/vb-03.pdf")
    finish([], taken)
    job = job_of(database, row_id)
    assert (job.state, job.done, job.total, job.current, job.error_code) == ("done", 10, 10, "", None)


def test_a_wish_to_cancel_is_heard_at_the_next_step(database: Database, province: Province) -> None:
    """After a person asked to stop, the next report of progress ends the work."""
    row_id = waiting_row(database, province)
    taken = take(database, row_id)
    taken.progress(1, 10)
    with database.write(SystemScope("test")) as work:
        work.session.merge(job_of(database, row_id)).cancel_wanted = True
    with pytest.raises(CancelWanted):
        taken.progress(2, 10)
    assert job_of(database, row_id).done == 1


def test_workers_that_die_one_after_the_other_leave_the_row_to_a_person(
    database: Database, clock: FixedClock, province: Province
) -> None:
    """After five attempts whose workers died without a word, the row is not taken again and needs a person."""
    row_id = waiting_row(database, province)
    for number in range(1, MAX_ATTEMPTS + 1):
        take(database, row_id, f"worker {number}")
        clock.forward(seconds=61)
    assert [entry["attempt"] for entry in job_of(database, row_id).history] == [1, 2, 3, 4, 5]
    assert claim(database, step(finish), row_id, "worker 6") is None
    job = job_of(database, row_id)
    assert (job.state, job.error_code) == ("needs_person", "JOB-0003")
