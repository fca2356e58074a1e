"""The files that a list names, looked up among the files of its own transfer and nowhere else."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from archive.text.folding import TURNING, fold, nfc

_PREFIX = re.compile(r"^(?:file:)?/*(?:[A-Za-z]:)?/*")
_SHOWN = 10
_UNSPEAKABLE = re.compile(rf"[\x00-\x1f\x7f{TURNING}]")


class How(enum.StrEnum):
    """How a path of the list was matched, or why it was not; from the surest on."""

    EXACT = "exact"
    READING = "reading"
    CASE = "case"
    MARKS = "marks"
    EXTENSION = "extension"
    FOLDERS = "folders"
    EMPTY = "empty"
    ESCAPE = "escape"
    FOLDER = "folder"
    SEVERAL = "several"
    NOTHING = "nothing"


#: Code of the finding that an inexact match is; `EMPTY` and `NOTHING` are for the checks to judge.
CODES: Mapping[How, str] = {
    How.CASE: "RDR-0201",
    How.MARKS: "RDR-0202",
    How.EXTENSION: "RDR-0203",
    How.FOLDERS: "RDR-0204",
    How.ESCAPE: "RDR-0205",
    How.FOLDER: "RDR-0206",
    How.SEVERAL: "RDR-0207",
    How.READING: "RDR-0208",
}


@dataclass(frozen=True, slots=True)
class PathMatch:
    """What one path of the list leads to.

    Attributes:
        how: how it was found, or why not.
        path: the file's path in the transfer; empty unless exactly one file was found.
        candidates: the files that could be meant, when there is not exactly one (at most ten).
    """

    how: How
    path: str = ""
    candidates: tuple[str, ...] = ()


def list_path(written: str) -> str:
    r"""Return a path of a list in our form: NFC, ``/``, no drive, no leading ``/``, no empty parts.

    ``\HS.01\970.pdf`` and ``D:\HS.01\970.pdf`` give ``HS.01/970.pdf``. A path that climbs (``..``) or holds
    characters that control or turn the writing gives an empty text: it names nothing inside the transfer.
    """
    return "/".join(_parts(written) or ())


def _parts(written: str) -> list[str] | None:
    path = _PREFIX.sub("", nfc(written).strip().strip('"').replace("\\", "/"))
    parts = [part.strip() for part in path.split("/")]
    if _UNSPEAKABLE.search(path) or any(len(part) > 1 and not part.strip(". ") for part in parts):
        return None
    return [part for part in parts if part not in {"", "."}]


class FileIndex:
    """The files of one transfer by path.

    Args:
        files: each file's path in the transfer (NFC, ``/``) with the other ways its name may be read.
        base: folder of the list inside the transfer; paths are tried below it first, then from the top.
    """

    def __init__(self, files: Mapping[str, Iterable[str]], base: str = "") -> None:
        self._base = base.strip("/")
        self._exact: dict[str, list[str]] = {}
        self._readings: dict[str, list[str]] = {}
        self._case: dict[str, list[str]] = {}
        self._marks: dict[str, list[str]] = {}
        self._stems: dict[str, list[str]] = {}
        self._names: dict[str, list[str]] = {}
        self._folders: dict[str, list[str]] = {}
        for path, readings in files.items():
            self._add(path, readings)

    def _add(self, path: str, readings: Iterable[str]) -> None:
        plain = nfc(path)
        for index, key in (
            (self._exact, plain),
            (self._case, plain.casefold()),
            (self._marks, fold(plain)),
            (self._stems, fold(_without_extension(plain))),
            (self._names, fold(plain.rpartition("/")[2])),
        ):
            index.setdefault(key, []).append(path)
        for reading in dict.fromkeys(map(nfc, readings)):
            if reading != plain:
                self._readings.setdefault(reading, []).append(path)
        for folder in PurePosixPath(plain).parents:
            self._folders.setdefault(fold(str(folder)), []).append(path)

    def find(self, written: str) -> PathMatch:
        """Return the one file that a path of the list means, and how it was found."""
        parts = _parts(written)
        if parts is None:
            return PathMatch(How.ESCAPE)
        if not parts:
            return PathMatch(How.EMPTY)
        path = "/".join(parts)
        for tried in dict.fromkeys((f"{self._base}/{path}" if self._base else path, path)):
            match = self._find_here(tried)
            if match.how is not How.NOTHING:
                return match
        return self._find_elsewhere(path)

    def _find_here(self, path: str) -> PathMatch:
        for how, found in (
            (How.EXACT, self._exact.get(path)),
            (How.READING, self._readings.get(path)),
            (How.CASE, self._case.get(path.casefold())),
            (How.MARKS, self._marks.get(fold(path))),
            (How.EXTENSION, self._stems.get(fold(path))),
        ):
            if found:
                return _one(how, found)
        inside = self._folders.get(fold(path))
        return PathMatch(How.FOLDER, candidates=tuple(sorted(inside)[:_SHOWN])) if inside else PathMatch(How.NOTHING)

    def _find_elsewhere(self, path: str) -> PathMatch:
        """Find a file where one side has folders in front that the other has not."""
        parts = fold(path).split("/")
        for start in range(1, len(parts)):
            if found := self._marks.get("/".join(parts[start:])):
                return _one(How.FOLDERS, found)
        named = self._names.get(parts[-1], [])
        if found := [file for file in named if fold(file).endswith("/" + fold(path))]:
            return _one(How.FOLDERS, found)
        # Another folder or another extension is no match, only something to propose.
        alike = named or self._stems.get(fold(_without_extension(path)), [])
        return PathMatch(How.NOTHING, candidates=tuple(sorted(alike)[:_SHOWN]))


def _one(how: How, found: list[str]) -> PathMatch:
    if len(found) == 1:
        return PathMatch(how, found[0])
    return PathMatch(How.SEVERAL, candidates=tuple(sorted(found)[:_SHOWN]))


def _without_extension(path: str) -> str:
    folder, slash, name = path.rpartition("/")
    stem, dot, _ = name.rpartition(".")
    return folder + slash + (stem if dot and stem else name)
