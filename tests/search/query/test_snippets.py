"""Snippets: the place where the words stand, with the words marked."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from search.index.analysis import folded_terms, parse_words
from search.query.snippets import Piece, count_places, excerpt, marked


def shown(text: str, query: str) -> str:
    """Return the snippet with the marked words in brackets."""
    return "".join(f"[{p.text}]" if p.marked else p.text for p in excerpt(text, parse_words(query)).pieces)


def test_words_are_marked_as_they_stand() -> None:
    """Asked without marks, the words are marked as the text spells them."""
    text = "Quyết định về việc giao ĐẤT cho hộ gia đình."
    assert shown(text, "giao dat") == "Quyết định về việc [giao] [ĐẤT] cho hộ gia đình."


def test_numbers_are_marked_with_their_zeros() -> None:
    """A number is marked however it was asked for."""
    assert shown("Số 0009/2025/QĐ-TTg", "9 qd") == "Số [0009]/2025/[QĐ]-TTg"


def test_the_words_of_a_phrase_are_marked() -> None:
    """Each word of a phrase is marked."""
    assert shown("về việc giao đất ở", '"giao đất"') == "về việc [giao] [đất] ở"


def test_a_word_of_a_phrase_alone_is_not_marked() -> None:
    """Outside its phrase a word stands unmarked, unless it was asked for by itself."""
    text = "đất ở; việc giao đất, giao rừng"
    assert shown(text, '"giao đất"') == "đất ở; việc [giao] [đất], giao rừng"
    assert shown(text, '"giao đất" rừng') == "đất ở; việc [giao] [đất], giao [rừng]"
    assert shown("giao một đất", '"giao đất"') == ""


def test_phrases_may_share_words() -> None:
    """Two phrases that overlap are both marked; a number's parts make a phrase too."""
    assert shown("thu hồi đất nông nghiệp", '"hồi đất" "đất nông"') == "thu [hồi] [đất] [nông] nghiệp"
    assert shown("theo 12/2025/QĐ-UBND ngày", '"12/2025/QĐ"') == "theo [12]/[2025]/[QĐ]-UBND ngày"


def test_words_side_by_side_are_one_place() -> None:
    """Places are counted as a reader sees them: a run of marked words is one."""
    text = "giao đất; giao rừng và đất"
    words = parse_words("giao dat")
    assert [(p.text, p.place) for p in marked(text, words) if p.marked] == [
        ("giao", 1),
        ("đất", 1),
        ("giao", 1),
        ("đất", 2),
    ]
    assert (count_places(text, words), count_places("rừng", words)) == (2, 0)


def test_only_whole_words_are_marked() -> None:
    """Letters inside another word are not marked."""
    assert shown("đánh dấu", "dan") == ""


def test_without_the_words_there_is_no_snippet() -> None:
    """A text that has none of the words shows nothing."""
    assert excerpt("Quyết định", parse_words("rừng")).pieces == ()
    assert excerpt("", parse_words("rừng")).pieces == ()


def test_a_long_text_is_cut_around_the_words() -> None:
    """Of a long text only the surroundings are shown, and dots say that there is more."""
    text = "trước " * 100 + "giao đất" + " sau" * 100
    result = shown(text, "giao dat")
    assert result.startswith("… ")
    assert result.endswith(" …")
    assert "[giao] [đất]" in result
    assert len(result) < 200


def test_the_densest_place_is_shown() -> None:
    """Where the words stand together weighs more than where one stands alone."""
    text = "giao " + "xa " * 200 + "giao đất ở" + " xa" * 200
    assert "[giao] [đất] [ở]" in shown(text, "giao đất ở")


def test_lines_are_joined() -> None:
    """Breaks of lines and pages become blanks."""
    assert shown("giao\n\n  đất\fở", "đất") == "giao [đất] ở"


def test_decomposed_text_is_marked() -> None:
    """Words of a decomposed text are found and marked too."""
    text = unicodedata.normalize("NFD", "về việc giao đất ở")
    assert unicodedata.normalize("NFC", shown(text, "giao đất")) == "về việc [giao] [đất] ở"


@given(st.text("aăđất bc.\n", max_size=400), st.lists(st.sampled_from(["a", "đất", "ă", "bc"]), min_size=1))
def test_every_marked_piece_is_a_word_that_was_asked_for(text: str, words: list[str]) -> None:
    """What is marked was asked for, and the pieces stand in the text in their order."""
    asked = parse_words(" ".join(words))
    pieces = excerpt(text, asked).pieces
    for piece in pieces:
        assert piece.text
        if piece.marked:
            assert set(folded_terms(piece.text)) & set(asked.folded)
    rest = " ".join(text.split())
    for piece in pieces:
        wanted = " ".join(piece.text.replace("…", " ").split())
        assert wanted in rest
        rest = rest[rest.index(wanted) :]


@given(st.text(max_size=300), st.text(max_size=20))
def test_any_text_can_be_shown(text: str, query: str) -> None:
    """No text and no question raises, and a snippet is never long."""
    assert sum(len(piece.text) for piece in excerpt(text, parse_words(query)).pieces) <= 320


def test_pieces_are_plain() -> None:
    """A piece is text and whether it is marked; the page escapes it."""
    assert excerpt("<b>đất</b>", parse_words("dat")).pieces == (
        Piece("<b>", marked=False),
        Piece("đất", marked=True),
        Piece("</b>", marked=False),
    )
