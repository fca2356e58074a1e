"""The descriptive metadata of a package and of its documents: each by its profile, and all of them together."""

from __future__ import annotations

import dataclasses

from archive.messages.rules import Finding, Where
from archive.metadata.dates import read_date
from archive.metadata.errors import MetadataFileError
from archive.metadata.profiles import MetadataProfile, profiles
from archive.metadata.record_schema import Record, check_record
from archive.metadata.xml_records import MOST_BYTES, read_xml
from preservation.packages.tt05.kinds import PackageKind
from preservation.packages.tt05.mets import Mets
from preservation.packages.tt05.structure import Layout
from preservation.packages.tt05.tree import Notes, PackageTree, read_whole
from preservation.packages.tt05.xml_files import values

_CODES = ("docCode", "arcDocCode")


def first_record(tree: PackageTree, path: str) -> Record:
    """Return what the package's file says, whatever its kind; an empty record if it cannot be read (said later)."""
    content = read_whole(tree, path, MOST_BYTES, Notes()) if path else None
    try:
        # All five have the same root; fields that a profile does not know are kept.
        return read_xml(profiles()["TT05_SIP_HOSO"], content).record if content else {}
    except MetadataFileError:
        return {}


def check_metadata(tree: PackageTree, layout: Layout, kind: PackageKind, mets: Mets | None, notes: Notes) -> None:
    """Judge EAD.xml and the files of the documents.

    Args:
        tree: the package.
        layout: where its files are.
        kind: which package it is.
        mets: METS file of the root, if it could be read.
        notes: takes the findings.
    """
    record = _judged(tree, layout.metadata, kind.profile, notes) if layout.metadata else None
    files: dict[str, str] = {}
    for path, sort in layout.documents.items():
        document = _judged(tree, path, f"{kind.profile}_{sort.upper()}", notes)
        if document is not None:
            _check_code(path, document, files, notes)
    if record is None:
        return
    total = record.get("totalDoc", "")
    if isinstance(total, str) and total.isdecimal() and int(total) != len(layout.documents):
        notes.add("PKG-0560", layout.metadata, "metadata", field="totalDoc", total=total, count=len(layout.documents))
    _check_period(layout.metadata, record, notes)
    if mets:
        _check_repeated(mets, record, kind, notes)


def _judged(tree: PackageTree, path: str, profile_name: str, notes: Notes) -> Record | None:
    profile: MetadataProfile = profiles()[profile_name]
    content = read_whole(tree, path, MOST_BYTES, notes)
    if content is None:
        return None
    try:
        reading = read_xml(profile, content)
    except MetadataFileError as error:
        notes.findings.append(Finding(error.code, Where(path=path), dict(error.parameters)))
        return None
    for found in check_record(profile, reading.record):
        notes.findings.append(dataclasses.replace(found, where=dataclasses.replace(found.where, path=path)))
    if reading.printed_set == "schema":
        notes.add("PKG-0562", path, "metadata", profile=profile.name)
    return reading.record


def _check_code(path: str, record: Record, files: dict[str, str], notes: Notes) -> None:
    code = next((record[tag] for tag in _CODES if isinstance(record.get(tag), str)), "")
    if not code:
        return
    other = files.setdefault(code, path)
    if other != path:
        notes.add("PKG-0561", path, "metadata", field="docCode", found=code[:200], other=other)


def _check_period(path: str, record: Record, notes: Notes) -> None:
    texts = [record.get(tag) for tag in ("startDate", "endDate")]
    start, end = (read_date(text).date if isinstance(text, str) else None for text in texts)
    if start and end and end.certainly_before(start):
        notes.add("PKG-0564", path, "metadata", field="endDate", start=str(start), end=str(end))


def _check_repeated(mets: Mets, record: Record, kind: PackageKind, notes: Notes) -> None:
    """Judge what the root METS file repeats from the metadata, or mistakes for it."""
    label, title = mets.root.get("LABEL", "").strip(), record.get("title")
    if kind.oais != "DIP" and label and isinstance(title, str) and label != title:
        notes.add("PKG-0563", mets.path, "objid", field="mets/@LABEL", found=label[:300], title=title[:300])
    for request in values(mets.root, "metsHdr/altRecordID"):
        if kind.oais == "SIP" and request == record.get("fileCode"):
            notes.add("PKG-0533", mets.path, "oais", field="metsHdr/altRecordID", found=request[:200])
