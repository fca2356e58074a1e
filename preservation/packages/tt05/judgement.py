"""Judging a whole package of TT 05/2025/TT-BNV: what is there, what it says of itself, and whether both agree."""

from __future__ import annotations

from dataclasses import dataclass

from archive.errors import KhoLuuTruError
from archive.messages.rules import Finding
from preservation.packages.tt05.contents import check_contents
from preservation.packages.tt05.ead import check_metadata, first_record
from preservation.packages.tt05.kinds import PackageKind, kind_of
from preservation.packages.tt05.links import check_links
from preservation.packages.tt05.mets import Mets, check_mets, read_mets
from preservation.packages.tt05.premis import check_premis
from preservation.packages.tt05.references import (
    Listed,
    check_all_listed,
    check_map_of_package,
    check_map_of_representation,
    listed_files,
)
from preservation.packages.tt05.structure import (
    Layout,
    check_folder_name,
    check_structure,
    check_zip_name,
    layout_of,
)
from preservation.packages.tt05.tree import REPRESENTATION, Notes, PackageTree
from preservation.packages.verification import finding_of

# An empty folder is none of the circular's business: documentation/ may be one.
_NOT_SAID = {"PKG-0122"}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a package is, and what is wrong with it.

    Attributes:
        kind: name of its kind, ``SIP_hoso``; empty if nothing tells it.
        findings: in the order of the judgement.
    """

    kind: str
    findings: list[Finding]


def judge_package(tree: PackageTree, *, folder: str = "", zip_stem: str = "", asked: str = "") -> Judgement:
    """Judge a package.

    Args:
        tree: its files.
        folder: name of its root folder; empty if it has none (a zip without one).
        zip_stem: name of its zip without ``.zip``; empty for a folder.
        asked: ``SIP``, ``AIP`` or ``DIP`` that it must be; empty to find out.
    """
    notes = Notes()
    notes.findings += [found for found in tree.findings if found.code not in _NOT_SAID]
    try:
        return _judge(tree, notes, folder, zip_stem, asked)
    except KhoLuuTruError as error:
        notes.findings.append(finding_of(error))
        return Judgement(notes.kind.name if notes.kind else "", notes.findings)


def _judge(tree: PackageTree, notes: Notes, folder: str, zip_stem: str, asked: str) -> Judgement:
    layout = layout_of(tree)
    root = read_mets(tree, layout.root_mets, "", notes)
    kind = _kind(tree, layout, root, asked)
    if kind is None:
        notes.add("PKG-0513", folder or zip_stem)
        return Judgement("", notes.findings)
    notes.settle(kind)
    check_structure(tree, layout, kind, notes)
    representation = read_mets(tree, layout.representation_mets, f"{REPRESENTATION}/", notes)
    own = _listed(root, tree, kind, notes)
    inner = _listed(representation, tree, kind, notes)
    if root:
        objid = root.root.get("OBJID", "").strip()
        check_folder_name(folder, objid, kind, notes)
        if zip_stem:
            check_zip_name(zip_stem, objid, kind, notes)
        check_map_of_package(root, tree, notes)
    if representation:
        check_map_of_representation(representation, inner, notes)
    if root and representation:
        check_all_listed(tree, layout, own + inner, notes)
    check_contents(tree, own + inner, notes)
    check_metadata(tree, layout, kind, root, notes)
    if kind.holey:
        check_links(tree, kind, notes)
    of_package, *of_representation = layout.preservation
    if of_package:
        check_premis(tree, of_package, kind, None, notes)
    for path in of_representation:
        check_premis(tree, path, kind, inner, notes)
    return Judgement(kind.name, notes.findings)


def _kind(tree: PackageTree, layout: Layout, root: Mets | None, asked: str) -> PackageKind | None:
    head = root.root.find("metsHdr") if root else None
    stated = head.get("csip:OAISPACKAGETYPE", "") if head is not None else ""
    type_ = root.root.get("TYPE", "") if root else ""
    return kind_of(asked, stated, type_, first_record(tree, layout.metadata))


def _listed(mets: Mets | None, tree: PackageTree, kind: PackageKind, notes: Notes) -> list[Listed]:
    if mets is None:
        return []
    check_mets(mets, kind, notes)
    return listed_files(mets, tree, notes)
