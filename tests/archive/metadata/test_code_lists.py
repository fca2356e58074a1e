from __future__ import annotations

import unicodedata

import pytest

from archive.metadata.code_lists import CodeEntry, CodeList, code_lists
from archive.text.folding import fold

_WORDS = [(codes, entry, word) for codes in code_lists().values() for entry in codes.entries for word in entry.words]


@pytest.mark.parametrize(("codes", "entry", "word"), _WORDS, ids=[f"{codes.name}-{word}" for codes, _, word in _WORDS])
def test_every_word_of_a_list_means_its_code(codes: CodeList, entry: CodeEntry, word: str) -> None:
    """As printed, decomposed, with blanks and a full stop, and without marks where that tells it from the others."""
    for variant in (word, unicodedata.normalize("NFD", word), f"  {word}. "):
        assert codes.code_of(variant) == entry.code
    alone = {e.code for e in codes.entries for w in e.words if fold(w) == fold(word)} == {entry.code}
    for variant in (fold(word), fold(word).upper()):
        printed_so = next((e.code for e in codes.entries if variant in e.words), None)
        assert codes.code_of(variant) == (entry.code if alone else printed_so)


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("document_type", "Công văn", "22"),
        ("document_type", "cong van", "22"),
        ("document_type", "CV", "22"),
        ("document_type", "QUYẾT ĐỊNH", "02"),
        ("document_type", "QyĐ", "05"),
        ("document_type", "qyd", "05"),
        ("document_type", "ĐA", "12"),
        ("document_type", "DA", "13"),
        ("document_type", "đa", None),
        ("document_type", "HĐ", "21"),
        ("document_type", "HD", "08"),
        ("document_type", "hd", None),
        ("document_type", "Giấy biên nhận", None),
        ("document_type", "02", None),
        ("maintenance", "vinh vien", "01"),
        ("maintenance", "70", "02"),
        ("maintenance", "20 (hai mươi) năm", "05"),
        ("maintenance", "05", None),
        ("maintenance", "15 năm", None),
        ("mode", "Hạn chế", "02"),
        ("mode", "Tuyệt mật", "03"),
        ("language", "việt", "01"),
        ("physical_condition", "Hư hỏng", "03"),
        ("confidence_level", "Scan", "02"),
        ("colour", "đen trắng", "02"),
        ("urgency", "hoả tốc", "3"),
    ],
)
def test_free_text_is_mapped_as_a_person_reads_it(name: str, text: str, code: str | None) -> None:
    """Marks, capitals and abbreviations are understood; a doubtful word, a bare code and an unknown one are not."""
    assert code_lists()[name].code_of(text) == code


def test_several_values_are_told_apart_and_one_is_never_split() -> None:
    """Languages are parted at signs and at “và”; a name that holds a comma or hyphen is one."""
    languages = code_lists()["language"]
    assert languages.codes_of("Tiếng Việt, Anh; tiếng Lào") == (
        ("Tiếng Việt", "01"),
        ("Anh", "02"),
        ("tiếng Lào", None),
    )
    assert languages.codes_of("Hán, Nôm") == (("Hán, Nôm", "09"),)
    assert languages.codes_of("Việt và Nga") == (("Việt", "01"), ("Nga", "04"))
    assert languages.codes_of(" ; ") == ((" ; ", None),)


def test_the_lists_have_as_many_codes_as_are_printed() -> None:
    """The numbers of codes of TT 05/2025, and of the exchange packet's urgency."""
    assert {name: len(codes.entries) for name, codes in code_lists().items()} == {
        "attachment": 2,
        "colour": 2,
        "confidence_level": 3,
        "document_type": 32,
        "language": 11,
        "maintenance": 7,
        "mode": 3,
        "physical_condition": 3,
        "picture_kind": 2,
        "purpose": 3,
        "recording_kind": 2,
        "requester_category": 10,
        "risk_recovery": 2,
        "risk_recovery_status": 2,
        "source": 2,
        "urgency": 5,
        "workflow": 2,
    }


def test_every_list_says_where_it_is_printed_and_its_codes_are_told_apart() -> None:
    """Each list has a citation and a certainty, no code twice, and a fall-back that is one of its codes."""
    for codes in code_lists().values():
        known = [entry.code for entry in codes.entries]
        assert codes.citation
        assert codes.certainty in {"A", "B"}
        assert len(known) == len(set(known))
        assert codes.fallback in {"", *known}
        assert all(entry.name["vi"] and entry.name["en"] for entry in codes.entries)
        assert codes.entry("none") is None
