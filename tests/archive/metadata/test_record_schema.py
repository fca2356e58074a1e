from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from archive.messages.catalogue import catalogue
from archive.messages.rules import Level
from archive.metadata.profiles import FieldType, MetadataProfile, ProfileField, profiles
from archive.metadata.record_schema import check_record, record_schema
from archive.metadata.values import shortened
from tests.archive.metadata.records import PROFILES, example_record, paths, replaced

_EACH = [(profile, path) for profile in PROFILES for path in paths(profile)]
_IDS = [f"{profile.name}-{path}" for profile, path in _EACH]


def _wrong(field: ProfileField) -> tuple[object, str]:
    """Return a value that this field alone refuses, and the code of why."""
    if field.type is FieldType.GROUP:
        return "chữ", "MTD-0109"
    if field.code_list:
        return ["99"] if field.repeatable else "99", "MTD-0107"
    if field.type is FieldType.NUMBER:
        return "1a", "MTD-0105"
    if field.type is FieldType.DATE:
        return "31/02/2025", "MTD-0106"
    if field.accepted_length:
        long = f"{'ă' * field.accepted_length}.{field.example}"
        return [long] if field.repeatable else long, "MTD-0103"
    return ["một", "hai"], "MTD-0109"


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_the_examples_of_a_profile_are_a_record_that_passes(profile: MetadataProfile) -> None:
    """A record of all examples has no error and no warning, and is loaded unchanged."""
    record = example_record(profile)
    assert check_record(profile, record) == []
    assert record_schema(profile.name)().load(record) == record


@pytest.mark.parametrize(("profile", "path"), _EACH, ids=_IDS)
def test_every_field_refuses_what_it_must(profile: MetadataProfile, path: str) -> None:
    """One wrong value in a record that passes otherwise is found, at that field alone, and is never loaded."""
    value, code = _wrong(profile.at(path))
    record = replaced(example_record(profile), path, value)
    findings = check_record(profile, record)
    assert {finding.where.field for finding in findings} == {path}
    assert code in {finding.code for finding in findings}
    with pytest.raises(ValidationError):
        record_schema(profile.name)().load(record)


@pytest.mark.parametrize(("profile", "path"), _EACH, ids=_IDS)
def test_every_field_asked_for_is_missed(profile: MetadataProfile, path: str) -> None:
    """Without a field asked for there is one finding, as heavy as the profile says; without another there is none."""
    field = profile.at(path)
    record = replaced(example_record(profile), path, None)
    required = [part for part in profile.parts(field) if part.required] if field.type is FieldType.GROUP else [field]
    # The examples digitise, want a security copy, and are of the record itself.
    asked = [part for part in required if part.required or (part.required_if and part.tag != "process")]
    findings = check_record(profile, record)
    assert [(finding.code, finding.where.field.rpartition(".")[2]) for finding in findings] == [
        ("MTD-0101" if part.missing is Level.ERROR else "MTD-0102", part.tag) for part in asked
    ]
    assert not record_schema(profile.name)().validate(record) or asked[0].missing is Level.ERROR


@pytest.mark.parametrize("value", ["", "   ", [], None])
def test_an_empty_value_is_no_value(value: object) -> None:
    """Blanks, an empty list and nothing count as missing."""
    profile = profiles()["TT05_SIP_HOSO"]
    record = {**example_record(profile), "title": value}
    assert [(f.code, f.where.field) for f in check_record(profile, record)] == [("MTD-0101", "title")]


def test_an_empty_group_is_no_group() -> None:
    """A group with a required part is looked into even when it is not there; one without is not."""
    profile = profiles()["ND30_FILE"]
    record = {**example_record(profile), "FileCode": {}}
    assert [(f.code, f.where.field) for f in check_record(profile, record)] == [("MTD-0101", "FileCode.FileNotation")]
    outgoing = profiles()["ND30_DOC_OUT"]
    assert check_record(outgoing, {**example_record(outgoing), "SignerInfo": {}, "To": []}) == []


@pytest.mark.parametrize(
    ("name", "condition", "tag", "code"),
    [
        ("TT05_SIP_HOSO", {"riskRecovery": "1"}, "riskRecoveryStatus", "MTD-0101"),
        ("TT05_SIP_HOSO", {"riskRecovery": "0"}, "riskRecoveryStatus", None),
        ("TT05_AIP_HOSO", {"confidenceLevel": "02"}, "numberOfPaper", "MTD-0102"),
        ("TT05_AIP_HOSO", {"confidenceLevel": "03"}, "paperFileCode", "MTD-0102"),
        ("TT05_AIP_HOSO", {"confidenceLevel": "01"}, "paperFileCode", None),
        ("TT05_DIP_DOC", {"confidenceLevel": "01"}, "process", "MTD-0102"),
        ("TT05_DIP_DOC", {"confidenceLevel": "02"}, "process", None),
    ],
)
def test_a_condition_decides_whether_a_field_is_asked_for(
    name: str, condition: dict[str, str], tag: str, code: str | None
) -> None:
    """A security copy wants its state, a digitised dossier its paper, an electronic document its workflow."""
    profile = profiles()[name]
    record = replaced({**example_record(profile), **condition}, tag, None)
    assert [(f.code, f.where.field) for f in check_record(profile, record)] == ([(code, tag)] if code else [])


@pytest.mark.parametrize(
    ("name", "tag", "value", "found"),
    [
        ("TT05_AIP_HOSO", "startDate", "2020", []),
        ("TT05_AIP_HOSO", "startDate", "02/2020", []),
        ("TT05_SIP_HOSO", "startDate", "2020", [("MTD-0106", None)]),
        ("TT05_SIP_HOSO", "startDate", "2020-02-05", [("MTD-0106", "05/02/2020")]),
        ("TT05_SIP_HOSO", "startDate", "5/2/2020", [("MTD-0106", "05/02/2020")]),
        ("TT05_SIP_HOSO", "startDate", "09/13/2020", [("MTD-0106", "13/09/2020")]),
        ("TT05_SIP_HOSO", "mode", "Hạn chế", [("MTD-0107", "02")]),
        ("TT05_SIP_HOSO", "mode", "lạ", [("MTD-0107", None)]),
        ("TT05_SIP_HOSO", "language", ["01", "Tiếng Anh"], [("MTD-0107", "01,02")]),
        ("TT05_SIP_HOSO", "language", ["01", "Tiếng Lào"], [("MTD-0107", None)]),
        ("TT05_SIP_HOSO", "language", ["01", "02", "11"], []),
        ("TT05_SIP_HOSO", "title", "a\x01b", [("MTD-0111", None)]),
        ("TT05_SIP_HOSO", "paperFileCode", "107", [("MTD-0108", None)]),
        ("TT05_SIP_HOSO_DOC", "docCode", "H49/2025/1", [("MTD-0108", None)]),
        ("TT05_SIP_HOSO_DOC", "docId", "H49.2025.01.TCCB.00000000123", [("MTD-0104", None)]),
        ("TT05_SIP_HOSO_DOC", "typeName", "CV", [("MTD-0107", "22")]),
        ("TT05_SIP_HOSO_DOC", "codeNotation", "a" * 31, [("MTD-0103", "a" * 30)]),
        ("TT05_SIP_HOSO_DOC", "organName", "chữ " * 60, [("MTD-0103", ("chữ " * 50).strip())]),
        ("TT05_SIP_HOSO_MEDIA", "playTime", "90 phút", [("MTD-0108", None)]),
        ("TT02_FILE", "OrganId", "H40." + "A" * 12, [("MTD-0104", None)]),
    ],
)
def test_shapes_are_judged_as_the_circulars_say(
    name: str, tag: str, value: object, found: list[tuple[str, str | None]]
) -> None:
    """Hand-checked: dates, codes, several values, lengths and shapes, each with what is proposed instead."""
    profile = profiles()[name]
    record = {**example_record(profile), tag: value}
    assert [(f.code, f.proposed) for f in check_record(profile, record) if f.where.field == tag] == found


def test_lengths_are_counted_in_composed_characters() -> None:
    """A decomposed text is as long as what a reader sees, and is kept composed."""
    profile = profiles()["TT05_SIP_HOSO"]
    record = {**example_record(profile), "inforSign": "ê\u0301" * 30}
    assert check_record(profile, record) == []
    assert record_schema(profile.name)().load(record)["inforSign"] == "ế" * 30


def test_a_warning_does_not_hinder_loading() -> None:
    """What is only advised passes the schema, and does not pass the one that counts advice."""
    profile = profiles()["TT05_SIP_HOSO"]
    record = {**replaced(example_record(profile), "description", None), "paperFileCode": "107"}
    assert record_schema(profile.name)().validate(record) == {}
    assert record_schema(profile.name, advice=True)().validate(record) == {
        "description": ["MTD-0102"],
        "paperFileCode": ["MTD-0108"],
    }


@pytest.mark.parametrize("tag", ["Rights", "arcFileCode", "x.y"])
def test_tag_sets_are_never_mixed(tag: str) -> None:
    """A field of another set is named and is no part of the record."""
    profile = profiles()["TT05_SIP_HOSO"]
    (finding,) = check_record(profile, {**example_record(profile), tag: "01"})
    assert (finding.code, finding.where.field) == ("MTD-0110", tag)


def test_a_wrong_addressee_is_found_among_many() -> None:
    """In a list of groups each is judged; the finding names the field and the value."""
    profile = profiles()["ND30_DOC_OUT"]
    record: dict[str, Any] = {**example_record(profile), "To": [{"OrganName": "Sở Nội vụ"}, {"OrganName": "a" * 201}]}
    (finding,) = check_record(profile, record)
    assert (finding.code, finding.where.field, finding.found) == ("MTD-0103", "To.OrganName", "a" * 201)


@pytest.mark.parametrize("record", ["chữ", ["a"]])
def test_what_is_no_record_is_refused(record: Any) -> None:
    """A text or a list where a record belongs is no record."""
    with pytest.raises(ValidationError):
        record_schema("TT05_DIP")().load(record)


def test_findings_come_in_the_order_of_the_profile_and_read_as_sentences() -> None:
    """Whoever reads from the top meets the fields as the annex has them; no sentence has a hole."""
    profile = profiles()["TT05_SIP_HOSO"]
    findings = check_record(profile, {"description": "a", "x": "1", "startDate": "1", "mode": "x", "title": "b" * 1001})
    tags = [finding.where.field for finding in findings]
    assert tags == sorted(tags, key=[*paths(profile), "x"].index)
    for finding in findings:
        for language in ("vi", "en"):
            for part in ("text", "action"):
                assert "…" not in catalogue().text(finding.code, language, finding.parameters, part)


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [("một hai ba", 7, "một hai"), ("một hai ba", 8, "một hai"), ("một hai ba", 6, "một"), ("mộthai", 3, "một")],
)
def test_a_proposal_ends_with_a_whole_word(text: str, limit: int, short: str) -> None:
    """What is proposed for a text too long ends between words; a single long word is cut."""
    assert shortened(text, limit) == short
    assert shortened(text, len(text)) == text
