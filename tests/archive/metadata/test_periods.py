from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.metadata.periods import PERMANENT, RetentionEvent, RetentionKind, RetentionPeriod, parse_period


def _years(years: int) -> RetentionPeriod:
    return RetentionPeriod(RetentionKind.YEARS, years)


def _event(event: RetentionEvent, years: int = 0) -> RetentionPeriod:
    return RetentionPeriod(RetentionKind.EVENT, years, event)


periods = st.one_of(
    st.just(PERMANENT),
    st.integers(1, 999).map(_years),
    st.sampled_from([event for event in RetentionEvent if not event.counts_years]).map(_event),
    st.builds(_event, st.sampled_from([e for e in RetentionEvent if e.counts_years]), st.integers(1, 99)),
)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("Vĩnh viễn", PERMANENT),
        ("vinh vien", PERMANENT),
        ("VĨNH  VIỄN.", PERMANENT),
        ("20 năm", _years(20)),
        ("20", _years(20)),
        ("20.0", _years(20)),
        ("05 năm", _years(5)),
        ("20năm", _years(20)),
        ("20 (hai mươi) năm", _years(20)),
        ("Đến khi văn bản hết hiệu lực thi hành", _event(RetentionEvent.DOCUMENT_EXPIRED)),
        ("Theo tuổi thọ công trình", _event(RetentionEvent.CONSTRUCTION_ENDED)),
        ("Theo tuổi thọ thiết bị", _event(RetentionEvent.EQUIPMENT_ENDED)),
        ("5 năm sau khi chấm dứt Hợp đồng", _event(RetentionEvent.CONTRACT_ENDED, 5)),
        ("10 năm sau khi qua đời", _event(RetentionEvent.PERSON_DIED, 10)),
    ],
)
def test_periods_are_read_as_lists_and_schedules_write_them(text: str, period: RetentionPeriod) -> None:
    """Every text of the schedules and its usual spellings give the one period."""
    assert parse_period(text) == period


@pytest.mark.parametrize(
    "text", ["", "Lâu dài", "Tạm thời", "0 năm", "nhiều năm", "chấm dứt Hợp đồng", "-5 năm", "20-30"]
)
def test_what_names_no_period_is_none(text: str) -> None:
    """Words without a number, old categories and events that years should run from give no period."""
    assert parse_period(text) is None


@given(periods, st.sampled_from(["NFC", "NFD"]))
def test_a_period_written_out_is_read_back(period: RetentionPeriod, form: str) -> None:
    """Rendering and parsing are inverse, whatever the text's Unicode form."""
    assert parse_period(unicodedata.normalize(form, period.render())) == period  # type: ignore[arg-type] # a sampled str


@given(st.integers(1, 999))
def test_the_law_allows_two_to_seventy_years(years: int) -> None:
    """A number of years is lawful from 2 to 70."""
    assert _years(years).lawful is (2 <= years <= 70)


def test_other_kinds_are_always_lawful() -> None:
    """For ever and until an event are no numbers of years."""
    assert PERMANENT.lawful
    assert _event(RetentionEvent.CONTRACT_ENDED, 1).lawful


@pytest.mark.parametrize(
    ("kind", "years", "event"),
    [
        (RetentionKind.YEARS, 0, None),
        (RetentionKind.PERMANENT, 5, None),
        (RetentionKind.EVENT, 0, None),
        (RetentionKind.EVENT, 0, RetentionEvent.PERSON_DIED),
        (RetentionKind.EVENT, 5, RetentionEvent.DOCUMENT_EXPIRED),
        (RetentionKind.YEARS, 5, RetentionEvent.PERSON_DIED),
    ],
)
def test_a_period_that_makes_no_sense_cannot_be_made(
    kind: RetentionKind, years: int, event: RetentionEvent | None
) -> None:
    """Years and event have to go with the kind."""
    with pytest.raises(ValueError, match="no such period"):
        RetentionPeriod(kind, years, event)
