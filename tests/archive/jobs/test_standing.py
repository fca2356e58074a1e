"""How work stands that is not done yet: at work, paused, queued, or left by a worker that is gone."""

from __future__ import annotations

import datetime

import pytest

from archive.jobs.rules import Standing, standing

NOW = datetime.datetime(2026, 11, 25, 8, 0, tzinfo=datetime.UTC)


def at(seconds: float) -> datetime.datetime:
    """Return an instant so many seconds from now."""
    return NOW + datetime.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("claimed_by", "lease_until", "since", "expected"),
    [
        ("w", at(30), at(-100), Standing.AT_WORK),
        ("w", at(-1), at(-100), Standing.LEFT),
        ("w", NOW, at(-100), Standing.LEFT),
        (None, at(5), at(-100), Standing.PAUSED),
        (None, None, at(-3), Standing.SOON),
        (None, at(-3), at(-100), Standing.SOON),
        (None, None, at(-11), Standing.QUEUED),
        (None, at(-11), at(-100), Standing.QUEUED),
    ],
)
def test_a_row_tells_how_its_work_stands(
    claimed_by: str | None, lease_until: datetime.datetime | None, since: datetime.datetime, expected: Standing
) -> None:
    """Only a lease that runs is work; what nobody takes, and what its worker renews no more, is said to stand."""
    assert standing(claimed_by, lease_until, since, NOW) == expected
