from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.metadata.document_code import (
    DocumentCode,
    LooseDocumentCode,
    PaperCode,
    archived_code,
    code_before_archiving,
    parse_document_code,
    parse_loose_document_code,
    parse_paper_code,
)

_group = st.text("0123456789ABCĐ-/", min_size=1, max_size=6)
_dotted = st.lists(_group, min_size=1, max_size=4).map(".".join)
_ordinal = st.integers(1, 9_999_999)


@given(_dotted, _ordinal)
def test_a_document_code_is_read_as_it_was_composed(dossier: str, ordinal: int) -> None:
    """Dossier and ordinal come back from the printed code, which ends with seven digits."""
    code = DocumentCode(dossier, ordinal)
    assert parse_document_code(str(code)) == code
    assert len(str(code).rpartition(".")[2]) == 7


@given(_dotted, st.integers(1000, 2999), st.integers(1, 99), _ordinal)
def test_a_loose_code_is_read_as_it_was_composed(agency: str, year: int, submission: int, ordinal: int) -> None:
    """Body, year, submission and ordinal come back from the printed code."""
    code = LooseDocumentCode(agency, year, submission, ordinal)
    assert parse_loose_document_code(str(code)) == code


@given(_dotted, _dotted)
def test_a_code_loses_nothing_in_an_archive(archive: str, code: str) -> None:
    """The code before archiving is told again by whoever knows the archive."""
    assert code_before_archiving(archive, archived_code(archive, code)) == code


@given(_dotted, _group, _group)
def test_the_code_of_a_paper_dossier_is_read_as_it_was_composed(archive: str, place: str, dossier: str) -> None:
    """Archive, place and number come back from the printed code."""
    code = PaperCode(archive, place, dossier)
    assert parse_paper_code(str(code)) == code


def test_codes_are_printed_as_the_annexes_describe() -> None:
    """The ordinal has seven digits, the submission two, a paper code three parts."""
    assert str(DocumentCode("H49.2025.01.TCCB", 1)) == "H49.2025.01.TCCB.0000001"
    assert str(LooseDocumentCode("H49", 2025, 1, 12)) == "H49.2025.01.0000012"
    assert str(PaperCode("H49", "05/12/3", "0107")) == "H49.05/12/3.0107"
    assert archived_code("G09", "H49.2025.01.TCCB") == "G09.H49.2025.01.TCCB"


@pytest.mark.parametrize("code", ["", "0000001", "H49.000001", "H49.00000001", "H49.0000000", " .0000001"])
def test_what_has_no_ordinal_is_no_document_code(code: str) -> None:
    """Seven digits from 0000001 after a dossier's code are wanted."""
    assert parse_document_code(code) is None


@pytest.mark.parametrize(
    "code", ["H49.2025.01", "H49.2025.1.0000001", "H49.2025.00.0000001", "H49.2025.01.0000000", ".2025.01.0000001"]
)
def test_what_lacks_a_part_is_no_loose_document_code(code: str) -> None:
    """Body, year, submission of two digits from 01 and ordinal of seven from 0000001 are wanted."""
    assert parse_loose_document_code(code) is None


def test_parts_out_of_range_make_no_code() -> None:
    """No dossier, no such ordinal, year or submission, and no archive are refused when a code is composed."""
    for dossier, ordinal in (("", 1), ("H49", 0), ("H49", 10_000_000)):
        with pytest.raises(ValueError, match="no code of a document"):
            DocumentCode(dossier, ordinal)
    for agency, year, submission, ordinal in (
        ("", 2025, 1, 1),
        ("H49", 25, 1, 1),
        ("H49", 2025, 100, 1),
        ("H49", 2025, 1, 0),
    ):
        with pytest.raises(ValueError, match="no code of a loose document"):
            LooseDocumentCode(agency, year, submission, ordinal)
    for archive, code in (("", "H49"), ("G09", "")):
        with pytest.raises(ValueError, match="the code of an archive and a code"):
            archived_code(archive, code)


@pytest.mark.parametrize(("archive", "code"), [("", "G09.H49"), ("G09", "H49.2025"), ("G09", "G09."), ("G09", "G09")])
def test_a_code_of_another_archive_is_not_taken_for_ones_own(archive: str, code: str) -> None:
    """What does not begin with the archive's code has no code before it."""
    assert code_before_archiving(archive, code) is None


def test_a_paper_code_of_two_parts_is_none() -> None:
    """Archive, place and number are wanted."""
    assert parse_paper_code("H49.0107") is None
