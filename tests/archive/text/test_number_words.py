"""Numbers in words, as papers of office write totals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text.number_words import number_words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (5, "năm"),
        (10, "mười"),
        (11, "mười một"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (55, "năm mươi lăm"),
        (101, "một trăm linh một"),
        (110, "một trăm mười"),
        (1000, "một nghìn"),
        (1005, "một nghìn không trăm linh năm"),
        (12_034, "mười hai nghìn không trăm ba mươi tư"),
        (1_000_000, "một triệu"),
        (2_500_000_000, "hai tỷ năm trăm triệu"),
    ],
)
def test_numbers_are_said_as_people_say_them(number: int, words: str) -> None:
    """Tens, units after tens, and empty places have their own words."""
    assert number_words(number) == words


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_two_numbers_are_never_said_alike(one: int, two: int) -> None:
    """Whoever reads the words knows the number."""
    assert (number_words(one) == number_words(two)) == (one == two)
