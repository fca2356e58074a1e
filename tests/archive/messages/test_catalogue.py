"""The catalogue of messages: texts with their values, in the reader's language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import KhoLuuTruError
from archive.messages.catalogue import _message, catalogue
from archive.messages.rules import Finding, Level, Where

VALUES = st.text() | st.integers()


def test_values_are_filled_in() -> None:
    """Each placeholder is replaced by its value, in both languages."""
    values: dict[str, str | int] = {"held": 3, "offset": 7}
    texts = catalogue()
    assert texts.text("STG-0001", "vi", values) == "Hệ thống mới có 3 byte, nhưng phần gửi bắt đầu ở byte 7."
    assert texts.text("STG-0001", "en", values) == "The system holds 3 bytes, but the part starts at byte 7."
    assert texts.text("STG-0001", "vi", values, "action") == "Gửi tiếp từ byte 3."


def test_a_missing_value_is_seen_to_be_missing() -> None:
    """A text without its value shows dots, and never raises."""
    assert catalogue().text("FRM-0001", "vi", {}) == "Ô «…» còn trống."


@given(VALUES)
def test_a_value_is_not_read_again(value: str | int) -> None:
    """Braces and signs in a value stay what they are: no value can reach another."""
    assert catalogue().text("FRM-0001", "vi", {"field": value}) == f"Ô «{value}» còn trống."


def test_an_unknown_code_is_a_fault_of_ours() -> None:
    """A code without an entry is an error at once."""
    with pytest.raises(KeyError):
        catalogue().get("XXX-9999")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": {"vi": "a"}, "text": {"vi": "a", "en": "a"}},
        {"title": {"vi": "a", "en": "a"}, "text": {"vi": "a", "en": ""}},
        {"title": "a", "text": {"vi": "a", "en": "a"}},
        {"title": {"vi": "a", "en": "a"}, "text": {"vi": "a", "en": "a"}, "level": "dreadful"},
    ],
)
def test_an_entry_that_lacks_something_is_refused(body: dict[str, object]) -> None:
    """An entry needs its words in both languages and one of the four levels."""
    with pytest.raises(ValueError, match=r"TST-0001|dreadful"):
        _message("TST-0001", "test", body)


def test_an_error_shows_its_sentence() -> None:
    """An error in a log is its code and the Vietnamese sentence."""
    assert str(KhoLuuTruError("FRM-0001", field="Phông")) == "FRM-0001: Ô «Phông» còn trống."


@given(
    st.builds(
        Finding,
        st.sampled_from(["CHK-0101", "GEN-0001"]),
        st.builds(Where, st.text(), st.integers(0, 99), st.text(), st.integers(0, 99), st.text(), st.text()),
        st.dictionaries(st.text(), VALUES),
        st.none() | st.text(),
        st.none() | st.text(),
    )
)
def test_a_finding_survives_being_stored(finding: Finding) -> None:
    """A finding written as JSON types is read as the same finding."""
    import json

    assert Finding.from_plain(json.loads(json.dumps(finding.to_plain()))) == finding


def test_there_are_four_levels() -> None:
    """What could not be checked is a level of its own."""
    assert [str(level) for level in Level] == ["error", "warning", "info", "unknown"]
