"""The doorbell: messages are JSON in a file of their own, and harmless when lost or doubled."""

from __future__ import annotations

import json
import pickle
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from archive.database.connection import Database
from archive.database.errors import DatabaseAway
from archive.jobs.doorbell import Doorbell
from archive.jobs.worker import Worker
from tests.archive.jobs.work import row_of, step, waiting_row
from tests.databases import postgresql_database
from tests.province import Province


def answer_all(bell: Doorbell) -> int:
    """Answer every ring that waits; return how many there were."""
    count = 0
    while (message := bell.huey.dequeue()) is not None:
        bell.huey.execute(message)
        count += 1
    return count


def messages(path: Path) -> list[bytes]:
    """Return what stands in the queue's file."""
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT data FROM task ORDER BY id")]


def test_a_message_is_json(tmp_path: Path) -> None:
    """What lies in the queue is JSON text with the kind and the id, and nothing that could run."""
    bell = Doorbell(tmp_path / "queue.db")
    bell.ring("transfer.read", "0a1b")
    (message,) = messages(tmp_path / "queue.db")
    carried = [part for part in json.loads(message) if isinstance(part, (list, dict))]
    assert carried == [["transfer.read", "0a1b"], {}]
    with pytest.raises(pickle.UnpicklingError):
        pickle.loads(message)  # noqa: S301 - to see that it is none
    bell.close()


def test_a_ring_survives_the_processes(tmp_path: Path) -> None:
    """A ring of a process that is gone is heard by one that starts later."""
    first = Doorbell(tmp_path / "queue.db")
    first.ring("transfer.read", "0a1b")
    first.ring("transfer.check", "0a1b")
    first.close()
    heard: list[tuple[str, str]] = []
    second = Doorbell(tmp_path / "queue.db", lambda kind, row: heard.append((kind, row)))
    assert answer_all(second) == 2
    second.close()
    assert heard == [("transfer.read", "0a1b"), ("transfer.check", "0a1b")]


def test_a_foreign_pickle_in_the_queue_is_not_opened(tmp_path: Path) -> None:
    """What somebody else puts into the file is refused, not run."""
    bell = Doorbell(tmp_path / "queue.db")
    mark = tmp_path / "ran"

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[Path]]:
            return Path.touch, (mark,)

    bell.huey.storage.enqueue(pickle.dumps(Trap()))
    with pytest.raises(ValueError, match=r"codec|JSON|Expecting"):
        bell.huey.dequeue()
    bell.close()
    assert not mark.exists()


def test_a_doubled_ring_does_the_work_once(database: Database, province: Province, tmp_path: Path) -> None:
    """The same ring three times over does the work of its row once."""
    row_id, done = waiting_row(database, province), []
    bell = Doorbell(tmp_path / "queue.db", Worker(database, [step()], done).handle)
    for _ in range(3):
        bell.ring("test.step", str(row_id))
    assert answer_all(bell) == 3
    bell.close()
    assert done == [(str(row_id), 1)]
    assert row_of(database, row_id).state == "withdrawn"


def test_a_failing_answer_does_not_end_the_worker(tmp_path: Path) -> None:
    """A ring of a kind that nobody knows fails alone; the next one is answered."""
    heard: list[str] = []

    def answer(kind: str, row: str) -> None:
        if kind == "unknown":
            raise KeyError(kind)
        heard.append(row)

    bell = Doorbell(tmp_path / "queue.db", answer)
    bell.ring("unknown", "1")
    bell.ring("known", "2")
    assert answer_all(bell) == 2
    bell.close()
    assert heard == ["2"]


@pytest.mark.network
def test_a_server_that_does_not_answer_is_said() -> None:
    """A queue on a server that is away is an error with a code."""
    with pytest.raises(DatabaseAway):
        Doorbell(make_url("postgresql+psycopg://somebody:hush@127.0.0.1:9/kho"))


@pytest.mark.network
def test_a_ring_on_a_server_reaches_a_worker() -> None:
    """What one process leaves in a PostgreSQL queue another one hears, as kind and id."""
    heard: list[tuple[str, str]] = []
    with postgresql_database() as url:
        here = Doorbell(make_url(url))
        there = Doorbell(make_url(url), lambda kind, row: heard.append((kind, row)))
        here.ring("transfer.check", "7")
        assert answer_all(there) == 1
        here.close()
        there.close()
    assert heard == [("transfer.check", "7")]
