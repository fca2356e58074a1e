from __future__ import annotations

import csv
from pathlib import Path

import pytest

from archive.metadata.profiles import FieldType, profiles

_HERE = Path(__file__).parent


def printed(name: str) -> list[dict[str, str]]:
    """Return the rows of a second transcription."""
    with (_HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", ["nd30_file", "nd30_doc_out", "nd30_doc_in"])
def test_nd30_profiles_equal_the_annex(name: str) -> None:
    """Each NĐ 30 profile has exactly the rows that a second transcription of Phụ lục VI has, in that order."""
    profile = profiles()[name.upper()]
    held = [
        {
            "number": field.number,
            "field": field.label["vi"],
            "tag": field.tag,
            "type": "group" if field.type is FieldType.GROUP else str(field.type),
            "length": str(field.length or ""),
            "automatic": "yes" if field.automatic else "",
        }
        for field in profile.fields
    ]
    assert held == printed(name)


@pytest.mark.parametrize("name", ["tt02_file", "tt02_doc", "tt02_fond", "tt02_photo", "tt02_av"])
def test_tt02_profiles_equal_the_reconstruction(name: str) -> None:
    """Each TT 02 profile has exactly the rows that a second transcription of its tables has, in that order."""
    profile = profiles()[name.upper()]
    held = [
        {
            "number": field.number,
            "field": field.label["vi"],
            "tag": field.tag,
            "type": str(field.type),
            "length": str(field.length or ""),
            "mandatory_seen": "yes" if field.required else "",
        }
        for field in profile.fields
    ]
    assert held == printed(name)


def test_what_a_list_says_of_a_document_is_the_same_for_incoming_and_outgoing_ones() -> None:
    """The eleven first fields of both NĐ 30 document profiles differ in nothing but who fills them."""
    out, come_in = (profiles()[name].fields[:14] for name in ("ND30_DOC_OUT", "ND30_DOC_IN"))
    shared = [(f.number, f.tag, f.type, f.length, f.accepted_length, f.required) for f in out]
    assert shared == [(f.number, f.tag, f.type, f.length, f.accepted_length, f.required) for f in come_in]
    assert out[-1].number == "11"
