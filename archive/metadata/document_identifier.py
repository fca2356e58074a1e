"""Identifiers of documents (mã định danh văn bản): of the archive, of the exchange packet, of CV 7197/BKHCN-CĐSQG.

No annex of TT 05/2025 composes `docId`; the dossier's code and a running number, equal to the file's name, is what
packages show.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

_IN_DOSSIER = re.compile(r"(?P<dossier>[^\s].*?)\.(?P<ordinal>[1-9][0-9]*)", re.DOTALL)
_EXCHANGED = re.compile(
    r"(?P<agency>[^\s,]+),(?P<date>[0-9]{4}/[0-9]{2}/[0-9]{2}),(?P<number>[^\s,/]+)/(?P<notation>[^\s,]+)"
)
_DIGITISED = re.compile(r"(?P<agency>[^\s_]+)_(?P<kind>[^\s_]+)_(?P<ordinal>[0-9]{6})_V(?P<version>[1-9][0-9]*)")


@dataclass(frozen=True, slots=True)
class DossierDocumentId:
    """Identifier by dossier and place in it, e.g. ``H49.2025.01.TCCB.1``; also the name of the file (Điều 8).

    Raises:
        ValueError: no dossier, or the ordinal is not counted from 1.
    """

    dossier: str
    ordinal: int

    def __post_init__(self) -> None:
        if not self.dossier or self.ordinal < 1:
            raise ValueError(f"no identifier of a document: {self.dossier} {self.ordinal}")

    def __str__(self) -> str:
        return f"{self.dossier}.{self.ordinal}"


@dataclass(frozen=True, slots=True)
class ExchangedDocumentId:
    """Identifier in an edXML packet (QCVN 102:2016/BTTTT; certainty C): ``000.00.36.H33,2021/09/13,125/QĐ-UBND``."""

    agency: str
    date: datetime.date
    number: str
    notation: str

    def __str__(self) -> str:
        day = self.date.isoformat().replace("-", "/")
        return f"{self.agency},{day},{self.number}/{self.notation}"


@dataclass(frozen=True, slots=True)
class DigitisedDocumentId:
    """Identifier that CV 7197/BKHCN-CĐSQG recommends, e.g. ``G06.01_CV_000021_V1`` (certainty B).

    Raises:
        ValueError: ordinal or version out of range.
    """

    agency: str
    kind: str
    ordinal: int
    version: int

    def __post_init__(self) -> None:
        if not 1 <= self.ordinal <= 999_999 or self.version < 1:  # noqa: PLR2004 - six digits
            raise ValueError(f"no identifier of a digitised document: {self.ordinal} {self.version}")

    def __str__(self) -> str:
        return f"{self.agency}_{self.kind}_{self.ordinal:06d}_V{self.version}"


DocumentId = DossierDocumentId | ExchangedDocumentId | DigitisedDocumentId


def parse_document_id(text: str) -> DocumentId | None:
    """Return what an identifier is made of, or None: a UUID or another system's own sign is kept as it is."""
    if match := _EXCHANGED.fullmatch(text):
        try:
            date = datetime.datetime.strptime(match["date"], "%Y/%m/%d").date()  # noqa: DTZ007 - a day, not a time
        except ValueError:
            return None
        return ExchangedDocumentId(match["agency"], date, match["number"], match["notation"])
    if (match := _DIGITISED.fullmatch(text)) and int(match["ordinal"]):
        return DigitisedDocumentId(match["agency"], match["kind"], int(match["ordinal"]), int(match["version"]))
    match = _IN_DOSSIER.fullmatch(text)
    return DossierDocumentId(match["dossier"], int(match["ordinal"])) if match else None
