"""Archive codes (mã lưu trữ) of dossiers and documents, TT 05/2025/TT-BNV, Phụ lục I–V.

The circular prints the parts and no separator; the dot is that of its examples. An archived code is the code of the
submission with the code of the archive before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CODE = re.compile(r"(?P<dossier>[^\s].*?)\.(?P<ordinal>[0-9]{7})", re.DOTALL)
_LOOSE = re.compile(
    r"(?P<agency>[^\s.][^\s]*)\.(?P<year>[12][0-9]{3})\.(?P<submission>[0-9]{2})\.(?P<ordinal>[0-9]{7})"
)
_PAPER = re.compile(r"(?P<archive>[^\s.][^\s]*)\.(?P<place>[^\s.]+)\.(?P<dossier>[^\s.]+)")
MOST_DOCUMENTS, MOST_SUBMISSIONS = 9_999_999, 99


@dataclass(frozen=True, slots=True)
class DocumentCode:
    """Code of a document of a dossier: the dossier's code and the ordinal in it, 1 to 9,999,999.

    Raises:
        ValueError: no dossier, or no such ordinal.
    """

    dossier: str
    ordinal: int

    def __post_init__(self) -> None:
        if not self.dossier or not 1 <= self.ordinal <= MOST_DOCUMENTS:
            raise ValueError(f"no code of a document: {self.dossier} {self.ordinal}")

    def __str__(self) -> str:
        """Return e.g. ``H49.2025.01.TCCB.0000001``."""
        return f"{self.dossier}.{self.ordinal:07d}"


@dataclass(frozen=True, slots=True)
class LooseDocumentCode:
    """Code of a document (or package) without a dossier: body, year, number of the submission, ordinal in it.

    Raises:
        ValueError: a part is missing or out of its range.
    """

    agency: str
    year: int
    submission: int
    ordinal: int

    def __post_init__(self) -> None:
        if (
            not self.agency
            or not 1000 <= self.year <= 2999  # noqa: PLR2004 - four digits that are a year
            or not 1 <= self.submission <= MOST_SUBMISSIONS
            or not 1 <= self.ordinal <= MOST_DOCUMENTS
        ):
            raise ValueError(f"no code of a loose document: {self}")

    def __str__(self) -> str:
        """Return e.g. ``H49.2025.01.0000001``."""
        return f"{self.agency}.{self.year:04d}.{self.submission:02d}.{self.ordinal:07d}"


@dataclass(frozen=True, slots=True)
class PaperCode:
    """Code of the paper dossier that was digitised: archive, place (repository, shelf, box), number of the dossier."""

    archive: str
    place: str
    dossier: str

    def __str__(self) -> str:
        """Return e.g. ``H49.05/12/3.0107``."""
        return f"{self.archive}.{self.place}.{self.dossier}"


def parse_document_code(code: str) -> DocumentCode | None:
    """Return dossier and ordinal, or None: the seven digits at the end can be told, whatever the dossier's code is."""
    match = _CODE.fullmatch(code)
    return DocumentCode(match["dossier"], int(match["ordinal"])) if match and int(match["ordinal"]) else None


def parse_loose_document_code(code: str) -> LooseDocumentCode | None:
    """Return the four parts, or None. The code of a document in a dossier may look the same: the package tells."""
    match = _LOOSE.fullmatch(code)
    if match is None or not int(match["submission"]) or not int(match["ordinal"]):
        return None
    return LooseDocumentCode(match["agency"], int(match["year"]), int(match["submission"]), int(match["ordinal"]))


def parse_paper_code(code: str) -> PaperCode | None:
    """Return the three parts, or None."""
    match = _PAPER.fullmatch(code)
    return PaperCode(match["archive"], match["place"], match["dossier"]) if match else None


def archived_code(archive: str, code: str) -> str:
    """Return the code that a dossier or document has in an archive.

    Raises:
        ValueError: one of them is empty.
    """
    if not archive or not code:
        raise ValueError("the code of an archive and a code")
    return f"{archive}.{code}"


def code_before_archiving(archive: str, archived: str) -> str | None:
    """Return the code without that of the archive, or None if it does not begin with it."""
    code = archived.removeprefix(f"{archive}.") if archive else archived
    return code if code and code != archived else None
