"""The worker: each ring does the work once, failures are tried again, and then wait for a person."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.errors import KhoLuuTruError
from archive.jobs.claims import Claim, ClaimLost
from archive.jobs.errors import JobError
from archive.jobs.steps import MAX_ATTEMPTS
from archive.jobs.worker import Worker
from preservation.storage.errors import StorageError
from tests.archive.clocks import FixedClock
from tests.archive.jobs.work import finish, job_of, row_of, step, waiting_row
from tests.province import Province


def failing(error: Exception) -> Any:
    """Return work that always fails with this error."""

    def run(context: list[int], claim: Claim) -> None:
        context.append(claim.attempt)
        raise error

    return run


def test_a_ring_does_the_work(database: Database, province: Province) -> None:
    """The row is worked on and leaves its state; a second ring finds nothing to do."""
    row_id, done = waiting_row(database, province), []
    worker = Worker(database, [step()], done)
    assert worker.handle("test.step", str(row_id)) is True
    assert worker.handle("test.step", str(row_id)) is False
    assert done == [(str(row_id), 1)]
    assert row_of(database, row_id).state == "withdrawn"


def test_a_doubled_ring_does_the_work_once(database: Database, province: Province) -> None:
    """Rung in many threads at once, the work is done once."""
    row_id, done = waiting_row(database, province), []
    worker = Worker(database, [step()], done)
    answers: list[bool] = []
    threads = [
        threading.Thread(target=lambda: answers.append(worker.handle("test.step", str(row_id)))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False, False, False, True]
    assert len(done) == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (JobError("GEN-0002"), "GEN-0002"),
        (KhoLuuTruError("FRM-0001", field="Phông"), "FRM-0001"),
        (ZeroDivisionError("a fault of ours"), "JOB-0001"),
    ],
    ids=["job error", "coded error", "fault"],
)
def test_what_fails_is_tried_again_and_then_left_to_a_person(
    error: Exception, code: str, database: Database, clock: FixedClock, province: Province
) -> None:
    """After each failure and a growing pause the row is free again; after the last attempt it stops, and says why."""
    row_id, tried = waiting_row(database, province), []
    worker = Worker(database, [step(failing(error))], tried)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert worker.waiting() == [("test.step", str(row_id))]
        assert worker.handle("test.step", str(row_id)) is False
        row, job = row_of(database, row_id), job_of(database, row_id)
        assert row.claimed_by is None
        assert job.error_code == code
        assert job.state == ("needs_person" if attempt == MAX_ATTEMPTS else "waiting")
        assert worker.waiting() == []
        clock.forward(seconds=2 ** (attempt - 1) + 1)
    assert tried == [1, 2, 3, 4, 5]
    assert worker.waiting() == []
    row = row_of(database, row_id)
    parameters = error.parameters if isinstance(error, KhoLuuTruError) else {}
    assert (row.state, row.returned_reason) == ("stopped", f"{code} {parameters}")


@pytest.mark.parametrize(
    "error",
    [StorageError("STO-0006", key="aip/x", reason="503"), OperationalError("INSERT", {}, Exception("gone"))],
    ids=["store away", "database away"],
)
def test_what_fails_for_a_server_that_is_away_waits_as_long_as_it_takes(
    error: Exception, database: Database, clock: FixedClock, province: Province
) -> None:
    """However often the server is asked in vain, the row goes on waiting, says for what, and is done in the end."""
    row_id, tried = waiting_row(database, province), []
    away = Worker(database, [step(failing(error))], tried)
    for _ in range(3 * MAX_ATTEMPTS):
        assert away.handle("test.step", str(row_id)) is False
        job = job_of(database, row_id)
        assert (job.state, row_of(database, row_id).state) == ("waiting", "receiving")
        assert job.error_code == (error.code if isinstance(error, StorageError) else "GEN-0007")
        clock.forward(seconds=61)
    assert Worker(database, [step()], tried).run_all() == 1
    assert job_of(database, row_id).state == "done"


def test_what_cannot_be_mended_by_trying_stops_at_once(database: Database, province: Province) -> None:
    """An error that says so is left to a person after one attempt."""
    row_id, tried = waiting_row(database, province), []
    Worker(database, [step(failing(JobError("GEN-0002", retry=False)))], tried).handle("test.step", str(row_id))
    assert tried == [1]
    assert row_of(database, row_id).state == "stopped"
    assert job_of(database, row_id).state == "needs_person"


def test_cancelled_work_stops_and_says_so(database: Database, province: Province) -> None:
    """After a person asked to stop, the work ends at its next step and waits for a person."""
    row_id = waiting_row(database, province)

    def run(context: list[int], claim: Claim) -> None:
        claim.progress(1, 10)
        with database.write(SystemScope("test")) as work:
            work.session.merge(job_of(database, row_id)).cancel_wanted = True
        claim.progress(2, 10)
        context.append(2)

    reached: list[int] = []
    assert Worker(database, [step(run)], reached).handle("test.step", str(row_id)) is False
    job = job_of(database, row_id)
    assert (reached, job.state, job.error_code, job.done) == ([], "needs_person", "JOB-0002", 1)
    assert row_of(database, row_id).state == "stopped"


def test_a_lost_claim_is_nobodys_failure(database: Database, clock: FixedClock, province: Province) -> None:
    """A worker that lost its row goes away without touching it or its job."""
    row_id = waiting_row(database, province)

    def run(context: list[int], claim: Claim) -> None:
        clock.forward(seconds=61)
        second = Worker(database, [step()], [])
        assert second.handle("test.step", str(row_id)) is True
        with database.write(SystemScope("test")) as work:
            claim.hold(work)
        context.append(1)

    reached: list[int] = []
    assert Worker(database, [step(run)], reached).handle("test.step", str(row_id)) is False
    assert reached == []
    assert (row_of(database, row_id).state, job_of(database, row_id).state) == ("withdrawn", "done")


def test_a_failure_after_the_row_is_lost_changes_nothing(
    database: Database, clock: FixedClock, province: Province
) -> None:
    """When the first attempt fails after a second one has begun, the second one keeps the row."""
    row_id = waiting_row(database, province)

    def run(context: object, claim: Claim) -> None:
        clock.forward(seconds=61)
        from archive.jobs.claims import claim as take

        assert take(database, step(), row_id, "second") is not None
        raise JobError("GEN-0002", retry=False)

    Worker(database, [step(run)], None).handle("test.step", str(row_id))
    row = row_of(database, row_id)
    assert (row.claimed_by, row.state, row.attempt) == ("second", "receiving", 2)


def test_the_sweeper_finds_what_stands_still(database: Database, clock: FixedClock, province: Province) -> None:
    """Rows that nobody was rung for and rows of dead workers are found; held and finished ones are not."""
    forgotten, held, dead, finished = (waiting_row(database, province) for _ in range(4))
    from archive.jobs.claims import claim as take

    worker = Worker(database, [step()], [])
    assert take(database, step(), dead, "dead") is not None
    clock.forward(seconds=61)
    assert take(database, step(), held, "busy") is not None
    worker.handle("test.step", str(finished))
    assert sorted(worker.waiting()) == sorted([("test.step", str(forgotten)), ("test.step", str(dead))])


def test_a_lost_ring_is_made_good(database: Database, province: Province) -> None:
    """Without any ring all that waits is done, once, whatever its kind."""
    rows, done = {waiting_row(database, province) for _ in range(3)}, []
    worker = Worker(database, [step()], done)
    assert worker.run_all() == 3
    assert {uuid.UUID(row) for row, _ in done} == rows
    assert worker.run_all() == 0


def test_one_failing_row_does_not_hold_up_the_others(database: Database, province: Province) -> None:
    """Rows behind one that fails are worked on all the same."""
    rows = [waiting_row(database, province) for _ in range(3)]

    def run(context: list[uuid.UUID], claim: Claim) -> None:
        if claim.row_id == rows[0]:
            raise JobError("GEN-0002")
        context.append(claim.row_id)
        finish([], claim)

    done: list[uuid.UUID] = []
    assert Worker(database, [step(run)], done).run_all() == 2
    assert set(done) == set(rows[1:])


def test_claim_lost_is_not_a_coded_error() -> None:
    """Losing a claim never reaches a person: it is no message of the catalogue."""
    assert not issubclass(ClaimLost, KhoLuuTruError)
