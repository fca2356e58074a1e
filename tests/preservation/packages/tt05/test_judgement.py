"""Packages of TT 05/2025/TT-BNV: valid ones pass, and each fault is told by exactly its own code."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from archive.errors import KhoLuuTruError
from archive.messages.catalogue import catalogue
from archive.messages.rules import Level
from preservation.packages.tt05.judgement import judge_package
from preservation.packages.tt05.kinds import package_kinds
from tests.preservation.packages.tt05.tt05_packages import (
    ATTACHED,
    DATA,
    KINDS,
    REP,
    TIME,
    TITLE,
    Change,
    Files,
    MemoryTree,
    codes,
    file_identifier,
    folder_name,
    identifier,
    judged,
    objid,
    replacing,
    sample_package,
)

EAD = "metadata/descriptive/EAD.xml"
PREMIS = "metadata/preservation/PREMIS.xml"
REP_METS = REP + "METS.xml"
REP_PREMIS = REP + "metadata/preservation/PREMIS_rep1.xml"
DOC = REP + "metadata/descriptive/EAD_doc_VanBan01.xml"
PIC = REP + "metadata/descriptive/EAD_pic_Anh02.xml"
FIRST = DATA["doc"][0]


@dataclass(frozen=True)
class Case:
    """A fault: changes while the package is made, then changes of the finished package."""

    code: str
    kind: str = "SIP_hoso"
    changes: Mapping[str, Change] = field(default_factory=dict)
    extra: Mapping[str, bytes] = field(default_factory=dict)
    after: Callable[[Files], object] = lambda _: None
    named: Mapping[str, str] = field(default_factory=dict)


def substituted(pattern: str, new: str) -> Change:
    """Return a change of the one place that a pattern finds."""

    def change(content: bytes) -> bytes:
        text, count = re.subn(pattern, new, content.decode("utf-8"), count=1, flags=re.DOTALL)
        assert count == 1, f"{pattern!r} is not in the file"
        return text.encode("utf-8")

    return change


def without(pattern: str) -> Change:
    """Return a change that takes out the one place that a pattern finds."""
    return substituted(pattern, "")


def both(*changes: Change) -> Change:
    """Return changes made one after another."""

    def change(content: bytes) -> bytes:
        for one in changes:
            content = one(content)
        return content

    return change


def moved(old: str, new: str) -> Callable[[Files], object]:
    """Return a renaming in the finished package."""
    return lambda files: files.update({new: files.pop(old)})


def renamed(old: str, new: str) -> Callable[[Files], object]:
    """Return a renaming of a file that no METS file lists."""
    return moved(old, new)


def altered(path: str, content: bytes) -> Callable[[Files], object]:
    """Return an alteration of a finished file."""
    return lambda files: files.update({path: content})


def same_length(path: str) -> Callable[[Files], object]:
    """Return an alteration that keeps the length."""
    return lambda files: files.update({path: files[path][:-1] + b"\x00"})


EVENT = (
    "<event><eventIdentifier><eventIdentifierType>UUID</eventIdentifierType><eventIdentifierValue>1"
    "</eventIdentifierValue></eventIdentifier><eventType>validation</eventType>"
    "<eventDateTime>2025-07-01</eventDateTime></event>"
)
AGENT = (
    "<agent><agentIdentifier><agentIdentifierType>LOCAL</agentIdentifierType><agentIdentifierValue>Sample maker"
    "</agentIdentifierValue></agentIdentifier><agentName>a</agentName><agentType>b</agentType></agent>"
)
MANUAL_FILE = r'(<file ID="ID-)[^"]*("[^>]*><FLocat [^>]*UserManual.pdf"[^>]*/></file>)'
NEW_UUID = "1F111111-1111-4111-8111-111111111111"
DMD_EAD = identifier("dmd " + EAD)
CASES = [
    # Folders and names.
    Case(
        "PKG-0502",
        changes={"METS.xml": replacing("schemas/METS.xsd", "schemas/mets.xsd")},
        after=moved("schemas/METS.xsd", "schemas/mets.xsd"),
    ),
    Case("PKG-0502", after=moved("METS.xml", "mets.xml")),
    Case(
        "PKG-0502",
        changes={REP_METS: replacing("EAD_doc_", "EAD_DOC_")},
        after=moved(DOC, DOC.replace("EAD_doc_", "EAD_DOC_")),
    ),
    Case("PKG-0506", named={"folder": "mau"}),
    Case("PKG-0507", "AIP_hoso", named={"folder": objid(package_kinds()["AIP_hoso"])}),
    Case("PKG-0507", "DIP", named={"folder": folder_name(package_kinds()["DIP"]).replace("uuid-", "uuid_")}),
    Case("PKG-0508", named={"zip_stem": "7D0D1987-0F1C-47A7-8FD6-CC5C7DE4064F"}),
    Case("PKG-0510", "SIP_tailieu", extra={REP + "data/A.pdf.fetch.txt": b"H49.1"}),
    # METS.
    Case("PKG-0516", changes={REP_METS: replacing("</mets>", "")}),
    Case("PKG-0518", changes={REP_METS: both(replacing("<mets ", "<premis "), replacing("</mets>", "</premis>"))}),
    Case("PKG-0519", changes={"METS.xml": replacing(' xmlns="http://www.loc.gov/METS/"', "")}),
    Case("PKG-0520", changes={"METS.xml": without(r' PROFILE="[^"]*"')}),
    Case("PKG-0520", changes={REP_METS: without(r' MIMETYPE="application/octet-stream"')}),
    Case("PKG-0521", changes={REP_METS: without(r' csip:CONTENTINFORMATIONTYPE="MIXED"')}),
    Case("PKG-0521", changes={"METS.xml": without(r' OTHERTYPE="SOFTWARE"')}),
    Case("PKG-0522", changes={"METS.xml": without("<altRecordID.*?</altRecordID>")}),
    Case("PKG-0522", changes={REP_METS: without("<note .*?</note>")}),
    Case("PKG-0522", changes={"METS.xml": without("<structMap.*</structMap>")}),
    Case("PKG-0524", changes={"METS.xml": replacing('RECORDSTATUS="NEW"', 'RECORDSTATUS="OLD"')}),
    Case("PKG-0524", changes={REP_METS: replacing('LOCTYPE="URL"/></file>', 'LOCTYPE="URN"/></file>')}),
    Case("PKG-0524", changes={REP_METS: replacing('OAISPACKAGETYPE="SIP"', 'OAISPACKAGETYPE="AIP"')}),
    Case("PKG-0525", changes={"METS.xml": replacing('TYPE="Mixed"', 'TYPE="SIP"')}),
    Case("PKG-0525", changes={"METS.xml": replacing('MDTYPE="OTHER"', 'MDTYPE="DC"')}),
    Case("PKG-0525", changes={"METS.xml": replacing('MDTYPEVERSION="1.0"', 'MDTYPEVERSION="1.0.0"')}),
    Case("PKG-0525", changes={REP_METS: replacing('MIMETYPE="text/xml"', 'MIMETYPE="application/xml"')}),
    Case("PKG-0526", changes={"METS.xml": replacing(f'CREATEDATE="{TIME}"', 'CREATEDATE="2022-30-06T12:00:00+7:00"')}),
    Case("PKG-0527", changes={REP_METS: replacing(identifier("rep fileSec"), "B2A87D1F")}),
    Case("PKG-0528", changes={REP_METS: replacing(identifier("rep fileSec"), identifier("rep map"))}),
    Case("PKG-0530", changes={REP_METS: replacing(f'OBJID="{identifier("rep1")}"', 'OBJID="rep1"')}),
    Case("PKG-0531", changes={"METS.xml": replacing("<fileSec", "<amdSec/><fileSec")}),
    Case("PKG-0532", changes={"METS.xml": replacing(f'LABEL="{objid(package_kinds()["SIP_hoso"])}"', 'LABEL="mau"')}),
    Case("PKG-0533", changes={"METS.xml": replacing("NL.MAU.2025.01", "H49.2025.01.TCCB")}),
    Case("PKG-0525", "DIP", changes={REP_METS: replacing('OAISPACKAGETYPE="DIP"', 'OAISPACKAGETYPE="SIP"')}),
    Case("PKG-0521", "DIP", changes={REP_METS: without(f' ADMID="{identifier("amd " + REP_PREMIS)}"')}),
    Case("PKG-0520", "AIP_hoso", changes={REP_METS: without(f' ADMID="{identifier("amd " + REP_PREMIS)}"')}),
    Case("PKG-0525", changes={REP_METS: replacing('csip:NOTETYPE="IDENTIFICATIONCODE"', 'csip:NOTETYPE="OTHER"')}),
    # Files.
    Case(
        "PKG-0540",
        changes={"METS.xml": replacing('xlink:href="documentation/', 'xlink:href="../../documentation/')},
        after=lambda files: files.pop("documentation/UserManual.pdf"),
    ),
    Case(
        "PKG-0540",
        changes={"METS.xml": replacing('xlink:href="documentation/', 'xlink:href="file:///documentation/')},
        after=lambda files: files.pop("documentation/UserManual.pdf"),
    ),
    Case(
        "PKG-0540",
        changes={"METS.xml": replacing('xlink:href="documentation/', 'xlink:href="/documentation/')},
        after=lambda files: files.pop("documentation/UserManual.pdf"),
    ),
    Case(
        "PKG-0540",
        changes={"METS.xml": replacing('xlink:href="documentation/', 'xlink:href="%2e%2e/%2e%2e/documentation/')},
        after=lambda files: files.pop("documentation/UserManual.pdf"),
    ),
    Case("PKG-0541", after=lambda files: files.pop(FIRST)),
    Case("PKG-0542", after=altered(REP + "data/Thua.pdf", b"%PDF-1.7 sample")),
    Case("PKG-0543", after=altered("documentation/ReadMe.txt", b"sample")),
    Case("PKG-0544", after=altered(FIRST, b"%PDF-1.7")),
    Case("PKG-0545", after=same_length(FIRST)),
    Case("PKG-0545", after=same_length("schemas/EAD.xsd")),
    Case("PKG-0549", changes={"METS.xml": substituted(MANUAL_FILE, rf"\g<0>\g<1>{NEW_UUID}\g<2>")}),
    # References.
    Case("PKG-0550", changes={"METS.xml": replacing(f'DMDID="{DMD_EAD}"', f'DMDID="{identifier("none")}"')}),
    Case("PKG-0550", changes={"METS.xml": replacing(f'title="{identifier("Representations/rep1")}"', 'title="rep1"')}),
    Case("PKG-0550", changes={REP_METS: replacing(f'LABEL="{file_identifier("rep" + FIRST)}"', 'LABEL="ID-1"')}),
    Case(
        "PKG-0551",
        "AIP_hoso",
        changes={
            "METS.xml": replacing(f'ADMID="{identifier("amd " + PREMIS)}"', f'ADMID="{identifier("prov " + PREMIS)}"')
        },
    ),
    Case(
        "PKG-0551",
        changes={
            REP_METS: replacing(f'FILEID="{identifier("repData")}"', f'FILEID="{file_identifier("rep" + FIRST)}"')
        },
    ),
    Case(
        "PKG-0553",
        extra={REP + "data/PhuLuc02.pdf": b"%PDF-1.7 sample"},
        changes={REP_METS: without(f'<fptr FILEID="{file_identifier("rep" + ATTACHED[0])}"/>')},
    ),
    # Descriptive metadata.
    Case("PKG-0560", changes={EAD: replacing("<totalDoc>3<", "<totalDoc>4<")}),
    Case("PKG-0561", changes={PIC: replacing("0000002<", "0000001<")}),
    Case("PKG-0563", changes={"METS.xml": replacing(f'LABEL="{TITLE}"', 'LABEL="MẪU"')}),
    Case("PKG-0564", changes={EAD: substituted("<endDate>[^<]*<", "<endDate>01/01/1999<")}),
    Case("MTD-0101", changes={EAD: replacing(f"<title>{TITLE}<", "<title><")}),
    Case("MTD-0107", changes={DOC: replacing("<maintenance>01<", "<maintenance>99<")}),
    Case("MTD-0110", changes={DOC: replacing("</simpledc>", "<Rights>1</Rights></simpledc>")}),
    Case("MTD-0202", changes={DOC: replacing("</simpledc>", "")}),
    Case("PKG-0566", extra={REP + "data/A.pdf.fetch.txt": b"one\ntwo"}),
    Case("PKG-0566", "AIP_hoso", extra={REP + "data/A.pdf.fetch.txt": b"H49.1"}),
    # Preservation metadata.
    Case("PKG-0570", "AIP_hoso", changes={PREMIS: without("<agentType>.*?</agentType>")}),
    Case("PKG-0570", "AIP_tailieu", changes={REP_PREMIS: without("<eventType>.*?</eventType>")}),
    Case("PKG-0570", "DIP", changes={REP_PREMIS: without("<event>.*</event>")}),
    Case("PKG-0571", "AIP_hoso", changes={REP_PREMIS: without("<objectCategory>.*?</objectCategory>")}),
    Case("PKG-0571", "AIP_hoso", changes={REP_PREMIS: without(' xmlID="[^"]*"')}),
    Case(
        "PKG-0572",
        "AIP_hoso",
        changes={
            REP_PREMIS: both(
                without("<event>.*</event>"), without("<object .*?</object>"), replacing("<agent>", EVENT + "<agent>")
            )
        },
    ),
    Case("PKG-0573", "AIP_hoso", changes={REP_PREMIS: replacing("<messageDigest>", "<messageDigest>00")}),
    Case("PKG-0574", "AIP_hoso", changes={REP_PREMIS: replacing("<size>", "<size>9")}),
    Case(
        "PKG-0575",
        "AIP_hoso",
        changes={PREMIS: replacing("<linkingAgentIdentifierValue>Sample", "<linkingAgentIdentifierValue>Other")},
    ),
    Case("PKG-0576", "AIP_hoso", changes={REP_PREMIS: replacing("<agent>", AGENT + "<agent>")}),
    Case("PKG-0519", "AIP_hoso", changes={PREMIS: replacing(' xmlns="http://www.loc.gov/premis/v3"', "")}),
]


@pytest.mark.parametrize("name", KINDS)
def test_a_valid_package_has_no_findings(name: str) -> None:
    """A package of each kind that keeps every rule is known by itself and passes without a word."""
    found = judged(sample_package(name), name)
    assert (found.kind, found.findings) == (name, [])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}-{case.code}")
def test_a_fault_is_told_by_exactly_its_code(case: Case) -> None:
    """One fault gives one finding: its own, with the article where the rule is printed."""
    files = sample_package(case.kind, case.changes, case.extra)
    case.after(files)
    found = judged(files, case.kind, **case.named).findings
    assert [one.code for one in found] == [case.code]
    assert found[0].where.path
    if found[0].code.startswith("PKG"):
        assert re.search(r"Phụ lục [IV]+, tr\. [0-9]+", str(found[0].parameters["citation"]))


def test_what_lacks_a_required_file_is_told_once_for_it() -> None:
    """Each file and folder that must be there is missed by its name when it is not."""
    cases = {
        "METS.xml": "PKG-0501",
        EAD: "PKG-0501",
        REP_METS: "PKG-0501",
        "schemas/METS.xsd": "PKG-0501",
        REP_PREMIS: "PKG-0501",
        PREMIS: "PKG-0501",
    }
    for path, code in cases.items():
        files = sample_package("AIP_hoso")
        del files[path]
        found = judged(files, "AIP_hoso").findings
        assert [one.where.path for one in found if one.code == code] == [path]


def test_a_package_without_schemas_documents_or_metadata_says_so() -> None:
    """Schemas, documents and their metadata must be there, at least one of each."""
    files = sample_package("SIP_hoso")
    for folder, code in (("schemas/EAD", "PKG-0504"), (REP + "data/", "PKG-0511"), (REP + "metadata/", "PKG-0501")):
        kept = {path: content for path, content in files.items() if not path.startswith(folder)}
        assert code in codes(kept, "SIP_hoso")


def test_names_that_say_nothing_and_strange_places_are_told() -> None:
    """Wrong names, a second representation, strange places and PREMIS in a SIP have their codes."""
    cases = {
        REP + "metadata/descriptive/DC.xml": {"PKG-0512", "PKG-0543"},
        "representations/rep2/data/A.pdf": {"PKG-0505", "PKG-0543"},
        "GhiChu.txt": {"PKG-0503", "PKG-0543"},
    }
    for path, expected in cases.items():
        assert set(codes({**sample_package("SIP_hoso"), path: b"sample"}, "SIP_hoso")) == expected
    preserved = {**sample_package("SIP_hoso"), PREMIS: sample_package("AIP_hoso")[PREMIS]}
    assert "PKG-0509" in codes(preserved, "SIP_hoso")


def test_a_link_of_the_printed_form_is_taken() -> None:
    """Documents that lie in another package pass in the two packages that know them."""
    line = b"urn_G09_1F1_data/A.pdf 15 representations/rep1/data/A.pdf G09.H49.2025.01.TCCB.0000004"
    assert codes(sample_package("AIP_hoso", extra={REP + "data/A.pdf.fetch.txt": line}), "AIP_hoso") == []
    assert codes(sample_package("SIP_hoso", extra={REP + "data/A.pdf.fetch.txt": b"H49.1"}), "SIP_hoso") == []


def test_objid_must_have_the_form_of_its_package() -> None:
    """Forms that the circular's examples print are warned of; anything else is an error."""
    for kind, code in (("AIP_hoso", "PKG-0530"), ("SIP_hoso", "PKG-0530"), ("DIP", "PKG-0530")):
        own = objid(package_kinds()[kind])
        written = own.lower() if kind != "AIP_hoso" else own.replace("urn:G09:uuid:", "urn:uuid:")
        files = sample_package(
            kind, {"METS.xml": lambda content, a=own, b=written: content.replace(a.encode(), b.encode())}
        )  # type: ignore[misc] # bound at once
        assert codes(files, kind, folder="") == [code]
    files = sample_package(
        "SIP_hoso", {"METS.xml": replacing(f'OBJID="{objid(package_kinds()["SIP_hoso"])}"', 'OBJID="goi-1"')}
    )
    assert "PKG-0529" in codes(files, "SIP_hoso")


def test_metadata_without_a_link_is_told() -> None:
    """A document's metadata that MetadataLink leaves out has its code, and so has the document."""
    link = rf'<div ID="{identifier("link " + PIC)}".*?</div>'
    found = codes(sample_package("SIP_hoso", {REP_METS: without(link)}), "SIP_hoso")
    assert sorted(found) == ["PKG-0552", "PKG-0553"]


def test_tolerances_are_never_errors() -> None:
    """What real packages do differently is taken with a word: no finding of theirs makes a package invalid."""
    tolerant = [
        case for case in CASES if case.code in {"PKG-0502", "PKG-0508", "PKG-0525", "PKG-0530", "PKG-0531", "PKG-0533"}
    ]
    assert len(tolerant) >= 10
    assert {catalogue().get(case.code).level for case in tolerant} == {Level.WARNING}


def test_fields_may_stand_in_any_order_and_in_the_set_of_the_printed_schema() -> None:
    """Order is never judged, and the field set of the printed schema is named, not refused."""
    swap = both(
        without("  <docId>.*?</docId>\n"),
        replacing("</simpledc>", "<docId>H49.1</docId></simpledc>"),
    )
    assert codes(sample_package("AIP_hoso", {DOC: swap}), "AIP_hoso") == []
    schema = replacing("</simpledc>", "<docOrdinal>0000001</docOrdinal></simpledc>")
    assert codes(sample_package("AIP_hoso", {DOC: schema}), "AIP_hoso") == ["PKG-0562"]


@pytest.mark.parametrize("path", ["METS.xml", REP_METS, PREMIS, REP_PREMIS, EAD, DOC])
@pytest.mark.parametrize(
    "hostile",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">',
    ],
)
def test_hostile_xml_is_refused(path: str, hostile: str) -> None:
    """Entities and document types are refused in every metadata file, whatever they declare."""
    change = substituted(r"(<\?xml[^>]*>\s*)", rf"\1{hostile}")
    found = codes(sample_package("AIP_hoso", {path: change}), "AIP_hoso")
    assert ("MTD-0203" if "EAD" in path else "PKG-0517") in found


def test_files_are_read_once_and_metadata_at_most_three_times() -> None:
    """A content file is read a single time though METS, PREMIS and structure all speak of it."""
    tree = MemoryTree(sample_package("AIP_hoso"))
    assert judge_package(tree, folder=folder_name(package_kinds()["AIP_hoso"])).findings == []
    assert {tree.reads[path] for path in tree.files if "/data/" in path or path.startswith("documentation/")} == {1}
    assert max(tree.reads.values()) <= 3


def test_a_metadata_file_without_end_is_given_up() -> None:
    """A METS file larger than any real one is not read into memory, and that is said, not passed."""

    class Endless(MemoryTree):
        def read(self, path: str) -> Iterator[bytes]:
            return iter(lambda: b"<" * (1 << 20), b"") if path == REP_METS else super().read(path)

    found = judge_package(Endless(sample_package("SIP_hoso"))).findings
    assert "PKG-0515" in [one.code for one in found]
    assert catalogue().get("PKG-0515").level is Level.UNKNOWN


def test_what_cannot_be_read_is_a_finding() -> None:
    """A file that breaks while it is read leaves the package unchecked; the rest is still judged."""

    class Broken(MemoryTree):
        error: Exception

        def read(self, path: str) -> Iterator[bytes]:
            if path in {FIRST, DOC}:
                raise self.error
            return super().read(path)

    for error, code in ((OSError("broken"), "PKG-0125"), (KhoLuuTruError("PKG-0013"), "PKG-0013")):
        tree = Broken(sample_package("SIP_hoso"))
        tree.error = error
        found = judge_package(tree).findings
        assert {one.code for one in found} == {code}


def test_a_checksum_of_another_algorithm_is_computed_or_said_to_be_unknown() -> None:
    """SHA-512 is compared with a warning; what nobody here can compute is never called right."""
    other = re.compile(r'CHECKSUM="[0-9A-F]{64}" CHECKSUMTYPE="SHA-256"(?=><FLocat [^>]*UserManual)')

    def stated(algorithm: str, checksum: str) -> Change:
        return lambda content: other.sub(f'CHECKSUM="{checksum}" CHECKSUMTYPE="{algorithm}"', content.decode()).encode()

    manual = sample_package("SIP_hoso")["documentation/UserManual.pdf"]
    right = hashlib.sha512(manual).hexdigest()
    for algorithm, checksum, expected in (
        ("SHA-512", right, ["PKG-0525"]),
        ("SHA-512", "0" * 128, ["PKG-0525", "PKG-0545"]),
        ("WHIRLPOOL", "00", ["PKG-0525", "PKG-0546"]),
    ):
        assert codes(sample_package("SIP_hoso", {"METS.xml": stated(algorithm, checksum)}), "SIP_hoso") == expected


def test_a_package_that_says_nothing_of_its_kind_is_not_judged() -> None:
    """Without METS header and metadata there is no rule to judge by, and that is no pass."""
    files = {"METS.xml": b'<mets xmlns="http://www.loc.gov/METS/"/>', "schemas/METS.xsd": b""}
    found = judge_package(MemoryTree(files), folder="mau")
    assert (found.kind, [one.code for one in found.findings]) == ("", ["PKG-0513"])


def test_a_package_that_must_be_another_is_told() -> None:
    """Whoever expects an AIP and gets a SIP is told by what the package says of itself."""
    assert "PKG-0524" in codes(sample_package("SIP_hoso"), "SIP_hoso", asked="AIP")
    assert codes(sample_package("SIP_hoso"), "SIP_hoso", asked="SIP") == []


def test_the_name_of_a_zip_is_an_ordinal_and_objid() -> None:
    """Anything may stand between ordinal and OBJID, since the circular prints no sign."""
    own = objid(package_kinds()["SIP_hoso"])
    for stem in (f"1_{own}", f"12{own}", f"003 - {own}"):
        assert codes(sample_package("SIP_hoso"), "SIP_hoso", zip_stem=stem) == []


def test_a_dip_may_be_without_preservation_metadata() -> None:
    """The files are optional in a DIP while the rows of amdSec are not: their lack is a warning for each METS file."""
    bare: Change = lambda content: re.sub(rb' ADMID="[^"]*"|<amdSec.*?</amdSec>', b"", content, flags=re.DOTALL)  # noqa: E731
    files = sample_package("DIP", {"METS.xml": bare, REP_METS: bare})
    del files[PREMIS], files[REP_PREMIS]
    assert codes(files, "DIP") == ["PKG-0523", "PKG-0523"]
