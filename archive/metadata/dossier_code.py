"""Codes of dossiers and of agencies.

A printed code cannot be split again, because agency codes and notations hold dots themselves: the parts are
kept, and the code is built from them.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

#: Length that NĐ 30/2020 and TT 02/2019 print for agency codes, and the one QĐ 20/2020/QĐ-TTg allows.
PRINTED_LENGTH, LONGEST = 13, 35


class AgencyCodeForm(enum.StrEnum):
    """By which rule an agency code is made."""

    OLD = "QCVN 102:2016/BTTTT"
    NEW = "QĐ 20/2020/QĐ-TTg, Điều 4"
    ENTERPRISE = "QĐ 20/2020/QĐ-TTg, Điều 5"
    OTHER = "QĐ 20/2020/QĐ-TTg, Điều 6"


_FORMS = (
    (AgencyCodeForm.OLD, re.compile(r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Y][0-9]{2}")),
    (AgencyCodeForm.NEW, re.compile(r"(?=.{1,35}$)[A-Y][0-9]{2}(?:\.[0-9A-Z]+)*")),
    (AgencyCodeForm.ENTERPRISE, re.compile(r"[0-9]{10}(?:-[0-9]{3})?")),
    (AgencyCodeForm.OTHER, re.compile(r"Z(?:0[1-9]|[1-9][0-9])[^.\s]{1,32}")),
)


def agency_code_form(code: str) -> AgencyCodeForm | None:
    """Return the rule that an agency code keeps, or None; closed codes stay lawful, for older records."""
    return next((form for form, pattern in _FORMS if pattern.fullmatch(code)), None)


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
