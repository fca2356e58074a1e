"""METS and PREMIS files as elements with plain names: namespaces told apart by what they are, not by their prefix."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException, ElementTree

from preservation.packages.tt05.tree import Notes, PackageTree, read_whole

MOST_BYTES = 32 << 20
"""Longest METS or PREMIS file that is read into memory (some 90,000 files)."""

_PREFIXES = {
    "http://www.w3.org/1999/xlink": "xlink:",
    "https://dilcis.eu/xml/mets/csipextensionmets": "csip:",
    "http://www.w3.org/2001/xmlschema-instance": "xsi:",
}


def read_elements(tree: PackageTree, path: str, root: str, namespace: str, notes: Notes) -> Element | None:
    """Return the root of a file, its tags without namespace, its attributes with ``xlink:``, ``csip:`` or ``xsi:``.

    Args:
        tree: the package.
        path: the file.
        root: name that its root element must have.
        namespace: namespace that it should have.
        notes: takes down why there is nothing to return.
    """
    content = read_whole(tree, path, MOST_BYTES, notes)
    if content is None:
        return None
    try:
        found: Element = ElementTree.fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        notes.add("PKG-0517", path)
        return None
    # An encoding that Python does not know is a LookupError or a ValueError.
    except (ParseError, LookupError, ValueError):
        notes.add("PKG-0516", path)
        return None
    stated, _, name = found.tag.rpartition("}")
    if name != root:
        notes.add("PKG-0518", path, root=name[:100], wanted=root)
        return None
    if stated.removeprefix("{") != namespace:
        notes.add("PKG-0519", path, wanted=namespace, found=stated.removeprefix("{")[:200])
    for element in found.iter():
        _plain(element)
    return found


def values(element: Element, path: str) -> Iterator[str]:
    """Yield the texts of all elements at a path, without blanks at their ends."""
    for found in element.iterfind(path):
        if text := (found.text or "").strip():
            yield text


def _plain(element: Element) -> None:
    element.tag = element.tag.rpartition("}")[2]
    if element.tag == "Flocat":  # as the circular's tables print it
        element.tag = "FLocat"
    attributes = {}
    for name, value in element.attrib.items():
        namespace, _, local = name.rpartition("}")
        prefix = _PREFIXES.get(namespace.removeprefix("{").casefold(), "") if namespace else ""
        attributes[prefix + local] = value
    element.attrib = attributes
