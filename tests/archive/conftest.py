"""The database of the small province alone, without the rest of the house."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import pytest

from archive.database.connection import Database
from tests.archive.clocks import FixedClock
from tests.databases import postgresql_database
from tests.province import Province


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.network)])
def engine(request: pytest.FixtureRequest) -> str:
    """Each database that the product runs on."""
    return str(request.param)


@pytest.fixture
def province(engine: str, request: pytest.FixtureRequest) -> Province:
    """Ids of what is in the database."""
    made = request.getfixturevalue("initialised" if engine == "sqlite" else "initialised_on_postgresql")
    return cast("Province", made[1])


@pytest.fixture
def clock() -> FixedClock:
    """The clock that the database of this test tells the time by."""
    return FixedClock()


@pytest.fixture
def database(engine: str, request: pytest.FixtureRequest, clock: FixedClock, tmp_path: Path) -> Iterator[Database]:
    """A database of its own for one test, by a clock that stands still."""
    with ExitStack() as stack:
        if engine == "sqlite":
            path = tmp_path / "kholuutru.db"
            shutil.copy(request.getfixturevalue("initialised")[0] / "kholuutru.db", path)
            url = f"sqlite:///{path}"
        else:
            template = request.getfixturevalue("initialised_on_postgresql")[0]
            url = stack.enter_context(postgresql_database(template))
        opened = Database(url, clock=clock)
        stack.callback(opened.dispose)
        yield opened
