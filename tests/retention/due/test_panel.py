"""The line of time on which a dossier's day lies."""

from __future__ import annotations

import datetime

import pytest

from retention.due.panel import line_of

DUE = datetime.date(2046, 1, 1)


def test_the_line_runs_from_the_first_document_to_behind_the_day() -> None:
    """Begin, end of the work, today and the day stand in their order, all on the line."""
    line = line_of(2009, 2025, DUE, datetime.date(2026, 11, 25))
    assert line is not None
    assert (line.begun, line.closed, line.kept) == (2009, 2025, 2045)
    assert line.today_at is not None
    assert 0 < line.closing_at < line.today_at < line.due_at < 100


def test_a_day_outside_the_line_is_not_drawn() -> None:
    """Long after the day, or before the first document, today has no place on the line."""
    for today in (datetime.date(2001, 1, 1), datetime.date(2099, 1, 1)):
        line = line_of(2009, 2025, DUE, today)
        assert line is not None
        assert line.today_at is None


@pytest.mark.parametrize(("closed", "due_on"), [(None, DUE), (2025, None), (None, None)])
def test_what_has_no_day_has_no_line(closed: int | None, due_on: datetime.date | None) -> None:
    """Without a closing year or a day there is nothing to draw."""
    assert line_of(2009, closed, due_on, datetime.date(2026, 1, 1)) is None


def test_a_beginning_behind_the_end_counts_as_the_end() -> None:
    """Dates that contradict each other give a line that begins with the closing year."""
    line = line_of(2030, 2025, DUE, datetime.date(2026, 1, 1))
    assert line is not None
    assert line.begun == 2025
