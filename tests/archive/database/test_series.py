"""Numbers that run on within one organization."""

from __future__ import annotations

import threading

import pytest

from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.database.series import next_number
from tests.province import Province


def test_numbers_run_on_by_organization_and_name(database: Database, province: Province) -> None:
    """Each series of each organization counts from one, without gaps."""
    drawn = []
    for organization, name in (
        (province.department, "GN-2026"),
        (province.department, "GN-2026"),
        (province.commune, "GN-2026"),
        (province.department, "GN-2027"),
        (province.department, "GN-2026"),
    ):
        with database.write(SystemScope("test")) as work:
            drawn.append(next_number(work, organization, name))
    assert drawn == [1, 2, 1, 1, 3]


def test_a_number_is_given_out_only_by_a_commit(database: Database, province: Province) -> None:
    """Work that fails gives its number back."""

    def fail() -> None:
        with database.write(SystemScope("test")) as work:
            assert next_number(work, province.department, "GN-2026") == 1
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with database.write(SystemScope("test")) as work:
        assert next_number(work, province.department, "GN-2026") == 1


def test_two_never_get_the_same_number(database: Database, province: Province) -> None:
    """Four threads that draw at once get every number once."""
    drawn: list[int] = []

    def draw() -> None:
        for _ in range(5):
            with database.write(SystemScope("test")) as work:
                drawn.append(next_number(work, province.department, "GN-2026"))

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(drawn) == list(range(1, 21))
