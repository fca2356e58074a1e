"""What a package is to its judge: named streams of bytes, wherever they lie; and the notes taken on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from archive.errors import KhoLuuTruError
from archive.messages.rules import Finding, Where
from archive.text.folding import nfc
from preservation.packages.bag_files import BagFiles, unreadable
from preservation.packages.tt05.kinds import PackageKind
from preservation.packages.verification import finding_of

REPRESENTATION = "representations/rep1"
_ANY_APPENDIX = "TT 05/2025/TT-BNV, Phụ lục I–V"


class PackageTree(Protocol):
    """The files below the root folder of a package, found by looking, never by a name that somebody wrote.

    Attributes:
        lengths: bytes of each file by its path, ``/`` between parts.
        findings: what else was found: links, names that are no text.
    """

    lengths: dict[str, int]
    findings: list[Finding]

    def read(self, path: str) -> Iterator[bytes]:
        """Yield the content of a file of `lengths`.

        Raises:
            OSError: it cannot be read.
            KhoLuuTruError: the archive that holds it says why it cannot.
        """
        ...


class PackageFiles:
    """The files of a package in a folder or an archive, see `preservation.packages.bag_places`."""

    def __init__(self, files: BagFiles) -> None:
        self._files = files
        self.lengths = {path: files.table.lengths[number] for path, number in files.table.present()}
        self.findings = files.findings.all()

    def read(self, path: str) -> Iterator[bytes]:
        """Yield the content of a file."""
        return self._files.read(path)


class Notes:
    """The findings of one judgement, in the order in which they were made."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.kind: PackageKind | None = None

    def settle(self, kind: PackageKind) -> None:
        """Say which package it is; notes that were taken before get their page of it."""
        self.kind = kind
        for found in self.findings:
            if found.parameters.get("citation") == _ANY_APPENDIX:
                found.parameters["citation"] = kind.citation("tree")

    def add(self, code: str, path: str, page: int | str = "tree", *, field: str = "", **values: str | int) -> None:
        """Take one note.

        Args:
            code: of the message catalogue.
            path: file or folder of the package.
            page: where the rule is printed, see `PackageKind.citation`.
            field: element or attribute.
            **values: of the texts' placeholders.
        """
        citation = self.kind.citation(page) if self.kind else _ANY_APPENDIX
        parameters: dict[str, str | int] = {"path": path, "field": field, "citation": citation, **values}
        self.findings.append(Finding(code, Where(path=path, field=field), parameters))


class Names:
    """Finds files although their names are written with other capitals than the circular's."""

    def __init__(self, tree: PackageTree) -> None:
        self._lengths = tree.lengths
        self._folded: dict[str, str] = {}
        for path in sorted(tree.lengths):
            self._folded.setdefault(folded(path), path)

    def find(self, wanted: str) -> str:
        """Return the path of a file as it is there; empty if there is none."""
        return wanted if wanted in self._lengths else self._folded.get(folded(wanted), "")


def folded(path: str) -> str:
    """Return what a system sees of a path that tells neither capitals nor Unicode forms apart."""
    return nfc(path).casefold()


def read_whole(tree: PackageTree, path: str, most: int, notes: Notes) -> bytes | None:
    """Return a metadata file, at most `most` bytes; None after saying why it was not read."""
    content = bytearray()
    try:
        for chunk in tree.read(path):
            content += chunk
            if len(content) > most:
                notes.add("PKG-0515", path, most=most >> 20)
                return None
    except OSError as error:
        notes.findings.append(unreadable(path, error))
        return None
    except KhoLuuTruError as error:
        notes.findings.append(finding_of(error))
        return None
    return bytes(content)
