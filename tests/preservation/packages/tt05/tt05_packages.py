"""Sample packages of TT 05/2025/TT-BNV: everything in them is invented and says so (“MẪU”)."""

from __future__ import annotations

import hashlib
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from archive.messages.rules import Finding
from archive.metadata.profiles import FieldType, profiles
from archive.metadata.xml_records import write_xml, xml_schema
from preservation.packages.tt05.judgement import Judgement, judge_package
from preservation.packages.tt05.kinds import PackageKind, package_kinds

Change = Callable[[bytes], bytes]
Files = dict[str, bytes]

KINDS = tuple(package_kinds())
REP = "representations/rep1/"
TIME = "2025-07-01T08:00:00.000+07:00"
TITLE = "MẪU: hồ sơ không có thật"
DATA = {
    "doc": (REP + "data/VanBan01.pdf", b"%PDF-1.7 sample, invented\n"),
    "pic": (REP + "data/Anh02.jpg", b"\xff\xd8\xff sample, invented"),
    "media": (REP + "data/AmThanh03.mp3", b"ID3 sample, invented"),
}
ATTACHED = (REP + "data/PhuLuc01.pdf", b"%PDF-1.7 sample attachment, invented\n")
METS_NAMES = (
    'xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:csip="https://DILCIS.eu/XML/METS/CSIPExtensionMETS"'
)


class MemoryTree:
    """A package in memory that counts how often each file is read."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self.lengths = {path: len(content) for path, content in files.items()}
        self.findings: list[Finding] = []
        self.reads: dict[str, int] = {}

    def read(self, path: str) -> Iterator[bytes]:
        """Yield the content in small pieces."""
        self.reads[path] = self.reads.get(path, 0) + 1
        content = self.files[path]
        for start in range(0, len(content), 1000):
            yield content[start : start + 1000]


def replacing(old: str, new: str) -> Change:
    """Return a change of one place in a file; it fails when the place is not there."""

    def change(content: bytes) -> bytes:
        text = content.decode("utf-8")
        assert old in text, f"{old!r} is not in the file"
        return text.replace(old, new, 1).encode("utf-8")

    return change


def identifier(name: str) -> str:
    """Return the same invented identifier for the same name."""
    return f"uuid-{uuid.uuid5(uuid.NAMESPACE_URL, f'sample:{name}')}".upper().replace("UUID-", "uuid-")


def file_identifier(name: str) -> str:
    """Return the same invented identifier of a file for the same name."""
    return identifier(name).replace("uuid-", "ID-")


def objid(kind: PackageKind) -> str:
    """Return OBJID of the sample of a kind."""
    own = identifier(kind.name)
    return "urn:G09:" + own.replace("uuid-", "uuid:") if kind.objid == "urn" else own


def folder_name(kind: PackageKind) -> str:
    """Return the name of the sample's folder."""
    return objid(kind).replace(":", "_")


def sample_package(
    name: str, changes: Mapping[str, Change] | None = None, extra: Mapping[str, bytes] | None = None
) -> Files:
    """Return a whole valid package.

    Args:
        name: name of its kind.
        changes: change of a file by its path; what lists the file afterwards lists the changed one.
        extra: further data files with their content, listed and attached to the first document.
    """
    kind = package_kinds()[name]
    made = _Package(kind, dict(changes or {}))
    made.build(dict(extra or {}))
    assert not made.changes, f"not in the package: {sorted(made.changes)}"
    return made.files


def judged(files: Mapping[str, bytes], name: str, **named: Any) -> Judgement:
    """Judge a package as it lies in memory, in the folder of its kind."""
    return judge_package(MemoryTree(files), **{"folder": folder_name(package_kinds()[name]), **named})


def codes(files: Mapping[str, bytes], name: str, **named: Any) -> list[str]:
    """Return the codes of all findings."""
    return [found.code for found in judged(files, name, **named).findings]


def write_folder(files: Mapping[str, bytes], root: Path) -> Path:
    """Write a package into a folder."""
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


def write_zip(files: Mapping[str, bytes], path: Path, folder: str = "", *, compressed: bool = True) -> Path:
    """Write a package into a zip as other systems do."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(f"{folder}/{name}" if folder else name, content)
    return path


class _Package:
    def __init__(self, kind: PackageKind, changes: dict[str, Change]) -> None:
        self.kind = kind
        self.changes = changes
        self.files: Files = {}

    def put(self, path: str, content: bytes) -> None:
        change = self.changes.pop(path, None)
        self.files[path] = change(content) if change else content

    def build(self, extra: dict[str, bytes]) -> None:
        for path, content in [*DATA.values(), ATTACHED, *extra.items()]:
            self.put(path, content)
        for number, (sort, (path, _)) in enumerate(DATA.items(), start=1):
            stem = path.rpartition("/")[2].partition(".")[0]
            self.put(f"{REP}metadata/descriptive/EAD_{sort}_{stem}.xml", self._document(sort, number))
        self.put("schemas/METS.xsd", b"<schema/> <!-- sample, invented -->")
        for sort in ("", "_doc", "_pic", "_media"):
            self.put(f"schemas/EAD{sort}.xsd", xml_schema(profiles()[self.kind.profile + sort.upper()]))
        self.put("documentation/UserManual.pdf", b"%PDF-1.7 sample manual, invented\n")
        self.put("metadata/descriptive/EAD.xml", write_xml(profiles()[self.kind.profile], self._record("")))
        preserved = self.kind.preservation != "none"
        if preserved:
            data = [*[path for path, _ in DATA.values()], ATTACHED[0], *extra]
            self.put(f"{REP}metadata/preservation/PREMIS_rep1.xml", self._premis(data))
        self.put(f"{REP}METS.xml", self._representation_mets(list(extra)))
        if preserved:
            self.put("metadata/preservation/PREMIS.xml", self._premis(["metadata/descriptive/EAD.xml"]))
        self.put("METS.xml", self._root_mets())

    def _record(self, suffix: str) -> dict[str, Any]:
        profile = profiles()[self.kind.profile + suffix]
        record = {
            field.tag: [field.example] if field.repeatable else field.example
            for field in profile.fields
            if field.written and field.type is not FieldType.GROUP
        }
        for tag, value in (("title", TITLE), ("totalDoc", str(len(DATA))), ("description", "MẪU")):
            if tag in record:
                record[tag] = value
        return record

    def _document(self, sort: str, number: int) -> bytes:
        record = self._record(f"_{sort.upper()}")
        for tag in ("docCode", "arcDocCode"):
            if tag in record:
                record[tag] = record[tag].removesuffix("0000001") + f"{number:07d}"
        return write_xml(profiles()[f"{self.kind.profile}_{sort.upper()}"], record)

    def _facts(self, path: str) -> str:
        content = self.files[path]
        digest = hashlib.sha256(content).hexdigest().upper()
        return f'SIZE="{len(content)}" CREATED="{TIME}" CHECKSUM="{digest}" CHECKSUMTYPE="SHA-256"'

    def _reference(self, path: str, href: str, type_: str) -> str:
        return (
            f'<mdRef ID="{identifier("ref " + path)}" LOCTYPE="URL" MDTYPE="{type_}" MDTYPEVERSION="1.0" '
            f'xlink:type="simple" xlink:href="{href}" MIMETYPE="text/xml" {self._facts(path)}/>'
        )

    def _described(self, path: str, href: str) -> str:
        own = identifier("dmd " + path)
        return f'<dmdSec ID="{own}" CREATED="{TIME}" STATUS="CURRENT">{self._reference(path, href, "OTHER")}</dmdSec>\n'

    def _preserved(self, path: str, href: str) -> str:
        return (
            f'<amdSec ID="{identifier("amd " + path)}"><digiprovMD ID="{identifier("prov " + path)}" STATUS="CURRENT">'
            f"{self._reference(path, href, 'PREMIS')}</digiprovMD></amdSec>\n"
        )

    def _file(self, path: str, href: str, at: str) -> str:
        return (
            f'<file ID="{file_identifier(at + path)}" MIMETYPE="application/octet-stream" {self._facts(path)}>'
            f'<FLocat xlink:type="simple" xlink:href="{href}" LOCTYPE="URL"/></file>\n'
        )

    def _group(self, use: str, files: list[tuple[str, str]], at: str) -> str:
        inner = "".join(self._file(path, href, at) for path, href in files)
        return f'<fileGrp ID="{identifier(at + use)}" USE="{use}">\n{inner}</fileGrp>\n'

    def _mets(self, own: str, header: str, body: str) -> bytes:
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<mets {METS_NAMES} OBJID="{own}" LABEL={quoteattr(TITLE)} '
            f'TYPE="{self.kind.type}" csip:CONTENTINFORMATIONTYPE="MIXED" '
            'PROFILE="https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml">\n'
            f'<metsHdr CREATEDATE="{TIME}" LASTMODDATE="{TIME}" RECORDSTATUS="NEW" '
            f'csip:OAISPACKAGETYPE="{self.kind.oais}">\n{header}</metsHdr>\n{body}</mets>\n'
        ).encode()

    def _root_mets(self) -> bytes:
        software = (
            '<agent ROLE="CREATOR" TYPE="OTHER" OTHERTYPE="SOFTWARE"><name>Sample maker</name>'
            '<note csip:NOTETYPE="SOFTWARE VERSION">1.0.0</note></agent>\n'
        )
        if self.kind.oais == "SIP":
            software += '<altRecordID TYPE="SUBMISSIONAGREEMENT">NL.MAU.2025.01</altRecordID>\n'
        ead, premis = "metadata/descriptive/EAD.xml", "metadata/preservation/PREMIS.xml"
        body = self._described(ead, ead)
        pointed = f'DMDID="{identifier("dmd " + ead)}"'
        if premis in self.files:
            body += self._preserved(premis, premis)
            pointed += f' ADMID="{identifier("amd " + premis)}"'
        schemas = [(path, path) for path in self.files if path.startswith("schemas/")]
        inner = [(path, path) for path in self.files if path == f"{REP}METS.xml"]
        groups = (
            self._group("Schemas", schemas, "")
            + self._group("Documentation", [("documentation/UserManual.pdf",) * 2], "")
            + self._group("Representations/rep1", inner, "")
        )
        body += f'<fileSec ID="{identifier("fileSec")}">\n{groups}</fileSec>\n'
        body += (
            f'<structMap ID="{identifier("map")}" TYPE="PHYSICAL" LABEL="CSIP">\n'
            f'<div ID="{identifier("top")}" LABEL="{objid(self.kind)}">\n'
            f'<div ID="{identifier("div metadata")}" {pointed} LABEL="Metadata"/>\n'
            f'<div ID="{identifier("div schemas")}" LABEL="Schemas"><fptr FILEID="{identifier("Schemas")}"/></div>\n'
            f'<div ID="{identifier("div manual")}" LABEL="Documentation">'
            f'<fptr FILEID="{identifier("Documentation")}"/></div>\n'
            f'<div ID="{identifier("div rep")}" LABEL="Representations/rep1"><mptr xlink:type="simple" '
            f'xlink:href="{REP}METS.xml" xlink:title="{identifier("Representations/rep1")}" LOCTYPE="URL"/></div>\n'
            "</div>\n</structMap>\n"
        )
        return self._mets(objid(self.kind), software, body)

    def _representation_mets(self, extra: list[str]) -> bytes:
        makers = (
            '<agent ROLE="CREATOR" TYPE="ORGANIZATION"><name>MẪU</name>'
            '<note csip:NOTETYPE="IDENTIFICATIONCODE">G09</note></agent>\n'
        )
        premis = f"{REP}metadata/preservation/PREMIS_rep1.xml"
        body, administrative = "", ""
        metadata = [path for path in self.files if path.startswith(f"{REP}metadata/descriptive/")]
        for path in metadata:
            body += self._described(path, path.removeprefix(REP))
        if premis in self.files:
            body += self._preserved(premis, premis.removeprefix(REP))
            administrative = f' ADMID="{identifier("amd " + premis)}"'
        own = [path for path, _ in DATA.values()]
        data = [(path, path.removeprefix(REP)) for path in (*own, ATTACHED[0], *extra)]
        body += f'<fileSec ID="{identifier("rep fileSec")}">\n{self._group("Data", data, "rep")}</fileSec>\n'
        joined = "".join(
            f'<div ID="{identifier("link " + described)}" DMDID="{identifier("dmd " + described)}"{administrative} '
            f'LABEL="MetadataLink/File"><fptr FILEID="{file_identifier("rep" + path)}"/></div>\n'
            for described, path in zip(metadata, own, strict=True)
        )
        attached = "".join(f'<fptr FILEID="{file_identifier("rep" + path)}"/>' for path in (ATTACHED[0], *extra))
        body += (
            f'<structMap ID="{identifier("rep map")}" TYPE="PHYSICAL" LABEL="CSIP">\n'
            f'<div ID="{identifier("rep top")}" TYPE="ORIGINAL" LABEL="rep1">\n'
            f'<div ID="{identifier("rep data")}" LABEL="Data"><fptr FILEID="{identifier("repData")}"/></div>\n'
            f'<div ID="{identifier("rep attached")}" LABEL="AttachmentFile"><div ID="{identifier("attached")}" '
            f'LABEL="{file_identifier("rep" + own[0])}">{attached}</div></div>\n'
            f'<div ID="{identifier("rep links")}" LABEL="MetadataLink">\n{joined}</div>\n</div>\n</structMap>\n'
        )
        return self._mets(identifier("rep1"), makers, body)

    def _premis(self, paths: list[str]) -> bytes:
        objects = "".join(
            f'<object xmlID="{file_identifier("object " + path)}"><objectIdentifier>'
            "<objectIdentifierType>File</objectIdentifierType>"
            f"<objectIdentifierValue>{file_identifier('rep' + path)}</objectIdentifierValue></objectIdentifier>"
            "<objectCategory>file</objectCategory><objectCharacteristics><fixity>"
            "<messageDigestAlgorithm>SHA-256</messageDigestAlgorithm>"
            f"<messageDigest>{hashlib.sha256(self.files[path]).hexdigest()}</messageDigest></fixity>"
            f"<size>{len(self.files[path])}</size></objectCharacteristics>"
            f"<originalName>{path.rpartition('/')[2]}</originalName></object>\n"
            for path in paths
        )
        linked = file_identifier("rep" + paths[0])
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<premis xmlns="http://www.loc.gov/premis/v3" version="3.0">\n'
            f"{objects}<event><eventIdentifier><eventIdentifierType>UUID</eventIdentifierType>"
            f"<eventIdentifierValue>{identifier('event')}</eventIdentifierValue></eventIdentifier>"
            "<eventType>information package creation</eventType><eventDateTime>2025-07-01</eventDateTime>"
            "<linkingAgentIdentifier><linkingAgentIdentifierType>LOCAL</linkingAgentIdentifierType>"
            "<linkingAgentIdentifierValue>Sample maker</linkingAgentIdentifierValue></linkingAgentIdentifier>"
            "<linkingObjectIdentifier><linkingObjectIdentifierType>File</linkingObjectIdentifierType>"
            f"<linkingObjectIdentifierValue>{linked}</linkingObjectIdentifierValue></linkingObjectIdentifier></event>\n"
            "<agent><agentIdentifier><agentIdentifierType>LOCAL</agentIdentifierType>"
            "<agentIdentifierValue>Sample maker</agentIdentifierValue></agentIdentifier>"
            "<agentName>Sample maker</agentName><agentType>Software</agentType></agent>\n</premis>\n"
        ).encode()
