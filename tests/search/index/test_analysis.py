"""How text becomes terms: the same for what is indexed and what is asked, whatever its marks and forms."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.index.analysis import LONGEST_TERM, Words, exact_terms, folded_terms, has_marks, parse_words

VIETNAMESE = st.text(
    "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵAĐÊÔƠƯỨỲ 0123456789/-.,",
    max_size=40,
)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("09/2025/QĐ-TTg", ["9", "2025", "qd", "ttg"]),
        ("Quyết  định ĐẤT đai", ["quyet", "dinh", "dat", "dai"]),
        ("HS_01", ["hs", "1"]),
        ("000", ["0"]),
        ("Tp.HCM, ngày 05/01", ["tp", "hcm", "ngay", "5", "1"]),
        ("a1 01a", ["a1", "01a"]),
        ("", []),
        ("«…»!", []),
    ],
)
def test_folded_terms_are_known(text: str, terms: list[str]) -> None:
    """Without marks, lower case, split at every sign, numbers without leading zeros."""
    assert folded_terms(text) == terms


def test_exact_terms_keep_their_marks() -> None:
    """Lower case and composed, with marks and zeros as written."""
    assert exact_terms("09/2025/QĐ-TTg ĐẤT") == ["09", "2025", "qđ", "ttg", "đất"]


@given(VIETNAMESE)
def test_the_form_of_the_text_does_not_matter(text: str) -> None:
    """Composed and decomposed text has the same terms, exact and folded."""
    for form in ("NFC", "NFD"):
        other = unicodedata.normalize(form, text)
        assert folded_terms(other) == folded_terms(text)
        assert exact_terms(other) == exact_terms(text)


@given(VIETNAMESE)
def test_capitals_do_not_matter(text: str) -> None:
    """Upper and lower case have the same terms."""
    assert folded_terms(text.upper()) == folded_terms(text.lower()) == folded_terms(text)
    assert exact_terms(text.upper()) == exact_terms(text.lower())


@given(VIETNAMESE)
def test_marks_are_all_that_folding_takes(text: str) -> None:
    """Folded and exact terms are as many, and each exact one folds to its twin."""
    folded, exact = folded_terms(text), exact_terms(text)
    assert [folded_terms(term) for term in exact] == [[term] for term in folded]


@given(st.text())
def test_folding_terms_again_changes_nothing(text: str) -> None:
    """The terms of the terms are the terms: what is indexed is what is asked for."""
    terms = folded_terms(text)
    assert folded_terms(" ".join(terms)) == terms
    assert all(0 < len(term) <= LONGEST_TERM for term in terms + exact_terms(text))


@given(st.integers(0, 10**12), st.integers(0, 6))
def test_a_number_is_one_term_however_it_is_written(number: int, zeros: int) -> None:
    """Zeros before a number do not matter."""
    assert folded_terms("0" * zeros + str(number)) == [str(number)]


@pytest.mark.parametrize(("term", "marked"), [("đất", True), ("dat", False), ("đ", True), ("09", False), ("ơ", True)])
def test_marks_are_seen(term: str, marked: bool) -> None:  # noqa: FBT001 - an expected value
    """A letter with a mark, or a đ, is a mark; digits are none."""
    assert has_marks(term) is marked


def test_a_question_is_words_and_phrases() -> None:
    """Words must all occur, phrases as they stand; only what was typed with marks is wanted exactly."""
    assert parse_words('Quyết định "giao đất 05" quyết ubnd') == Words(
        folded=("quyet", "dinh", "ubnd"),
        exact=("quyết", "định", "đất"),
        phrases=(("giao", "dat", "5"),),
    )


def test_an_open_quotation_mark_is_no_phrase() -> None:
    """A mark that is never closed is a slip, and the words count as words."""
    assert parse_words('"giao đất') == Words(("giao", "dat"), ("đất",), ())


@pytest.mark.parametrize("query", ["", "   ", '""', "!?", '"…"'])
def test_nothing_asked_is_nothing(query: str) -> None:
    """Signs alone ask for nothing."""
    assert parse_words(query).empty


@given(st.text())
def test_any_question_can_be_asked(query: str) -> None:
    """Whatever is typed has words or none, and never raises."""
    words = parse_words(query)
    assert words.empty == (not folded_terms(query))
    assert set(words.folded) | {term for phrase in words.phrases for term in phrase} == set(folded_terms(query))
