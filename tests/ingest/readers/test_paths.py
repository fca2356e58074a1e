from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.paths import FileIndex, How, PathMatch, list_path

_FILES = ["HS.01/970-ttg.signed.pdf", "03.KSTTHC/Quyết định-2093-QĐ-BYT.pdf", "04.CNTT/QD15UB.DOC", "a/b/c.pdf"]
_names = st.text(st.characters(codec="utf-8", exclude_characters="/\\\x00"), min_size=1, max_size=8)
_written = st.one_of(
    st.text(max_size=40),
    st.lists(st.one_of(_names, st.sampled_from(["..", ".", "", "C:", "~", "..."])), max_size=6).map("\\".join),
    st.lists(st.one_of(_names, st.sampled_from(["..", ".", "", "C:", "etc", ". ."])), max_size=6).map("/".join),
)


def _index(*files: str, base: str = "") -> FileIndex:
    return FileIndex(dict.fromkeys(files or _FILES, ()), base)


@pytest.mark.parametrize(
    "written",
    [
        r"\HS.01\970-ttg.signed.pdf",
        r"HS.01\970-ttg.signed.pdf",
        "HS.01/970-ttg.signed.pdf",
        "/HS.01/970-ttg.signed.pdf",
        r"D:\HS.01\970-ttg.signed.pdf",
        "file:///D:/HS.01/970-ttg.signed.pdf",
        r".\HS.01\\970-ttg.signed.pdf ",
        '"HS.01/970-ttg.signed.pdf"',
    ],
)
def test_windows_paths_are_found_without_a_word(written: str) -> None:
    """Backslashes, a leading slash, a drive, quotes and stray blanks are no difference."""
    assert list_path(written) == "HS.01/970-ttg.signed.pdf"
    assert _index().find(written) == PathMatch(How.EXACT, "HS.01/970-ttg.signed.pdf")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_unicode_form_is_no_difference(form: str) -> None:
    """A path in NFD finds the file whose path is kept in NFC."""
    written = unicodedata.normalize(form, r"\03.KSTTHC\Quyết định-2093-QĐ-BYT.pdf")  # type: ignore[arg-type] # one of the forms
    assert _index().find(written) == PathMatch(How.EXACT, "03.KSTTHC/Quyết định-2093-QĐ-BYT.pdf")


@pytest.mark.parametrize(
    ("written", "how", "path"),
    [
        (r"\hs.01\970-TTG.signed.PDF", How.CASE, "HS.01/970-ttg.signed.pdf"),
        (r"\03.KSTTHC\QUYẾT ĐỊNH-2093-QĐ-BYT.pdf", How.CASE, "03.KSTTHC/Quyết định-2093-QĐ-BYT.pdf"),
        (r"\03.KSTTHC\Quyet dinh-2093-QD-BYT.pdf", How.MARKS, "03.KSTTHC/Quyết định-2093-QĐ-BYT.pdf"),
        (r"\03.KSTTHC\Quyết  định-2093-QĐ-BYT.pdf", How.MARKS, "03.KSTTHC/Quyết định-2093-QĐ-BYT.pdf"),
        (r"\04.CNTT\QD15UB", How.EXTENSION, "04.CNTT/QD15UB.DOC"),
        (r"\HS.01\970-ttg.signed", How.EXTENSION, "HS.01/970-ttg.signed.pdf"),
        (r"D:\So hoa\Dot 1\HS.01\970-ttg.signed.pdf", How.FOLDERS, "HS.01/970-ttg.signed.pdf"),
        (r"\\may-chu\chung\HS.01\970-ttg.signed.pdf", How.FOLDERS, "HS.01/970-ttg.signed.pdf"),
        ("970-ttg.signed.pdf", How.FOLDERS, "HS.01/970-ttg.signed.pdf"),
        ("b/c.pdf", How.FOLDERS, "a/b/c.pdf"),
    ],
)
def test_other_differences_are_named(written: str, how: How, path: str) -> None:
    """Capitals, marks, a missing extension and other folders in front find the file and say how."""
    assert _index().find(written) == PathMatch(how, path)


@pytest.mark.parametrize(
    ("written", "match"),
    [
        ("", PathMatch(How.EMPTY)),
        (" \\ ", PathMatch(How.EMPTY)),
        (r"..\HS.01\970-ttg.signed.pdf", PathMatch(How.ESCAPE)),
        (r"\HS.01\..\..\etc\passwd", PathMatch(How.ESCAPE)),
        ("HS.01/.. /x", PathMatch(How.ESCAPE)),
        ("HS.01/.../x", PathMatch(How.ESCAPE)),
        ("HS.01/\x00.pdf", PathMatch(How.ESCAPE)),
        ("HS.01/\u202egnp.fdp", PathMatch(How.ESCAPE)),
        (r"\HS.01", PathMatch(How.FOLDER, candidates=("HS.01/970-ttg.signed.pdf",))),
        ("A/B/", PathMatch(How.FOLDER, candidates=("a/b/c.pdf",))),
        ("HS.01/khong-co.pdf", PathMatch(How.NOTHING)),
        ("HS.09/970-ttg.signed.pdf", PathMatch(How.NOTHING, candidates=("HS.01/970-ttg.signed.pdf",))),
        ("HS.01/970-ttg.signed.doc", PathMatch(How.NOTHING, candidates=("HS.01/970-ttg.signed.pdf",))),
    ],
)
def test_what_is_not_found_says_why(written: str, match: PathMatch) -> None:
    """Nothing, an escape, a folder and a missing file are told apart; what may be meant is proposed."""
    assert _index().find(written) == match


def test_of_several_files_none_is_chosen() -> None:
    """Two files that differ in capitals fit a third spelling: both are shown, neither is taken."""
    match = _index("HS/A.pdf", "hs/a.pdf").find("Hs/a.PDF")
    assert match == PathMatch(How.SEVERAL, candidates=("HS/A.pdf", "hs/a.pdf"))


def test_an_exact_path_wins_over_similar_ones() -> None:
    """A file of exactly this name is the one, whatever else looks like it."""
    assert _index("HS/A.pdf", "hs/a.pdf").find("hs/a.pdf") == PathMatch(How.EXACT, "hs/a.pdf")


def test_paths_are_relative_to_the_list() -> None:
    """A list in a folder names files from there first, then from the top."""
    index = _index("Dot 1/HS.01/a.pdf", "HS.01/a.pdf", "HS.02/b.pdf", base="Dot 1")
    assert index.find(r"\HS.01\a.pdf") == PathMatch(How.EXACT, "Dot 1/HS.01/a.pdf")
    assert index.find(r"\HS.02\b.pdf") == PathMatch(How.EXACT, "HS.02/b.pdf")


def test_every_reading_of_a_doubtful_name_is_tried() -> None:
    """A name that an archive garbled is found by another way to read it."""
    index = FileIndex({"HS/QuyÕt ®Þnh.pdf": ("HS/QuyÕt ®Þnh.pdf", "HS/Quyết định.pdf")})
    assert index.find(r"\HS\Quyết định.pdf") == PathMatch(How.READING, "HS/QuyÕt ®Þnh.pdf")


@given(_written)
def test_no_path_leads_out_of_the_transfer(written: str) -> None:
    """Whatever is written, what comes out is one of the transfer's files or nothing."""
    match = _index().find(written)
    assert match.path in {"", *_FILES}
    assert set(match.candidates) <= set(_FILES)


@given(_written)
def test_a_path_in_our_form_is_relative_and_composed(written: str) -> None:
    """Our form never begins with a slash, never climbs, has no empty part and is NFC."""
    path = list_path(written)
    assert unicodedata.is_normalized("NFC", path)
    assert "\\" not in path
    assert not {"", ".", ".."} & set(path.split("/")) or path == ""


@given(st.lists(_names, min_size=1, max_size=4).map("/".join))
def test_every_file_is_found_by_its_own_path(path: str) -> None:
    """A file whose path is in our form is found by it, written with either slash."""
    if list_path(path) == path:
        index = _index(path)
        assert index.find(path) == PathMatch(How.EXACT, path)
        assert index.find("\\" + path.replace("/", "\\")) == PathMatch(How.EXACT, path)
