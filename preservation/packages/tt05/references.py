"""What a METS file points at: files of the package, and parts of itself."""

from __future__ import annotations

import posixpath
import re
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from preservation.packages.tt05.mets import Mets
from preservation.packages.tt05.structure import Layout, is_data
from preservation.packages.tt05.tree import Names, Notes, PackageTree

_MAP = 'structMap[@LABEL="CSIP"]/div'
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|\\\\")


@dataclass(frozen=True, slots=True)
class Listed:
    """One file as one METS file lists it.

    Attributes:
        path: of the file.
        mets: METS file that lists it.
        id: of the element that lists it.
        size: as stated, empty if not.
        algorithm: as stated.
        checksum: as stated, lower case.
        document: whether it is listed in fileSec, not as metadata.
    """

    path: str
    mets: str
    id: str
    size: str
    algorithm: str
    checksum: str
    document: bool


def listed_files(mets: Mets, tree: PackageTree, notes: Notes) -> list[Listed]:
    """Return the files of the package that a METS file lists; say which ones are not there or lie elsewhere."""
    names = Names(tree)
    found = []
    seen: set[str] = set()
    for carrier, href in _addresses(mets):
        path = _resolved(href, mets, names)
        if path is None:
            notes.add("PKG-0540", mets.path, "files", field=f"{carrier.tag}/@xlink:href", href=href[:300])
        elif not path:
            notes.add("PKG-0541", mets.path, "files", field=f"{carrier.tag}/@xlink:href", href=href[:300])
        else:
            if path in seen:
                notes.add("PKG-0549", path, "files", mets=mets.path)
            seen.add(path)
            found.append(
                Listed(
                    path=path,
                    mets=mets.path,
                    id=carrier.get("ID", ""),
                    size=carrier.get("SIZE", "").strip(),
                    algorithm=carrier.get("CHECKSUMTYPE", "").strip(),
                    checksum=carrier.get("CHECKSUM", "").strip().lower(),
                    document=carrier.tag == "file",
                )
            )
    return found


def check_all_listed(tree: PackageTree, layout: Layout, listed: list[Listed], notes: Notes) -> None:
    """Say which files no METS file lists; METS files themselves may be reached by their places."""
    known = {one.path for one in listed} | {layout.root_mets, layout.representation_mets}
    metadata = {layout.metadata, *layout.documents, *layout.preservation}
    for path in sorted(tree.lengths.keys() - known):
        notes.add("PKG-0542" if is_data(path) or path in metadata else "PKG-0543", path, "files")


def check_map_of_package(mets: Mets, tree: PackageTree, notes: Notes) -> None:
    """Judge the structMap of the root METS file."""
    top = mets.root.find(_MAP)
    if top is None:
        return
    objid = mets.root.get("OBJID", "")
    if objid and top.get("LABEL", "") not in {"", objid}:
        notes.add("PKG-0532", mets.path, "structure", found=top.get("LABEL", "")[:200], objid=objid[:200])
    for div in top.iterfind('div[@LABEL="Metadata"]'):
        _point(mets, div, "DMDID", ("dmdSec",), ("amdSec",) if _is_dip(notes) else (), notes)
        _point(mets, div, "ADMID", ("amdSec",), ("digiprovMD", *(("dmdSec",) if _is_dip(notes) else ())), notes)
    for label in ("Schemas", "Documentation"):
        for pointer in top.iterfind(f'div[@LABEL="{label}"]/fptr'):
            _point(mets, pointer, "FILEID", ("fileGrp",), ("file",), notes)
    names = Names(tree)
    for pointer in top.iterfind('div[@LABEL="Representations/rep1"]/mptr'):
        _point(mets, pointer, "xlink:title", ("fileGrp",), (), notes)
        if href := pointer.get("xlink:href", "").strip():
            path = _resolved(href, mets, names)
            if not path:
                code = "PKG-0540" if path is None else "PKG-0541"
                notes.add(code, mets.path, "structure", field="mptr/@xlink:href", href=href[:300])


def check_map_of_representation(mets: Mets, listed: list[Listed], notes: Notes) -> None:
    """Judge the structMap of a representation: metadata and files of each document are joined."""
    top = mets.root.find(_MAP)
    if top is None:
        return
    for pointer in top.iterfind('div[@LABEL="Data"]/fptr'):
        _point(mets, pointer, "FILEID", ("fileGrp",), ("file",), notes)
    joined: set[str] = set()
    for div in top.iterfind('div[@LABEL="MetadataLink"]/div'):
        joined |= _point(mets, div, "DMDID", ("dmdSec",), (), notes)
        _point(mets, div, "ADMID", ("amdSec",), ("digiprovMD",), notes)
        for pointer in div.iterfind("fptr"):
            joined |= _point(mets, pointer, "FILEID", ("file",), (), notes)
    for div in top.iterfind('div[@LABEL="AttachmentFile"]/div'):
        _point(mets, div, "LABEL", ("file",), (), notes)
        for pointer in div.iterfind("fptr"):
            joined |= _point(mets, pointer, "FILEID", ("file",), (), notes)
    _check_joined(mets, listed, joined, notes)


def _check_joined(mets: Mets, listed: list[Listed], joined: set[str], notes: Notes) -> None:
    for section in mets.root.iterfind("dmdSec"):
        own, reference = section.get("ID", ""), section.find("mdRef")
        if own and own not in joined:
            href = reference.get("xlink:href", "") if reference is not None else ""
            notes.add("PKG-0552", mets.path, "structure", field=f"dmdSec {own[:100]}", href=href[:300])
    for one in listed:
        if one.mets == mets.path and one.document and one.id and one.id not in joined and is_data(one.path):
            notes.add("PKG-0553", one.path, "structure", mets=mets.path, id=one.id[:100])


def _point(
    mets: Mets, element: Element, attribute: str, right: tuple[str, ...], printed: tuple[str, ...], notes: Notes
) -> set[str]:
    """Return the IDs that an attribute names; judge that each is one of a `right` or at least a `printed` element."""
    named = element.get(attribute, "").split()
    for one in named:
        target = mets.ids.get(one)
        field = f"{element.tag}/@{attribute}"
        if target is None or target.tag not in {*right, *printed}:
            notes.add("PKG-0550", mets.path, "structure", field=field, id=one[:100], wanted=right[0])
        elif target.tag not in right:
            notes.add(
                "PKG-0551", mets.path, "structure", field=field, id=one[:100], wanted=right[0], found=str(target.tag)
            )
    return set(named)


def _addresses(mets: Mets) -> Iterator[tuple[Element, str]]:
    for reference in mets.root.iter("mdRef"):
        if href := reference.get("xlink:href", "").strip():
            yield reference, href
    for file in mets.root.iterfind("fileSec//file"):
        for place in file.iterfind("FLocat"):
            if href := place.get("xlink:href", "").strip():
                yield file, href


def _resolved(href: str, mets: Mets, names: Names) -> str | None:
    """Return the path of the file that an address means: empty if it is not there, None if it leads outside.

    Addresses start from the folder of the METS file or from the root of the package: the circular says the one and
    prints the other. What is written is looked up among the files that are there, and never opened.
    """
    meant = urllib.parse.unquote(href)
    if _SCHEME.match(meant) or _outside(mets.base + meant) or meant.startswith("/"):
        return None
    for written in dict.fromkeys((href, meant)):
        for base in dict.fromkeys((mets.base, "")):
            if found := names.find(posixpath.normpath(base + written)):
                return found
    return ""


def _outside(path: str) -> bool:
    return posixpath.normpath(path).split("/")[0] == ".." or "\0" in path


def _is_dip(notes: Notes) -> bool:
    # The texts of ADMID and DMDID are printed for each other there.
    return notes.kind is not None and notes.kind.name == "DIP"
