"""The circular's rows as data: each one stands where it is printed, and each fault has a fixture."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from archive.messages.catalogue import catalogue
from archive.metadata.profiles import profiles
from preservation.packages.tt05.kinds import kind_of, package_kinds, rows

# First and last page of each appendix.
APPENDICES = {"I": (33, 109), "II": (110, 181), "III": (182, 238), "IV": (239, 291), "V": (292, 357)}
ROWS: list[dict[str, Any]] = [
    row for name in ("mets.toml", "premis.toml") for table in ("element", "attribute") for row in rows(name)[table]
]


def test_every_row_stands_in_the_appendix_of_its_package() -> None:
    """No page lies outside the appendix that it is cited with."""
    assert len(ROWS) > 150, "the data must be there"
    pages = [(kind, page) for row in ROWS for kind, page in row["pages"].items()]
    pages += [(name, page) for name, kind in package_kinds().items() for page in kind.pages.values()]
    for name, page in pages:
        first, last = APPENDICES[package_kinds()[name].appendix]
        assert first <= page <= last, (name, page)


def test_what_is_uncertain_is_never_an_error() -> None:
    """Where the circular contradicts itself, a lack is a warning."""
    uncertain = [row for row in ROWS if row["certainty"] == "?"]
    assert len(uncertain) > 5
    assert {row["missing"] for row in uncertain} <= {"warning", "none"}
    assert {row["certainty"] for row in ROWS} == {"A", "?"}


def test_a_sip_has_no_rows_of_preservation() -> None:
    """What the appendices of SIP do not print is not asked of a SIP."""
    named = {row["element"] for row in ROWS if {"SIP_hoso", "SIP_tailieu"} & set(row["pages"])}
    assert named
    assert not [element for element in named if element.startswith(("amdSec", "object", "event", "agent"))]


def test_every_kind_has_its_metadata_profiles() -> None:
    """Each package and each sort of document in it has the profile that it is judged by."""
    for kind in package_kinds().values():
        assert {kind.profile + suffix for suffix in ("", "_DOC", "_PIC", "_MEDIA")} <= set(profiles())


def test_every_code_has_a_fixture() -> None:
    """Whatever the judge can say of these packages, a test makes it say."""
    told = {message.code for message in catalogue() if message.subject == "statutory_packages"}
    tests = Path(__file__).parents[4] / "tests"
    files = [*Path(__file__).parent.glob("test_*.py"), tests / "config" / "test_package_judgement.py"]
    tried = {code for file in files for code in re.findall(r"PKG-05\d\d", file.read_text("utf-8"))}
    assert told - tried == set()


@pytest.mark.parametrize(
    ("asked", "stated", "type_", "record", "expected"),
    [
        ("", "AIP", "Mixed", {}, "AIP_hoso"),
        ("", "AIP", "Collection", {}, "AIP_tailieu"),
        ("", "SIP", "Mixed", {"source": "0"}, "SIP_tailieu"),
        ("", "SIP", "Collection", {"maintenance": "01"}, "SIP_hoso"),
        ("", "DIP", "MIXED", {}, "DIP"),
        ("", "", "", {"arcFileCode": "x", "maintenance": "01"}, "AIP_hoso"),
        ("", "nonsense", "", {"fileCode": "x", "source": "1"}, "SIP_tailieu"),
        ("", "", "", {"requestID": "x"}, "DIP"),
        ("AIP", "SIP", "Mixed", {}, "AIP_hoso"),
        ("", "", "Mixed", {"title": "x"}, ""),
    ],
)
def test_a_package_tells_its_kind(asked: str, stated: str, type_: str, record: dict[str, str], expected: str) -> None:
    """What is asked for decides, then the METS header, then the fields of EAD.xml; nothing is guessed beyond that."""
    found = kind_of(asked, stated, type_, dict(record))
    assert (found.name if found else "") == expected
