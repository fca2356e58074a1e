"""Writers take turns: nobody waits long, however busy the others are."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.database.series import next_number
from tests.province import Province

# Writes as fast as it can, with some milliseconds of work inside each transaction, until its input ends.
BUSY = """
import sys, threading, time, uuid
from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.database.series import next_number

database, owner = Database(sys.argv[1]), uuid.UUID(sys.argv[2])
threading.Thread(target=lambda: (sys.stdin.read(), done.set()), daemon=True).start()
done, count = threading.Event(), 0
while not done.is_set():
    with database.write(SystemScope("busy")) as work:
        next_number(work, owner, sys.argv[3])
        time.sleep(0.003)
    count += 1
    if count == 1:
        print("begun", flush=True)
print(count, flush=True)
"""


def test_a_write_beside_two_busy_workers_waits_less_than_a_second(
    database: Database, province: Province, tmp_path: Path
) -> None:
    """While two other processes write without a pause, a person's write comes through, and both get their share."""
    url = database.url.render_as_string(hide_password=False)
    owner = str(province.department)
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", BUSY, url, owner, f"busy {n}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(2)
    ]
    waits = []
    try:
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "begun\n"
        for _ in range(10):
            begun = time.monotonic()
            with database.write(SystemScope("person")) as work:
                next_number(work, province.department, "person")
            waits.append(time.monotonic() - begun)
            time.sleep(0.02)
    finally:
        counts = [int(worker.communicate()[0]) for worker in workers]
    assert max(waits) < 1.0
    assert min(counts) > 5
    with database.write(SystemScope("test")) as work:
        assert [next_number(work, province.department, f"busy {n}") - 1 for n in range(2)] == counts


def test_threads_of_one_process_take_turns(database: Database, province: Province) -> None:
    """A thread that wants to write while another does waits for its end and sees what it wrote."""
    order: list[str] = []
    inside = threading.Event()

    def first() -> None:
        with database.write(SystemScope("first")) as work:
            next_number(work, province.department, "shared")
            inside.set()
            time.sleep(0.2)
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(5)
    with database.write(SystemScope("second")) as work:
        assert next_number(work, province.department, "shared") == 2
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_a_reader_does_not_wait_for_a_writer(database: Database, province: Province) -> None:
    """Reading goes on while somebody writes, and sees the state before."""
    with database.write(SystemScope("writer")) as work:
        next_number(work, province.department, "shared")
        begun = time.monotonic()
        with database.read(SystemScope("reader")) as other:
            from sqlalchemy import select

            from archive.database.series import NumberSeries

            assert other.session.scalar(select(NumberSeries.last).where(NumberSeries.name == "shared")) is None
        assert time.monotonic() - begun < 1.0


def test_a_process_that_dies_inside_its_turn_does_not_keep_it(database: Database, province: Province) -> None:
    """A writer killed in the middle leaves nothing behind, and the next one goes on at once."""
    die = (
        "import os, signal, sys, uuid\n"
        "from archive.database.connection import Database\n"
        "from archive.database.scope import SystemScope\n"
        "from archive.database.series import next_number\n"
        "with Database(sys.argv[1]).write(SystemScope('dies')) as work:\n"
        "    next_number(work, uuid.UUID(sys.argv[2]), 'shared')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    url = database.url.render_as_string(hide_password=False)
    run = subprocess.run([sys.executable, "-c", die, url, str(province.department)], check=False)
    assert run.returncode == -9
    begun = time.monotonic()
    with database.write(SystemScope("next")) as work:
        assert next_number(work, province.department, "shared") == 1
    assert time.monotonic() - begun < 1.0


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all/kholuutru.db"])
def test_a_database_that_cannot_be_opened_says_so(url: str) -> None:
    """Writing to a database in a folder that is not there is an error, and the turn is free again."""
    database = Database(url)
    with pytest.raises(OSError, match="nowhere"), database.write(SystemScope("test")):
        pytest.fail("there is nothing to write to")
    database.dispose()
