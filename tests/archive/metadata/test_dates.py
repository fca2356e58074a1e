from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.metadata.dates import DateProblem, DateReading, PartialDate, join_date, read_date


@st.composite
def partial_dates(draw: st.DrawFn) -> PartialDate:
    day = draw(st.dates(datetime.date(1000, 1, 1), datetime.date(2999, 12, 31)))
    known = draw(st.integers(1, 3))
    return PartialDate(day.year, day.month if known > 1 else 0, day.day if known > 2 else 0)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("13/09/2024", PartialDate(2024, 9, 13)),
        ("1/9/2024", PartialDate(2024, 9, 1)),
        ("13-9-2024", PartialDate(2024, 9, 13)),
        ("13.9.2024", PartialDate(2024, 9, 13)),
        ("13 / 9 / 2024", PartialDate(2024, 9, 13)),
        ("2024-09-13", PartialDate(2024, 9, 13)),
        ("2024-09", PartialDate(2024, 9)),
        ("06/2011", PartialDate(2011, 6)),
        ("2011", PartialDate(2011)),
        (" 2011 ", PartialDate(2011)),
        ("ngày 13 tháng 9 năm 2024", PartialDate(2024, 9, 13)),
        ("Tháng 6 năm 2011", PartialDate(2011, 6)),
        ("năm 2011", PartialDate(2011)),
        ("29/02/2024", PartialDate(2024, 2, 29)),
    ],
)
def test_dates_are_read_as_lists_write_them(text: str, date: PartialDate) -> None:
    """Day, month and year are understood in every usual form, and in part."""
    assert read_date(text) == DateReading(date)


@pytest.mark.parametrize(
    ("text", "problem", "proposed"),
    [
        ("31/06/2011", DateProblem.IMPOSSIBLE, None),
        ("29/02/2023", DateProblem.IMPOSSIBLE, None),
        ("00/05/2011", DateProblem.IMPOSSIBLE, None),
        ("13/2011", DateProblem.IMPOSSIBLE, None),
        ("9/13/2024", DateProblem.IMPOSSIBLE, PartialDate(2024, 9, 13)),
        ("13/?/2024", DateProblem.INCOMPLETE, None),
        ("13/09/?", DateProblem.INCOMPLETE, None),
        ("13/09/11", DateProblem.TWO_DIGIT_YEAR, PartialDate(2011, 9, 13)),
        ("13/09/98", DateProblem.TWO_DIGIT_YEAR, PartialDate(1998, 9, 13)),
        ("26", DateProblem.TWO_DIGIT_YEAR, PartialDate(2026)),
        ("27", DateProblem.TWO_DIGIT_YEAR, PartialDate(1927)),
        ("31/06/11", DateProblem.TWO_DIGIT_YEAR, None),
        ("không rõ", DateProblem.UNREADABLE, None),
        ("13/09/202", DateProblem.UNREADABLE, None),
        ("1/2/3/2024", DateProblem.UNREADABLE, None),
        ("45548", DateProblem.UNREADABLE, None),
        ("", DateProblem.UNREADABLE, None),
    ],
)
def test_doubtful_texts_name_their_problem(text: str, problem: DateProblem, proposed: PartialDate | None) -> None:
    """What is not simply a date gives no date, the problem, and a proposal where there is a likely one."""
    assert read_date(text, not_after=2026) == DateReading(None, problem, proposed)


def test_a_two_digit_year_is_never_guessed_without_a_year_to_count_from() -> None:
    """Without `not_after` there is no proposal."""
    assert read_date("13/09/11") == DateReading(None, DateProblem.TWO_DIGIT_YEAR)


@given(partial_dates())
def test_what_is_written_is_read_back(date: PartialDate) -> None:
    """Any partial date, written out, is read as the same date."""
    assert read_date(str(date)) == DateReading(date)


@given(partial_dates())
def test_cells_joined_are_read_as_the_date_they_make(date: PartialDate) -> None:
    """Three cells (blank where unknown) join to a text that reads as the date."""
    cells = [str(part) if part else "" for part in (date.day, date.month, date.year)]
    assert read_date(join_date(*cells)) == DateReading(date)


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading(text: str) -> None:
    """Any text gives either a date or a problem."""
    reading = read_date(text, not_after=2026)
    assert (reading.date is None) is (reading.problem is not None)


@pytest.mark.parametrize(
    ("cells", "joined"),
    [
        (("13", "9", "2024"), "13/09/2024"),
        (("", "9", "2024"), "09/2024"),
        (("", "", "2024"), "2024"),
        (("13", "", "2024"), "13/?/2024"),
        (("13", "9", ""), "13/09/?"),
        (("", "", ""), ""),
        (("13", "chín", "2024"), "13/chín/2024"),
    ],
)
def test_cells_are_joined_as_typed(cells: tuple[str, str, str], joined: str) -> None:
    """Days and months get two digits, missing parts before given ones a question mark, all else stays."""
    assert join_date(*cells) == joined


@given(partial_dates(), partial_dates())
def test_only_dates_that_cannot_overlap_are_in_order(one: PartialDate, other: PartialDate) -> None:
    """One date is certainly before another exactly when its last day is before the other's first."""
    assert one.certainly_before(other) is (one.latest < other.earliest)
    assert not (one.certainly_before(other) and other.certainly_before(one))
    assert one.earliest <= one.latest


def test_a_partial_date_spans_what_it_may_be() -> None:
    """A year spans its days, a month its own, also in February of a leap year."""
    assert PartialDate(2024).earliest == datetime.date(2024, 1, 1)
    assert PartialDate(2024).latest == datetime.date(2024, 12, 31)
    assert PartialDate(2024, 2).latest == datetime.date(2024, 2, 29)


@pytest.mark.parametrize("parts", [(2011, 6, 31), (2011, 13, 0), (2011, 0, 1), (0, 1, 1)])
def test_an_impossible_date_cannot_be_made(parts: tuple[int, int, int]) -> None:
    """A date that no calendar has, or a day without month, raises ValueError."""
    with pytest.raises(ValueError, match=r"out of range|must be in|needs a month"):
        PartialDate(*parts)
