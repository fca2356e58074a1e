"""Codes of dossiers and documents from one standard to another: composed of parts, or taken apart.

A printed code is never split without asking, because agency codes and notations hold dots themselves: the likeliest
parts are proposed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from archive.messages.rules import Finding, Where
from archive.metadata.document_code import (
    MOST_DOCUMENTS,
    DocumentCode,
    archived_code,
    code_before_archiving,
    parse_document_code,
)
from archive.metadata.dossier_code import dossier_codes_meant
from archive.metadata.profiles import MetadataProfile

COMPOSED_ANEW = "MTD-0304"
TAKEN_APART = "MTD-0305"
_PARTS = ("OrganId", "FileCatalog", "FileNotation")


@dataclass(frozen=True, slots=True)
class _Codes:
    """What a record says of its codes.

    Attributes:
        printed: code of the dossier, without the archive's; of a loose document what stands before its ordinal.
        parts: agency or fonds, year or inventory, notation; empty if they are not told apart.
        archive: code of the archive.
        ordinal: digits, as the record has them.
        found: the code as the record has it.
    """

    printed: str
    parts: Mapping[str, str]
    archive: str
    ordinal: str
    found: str


@dataclass(frozen=True, slots=True)
class ConvertedCodes:
    """Code fields of the target, what a person must settle, and tags of the source whose values are not in them."""

    record: dict[str, Any]
    findings: list[Finding]
    lost: tuple[str, ...]


def convert_codes(
    given: Mapping[str, Any], source: MetadataProfile, target: MetadataProfile, archive: str
) -> ConvertedCodes:
    """Return what the code fields of a record are in another profile of the same level."""
    if source.standard == target.standard:
        names = {field.tag for field in target.fields}
        kept = {tag: value for tag, value in given.items() if tag in names}
        return ConvertedCodes(kept, [], tuple(given.keys() - kept.keys()))
    codes = _read(given, source, archive)
    in_parts = target.standard in {"nd30", "tt02"}
    record, findings = (_written_in_parts if in_parts else _written_in_one)(codes, target)
    told = _told(record, target, archive)
    lost = [tag for tag, value in given.items() if not all(_is_told(part, told) for part in _leaves(value))]
    return ConvertedCodes(record, findings, tuple(lost))


def _leaves(value: Any) -> list[str]:  # noqa: ANN401 - text or group
    return [str(part) for part in value.values()] if isinstance(value, Mapping) else [str(value)]


def _told(record: Mapping[str, Any], profile: MetadataProfile, archive: str) -> set[str]:
    """Return every code that these fields tell, alone or put together."""
    codes = _read(record, profile, archive)
    told = {leaf for value in record.values() for leaf in _leaves(value)} | {codes.printed, codes.ordinal}
    if codes.printed and codes.ordinal:
        told.add(str(DocumentCode(codes.printed, int(codes.ordinal))))
    told -= {""}
    # Whoever gave the archive's code knows it.
    return told | {f"{codes.archive}.{code}" for code in told if codes.archive}


def _is_told(part: str, told: set[str]) -> bool:
    """Return whether a code is one of these, or stands in one of them between its dots; zeros before do not matter."""
    return any(f".{part}." in f".{code}." for code in told) or part.lstrip("0") in told


def _read(record: Mapping[str, Any], source: MetadataProfile, archive: str) -> _Codes:
    if source.standard in {"nd30", "tt02"}:
        held = record.get("FileCode", {}) if source.standard == "nd30" else record
        parts = {tag: str(held[tag]) for tag in _PARTS if held.get(tag)}
        printed = ".".join(parts.values()) if len(parts) == len(_PARTS) else ""
        if source.standard == "tt02":
            printed = printed or str(record.get("FileCode", ""))
        return _Codes(
            printed, parts, str(record.get("Identifier") or archive), str(record.get("DocOrdinal", "")), printed
        )
    of_documents = source.level not in {"dossier", "batch"}
    tag = ("docCode" if of_documents else "fileCode") if source.standard == "sip" else _archived(of_documents)
    found = str(record.get(tag, ""))
    if not found and of_documents and record.get("arcFileCode") and _is_ordinal(record.get("docOrdinal", "")):
        # The printed schema of Phụ lục I and II has the two instead.
        found = str(DocumentCode(record["arcFileCode"], int(record["docOrdinal"])))
    code = found if source.standard == "sip" else code_before_archiving(archive, found) or ""
    document = parse_document_code(code) if of_documents else None
    if of_documents:
        code = document.dossier if document else ""
    return _Codes(code, {}, archive, str(document.ordinal) if document else "", found)


def _is_ordinal(digits: str) -> bool:
    return digits.isdecimal() and 1 <= int(digits) <= MOST_DOCUMENTS


def _archived(of_documents: bool) -> str:  # noqa: FBT001 - a plain question
    return "arcDocCode" if of_documents else "arcFileCode"


def _written_in_parts(codes: _Codes, target: MetadataProfile) -> tuple[dict[str, Any], list[Finding]]:
    record: dict[str, Any] = {}
    findings: list[Finding] = []
    tags = {field.tag for field in target.fields}
    parts: dict[str, str] = dict(codes.parts)
    inside = "FileCode." if target.standard == "nd30" else ""
    if "FileNotation" in tags and not parts:
        meant = dossier_codes_meant(codes.printed)
        likeliest = (meant[0].agency, str(meant[0].year), meant[0].notation) if meant else (None, None, None)
        for tag, proposed in zip(_PARTS, likeliest, strict=True):
            said: dict[str, str | int] = {"part": f"{inside}{tag}", "code": codes.found}
            findings.append(Finding(TAKEN_APART, Where(field=f"{inside}{tag}"), said, codes.found, proposed))
    if target.standard == "nd30":
        record["FileCode"] = parts
    else:
        record |= {tag: value for tag, value in parts.items() if tag in tags}
        record |= {"FileCode": codes.printed} if "FileCode" in tags else {}
        record |= {"Identifier": codes.archive} if "Identifier" in tags else {}
    record |= {"DocOrdinal": codes.ordinal} if "DocOrdinal" in tags else {}
    return {tag: value for tag, value in record.items() if value}, findings


def _written_in_one(codes: _Codes, target: MetadataProfile) -> tuple[dict[str, Any], list[Finding]]:
    of_documents = target.level not in {"dossier", "batch"}
    archived = target.standard != "sip"
    tag = _archived(of_documents) if archived else "docCode" if of_documents else "fileCode"
    code = codes.printed
    if of_documents:
        code = str(DocumentCode(code, int(codes.ordinal))) if code and _is_ordinal(codes.ordinal) else ""
    if archived:
        code = archived_code(codes.archive, code) if code and codes.archive else ""
    if code:
        return {tag: code}, []
    return {}, [Finding(COMPOSED_ANEW, Where(field=tag), {"tag": tag}, found=codes.found or None)]
