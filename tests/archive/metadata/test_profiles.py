from __future__ import annotations

import datetime

import pytest

from archive.metadata.profiles import FieldType, profiles


def test_agency_codes_are_kept_longer_than_the_annex_prints() -> None:
    """An agency code may have 35 characters; from 14 on a person should look."""
    for name in ("ND30_FILE", "ND30_DOC_OUT", "ND30_DOC_IN", "TT02_FILE"):
        field = profiles()[name].field("OrganId")
        assert (field.length, field.accepted_length, field.warn_above) == (13, 35, 13)


def test_an_ordinary_field_accepts_what_is_printed_and_never_warns() -> None:
    """Without further data the accepted length is the printed one."""
    field = profiles()["ND30_FILE"].field("Title")
    assert (field.length, field.accepted_length, field.warn_above) == (500, 500, 0)


def test_misprinted_tags_are_found_and_never_written() -> None:
    """The annex's `Organld` and `Signerlnfo` lead to the fields that are written OrganId and SignerInfo."""
    profile = profiles()["ND30_DOC_OUT"]
    assert profile.field("Organld").tag == "OrganId"
    assert profile.field("Signerlnfo").tag == "SignerInfo"


def test_an_unknown_tag_is_an_error() -> None:
    """Asking a profile for a field of another standard raises KeyError."""
    with pytest.raises(KeyError, match="ND30_FILE has no field arcFileCode"):
        profiles()["ND30_FILE"].field("arcFileCode")


def test_required_fields_of_nd30_are_the_editable_default() -> None:
    """A dossier needs notation, title, retention, start and end; a document its type, date, issuer and subject."""
    required = {
        name: [field.tag for field in profiles()[name].fields if field.required]
        for name in ("ND30_FILE", "ND30_DOC_OUT", "ND30_DOC_IN")
    }
    document = ["TypeName", "IssuedDate", "OrganName", "Subject"]
    assert required == {
        "ND30_FILE": ["FileNotation", "Title", "Maintenance", "StartDate", "EndDate"],
        "ND30_DOC_OUT": document,
        "ND30_DOC_IN": document,
    }


def test_the_time_in_force_is_data() -> None:
    """TT 02/2019 ended on 2025-06-30; NĐ 30/2020 has no end."""
    assert profiles()["TT02_FILE"].valid_to == datetime.date(2025, 6, 30)
    assert profiles()["ND30_FILE"].valid_from == datetime.date(2020, 3, 5)
    assert profiles()["ND30_FILE"].valid_to is None


def test_every_field_is_labelled_in_both_languages_and_groups_have_no_length() -> None:
    """No field lacks a label; a group carries no value of its own."""
    for profile in profiles().values():
        for field in profile.fields:
            assert field.label["vi"]
            assert field.label["en"]
            assert field.type is not FieldType.GROUP or field.length == 0
