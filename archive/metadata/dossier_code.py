"""Codes of dossiers.

A printed code cannot be split again, because agency codes and notations hold dots themselves: the parts are
kept, and the code is built from them.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from archive.metadata.agency_code import agency_code_form

_YEAR = re.compile(r"[12][0-9]{3}")


class Naming(enum.StrEnum):
    """By what dossiers of one notation are told apart."""

    YEAR = "year"
    INVENTORY = "inventory"


@dataclass(frozen=True, slots=True)
class DossierCode:
    """Code of a dossier, in parts.

    From a yearly list: agency, year, notation (NĐ 30/2020, Phụ lục VI). From a backlog: fonds, inventory number,
    box (if it has one), notation (TT 02/2019).

    Raises:
        ValueError: no notation, or not exactly one of year and inventory number.
    """

    notation: str
    agency: str = ""
    year: int | None = None
    fonds: str = ""
    inventory: str = ""
    box: str = ""

    def __post_init__(self) -> None:
        if not self.notation or bool(self.inventory) is (self.year is not None):
            raise ValueError("a notation, and either a year or an inventory number")

    @property
    def naming(self) -> Naming:
        """Return by what the dossier is told apart."""
        return Naming.INVENTORY if self.inventory else Naming.YEAR

    def __str__(self) -> str:
        """Return the printed code, e.g. ``000.00.00.G09.2010.01.TH``; a part that there is none of is left out."""
        if self.naming is Naming.INVENTORY:
            parts = [self.fonds, self.inventory, self.box, self.notation]
        else:
            parts = [self.agency, f"{self.year:04d}", self.notation]
        return ".".join(part for part in parts if part)


def dossier_codes_meant(code: str) -> tuple[DossierCode, ...]:
    """Return every agency, year and notation that a printed code may be made of, the likeliest first.

    Several mean that only a person can say; none, that it is no code of a yearly list.
    """
    groups = code.split(".")
    found = [
        DossierCode(".".join(groups[at + 1 :]), agency=".".join(groups[:at]), year=int(group))
        for at, group in enumerate(groups)
        if 0 < at < len(groups) - 1 and all(groups) and _YEAR.fullmatch(group)
    ]
    return tuple(sorted(found, key=lambda meant: agency_code_form(meant.agency) is None))
