from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from archive.metadata.errors import MetadataFileError
from archive.metadata.profiles import MetadataProfile, profiles
from archive.metadata.record_schema import check_record
from archive.metadata.xml_records import MOST_BYTES, XmlReading, read_xml, write_xml, xml_schema
from tests.archive.metadata.records import WITH_XML, example_record, random_records

_BY_NAME = {profile.name: profile for profile in WITH_XML}
SIP = profiles()["TT05_SIP_HOSO"]


@pytest.mark.parametrize("name", _BY_NAME)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(data=st.data())
def test_a_record_is_read_as_it_was_written(name: str, data: st.DataObject) -> None:
    """Whatever lawful values a record has, the file gives them back, keeps its schema and is the same each time."""
    profile = _BY_NAME[name]
    record = data.draw(random_records(profile))
    content = write_xml(profile, record)
    assert read_xml(profile, content) == XmlReading(record, "skeleton")
    assert write_xml(profile, dict(reversed(record.items()))) == content
    etree.XMLSchema(etree.fromstring(xml_schema(profile))).assertValid(etree.fromstring(content))


@pytest.mark.parametrize("profile", WITH_XML, ids=lambda profile: profile.name)
def test_every_element_stands_there_in_the_order_of_the_skeleton(profile: MetadataProfile) -> None:
    """An empty record is written with every field of the skeleton, and nothing that only the schema has."""
    root = etree.fromstring(write_xml(profile, {}))
    assert root.tag == "simpledc"
    assert [element.tag for element in root] == [field.tag for field in profile.fields if "skeleton" in field.places]
    assert read_xml(profile, etree.tostring(root)).record == {}


def test_a_file_is_written_as_the_circular_shows_it() -> None:
    """Root, one element a line, several languages with commas between them, signs of XML escaped."""
    content = write_xml(profiles()["TT05_AIP_TAILIEU"], {"title": "Đi & đến <2025>", "source": "0"})
    assert content.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<simpledc>\n  <arcFileCode></arcFileCode>\n'
        "  <title>Đi &amp; đến &lt;2025&gt;</title>\n  <source>0</source>\n  <description></description>\n</simpledc>\n"
    )
    assert b"<language>01,06</language>" in write_xml(SIP, {"language": ["01", "06"]})


@pytest.mark.parametrize(
    ("profile", "record"),
    [
        ("ND30_FILE", {}),
        ("TT05_SIP_HOSO", {"Rights": "01"}),
        ("TT05_AIP_HOSO_DOC", {"docOrdinal": "0000001"}),
        ("TT05_SIP_HOSO", {"title": ["một", "hai"]}),
        ("TT05_SIP_HOSO", {"language": ["01,02"]}),
        ("TT05_SIP_HOSO", {"title": "a\x00b"}),
        ("TT05_SIP_HOSO", {"title": "\ud800"}),
    ],
)
def test_what_cannot_be_written_truly_is_not_written(profile: str, record: dict[str, Any]) -> None:
    """No form, a foreign or old field, two values for one, a comma inside a value, a control character."""
    with pytest.raises(ValueError, match=profile):
        write_xml(profiles()[profile], record)


def test_order_blanks_comments_and_namespaces_do_not_matter_when_reading() -> None:
    """Elements are told by their names alone, as files met in practice want it; values are cleaned."""
    content = """<?xml version="1.0"?><!-- x --><s:simpledc xmlns:s="urn:x" version="1">
      <s:title note="1">  Hồ <!-- giữa -->sơ&#10;</s:title><keyword/><language>01; 06</language><mode> </mode>
      <fileCode>H49.2025.01.A</fileCode></s:simpledc>""".encode()
    assert read_xml(SIP, content).record == {"title": "Hồ sơ", "language": ["01", "06"], "fileCode": "H49.2025.01.A"}


def test_fields_of_the_printed_schema_are_read_and_told() -> None:
    """The older set of the AIP schemas is accepted, and the reading says that it was met."""
    profile = profiles()["TT05_AIP_HOSO_DOC"]
    reading = read_xml(profile, b"<simpledc><arcFileCode>G09.H49.2025.01</arcFileCode><mode>01</mode></simpledc>")
    assert reading == XmlReading({"arcFileCode": "G09.H49.2025.01", "mode": "01"}, "schema")


def test_foreign_and_repeated_elements_reach_the_judge() -> None:
    """What a file has beyond the profile is kept in the record, so that checking it names both."""
    content = b"<simpledc><Rights>01</Rights><title>a</title><title>b</title><language>01</language></simpledc>"
    record = read_xml(SIP, content).record
    assert record == {"Rights": "01", "title": ["a", "b"], "language": ["01"]}
    wrong = {f.where.field: f.code for f in check_record(SIP, {**example_record(SIP), **record})}
    assert wrong == {"Rights": "MTD-0110", "title": "MTD-0109"}


_BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<simpledc>" + b" " * MOST_BYTES + b"</simpledc>", "MTD-0201"),
        (b"", "MTD-0202"),
        (b"<simpledc><title></simpledc>", "MTD-0202"),
        (b"<simpledc>\x00</simpledc>", "MTD-0202"),
        (b"<simpledc>\xff</simpledc>", "MTD-0202"),
        (b"<simpledc>&#0;</simpledc>", "MTD-0202"),
        (b"<simpledc><title>&x;</title></simpledc>", "MTD-0202"),
        (b'<?xml version="1.0" encoding="klingon"?><simpledc/>', "MTD-0202"),
        (b'<?xml version="1.0" encoding="utf-32"?><simpledc/>', "MTD-0202"),
        (b"PK\x03\x04", "MTD-0202"),
        (b"<!DOCTYPE simpledc><simpledc/>", "MTD-0203"),
        (b'<!DOCTYPE x SYSTEM "http://example.invalid/x.dtd"><simpledc/>', "MTD-0203"),
        (
            b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><simpledc><title>&e;</title></simpledc>',
            "MTD-0203",
        ),
        (f'<!DOCTYPE x [<!ENTITY a0 "ha">{_BOMB}]><simpledc><title>&a9;</title></simpledc>'.encode(), "MTD-0203"),
        (
            '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY e "a">]><simpledc/>'.encode("utf-16"),
            "MTD-0203",
        ),
        (b"<html/>", "MTD-0204"),
        (b"<simpledc><title>a<b>c</b></title></simpledc>", "MTD-0205"),
        (b"<simpledc>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</simpledc>", "MTD-0205"),
    ],
)
def test_hostile_files_are_refused(content: bytes, code: str) -> None:
    """Too large, broken, with a document type, entities (outside or exploding), of another kind, or nested."""
    with pytest.raises(MetadataFileError) as refused:
        read_xml(SIP, content)
    assert refused.value.code == code
    assert "…" not in str(refused.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """No input makes the reader fail in another way than by a code."""
    with contextlib.suppress(MetadataFileError):
        assert read_xml(SIP, content).printed_set == "skeleton"


def test_the_schema_knows_the_set_that_is_written() -> None:
    """A file with another element, or in another order, does not keep the schema made from the profile."""
    schema = etree.XMLSchema(etree.fromstring(xml_schema(SIP)))
    right = etree.fromstring(write_xml(SIP, example_record(SIP)))
    assert schema.validate(right)
    right.append(right[0])
    assert not schema.validate(right)
