"""Preservation metadata: the rows of the circular's tables (`premis.toml`), and the files that objects speak of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from preservation.packages.tt05.contents import algorithm_of
from preservation.packages.tt05.kinds import PackageKind, rows
from preservation.packages.tt05.references import Listed
from preservation.packages.tt05.structure import is_data, is_holey
from preservation.packages.tt05.tree import Notes, PackageTree
from preservation.packages.tt05.xml_files import read_elements, values

_NAMESPACE = "http://www.loc.gov/premis/v3"
_MISSING = {"error": "PKG-0570", "warning": "PKG-0571"}
_LINKS = {"object": "linkingObjectIdentifier", "event": "linkingEventIdentifier", "agent": "linkingAgentIdentifier"}


@dataclass(frozen=True, slots=True)
class _Object:
    """What one object says: `names` it goes by, digests by algorithm, sizes."""

    names: frozenset[str]
    digests: dict[str, str]
    sizes: tuple[str, ...]


def check_premis(tree: PackageTree, path: str, kind: PackageKind, listed: list[Listed] | None, notes: Notes) -> None:
    """Judge one PREMIS file.

    Args:
        tree: the package.
        path: the file.
        kind: which package it is.
        listed: files that the representation's METS file lists; None for the file of the package.
        notes: takes the findings.
    """
    root = read_elements(tree, path, "premis", _NAMESPACE, notes)
    if root is None:
        return
    _check_rows(root, path, kind, notes)
    _check_identifiers(root, path, notes)
    _check_links(root, path, notes)
    if listed is not None:
        _check_files([_read_object(found) for found in root.iterfind("object")], path, listed, tree, notes)


def _check_rows(root: Element, path: str, kind: PackageKind, notes: Notes) -> None:
    table = rows("premis.toml")
    for row in table["element"]:
        page = row["pages"].get(kind.name)
        for parent in (root.iterfind(row["within"]) if row["within"] else [root]) if page else ():
            found = parent.find(row["element"])
            if found is None or (not len(found) and not (found.text or "").strip() and row["element"] not in _LINKS):
                # The printed example says by its xsi:type what the table says by objectCategory.
                if row["element"] == "objectCategory" and parent.get("xsi:type"):
                    continue
                field = "/".join(part for part in (row["within"], row["element"]) if part)
                notes.add(_MISSING[row["missing"]], path, page, field=field, at=_identifier(parent))
    for row in table["attribute"]:
        page = row["pages"].get(kind.name)
        for found in root.iterfind(row["element"]) if page else ():
            if not found.get(row["attribute"], "").strip():
                field = f"{row['element']}/@{row['attribute']}"
                notes.add(_MISSING[row["missing"]], path, page, field=field, at=_identifier(found))


def _check_identifiers(root: Element, path: str, notes: Notes) -> None:
    for name in _LINKS:
        seen = set()
        for element in root.iterfind(name):
            for pair in _pairs(element, f"{name}Identifier"):
                if pair in seen:
                    notes.add("PKG-0576", path, "premis", field=f"{name}Identifier", found=pair[1][:200])
                seen.add(pair)


def _check_links(root: Element, path: str, notes: Notes) -> None:
    for name, link in _LINKS.items():
        known = {value for element in root.iterfind(name) for _, value in _pairs(element, f"{name}Identifier")}
        for value in dict.fromkeys(value for element in root for value in values(element, f"{link}/{link}Value")):
            if value not in known:
                notes.add("PKG-0575", path, "premis", field=link, found=value[:200], wanted=name)


def _check_files(objects: list[_Object], path: str, listed: list[Listed], tree: PackageTree, notes: Notes) -> None:
    by_name: dict[str, list[_Object]] = {}
    by_digest: dict[tuple[str, str], list[_Object]] = {}
    for found in objects:
        for name in found.names:
            by_name.setdefault(name, []).append(found)
        for pair in found.digests.items():
            by_digest.setdefault(pair, []).append(found)
    for one in listed:
        if one.document and is_data(one.path) and not is_holey(one.path):
            names = (one.id, one.path, one.path.rpartition("/")[2])
            told = next((by_name[name] for name in names if name in by_name), [])
            told = told or by_digest.get((algorithm_of(one.algorithm), one.checksum), [])
            _check_file(one, told, path, tree.lengths[one.path], notes)


def _check_file(one: Listed, told: list[_Object], path: str, length: int, notes: Notes) -> None:
    if not told:
        notes.add("PKG-0572", one.path, "premis", premis=path)
    for found in told:
        digest = found.digests.get(algorithm_of(one.algorithm), one.checksum)
        if digest != one.checksum:
            notes.add("PKG-0573", one.path, "premis", premis=path, expected=one.checksum[:200], found=digest[:200])
        for size in found.sizes:
            if size != str(length):
                notes.add("PKG-0574", one.path, "premis", premis=path, expected=length, found=size[:40])


def _read_object(element: Element) -> _Object:
    names: set[str] = set()
    for place in ("objectIdentifier/objectIdentifierValue", "originalName"):
        names |= set(values(element, place))
    for address in values(element, ".//contentLocationValue"):
        names |= {address, re.split(r"[/\\]", address)[-1]}
    digests = {}
    for fixity in element.iterfind(".//fixity"):
        algorithm = algorithm_of(next(values(fixity, "messageDigestAlgorithm"), ""))
        if algorithm and (digest := next(values(fixity, "messageDigest"), "")):
            digests[algorithm] = digest.lower()
    sizes = tuple(values(element, ".//objectCharacteristics/size"))
    return _Object(frozenset(names), digests, sizes)


def _pairs(element: Element, name: str) -> Iterator[tuple[str, str]]:
    for found in element.iterfind(name):
        value = next(values(found, f"{name}Value"), "")
        if value:
            yield next(values(found, f"{name}Type"), ""), value


def _identifier(element: Element) -> str:
    found = element.find(f"{element.tag}Identifier/{element.tag}IdentifierValue")
    return f"{element.tag} {((found.text if found is not None else '') or '').strip()[:100]}".strip()
