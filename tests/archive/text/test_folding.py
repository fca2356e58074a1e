"""Folding and ordering of Vietnamese text: the one place that both the database and the search rely on."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text.folding import fold, nfc, sort_key

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
TONES = "aàảãáạ"
WORDS = st.text(
    LETTERS + LETTERS.upper() + "àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứự 0123456789", max_size=20
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Quyết  định ĐẤT", "quyet dinh dat"),
        ("  Ủy ban\tnhân\ndân ", "uy ban nhan dan"),
        ("ỨỪỬỮỰ ơớờởỡợ", "uuuuu oooooo"),
        ("Đ đ Ð", "d d ð"),
        ("ﬁle ①", "file 1"),
        ("", ""),
        ("09/2025/QĐ-TTg", "09/2025/qd-ttg"),
    ],
)
def test_folded_text_is_known(text: str, folded: str) -> None:
    """Without marks, lower case, đ as d, single blanks; signs and numbers stay."""
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    """What is folded is folded, whatever the text."""
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_the_form_of_the_text_does_not_matter(text: str) -> None:
    """Composed and decomposed text folds to the same."""
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text)) == fold(text)


@given(WORDS)
def test_a_vietnamese_word_folds_to_plain_letters(text: str) -> None:
    """Nothing but ASCII is left of Vietnamese."""
    assert fold(text).isascii()
    assert fold(text.upper()) == fold(text)


@given(st.text())
def test_composing_is_unicodes(text: str) -> None:
    """The composed form is NFC, and composing again changes nothing."""
    assert nfc(text) == unicodedata.normalize("NFC", text)
    assert nfc(nfc(text)) == nfc(text)


def in_order(texts: list[str]) -> bool:
    """Return whether the keys put the shuffled texts into this order."""
    shuffled = texts[:]
    random.Random(1).shuffle(shuffled)  # noqa: S311 - any order but the right one
    return sorted(shuffled, key=sort_key) == texts


def test_letters_stand_in_the_order_of_the_alphabet() -> None:
    """All twenty-nine letters, with those that other alphabets have among them."""
    assert in_order(list("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"))


def test_tones_decide_between_equal_letters() -> None:
    """Ngang, huyền, hỏi, ngã, sắc, nặng; and only where the letters of the whole text are the same."""
    assert in_order(list(TONES))
    assert in_order(["ma", "mà", "mả", "mã", "má", "mạ", "mã a", "ma b"])
    assert in_order(["bạn an", "ban bình", "bản bình"])


def test_numbers_are_ordered_by_value() -> None:
    """Nine stands before ten, and numbers before letters."""
    assert in_order(["1", "02", "9", "10", "100", "a", "đ"])
    assert in_order(["Hồ sơ 2", "Hồ sơ 10", "Hồ sơ 100", "Hồ sơ a"])


def test_capitals_do_not_matter() -> None:
    """A capital letter stands where its small one does."""
    assert sort_key("ĐẤT") == sort_key("đất")


def test_shorter_stands_before_longer() -> None:
    """A word stands before a longer one that begins with it, and a blank before any letter."""
    assert in_order(["an", "an ninh", "anh"])


@given(WORDS, WORDS)
def test_a_key_is_ascii_and_made_of_the_text_alone(one: str, two: str) -> None:
    """Keys are compared byte by byte on any database; the form of the text does not change them."""
    assert sort_key(one).isascii()
    assert sort_key(unicodedata.normalize("NFD", one)) == sort_key(one)
    if sort_key(one) == sort_key(two):
        assert fold(one).replace("0", "") == fold(two).replace("0", "") or one.split() != two.split()


@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_any_two_numbers_are_ordered_by_value(one: int, two: int) -> None:
    """However long the numbers are."""
    assert (sort_key(str(one)) < sort_key(str(two))) == (one < two)


@given(st.text(), st.text())
def test_any_text_has_a_key(one: str, two: str) -> None:
    """No sign of any script raises, and the order is total."""
    first, second = sort_key(one), sort_key(two)
    assert (first < second) + (first > second) + (first == second) == 1


@given(st.text(min_size=900))
def test_a_key_is_no_longer_than_an_index_takes(one: str) -> None:
    """However long the text, its key has at most 901 characters, and what goes on behind them stands beside it."""
    assert len(sort_key(one)) <= 901
    assert sort_key("đất " * 500) == sort_key("đất " * 500 + "ở") < sort_key("đê")
