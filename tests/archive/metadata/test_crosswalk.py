from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.metadata.crosswalk import concepts, convert
from archive.metadata.profiles import FieldType, MetadataProfile, profiles
from archive.metadata.record_schema import check_record
from tests.archive.metadata.records import PROFILES, example_record, paths, random_records, replaced

P = profiles()
# An inventory number is no year: the shape of such a code is remarked.
UNUSUAL = "MTD-0108"
_PAIRS = [(one, other) for one in PROFILES for other in PROFILES if one.level == other.level]


def _found(conversion: Any) -> list[tuple[str, str, str | None, str | None]]:
    return [(f.code, f.where.field, f.found, f.proposed) for f in conversion.findings]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_every_field_stands_in_the_crosswalk_once(profile: MetadataProfile) -> None:
    """No field is forgotten, none has two counterparts; the parts of a group go with it."""
    tags = Counter(
        concept.tags[profile.standard]
        for concept in concepts()
        if concept.level == profile.level and profile.standard in concept.tags
    )
    assert max(tags.values()) == 1
    spoken_of = {path for path in paths(profile) if path in tags or path.partition(".")[0] in tags}
    assert spoken_of == set(paths(profile))


def test_the_crosswalk_names_only_fields_that_there_are() -> None:
    """Every tag is one of a profile of that standard and level, codes and sentences included."""
    held = {(profile.standard, profile.level, path) for profile in PROFILES for path in paths(profile)}
    for concept in concepts():
        assert concept.tags
        for standard, path in (*concept.tags.items(), *concept.into.items()):
            assert standard == "label" or (standard, concept.level, path) in held, (concept.level, path)


@pytest.mark.parametrize(("source", "target"), _PAIRS, ids=[f"{a.name}-{b.name}" for a, b in _PAIRS])
@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None)
@given(data=st.data())
def test_nothing_is_lost_silently(source: MetadataProfile, target: MetadataProfile, data: st.DataObject) -> None:
    """Every value is carried over, handed back, or named by a finding; what is carried over wrongly is named too."""
    record = data.draw(st.one_of(random_records(source), st.just(example_record(source))))
    done = convert(record, source, target, archive="G09")
    named = {finding.where.field.partition(".")[0] for finding in done.findings}
    for concept in concepts():
        tag = concept.tags.get(source.standard, "")
        if concept.level != source.level or concept.kind == "code" or tag not in record:
            continue
        counterpart = concept.tags.get(target.standard)
        assert tag in done.left or counterpart in done.record or counterpart in named, tag
        assert tag not in done.left or tag in named, tag
    wrong = {f.where.field for f in check_record(target, done.record) if f.code not in {"MTD-0101", "MTD-0102"}}
    assert wrong <= {finding.where.field for finding in done.findings}
    assert list(done.record) == [part.tag for part in target.parts(None) if part.tag in done.record]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (profile, P[profile.name.replace("SIP", "AIP")])
        for profile in PROFILES
        if profile.standard == "sip" and profile.level != "batch"
    ],
    ids=lambda profile: profile.name,
)
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(data=st.data())
def test_a_submission_comes_back_from_the_archive_unchanged(
    source: MetadataProfile, target: MetadataProfile, data: st.DataObject
) -> None:
    """A SIP record taken into an AIP and out again is the same, code included."""
    record = data.draw(random_records(source))
    code = "docCode" if source.level != "dossier" else "fileCode"
    record[code] = example_record(source)[code]
    there = convert(record, source, target, archive="G09")
    back = convert(there.record, target, source, archive="G09")
    assert (there.left, back.left) == ({}, {})
    assert back.record == record


@pytest.mark.parametrize("name", ["ND30_FILE", "TT02_FILE", "TT02_DOC", "ND30_DOC_OUT"])
def test_a_record_of_today_comes_back_from_the_packages_vocabulary(name: str) -> None:
    """Words become codes and codes the same words; the parts of the code come back as proposals or as they were."""
    source, target = P[name], P["TT05_AIP_HOSO" if name.endswith("FILE") else "TT05_AIP_HOSO_DOC"]
    record = example_record(source)
    there = convert(record, source, target, archive="000.00.00.G09")
    back = convert(there.record, target, source, archive="000.00.00.G09")
    proposed: dict[str, Any] = back.record
    for finding in back.findings:
        if finding.proposed and source.at(finding.where.field).type is not FieldType.GROUP:
            proposed = replaced(proposed, finding.where.field, finding.proposed)
    carried = {tag: value for tag, value in record.items() if tag not in there.left}
    assert {tag: proposed.get(tag) for tag in carried} == carried


def test_up_from_the_clerks_list_to_the_package() -> None:
    """Hand-checked: NĐ 30 to SIP composes the code, maps the words, proposes a place for the maker."""
    record = {
        "FileCode": {"OrganId": "H49.64", "FileCatalog": "2021", "FileNotation": "01.TCCB"},
        "Title": "Hồ sơ",
        "Maintenance": "15 năm",
        "Rights": "lạ",
        "Creator": "An",
        "Language": "Việt và Lào",
        "StartDate": "05/01/2021",
        "Description": "Bản sao",
    }
    done = convert(record, P["ND30_FILE"], P["TT05_SIP_HOSO"])
    assert done.record == {
        "fileCode": "H49.64.2021.01.TCCB",
        "title": "Hồ sơ",
        "language": ["01"],
        "startDate": "05/01/2021",
        "description": "Bản sao",
    }
    assert done.left == {"Creator": "An"}
    assert _found(done) == [
        ("MTD-0302", "maintenance", "15 năm", "07"),
        ("MTD-0302", "mode", "lạ", None),
        ("MTD-0302", "language", "Lào", "11"),
        ("MTD-0301", "Creator", "An", "Bản sao. Người lập hồ sơ: An"),
    ]
    without_note = convert({"Creator": "An"}, P["ND30_FILE"], P["TT05_SIP_HOSO"])
    assert ("MTD-0301", "Creator", "An", "Người lập hồ sơ: An") in _found(without_note)


def test_down_from_the_package_to_the_clerks_list() -> None:
    """Hand-checked: SIP to NĐ 30 names codes, keeps a title that is too long whole with a shorter one proposed."""
    title = "chữ " * 150
    done = convert(
        {"fileCode": "H49.2025.01.TCCB", "title": title.strip(), "maintenance": "02", "keyword": "từ"},
        P["TT05_SIP_HOSO"],
        P["ND30_FILE"],
    )
    assert done.record == {"Title": title.strip(), "Maintenance": "70 năm"}
    assert done.left == {"keyword": "từ", "fileCode": "H49.2025.01.TCCB"}
    code = "H49.2025.01.TCCB"
    assert _found(done) == [
        ("MTD-0301", "keyword", "từ", None),
        ("MTD-0305", "FileCode.OrganId", code, "H49"),
        ("MTD-0305", "FileCode.FileCatalog", code, "2025"),
        ("MTD-0305", "FileCode.FileNotation", code, "01.TCCB"),
        ("MTD-0103", "Title", title.strip(), ("chữ " * 125).strip()),
    ]


def test_a_partial_date_has_no_form_outside_the_archive() -> None:
    """AIP to SIP: a year or month is not written; the first, of an end the last, possible day is proposed."""
    done = convert(
        {"startDate": "02/2020", "endDate": "02/2020"}, P["TT05_AIP_HOSO"], P["TT05_SIP_HOSO"], archive="G09"
    )
    assert done.record == {}
    assert [found for found in _found(done) if found[0] == "MTD-0303"] == [
        ("MTD-0303", "startDate", "02/2020", "01/02/2020"),
        ("MTD-0303", "endDate", "02/2020", "29/02/2020"),
    ]
    unreadable = convert({"StartDate": "hè 1985"}, P["TT02_FILE"], P["TT05_AIP_HOSO"])
    assert ("MTD-0303", "startDate", "hè 1985", None) in _found(unreadable)
    assert convert({"startDate": "2020"}, P["TT05_AIP_HOSO"], P["TT05_AIP_HOSO"]).record == {"startDate": "2020"}


@pytest.mark.parametrize(
    ("source", "record", "target", "archive", "codes", "left", "found"),
    [
        # The archive is told by the record itself.
        (
            "TT02_FILE",
            {"Identifier": "G09", "OrganId": "P12", "FileCatalog": "01", "FileNotation": "HS.7"},
            "TT05_AIP_HOSO",
            "",
            {"arcFileCode": "G09.P12.01.HS.7"},
            {},
            [],
        ),
        # Another printed code than the parts give is not thrown away.
        (
            "TT02_FILE",
            {"FileCode": "ABC", "OrganId": "P12", "FileCatalog": "01", "FileNotation": "HS.7"},
            "TT05_SIP_HOSO",
            "",
            {"fileCode": "P12.01.HS.7"},
            {"FileCode": "ABC"},
            ["MTD-0301"],
        ),
        ("TT02_FILE", {"FileCode": "P12.01.7"}, "TT05_SIP_HOSO", "", {"fileCode": "P12.01.7"}, {}, []),
        ("TT02_FILE", {"FileCode": "P12.01.7"}, "TT05_AIP_HOSO", "", {}, {"FileCode": "P12.01.7"}, ["MTD-0304"]),
        (
            "ND30_DOC_IN",
            {"FileCode": {"OrganId": "H49", "FileCatalog": "2021", "FileNotation": "01"}, "DocOrdinal": "12"},
            "TT05_AIP_HOSO_DOC",
            "G09",
            {"arcDocCode": "G09.H49.2021.01.0000012"},
            {},
            [],
        ),
        ("ND30_DOC_IN", {"DocOrdinal": "1"}, "TT05_SIP_HOSO_DOC", "", {}, {"DocOrdinal": "1"}, ["MTD-0304"]),
        (
            "TT02_DOC",
            {"FileCode": "P12.01.7", "DocOrdinal": "0"},
            "TT05_SIP_HOSO_DOC",
            "",
            {},
            {"FileCode": "P12.01.7", "DocOrdinal": "0"},
            ["MTD-0304"],
        ),
        (
            "TT05_AIP_HOSO_DOC",
            {"arcDocCode": "G09.P12.01.7.0000003"},
            "TT02_DOC",
            "G09",
            {"FileCode": "P12.01.7", "DocOrdinal": "3"},
            {},
            [],
        ),
        # The archive's code is not known: where it ends cannot be told.
        (
            "TT05_AIP_HOSO",
            {"arcFileCode": "G09.H49.2021.01"},
            "TT05_SIP_HOSO",
            "",
            {},
            {"arcFileCode": "G09.H49.2021.01"},
            ["MTD-0304"],
        ),
        (
            "TT05_AIP_HOSO",
            {"arcFileCode": "G09.P12.HS.7"},
            "TT02_FILE",
            "G09",
            {"FileCode": "P12.HS.7", "Identifier": "G09"},
            {},
            ["MTD-0305"] * 3,
        ),
        # The printed schema's way of saying it.
        (
            "TT05_AIP_HOSO_DOC",
            {"arcFileCode": "G09.H49.2021.01", "docOrdinal": "3"},
            "TT05_SIP_HOSO_DOC",
            "G09",
            {"docCode": "H49.2021.01.0000003"},
            {},
            [],
        ),
        (
            "TT05_AIP_HOSO_DOC",
            {"arcFileCode": "G09.H49.2021.01", "docOrdinal": "ba"},
            "TT05_SIP_HOSO_DOC",
            "G09",
            {},
            {"arcFileCode": "G09.H49.2021.01", "docOrdinal": "ba"},
            ["MTD-0304"],
        ),
        (
            "ND30_DOC_IN",
            {"FileCode": {"OrganId": "H49"}, "DocOrdinal": "1"},
            "ND30_DOC_OUT",
            "",
            {"FileCode": {"OrganId": "H49"}, "DocOrdinal": "1"},
            {},
            [],
        ),
        (
            "TT05_AIP_HOSO_DOC",
            {"arcDocCode": "G09.H49.2021.01.0000001", "docOrdinal": "1"},
            "TT05_AIP_HOSO_PIC",
            "G09",
            None,
            None,
            None,
        ),
    ],
)
def test_codes_are_composed_and_never_guessed(
    source: str,
    record: dict[str, Any],
    target: str,
    archive: str,
    codes: dict[str, Any] | None,
    left: dict[str, Any] | None,
    found: list[str] | None,
) -> None:
    """Hand-checked: parts make a code where they suffice; otherwise the parts stay, and a person is asked."""
    if codes is None:
        with pytest.raises(ValueError, match="describe different things"):
            convert(record, P[source], P[target], archive=archive)
        return
    done = convert(record, P[source], P[target], archive=archive)
    assert (done.record, done.left, [finding.code for finding in done.findings if finding.code != UNUSUAL]) == (
        codes,
        left,
        found,
    )


def test_groups_go_over_whole_and_foreign_tags_are_handed_back() -> None:
    """A signer stays a signer between the decree's two sets; a tag that no profile has is kept beside the record."""
    signer = {"Position": "Chủ tịch", "FullName": "An"}
    done = convert({"SignerInfo": signer, "Scanned": "x", "Note": ""}, P["ND30_DOC_IN"], P["ND30_DOC_OUT"])
    assert done.record == {"SignerInfo": signer}
    assert done.left == {"Scanned": "x"}
    assert _found(done) == [("MTD-0301", "Scanned", "x", None)]


def test_a_code_of_no_list_keeps_its_words() -> None:
    """Going down, a value that is no code stays as written; several become one text where the target has one."""
    record = {"language": ["01", "Lào"], "format": "02"}
    down = convert(record, P["TT05_SIP_HOSO"], P["TT02_FILE"])
    assert down.record == {"Language": ["Tiếng Việt", "Lào"], "Format": "Bình thường"}
    assert convert(record, P["TT05_SIP_HOSO"], P["ND30_FILE"]).record == {"Language": "Tiếng Việt, Lào"}


def test_fonds_and_requests_have_no_counterpart_and_no_codes() -> None:
    """What only one standard describes is converted into itself alone, unchanged."""
    for name in ("TT02_FOND", "TT05_DIP"):
        record = example_record(P[name])
        done = convert(record, P[name], P[name])
        assert (done.record, done.left, done.findings) == (record, {}, [])
