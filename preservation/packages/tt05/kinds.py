"""The five packages of TT 05/2025/TT-BNV, and how a package says which of them it is."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from archive.metadata.record_schema import Record

UUID = "[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}"
"""Pattern of a UUID as the circular wants it: upper case."""

_CIRCULAR = "TT 05/2025/TT-BNV"
# Fields that only the package-level file of one kind has.
_TELLING = (
    ("DIP", {"requestID", "purpose", "requestDate"}),
    ("AIP", {"arcFileCode"}),
    ("SIP", {"fileCode"}),
)


@dataclass(frozen=True, slots=True)
class PackageKind:
    """One package of the circular.

    Attributes:
        oais: ``SIP``, ``AIP`` or ``DIP``.
        profile: metadata profile of its EAD.xml; the documents' have ``_DOC``, ``_PIC``, ``_MEDIA`` behind.
        type: default of mets/@TYPE.
        objid: ``urn`` (with the fonds code) or ``uuid``.
        preservation: ``required``, ``optional`` or ``none``.
        holey: whether documents may lie in another package (``*.fetch.txt``).
        pages: page of each thing that is said of it.
    """

    name: str
    oais: str
    appendix: str
    profile: str
    type: str
    objid: str
    preservation: str
    holey: bool
    pages: Mapping[str, int]

    def citation(self, page: int | str) -> str:
        """Return where something is printed: a page, or the name of one in `pages`."""
        number = self.pages[page] if isinstance(page, str) else page
        return f"{_CIRCULAR}, Phụ lục {self.appendix}, tr. {number}"


@functools.cache
def package_kinds() -> dict[str, PackageKind]:
    """Return the kinds by name, read once."""
    return {name: PackageKind(name=name, **row) for name, row in rows("kinds.toml").items()}


def rows(name: str) -> dict[str, Any]:
    """Return one of the data files that stand beside this module."""
    return tomllib.loads(resources.files("preservation.packages.tt05").joinpath(name).read_text("utf-8"))


def kind_of(asked: str, stated: str, type_: str, record: Record) -> PackageKind | None:
    """Return the kind of a package, or None if nothing tells it.

    Args:
        asked: ``SIP``, ``AIP``, ``DIP``, or empty to find out.
        stated: what its METS.xml says (csip:OAISPACKAGETYPE).
        type_: mets/@TYPE.
        record: its EAD.xml, whose fields tell dossier and loose documents apart.
    """
    known = {kind.oais for kind in package_kinds().values()}
    told = (oais for oais, tags in _TELLING if tags & record.keys())
    oais = asked or (stated if stated in known else next(told, ""))
    if oais == "DIP":
        return package_kinds()["DIP"]
    if not oais:
        return None
    if "source" in record or (type_.casefold() == "collection" and "maintenance" not in record):
        return package_kinds()[f"{oais}_tailieu"]
    return package_kinds()[f"{oais}_hoso"]
