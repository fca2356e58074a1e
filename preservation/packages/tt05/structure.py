"""The prescribed folders and names of a package, against what is there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from preservation.packages.tt05.kinds import UUID, PackageKind
from preservation.packages.tt05.tree import REPRESENTATION, Names, Notes, PackageTree, folded

ROOT_METS = "METS.xml"
REPRESENTATION_METS = f"{REPRESENTATION}/METS.xml"
PACKAGE_METADATA = "metadata/descriptive/EAD.xml"
PACKAGE_PRESERVATION = "metadata/preservation/PREMIS.xml"
DATA = f"{REPRESENTATION}/data/"
DOCUMENTS = f"{REPRESENTATION}/metadata/descriptive/"
_PRESERVATION = f"{REPRESENTATION}/metadata/preservation/"
_METS_SCHEMA = "schemas/METS.xsd"
_FIELD_SCHEMAS = ("EAD.xsd", "EAD_doc.xsd", "EAD_media.xsd", "EAD_pic.xsd")
_DOCUMENT_FILE = re.compile(r"(EAD_(doc|pic|media)_).+\.xml", re.IGNORECASE)
_PLACES = (DATA, DOCUMENTS, _PRESERVATION, "schemas/", "documentation/", "metadata/preservation/", "representations/")
_HOLEY = ".fetch.txt"
_OBJID = {"urn": rf"urn:[^:\s]+:uuid:{UUID}", "uuid": f"uuid-{UUID}"}
# What the circular's own examples print beside the rule.
_OBJID_PRINTED = rf"(?:urn:(?:[^:\s]+:)?uuid[:-]|uuid[-_:]?){UUID}"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the files of a package are; empty = not there.

    Attributes:
        documents: kind (``doc``, ``pic``, ``media``) by metadata file.
        preservation: PREMIS file of the package, then those of the representation.
    """

    root_mets: str
    representation_mets: str
    metadata: str
    documents: dict[str, str]
    preservation: tuple[str, ...]


def layout_of(tree: PackageTree) -> Layout:
    """Return where the files of a package are, found in spite of other capitals."""
    names = Names(tree)
    documents = {}
    beside = []
    for path in sorted(tree.lengths):
        if match := _DOCUMENT_FILE.fullmatch(_below(path, DOCUMENTS)):
            documents[path] = match[2].lower()
        elif _below(path, _PRESERVATION).casefold().endswith(".xml"):
            beside.append(path)
    own = names.find(PACKAGE_PRESERVATION)
    return Layout(
        root_mets=names.find(ROOT_METS),
        representation_mets=names.find(REPRESENTATION_METS),
        metadata=names.find(PACKAGE_METADATA),
        documents=documents,
        preservation=(own, *beside),
    )


def is_data(path: str) -> bool:
    """Tell whether a file is a document's, not the package's own."""
    return bool(_below(path, DATA))


def is_holey(path: str) -> bool:
    """Tell whether a file only names a document that lies in another package."""
    return is_data(path) and path.casefold().endswith(_HOLEY)


def check_structure(tree: PackageTree, layout: Layout, kind: PackageKind, notes: Notes) -> None:
    """Judge folders and names."""
    _check_required(tree, layout, notes)
    _check_preservation(layout, kind, notes)
    others = set()
    for path in sorted(tree.lengths):
        place = _below(path, "representations/")
        if place and "/" in place and not _below(path, f"{REPRESENTATION}/"):
            others.add(path[: len("representations/")] + place.partition("/")[0])
        elif not _has_place(path, layout):
            notes.add("PKG-0503", path)
        elif is_holey(path) and not kind.holey:
            notes.add("PKG-0510", path, "holey")
    for other in sorted(others):
        notes.add("PKG-0505", other)


def check_folder_name(name: str, objid: str, kind: PackageKind, notes: Notes) -> None:
    """Judge OBJID, and the name of the package's folder against it; an empty name is not known and not judged."""
    if not objid:
        return
    if not re.fullmatch(_OBJID[kind.objid], objid):
        printed = re.fullmatch(_OBJID_PRINTED, objid, re.IGNORECASE)
        form = "urn:{mã phông}:uuid:{UUID}" if kind.objid == "urn" else "uuid-{UUID}"
        notes.add(
            "PKG-0530" if printed else "PKG-0529", ROOT_METS, "objid", field="OBJID", found=objid[:200], form=form
        )
    wanted = objid.replace(":", "_")
    if not name or name == wanted:
        return
    alike = re.sub("[:_-]", "-", name).casefold() == re.sub("[:_-]", "-", objid).casefold()
    notes.add("PKG-0507" if alike else "PKG-0506", name, "folder", wanted=wanted)


def check_zip_name(stem: str, objid: str, kind: PackageKind, notes: Notes) -> None:
    """Judge the name of a SIP's zip: an ordinal and OBJID, with anything (or nothing) between them."""
    if "zip" in kind.pages and objid and not re.fullmatch(rf"[0-9]+[^0-9A-Za-z]*{re.escape(objid)}", stem):
        notes.add("PKG-0508", f"{stem}.zip", "zip", wanted=f"1_{objid}.zip")


def _check_required(tree: PackageTree, layout: Layout, notes: Notes) -> None:
    names = Names(tree)
    schemas = {folded(path): path for path in tree.lengths if _below(path, "schemas/")}
    fields = [path for name in _FIELD_SCHEMAS if (path := schemas.get(folded(f"schemas/{name}")))]
    wanted = {
        ROOT_METS: (layout.root_mets, "tree"),
        PACKAGE_METADATA: (layout.metadata, "tree"),
        REPRESENTATION_METS: (layout.representation_mets, "tree"),
        _METS_SCHEMA: (names.find(_METS_SCHEMA), "schemas"),
    }
    for item, (path, page) in wanted.items():
        if not path:
            notes.add("PKG-0501", item, page)
        elif path != item:
            notes.add("PKG-0502", path, page, wanted=item)
    if not fields:
        notes.add("PKG-0504", "schemas", "schemas", wanted=", ".join(_FIELD_SCHEMAS))
    for name in _FIELD_SCHEMAS:
        path = schemas.get(folded(f"schemas/{name}"), "")
        if path and path != f"schemas/{name}":
            notes.add("PKG-0502", path, "schemas", wanted=f"schemas/{name}")
    if not any(map(is_data, tree.lengths)):
        notes.add("PKG-0511", DATA.rstrip("/"), "data")
    _check_document_names(tree, layout, notes)


def _check_document_names(tree: PackageTree, layout: Layout, notes: Notes) -> None:
    if not layout.documents:
        notes.add("PKG-0501", f"{DOCUMENTS}EAD_doc_….xml", "metadata")
    for path in sorted(tree.lengths):
        name = _below(path, DOCUMENTS)
        if name and path not in layout.documents:
            notes.add("PKG-0512", path, "metadata")
        elif name and not name.startswith(wanted := f"EAD_{layout.documents[path]}_"):
            notes.add("PKG-0502", path, "metadata", wanted=DOCUMENTS + wanted + name[len(wanted) :])


def _check_preservation(layout: Layout, kind: PackageKind, notes: Notes) -> None:
    own, *beside = layout.preservation
    if kind.preservation == "required":
        if not own:
            notes.add("PKG-0501", PACKAGE_PRESERVATION, "preservation")
        if not beside:
            notes.add("PKG-0501", f"{_PRESERVATION}PREMIS_rep1.xml", "preservation")
    for path in (own, *beside):
        if path and kind.preservation == "none":
            notes.add("PKG-0509", path, "preservation")
        elif path and path in beside and path != f"{_PRESERVATION}PREMIS_rep1.xml":
            notes.add("PKG-0502", path, "preservation", wanted=f"{_PRESERVATION}PREMIS_rep1.xml")


def _has_place(path: str, layout: Layout) -> bool:
    if path in {layout.root_mets, layout.representation_mets, layout.metadata}:
        return True
    rest = path.partition("/")[2]
    within = next((place for place in _PLACES[:-1] if _below(path, place)), "")
    return bool(within and rest)


def _below(path: str, folder: str) -> str:
    """Return what follows a folder in a path, whatever its capitals; empty if the path is not below it."""
    return path[len(folder) :] if folded(path[: len(folder)]) == folder.casefold() else ""
