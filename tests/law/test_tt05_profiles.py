"""The profiles of TT 05/2025 and a second transcription of its tables, made from the official text alone, agree."""

from __future__ import annotations

import re

import pytest

from archive.metadata.code_lists import code_lists
from archive.metadata.profiles import FieldType, ProfileField, profiles
from tests.law.test_metadata_profiles import printed

TABLES = [
    f"tt05_{package}_{part}"
    for package in ("aip_hoso", "aip_tailieu", "sip_hoso", "sip_tailieu", "dip")
    for part in ("ead", "ead_doc", "ead_pic", "ead_media")
]
# Misprints: what the table prints, and what is meant, as the skeletons and the other tables print it.
MEANT = {"riskRecovery Status": "riskRecoveryStatus", "DD/MMYYYY": "DD/MM/YYYY"}
# What a code's name is followed by in print, to explain it.
EXPLAINED = {"Hỗn hợp (bao gồm bản gốc điện tử, bản số hóa)": "Hỗn hợp"}
# The tables of SIP give no values for `format`, those of AIP and DIP do; the field is the same.
WITHOUT_VALUES = "format"
# Fields that stand in a skeleton or a printed schema, and in no table.
NOT_IN_TABLES = {
    "TT05_SIP_HOSO": {"numberOfPaper"},
    "TT05_DIP_DOC": {"numberOfPage"},
    "TT05_AIP_HOSO_DOC": {"arcFileCode", "docCode", "docOrdinal"},
    "TT05_AIP_TAILIEU_DOC": {"arcFileCode", "docCode", "docOrdinal"},
    "TT05_AIP_HOSO_PIC": {"arcFileCode", "docOrdinal"},
    "TT05_AIP_HOSO_MEDIA": {"arcFileCode", "docOrdinal"},
}


def profile_name(table: str) -> str:
    """Return the profile that a table describes."""
    return table.replace("_ead_", "_").replace("_ead", "").upper()


def in_table(table: str) -> list[ProfileField]:
    """Return the fields of a profile that the table has, in its order."""
    fields = [field for field in profiles()[profile_name(table)].fields if "table" in field.places]
    return sorted(fields, key=lambda field: field.places["table"])


def meant(text: str) -> str:
    """Return what was meant where something else is printed."""
    return MEANT.get(text, text)


@pytest.mark.parametrize("table", TABLES)
def test_a_profile_has_the_rows_of_its_table(table: str) -> None:
    """Tag, label, type, length or forms of a date, and whether a condition asks for it: row by row, in order."""
    rows = printed(table)
    assert [int(row["order"]) for row in rows] == list(range(1, len(rows) + 1))
    for row, field in zip(rows, in_table(table), strict=True):
        assert (meant(row["tag"]), row["label_vi"], row["type"]) == (field.tag, field.label["vi"], str(field.type))
        if field.type is FieldType.DATE:
            assert set(meant(row["length"]).split()) <= set(field.forms), field.tag
        else:
            assert row["length"] == str(field.length or ""), field.tag
        assert (row["required"] == "if") == (field.required_if is not None), field.tag


@pytest.mark.parametrize("table", TABLES)
def test_the_codes_of_a_field_are_the_printed_ones(table: str) -> None:
    """Each code of a table stands in the field's list with its words, and no other."""
    for row, field in zip(printed(table), in_table(table), strict=True):
        said = [re.fullmatch(r"(\w+)(?::| -) (.+)", value) for value in row["allowed_values"].split(" | ") if value]
        codes = [(value[1], EXPLAINED.get(value[2], value[2]).casefold()) for value in said if value]
        assert len(codes) == len(said)
        if field.tag == WITHOUT_VALUES and not codes:
            continue
        held = code_lists()[field.code_list].entries if field.code_list else ()
        assert codes == [(entry.code, entry.name["vi"].casefold()) for entry in held], field.tag


def test_the_circular_has_352_fields() -> None:
    """340 rows of tables and twelve fields that stand in a skeleton or a schema only: none is left out."""
    names = [profile_name(table) for table in TABLES]
    assert sum(len(printed(table)) for table in TABLES) == 340
    assert sum(len(profiles()[name].fields) for name in names) == 352
    beyond = {name: {field.tag for field in profiles()[name].fields if "table" not in field.places} for name in names}
    assert {name: tags for name, tags in beyond.items() if tags} == NOT_IN_TABLES
