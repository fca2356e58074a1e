from __future__ import annotations

import datetime
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.cells import Cell, CellKind, clean, read_cell, whole_number

_DAY = datetime.datetime(2024, 9, 13, 7, 30)  # noqa: DTZ001 - workbooks know no time zones


@pytest.mark.parametrize(
    ("value", "number_format", "cell"),
    [
        (970, "General", Cell("970", CellKind.NUMBER)),
        (970.0, "General", Cell("970", CellKind.NUMBER)),
        (3.5, "General", Cell("3.5", CellKind.NUMBER)),
        (1, "00", Cell("01", CellKind.NUMBER)),
        (123, "00", Cell("123", CellKind.NUMBER)),
        (-1, "00", Cell("-1", CellKind.NUMBER)),
        (1e300, "General", Cell(str(int(1e300)), CellKind.NUMBER)),
        (float("inf"), "General", Cell("inf", CellKind.NUMBER)),
        ("01", "General", Cell("01")),
        ("1 ", "General", Cell("1")),
        (" a\n b\u00a0c_x000D_ ", "General", Cell("a b c")),
        (True, "General", Cell("1")),
        (None, "General", Cell("")),
        (_DAY, "dd/mm/yyyy", Cell("13/09/2024", CellKind.DATE)),
        (_DAY.date(), "General", Cell("13/09/2024", CellKind.DATE)),
        (_DAY, "mmm\\-yy", Cell("09/2024", CellKind.DATE)),
        (_DAY, '"ngày" mm/yyyy', Cell("09/2024", CellKind.DATE)),
        (_DAY, "yyyy", Cell("2024", CellKind.DATE)),
        (_DAY, "[$-42A]d mmmm yyyy", Cell("13/09/2024", CellKind.DATE)),
    ],
)
def test_a_cell_reads_as_what_was_seen(value: object, number_format: str, cell: Cell) -> None:
    """Numbers keep the zeros that are shown and lose those nobody typed; dates show what their format shows."""
    assert read_cell(value, number_format) == cell


def test_an_error_is_kept_apart() -> None:
    """An error value of the spreadsheet is no text."""
    assert read_cell("#REF!", is_error=True) == Cell("#REF!", CellKind.ERROR)


@given(st.text(max_size=40))
def test_cleaning_is_idempotent_and_composed(text: str) -> None:
    """A cleaned text is NFC, has no white space but single blanks inside, and stays as it is."""
    cleaned = clean(text)
    assert cleaned == clean(cleaned)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == " ".join(cleaned.split())


@given(st.integers(0, 10**12), st.integers(0, 3), st.integers(0, 3))
def test_leading_zeros_survive_and_empty_decimals_go(number: int, before: int, after: int) -> None:
    """Only a decimal part of nothing but zeros is dropped."""
    text = "0" * before + str(number)
    assert whole_number(text + ("." + "0" * after if after else "")) == text


@pytest.mark.parametrize("text", ["01/2010", "12a", "1.5", "0.", ""])
def test_other_numbers_stay_as_typed(text: str) -> None:
    """What is not a whole number with an empty decimal part is left alone."""
    assert whole_number(text) == text
