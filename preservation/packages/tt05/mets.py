"""One METS file against the rows of the circular's tables (`mets.toml`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from preservation.packages.tt05.kinds import UUID, PackageKind, rows
from preservation.packages.tt05.tree import Notes, PackageTree
from preservation.packages.tt05.xml_files import read_elements

_NAMESPACE = "http://www.loc.gov/METS/"
_MISSING_ELEMENT = {"error": "PKG-0522", "warning": "PKG-0523"}
_MISSING_ATTRIBUTE = {"error": "PKG-0520", "warning": "PKG-0521"}
_OTHER_VALUE = {"error": "PKG-0524", "warning": "PKG-0525"}
_DAY = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_FORMS = {
    "time": (rf"{_DAY}T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:Z|[+-][0-1][0-9]:[0-5][0-9])", "PKG-0526"),
    "id": (f"uuid-{UUID}", "PKG-0527"),
    "file-id": (f"ID-{UUID}", "PKG-0527"),
}
_SHOWN = {"time": "YYYY-MM-DDThh:mm:ss.sTZD", "id": "uuid-{UUID}", "file-id": "ID-{UUID}"}


@dataclass(frozen=True, slots=True)
class Mets:
    """A METS file that was read.

    Attributes:
        path: where it lies.
        base: folder that its addresses start from, with ``/`` at its end; empty for the root.
        root: see `xml_files.read_elements`.
        ids: element by ID, the first one of each.
    """

    path: str
    base: str
    root: Element
    ids: dict[str, Element]

    @property
    def table(self) -> str:
        """Return which table it is judged by."""
        return "rep1" if self.base else "root"


def read_mets(tree: PackageTree, path: str, base: str, notes: Notes) -> Mets | None:
    """Return a METS file; None after saying why there is none."""
    root = read_elements(tree, path, "mets", _NAMESPACE, notes) if path else None
    if root is None:
        return None
    ids: dict[str, Element] = {}
    for element in root.iter():
        if own := element.get("ID"):
            ids.setdefault(own, element)
    return Mets(path, base, root, ids)


def check_mets(mets: Mets, kind: PackageKind, notes: Notes) -> None:
    """Judge attributes and elements, values, forms, and that no ID stands twice."""
    table = rows("mets.toml")
    for row in table["element"]:
        if row["mets"] == mets.table and kind.name in row["pages"]:
            _check_element(mets, row, row["pages"][kind.name], notes)
    for row in table["attribute"]:
        if row["mets"] == mets.table and kind.name in row["pages"]:
            _check_attribute(mets, row, row["pages"][kind.name], notes)
    _check_head(mets, kind, notes)
    _check_ids(mets, notes)


def _check_element(mets: Mets, row: dict[str, Any], page: int, notes: Notes) -> None:
    within, name = _split(row["element"])
    parents = mets.root.iterfind(within) if within else [mets.root]
    for parent in parents:
        if parent.find(name) is None:
            notes.add(_MISSING_ELEMENT[row["missing"]], mets.path, page, field=_shown(row["element"]), at=_at(parent))


def _check_attribute(mets: Mets, row: dict[str, Any], page: int, notes: Notes) -> None:
    name, element = row["attribute"], row["element"]
    when: dict[str, str] = row.get("when", {})
    for found in [mets.root] if element == "mets" else mets.root.iterfind(element):
        field = f"{_shown(element)}/@{name}"
        value = found.get(name, "").strip()
        if not value:
            asked = all(found.get(other) == wanted for other, wanted in when.items())
            # PREMIS files are optional in a DIP: without them there is nothing to point at.
            asked = asked and not (name == "ADMID" and mets.root.find("amdSec") is None)
            if row["missing"] != "none" and asked:
                notes.add(_MISSING_ATTRIBUTE[row["missing"]], mets.path, page, field=field, at=_at(found))
        elif "values" in row and value not in row["values"]:
            allowed = ", ".join(row["values"])
            code = _OTHER_VALUE[row["wrong"]]
            notes.add(code, mets.path, page, field=field, at=_at(found), found=value[:200], allowed=allowed)
        elif form := row.get("form"):
            pattern, code = _FORMS[form]
            if not re.fullmatch(pattern, value):
                notes.add(code, mets.path, page, field=field, found=value[:200], form=_SHOWN[form])


def _check_head(mets: Mets, kind: PackageKind, notes: Notes) -> None:
    """Judge what depends on the kind of the package."""
    stated = mets.root.find("metsHdr")
    oais = stated.get("csip:OAISPACKAGETYPE", "") if stated is not None else ""
    if oais and oais != kind.oais:
        field = "metsHdr/@csip:OAISPACKAGETYPE"
        # The circular's own example of a DIP's representation says SIP.
        printed = mets.base and (kind.oais, oais) == ("DIP", "SIP")
        code = _OTHER_VALUE["warning" if printed else "error"]
        notes.add(code, mets.path, "oais", field=field, at="metsHdr", found=oais[:200], allowed=kind.oais)
    type_ = mets.root.get("TYPE", "")
    if type_ and type_ != kind.type:
        notes.add("PKG-0525", mets.path, "type", field="mets/@TYPE", at="mets", found=type_[:200], allowed=kind.type)
    if mets.base and (objid := mets.root.get("OBJID", "")) and not re.fullmatch(f"uuid-{UUID}", objid):
        notes.add("PKG-0530", mets.path, "objid", field="OBJID", found=objid[:200], form="uuid-{UUID}")
    if kind.preservation == "none" and mets.root.find("amdSec") is not None:
        notes.add("PKG-0531", mets.path, "preservation", field="amdSec")


def _check_ids(mets: Mets, notes: Notes) -> None:
    seen = set()
    for element in mets.root.iter():
        own = element.get("ID")
        if own and own in seen:
            notes.add("PKG-0528", mets.path, "structure", field=f"{element.tag}/@ID", found=own[:200])
        elif own:
            seen.add(own)


def _split(path: str) -> tuple[str, str]:
    """Return where an element stands and its own step; a step may hold ``/`` in the value that it asks for."""
    steps = re.findall(r"(?:[^/\[]+(?:\[[^\]]*\])?)", path)
    return "/".join(steps[:-1]), steps[-1]


def _shown(path: str) -> str:
    return re.sub(r'(\w+)\[@LABEL="([^"]*)"\]', r"\1[\2]", path)


def _at(element: Element) -> str:
    own = element.get("ID") or element.get("LABEL") or ""
    return f"{element.tag} {own[:100]}".strip()
