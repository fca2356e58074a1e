"""When retention runs out: on 1 January of closing year + N + 1, never for what is permanent or not known."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.messages.catalogue import catalogue
from archive.metadata.periods import PERMANENT, RetentionEvent, RetentionKind, RetentionPeriod, parse_period
from retention.due.rules import Reckoning, reckon

YEARS, CLOSING = st.integers(1, 999), st.integers(1900, 2200)
EVENTS = st.sampled_from([event for event in RetentionEvent if not event.counts_years]).map(
    lambda event: RetentionPeriod(RetentionKind.EVENT, event=event)
) | st.builds(
    lambda event, years: RetentionPeriod(RetentionKind.EVENT, years, event),
    st.sampled_from([event for event in RetentionEvent if event.counts_years]),
    st.integers(1, 70),
)


@given(YEARS, CLOSING)
def test_a_number_of_years_is_due_on_new_years_day(years: int, closing: int) -> None:
    """The year of closing is not counted: N whole years follow it, and the day after the last one is the day."""
    due = reckon(RetentionPeriod(RetentionKind.YEARS, years), f"{years} năm", closing).due_on
    assert due == datetime.date(closing + years + 1, 1, 1)


@given(YEARS, CLOSING, CLOSING)
def test_what_closed_later_is_never_due_earlier(years: int, one: int, two: int) -> None:
    """With the same period the later closing year has the later day, and the same year the same day."""
    days = [reckon(RetentionPeriod(RetentionKind.YEARS, years), "", closing).due_on for closing in (one, two)]
    assert all(days)
    assert (days[0] < days[1], days[0] == days[1]) == (one < two, one == two)  # type: ignore[operator] # both are days


@given(st.none() | CLOSING)
def test_what_is_permanent_is_never_due(closing: int | None) -> None:
    """Whatever else is known."""
    assert reckon(PERMANENT, "Vĩnh viễn", closing) == Reckoning(None, (("RET-0002", {}),))


@given(EVENTS, st.none() | CLOSING)
def test_what_waits_for_an_event_is_not_due(period: RetentionPeriod, closing: int | None) -> None:
    """Without the date of the event there is no day, and the reason names the event."""
    assert reckon(period, period.render(), closing) == Reckoning(None, (("RET-0005", {"event": period.render()}),))


@given(st.text().filter(lambda text: parse_period(text) is None), st.none() | CLOSING)
def test_what_is_not_a_period_makes_no_day(text: str, closing: int | None) -> None:
    """A text that names no period, or none at all, makes no date but a reason that shows it."""
    assert reckon(parse_period(text), text, closing) == Reckoning(None, (("RET-0003", {"period": text or "…"}),))


@given(YEARS)
def test_without_a_closing_year_nothing_is_due(years: int) -> None:
    """An unknown year makes no date."""
    period = RetentionPeriod(RetentionKind.YEARS, years)
    assert reckon(period, f"{years} năm", None) == Reckoning(None, (("RET-0004", {}),))


def test_the_explanation_shows_the_reckoning() -> None:
    """The reasons say year, period, sum and day, in this order."""
    assert reckon(parse_period("20 năm"), "20 năm", 2024) == Reckoning(
        datetime.date(2045, 1, 1),
        (
            ("RET-0011", {"year": 2024}),
            ("RET-0012", {"period": "20 năm"}),
            ("RET-0013", {"year": 2024, "years": 20, "last": 2044}),
            ("RET-0014", {"date": "01/01/2045"}),
        ),
    )


@pytest.mark.parametrize("text", ["Vĩnh viễn", "20 năm", "Theo tuổi thọ công trình", "lâu dài", ""])
@pytest.mark.parametrize("closing", [None, 2024])
def test_every_reason_can_be_read(text: str, closing: int | None) -> None:
    """Each reason is a message whose texts find all their values."""
    for code, values in reckon(parse_period(text), text, closing).reasons:
        for language in ("vi", "en"):
            assert "{" not in catalogue().text(code, language, values)
            assert catalogue().get(code).placeholders() <= set(values)
