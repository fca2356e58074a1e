from __future__ import annotations

import json
import random
import unicodedata

import pytest

from ingest.readers.errors import SpreadsheetError
from ingest.readers.fields import list_fields
from ingest.readers.mapping import ColumnMapping, Confidence, guess_columns
from tests.ingest.readers.lists import HEADINGS

_TARGETS = [target for field in list_fields() for target, _ in field.headings]


def _guess(headings: list[str]) -> list[str]:
    letters = [f"C{number}" for number in range(len(headings))]
    return [column.target for column in guess_columns(dict(zip(letters, headings, strict=True)))]


def _mapping(**headings: str) -> ColumnMapping:
    return ColumnMapping("S", 1, guess_columns(headings))


def test_all_46_columns_of_the_usual_list_are_known() -> None:
    """The printed headings lead to their fields, the repeated ones to dossier and document."""
    assert len(HEADINGS) == 46
    assert _guess(HEADINGS) == _TARGETS


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        str.lower,
        lambda heading: unicodedata.normalize("NFD", heading),
        lambda heading: f"  {heading.replace(' ', chr(10), 1)} ",
        lambda heading: f"{heading}:",
    ],
)
def test_headings_are_matched_folded(change: object) -> None:
    """Capitals, Unicode form, blanks, line breaks and punctuation do not matter."""
    assert callable(change)
    assert _guess([change(heading) for heading in HEADINGS]) == _TARGETS


def test_columns_may_stand_in_any_order_inside_dossier_and_document() -> None:
    """Moved columns keep their meaning: a repeated heading takes the level of the columns around it."""
    shuffled = random.Random(7)  # noqa: S311 - a fixed order for the test
    split = HEADINGS.index("Số thứ tự văn bản trong hồ sơ")
    dossier = ["Phông", *shuffled.sample(HEADINGS[2:split], split - 2)]
    document = [
        "Tên loại văn bản",
        *(h for h in shuffled.sample(HEADINGS[split:], 46 - split) if h != "Tên loại văn bản"),
    ]
    for headings in (dossier + document, document + dossier):
        targets = _guess(headings)
        assert {target.partition(".")[0] for target in targets[: len(document)]} == {targets[0].partition(".")[0]}
        assert sorted(targets) == sorted(_TARGETS[1:])


def test_two_equal_headings_side_by_side_are_dossier_then_document() -> None:
    """Where the neighbours do not tell, the order of occurrence does."""
    assert _guess(["Ngôn ngữ", "Ngôn ngữ"]) == ["dossier.language", "document.language"]


def test_how_sure_each_column_is_is_said() -> None:
    """A heading known as it stands, one told apart by order, a similar one and an unknown one are different."""
    columns = guess_columns({"A": "Tiêu đề hồ sơ", "B": "Ghi chú", "C": "Tình trạng vật lí", "D": "Kho"})
    assert [(column.target, column.confidence) for column in columns] == [
        ("dossier.title", Confidence.CERTAIN),
        ("dossier.note", Confidence.ORDER),
        ("dossier.physical_state", Confidence.SIMILAR),
        ("", Confidence.NONE),
    ]


def test_words_in_brackets_do_not_hide_a_heading() -> None:
    """An explanation in brackets is left aside, with less confidence."""
    columns = guess_columns({"A": "Thời hạn bảo quản (năm)"})
    assert [(column.target, column.confidence) for column in columns] == [("dossier.retention", Confidence.SIMILAR)]


def test_day_month_and_year_are_never_taken_for_each_other() -> None:
    """A list without the column of days keeps months and years apart."""
    assert _guess(["Tháng bắt đầu", "Năm bắt đầu", "Năm kết thúc"]) == [
        "dossier.start_date.month",
        "dossier.start_date.year",
        "dossier.end_date.year",
    ]


def test_a_third_equal_heading_stands_for_nothing() -> None:
    """No target is given to two columns."""
    assert _guess(["Ghi chú", "Ghi chú", "Ghi chú"]) == ["dossier.note", "document.note", ""]


def test_what_no_column_holds_is_listed() -> None:
    """A mapping names the fields that are missing."""
    missing = _mapping(A="Tiêu đề hồ sơ", B="Ngày bắt đầu").missing()
    assert "dossier.title" not in missing
    assert "dossier.start_date" not in missing
    assert "document.path" in missing


def test_a_person_corrects_single_columns() -> None:
    """A corrected mapping has the person's targets, says so, and leaves the rest."""
    mapping = _mapping(A="Tiêu đề hồ sơ", B="Kho", C="Ghi chú").corrected({"B": "dossier.box", "C": ""})
    assert mapping.targets() == {"A": "dossier.title", "B": "dossier.box"}
    assert [column.confidence for column in mapping.columns] == [
        Confidence.CERTAIN,
        Confidence.PERSON,
        Confidence.PERSON,
    ]


@pytest.mark.parametrize(
    ("targets", "what"),
    [
        ({"Z": "dossier.box"}, "Z"),
        ({"A": "dossier.nothing"}, "dossier.nothing"),
        ({"B": "dossier.title"}, "dossier.title"),
    ],
)
def test_an_impossible_correction_is_refused(targets: dict[str, str], what: str) -> None:
    """A column or field that is not there, or a field for two columns, is an error that names it."""
    with pytest.raises(SpreadsheetError) as raised:
        _mapping(A="Tiêu đề hồ sơ", B="Kho").corrected(targets)
    assert (raised.value.code, raised.value.parameters) == ("RDR-0116", {"what": what})


def test_a_mapping_is_saved_and_read_back() -> None:
    """What is kept for the next list of the same sender is the same mapping."""
    mapping = _mapping(A="Tiêu đề hồ sơ", B="Kho", C="Ghi chú")
    assert ColumnMapping.from_plain(json.loads(json.dumps(mapping.to_plain()))) == mapping


def test_every_field_has_tags_of_the_profiles_it_names() -> None:
    """The tags in the list of fields are fields of NĐ 30 and TT 02."""
    from archive.metadata.profiles import profiles

    names = {
        ("nd30", "dossier"): "ND30_FILE",
        ("nd30", "document"): "ND30_DOC_OUT",
        ("tt02", "dossier"): "TT02_FILE",
        ("tt02", "document"): "TT02_DOC",
    }
    for field in list_fields():
        for standard, tag in field.tags.items():
            if standard != "tt05":
                assert profiles()[names[standard, field.level]].field(tag).tag == tag
