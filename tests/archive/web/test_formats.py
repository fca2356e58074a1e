"""How dates, numbers and sizes read."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.web.formats import date_text, instant_text, number_text, size_text

LATE = datetime.datetime(2026, 11, 22, 18, 5, tzinfo=datetime.UTC)


def test_a_date_reads_as_in_vietnam() -> None:
    """Day, month, year; in English the month in letters."""
    assert date_text(datetime.date(2026, 11, 3)) == "03/11/2026"
    assert date_text(datetime.date(2026, 11, 3), "en") == "3 Nov 2026"
    assert date_text(None) == ""


def test_an_instant_is_told_in_vietnams_time() -> None:
    """Late in the evening in UTC it is the next day in Hà Nội."""
    assert date_text(LATE) == "23/11/2026"
    assert instant_text(LATE) == "23/11/2026 01:05"
    assert instant_text(LATE, "en") == "23 Nov 2026 01:05"
    assert instant_text(None) == ""


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [(0, "0", "0"), (48217, "48.217", "48,217"), (-1234, "-1.234", "-1,234"), (2.54, "2,5", "2.5"), (None, "", "")],
)
def test_numbers_have_their_signs(value: float | None, vi: str, en: str) -> None:
    """Thousands by a dot and decimals by a comma in Vietnamese, the other way round in English."""
    assert (number_text(value), number_text(value, "en")) == (vi, en)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1,0 KB"),
        (16_700_000, "16,7 MB"),
        (4_400_000_000, "4,4 GB"),
        (5_000_000_000_000_000, "5.000,0 TB"),
    ],
)
def test_sizes_are_powers_of_ten(length: int, text: str) -> None:
    """Bytes read as people speak of them."""
    assert size_text(length) == text


@given(st.integers(0, 10**18))
def test_a_number_keeps_its_digits(value: int) -> None:
    """Whatever its size, the digits are those of the number."""
    assert number_text(value).replace(".", "") == str(value)
