"""Metadata files of TT 05/2025/TT-BNV: one root element, one element a field, no namespace.

Written in the order of the printed skeletons, every element there even if it is empty (the printed schemas demand it).
Read in any order, by tags alone, since skeletons and schemas of the circular disagree. Whoever reads bytes that come
from outside does it behind the fence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException, ElementTree

from archive.metadata.code_lists import SEPARATOR
from archive.metadata.errors import MetadataFileError
from archive.metadata.profiles import MetadataProfile
from archive.metadata.record_schema import Record, written_value
from archive.metadata.values import clean, fits_xml

#: A metadata file is a few kilobytes; what is larger is none.
MOST_BYTES = 1 << 20
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
# A bare carriage return would be read back as a line feed (XML 1.0, 2.11).
_ESCAPED = {"\r": "&#13;"}
_XSD = "http://www.w3.org/2001/XMLSchema"
# Between several values of one element no sign is printed; these two are met.
_BETWEEN = re.compile("[,;]")


@dataclass(frozen=True, slots=True)
class XmlReading:
    """What a file says.

    Attributes:
        record: values by tag; unknown tags too, and a list for a tag that stands several times (`check_record` judges).
        printed_set: ``skeleton``, or ``schema`` if it has fields that only the printed schema knows.
    """

    record: Record
    printed_set: str


def write_xml(profile: MetadataProfile, record: Mapping[str, Any]) -> bytes:
    """Return the file of a record, UTF-8; the same bytes for the same record.

    Raises:
        ValueError: the standard has no such file, or the record has a field that is not written, several values where
            one is allowed, or characters that XML cannot hold: `check_record` would have said so.
    """
    if not profile.xml_root:
        raise ValueError(f"{profile.name} has no XML form")
    written = {field.tag: field for field in profile.fields if field.written}
    if unknown := set(record) - set(written):
        raise ValueError(f"{profile.name} does not write {sorted(unknown)}")
    lines = [_HEAD, f"<{profile.xml_root}>\n"]
    for tag, field in written.items():
        value = record.get(tag, "")
        if field.repeatable and isinstance(value, list) and SEPARATOR not in "".join(value):
            value = written_value(value)
        if not isinstance(value, str) or not fits_xml(value):
            raise ValueError(f"{profile.name}: {tag} cannot be written")
        lines.append(f"  <{tag}>{escape(value, _ESCAPED)}</{tag}>\n")
    lines.append(f"</{profile.xml_root}>\n")
    return "".join(lines).encode()


def read_xml(profile: MetadataProfile, content: bytes) -> XmlReading:
    """Return what a file says, its values cleaned (NFC, no blanks at the ends), empty elements left out.

    Raises:
        MetadataFileError: ``MTD-0201`` too large; ``MTD-0202`` not well-formed; ``MTD-0203`` declares a document type
            or entities, which no metadata file needs; ``MTD-0204`` another root; ``MTD-0205`` an element in a field.
    """
    if len(content) > MOST_BYTES:
        raise MetadataFileError("MTD-0201", kilobytes=len(content) >> 10, most=MOST_BYTES >> 10)
    try:
        root: Element = ElementTree.fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise MetadataFileError("MTD-0203") from error
    # An encoding that Python does not know is a LookupError or a ValueError.
    except (ParseError, LookupError, ValueError) as error:
        raise MetadataFileError("MTD-0202") from error
    if _local(root) != profile.xml_root:
        raise MetadataFileError("MTD-0204", root=_local(root)[:100], wanted=profile.xml_root)
    fields = {spelling: field for field in profile.fields for spelling in (field.tag, *field.also)}
    record: Record = {}
    for element in root:
        tag = _local(element)
        if len(element):
            raise MetadataFileError("MTD-0205", tag=tag[:100])
        field = fields.get(tag)
        text = element.text or ""
        values = _BETWEEN.split(text) if field and field.repeatable else [text]
        if values := [cleaned for value in values if (cleaned := clean(value))]:
            held = record.setdefault(field.tag if field else tag, [])
            held.extend(values)
    for tag, held in record.items():
        if len(held) == 1 and not (tag in fields and fields[tag].repeatable):
            record[tag] = held[0]
    only_in_schema = any(tag in fields and not fields[tag].written for tag in record)
    return XmlReading(record, "schema" if only_in_schema else "skeleton")


def xml_schema(profile: MetadataProfile) -> bytes:
    """Return a schema (XSD) of what `write_xml` writes, for the package's folder of schemas.

    The printed schemas contradict the printed skeletons, so that a package would not keep its own: this one is made
    from the set that is really written.
    """
    elements = "".join(
        f'      <xs:element name="{field.tag}" type="xs:string"/>\n' for field in profile.fields if field.written
    )
    return (
        f'{_HEAD}<xs:schema xmlns:xs="{_XSD}" elementFormDefault="qualified">\n'
        f'  <xs:element name="{profile.xml_root}">\n    <xs:complexType>\n     <xs:sequence>\n{elements}'
        "     </xs:sequence>\n    </xs:complexType>\n  </xs:element>\n</xs:schema>\n"
    ).encode()


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
