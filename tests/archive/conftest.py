"""The database of the small province alone, without the rest of the house."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.database.connection import Database
from tests.archive.clocks import FixedClock
from tests.province import Province


@pytest.fixture(scope="session")
def province(initialised: tuple[Path, Province]) -> Province:
    """Ids of what is in the database."""
    return initialised[1]


@pytest.fixture
def clock() -> FixedClock:
    """The clock that the database of this test tells the time by."""
    return FixedClock()


@pytest.fixture
def database(initialised: tuple[Path, Province], clock: FixedClock, tmp_path: Path) -> Iterator[Database]:
    """A database of its own for one test, by a clock that stands still."""
    path = tmp_path / "kholuutru.db"
    shutil.copy(initialised[0] / "kholuutru.db", path)
    opened = Database(f"sqlite:///{path}", clock=clock)
    yield opened
    opened.dispose()
