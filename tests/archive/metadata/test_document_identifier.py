from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.metadata.document_identifier import (
    DigitisedDocumentId,
    DocumentId,
    DossierDocumentId,
    ExchangedDocumentId,
    parse_document_id,
)

_word = st.text("0123456789ABCĐab-.", min_size=1, max_size=8)
_dossier = st.lists(st.text("0123456789ABCĐ", min_size=1, max_size=5), min_size=1, max_size=4).map(".".join)
_ids = st.one_of(
    st.builds(DossierDocumentId, _dossier, st.integers(1)),
    st.builds(ExchangedDocumentId, _word, st.dates(), _word, _word),
    st.builds(DigitisedDocumentId, _word, _word, st.integers(1, 999_999), st.integers(1)),
)


@given(_ids)
def test_an_identifier_is_read_as_it_was_composed(identifier: DocumentId) -> None:
    """Each kind is told from the others, and its parts come back."""
    assert parse_document_id(str(identifier)) == identifier


def test_identifiers_are_printed_as_their_sources_do() -> None:
    """The archive's, the exchange packet's and the guidance letter's each have their own shape."""
    assert str(DossierDocumentId("H49.2025.01.TCCB", 1)) == "H49.2025.01.TCCB.1"
    exchanged = ExchangedDocumentId("000.00.36.H33", datetime.date(2021, 9, 13), "125", "QĐ-UBND")
    assert str(exchanged) == "000.00.36.H33,2021/09/13,125/QĐ-UBND"
    assert str(DigitisedDocumentId("G06.01", "CV", 21, 1)) == "G06.01_CV_000021_V1"


@pytest.mark.parametrize(
    "text",
    ["", "1", "H49.0", "H49.x", "7d0d1987-0f1c-47a7-8fd6-cc5c7de4064f", "H33,2021/02/30,1/QĐ", "G06_CV_000000_V1"],
)
def test_another_systems_sign_is_no_identifier_of_these(text: str) -> None:
    """A UUID, an impossible day or an ordinal 0 means none of the three kinds."""
    assert parse_document_id(text) is None


def test_parts_out_of_range_make_no_identifier() -> None:
    """No dossier, and ordinals and versions below 1 or too long, are refused."""
    for dossier, ordinal in (("", 1), ("H49", 0)):
        with pytest.raises(ValueError, match="no identifier of a document"):
            DossierDocumentId(dossier, ordinal)
    for ordinal, version in ((0, 1), (1_000_000, 1), (1, 0)):
        with pytest.raises(ValueError, match="no identifier of a digitised document"):
            DigitisedDocumentId("G06", "CV", ordinal, version)
