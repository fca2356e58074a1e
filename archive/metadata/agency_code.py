"""Identifiers of agencies and organizations, in the old form and in those of QĐ 20/2020/QĐ-TTg.

Closed codes stay lawful: older records bear them.
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
    """Return the rule that an agency code keeps, or None."""
    return next((form for form, pattern in _FORMS if pattern.fullmatch(code)), None)


# What stands in an old code for a level that there is none of, from level 1 downwards.
_NO_LEVEL = ("", "00", "00", "000")


@dataclass(frozen=True, slots=True)
class AgencyCode:
    """An agency code by its levels.

    Attributes:
        form: the rule that it keeps.
        levels: from the body of level 1 (``H33``, ``H40``) downwards; of an old code without the levels that are only
            zeros, of a code without levels the code itself.

    Raises:
        ValueError: no such code.
    """

    form: AgencyCodeForm
    levels: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.levels or agency_code_form(str(self)) is not self.form:
            raise ValueError(f"no code of {self.form}: {self.levels}")

    @property
    def parent(self) -> AgencyCode | None:
        """Return the code of the body above, or None for one of level 1."""
        above = self.levels[:-1]
        return parse_agency_code(str(AgencyCode(self.form, above))) if above else None

    def __str__(self) -> str:
        """Return the printed code; an old one grows from right to left, a new one from left to right."""
        if self.form is AgencyCodeForm.OLD:
            return ".".join(reversed((*self.levels, *_NO_LEVEL[len(self.levels) :])))
        return ".".join(self.levels)


def parse_agency_code(code: str) -> AgencyCode | None:
    """Return the code by its levels, or None if it keeps no rule."""
    form = agency_code_form(code)
    if form is None:
        return None
    if form is AgencyCodeForm.OLD:
        levels = code.split(".")[::-1]
        while not levels[-1].strip("0"):
            levels.pop()
        return AgencyCode(form, tuple(levels))
    return AgencyCode(form, tuple(code.split(".")))
