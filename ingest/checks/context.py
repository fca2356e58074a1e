"""What the checks look at: one transfer, its files and what is known of each, today, the settings."""

from __future__ import annotations

import datetime
import enum
import functools
import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources

from archive.messages.rules import Finding, Where
from archive.metadata.dates import PartialDate, read_date
from archive.metadata.profiles import profiles
from ingest.readers.paths import FileIndex, PathMatch
from ingest.readers.submission import Submission, SubmittedDocument, SubmittedDossier
from ingest.rulebook.weights import Rules
from preservation.formats.ports import Identification


class ScanState(enum.StrEnum):
    """How the search for malware ended; only one of these says that nothing was found."""

    CLEAN = "clean"
    INFECTED = "infected"
    TOO_LARGE = "too_large"
    FAILED = "failed"
    NO_SCANNER = "no_scanner"


@dataclass(frozen=True, slots=True)
class ScanOutcome:
    """Result of the scanner for one file; `threat` is its name for what it found, or why it failed."""

    state: ScanState = ScanState.NO_SCANNER
    threat: str = ""


@dataclass(frozen=True, slots=True)
class TransferFile:
    """One file of the transfer.

    Attributes:
        path: path inside the transfer, NFC, ``/`` between parts.
        size: bytes.
        sha256: lower-case hexadecimal digest.
        formats: what the identifier answered; None when it could not answer (not run, crashed, timed out).
        pages: counted pages; None when they were not or cannot be counted.
        scan: what the malware scanner answered.
        readings: other ways its name in an archive may be read.
    """

    path: str
    size: int
    sha256: str
    formats: tuple[Identification, ...] | None = None
    pages: int | None = None
    scan: ScanOutcome = field(default_factory=ScanOutcome)
    readings: tuple[str, ...] = ()

    @property
    def extension(self) -> str:
        """Return the extension of its name, lower case, without dot; empty if there is none."""
        name = self.path.rpartition("/")[2]
        stem, dot, extension = name.rpartition(".")
        return extension.lower() if dot and stem else ""

    @property
    def of_the_system(self) -> bool:
        """Return whether an operating system or an editor left the file behind."""
        name = self.path.rpartition("/")[2].casefold()
        left = name in {"thumbs.db", "desktop.ini", ".ds_store"} or name.startswith(("~$", "._"))
        return left or "__MACOSX" in self.path.split("/")


@functools.cache
def allowed_formats() -> frozenset[str]:
    """Return the PRONOM ids that a transfer may hold, from `allowed_formats.toml`."""
    text = resources.files("ingest.checks").joinpath("allowed_formats.toml").read_text("utf-8")
    return frozenset(puid for group in tomllib.loads(text)["group"] for puid in group["puids"])


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """What an organization may set.

    Attributes:
        agency_code: identifier of the agency that hands over; empty = not known.
        fonds_code: code of the fonds that takes the dossiers; empty = as the list says.
        allowed_formats: PRONOM ids.
        rules: how heavily the rules weigh there.
    """

    agency_code: str = ""
    fonds_code: str = ""
    allowed_formats: frozenset[str] = field(default_factory=allowed_formats)
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of an approved file plan; `period` as written."""

    title: str
    period: str


@dataclass(frozen=True, slots=True)
class Held:
    """A file of the same content that the archive holds: id and code of its dossier."""

    dossier_id: uuid.UUID
    code: str


@dataclass(frozen=True, slots=True)
class Link:
    """One document of the list and the file that it leads to, if exactly one."""

    dossier: SubmittedDossier
    document: SubmittedDocument
    match: PathMatch
    file: TransferFile | None

    def where(self, name: str = "") -> Where:
        """Return the place of the document, or of one of its fields."""
        return document_place(self.dossier, self.document, name, self.file.path if self.file else "")


@dataclass(frozen=True)
class CheckContext:
    """All that a check may ask for; made once for a transfer.

    Attributes:
        submission: what the list says.
        files: the transfer's files, the list itself among them.
        today: the date in Vietnam.
        settings: what the organization has set.
        list_path: path of the list among `files`; empty when it is not.
        reader_findings: what the readers said of the archive and the paths; check 8 passes it on.
        plans: lines of the approved file plans by year and folded notation; None where nothing is to be compared.
        holdings: what of the same fonds the archive holds, by digest of the content.
    """

    submission: Submission
    files: tuple[TransferFile, ...]
    today: datetime.date
    settings: CheckSettings = field(default_factory=CheckSettings)
    list_path: str = ""
    reader_findings: tuple[Finding, ...] = ()
    plans: Mapping[int, Mapping[str, PlanLine]] | None = None
    holdings: Mapping[str, tuple[Held, ...]] = field(default_factory=dict)

    @functools.cached_property
    def content(self) -> tuple[TransferFile, ...]:
        """Return the files that are records: neither the list nor left behind by a system."""
        return tuple(file for file in self.files if file.path != self.list_path and not file.of_the_system)

    @functools.cached_property
    def links(self) -> tuple[Link, ...]:
        """Return every document of the list with its file, in the order of the list."""
        by_path = {file.path: file for file in self.content}
        index = FileIndex({file.path: file.readings for file in self.content}, self.list_path.rpartition("/")[0])
        found = []
        for dossier in self.submission.dossiers:
            for document in dossier.documents:
                match = index.find(document.path_as_written or document.path)
                found.append(Link(dossier, document, match, by_path.get(match.path)))
        return tuple(found)


def document_place(dossier: SubmittedDossier, document: SubmittedDocument, name: str = "", path: str = "") -> Where:
    """Return the place of a document, or of one of its fields."""
    return Where(dossier.key, document.ordinal, path, document.row, document.columns.get(name, ""), name)


def dossier_place(dossier: SubmittedDossier, name: str = "") -> Where:
    """Return the place of a dossier, or of one of its fields."""
    return Where(dossier=dossier.key, row=dossier.row, column=dossier.columns.get(name, ""), field=name)


def cell(where: Where) -> dict[str, str | int]:
    """Return the place as parameters for a message's texts."""
    return {"row": where.row, "column": where.column, "dossier": where.dossier, "path": where.path}


def known_date(values: Mapping[str, str], name: str) -> PartialDate | None:
    """Return a field's date if it can be read without doubt."""
    return read_date(values.get(name, "")).date


def of_former_time(dossier: SubmittedDossier) -> bool:
    """Return whether the dossier was closed while TT 02/2019 was in force or before: then its rules apply."""
    ended, last_day = known_date(dossier.values, "end_date"), profiles()["TT02_FILE"].valid_to
    return ended is not None and last_day is not None and ended.latest <= last_day
