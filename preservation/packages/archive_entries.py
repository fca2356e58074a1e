"""What an archive holds, before any of it is read: its entries' names judged, and the package's root found."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from preservation.packages.bag_files import FileDigests
from preservation.packages.errors import PackageError
from preservation.packages.file_table import FileTable
from preservation.packages.findings import Findings
from preservation.packages.path_forms import PathForm, form_of
from preservation.packages.verification import finding_of

MOST_ENTRIES = 1_000_000
"""Most entries of an archive that are looked at."""
RATIO = 100
"""How many times its own length an archive may hold …"""
RATIO_FROM = 100 << 20
"""… once it holds more than this, in bytes."""


class Kind(enum.Enum):
    """What an entry is."""

    FILE = enum.auto()
    FOLDER = enum.auto()
    OTHER = enum.auto()
    """A link, a device, a pipe: never followed, never read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its name as text, what it is, its bytes when unpacked, and where its content is (a number)."""

    name: str
    kind: Kind
    length: int
    place: int


def check_bounds(held: int, length: int) -> None:
    """Refuse an archive that unpacks to far more than it is.

    Raises:
        PackageError: ``PKG-0155``.
    """
    if held > RATIO_FROM and held > RATIO * length:
        raise PackageError("PKG-0155", found=held, length=length)


def placed(entries: Iterable[Entry], findings: Findings) -> tuple[str, FileTable, list[int]]:
    """Return the root folder, the files below it and the place of each by its number; what is wrong is told.

    Raises:
        PackageError: ``PKG-0160``, more entries than `MOST_ENTRIES`.
    """
    files: dict[str, Entry] = {}
    folders: set[str] = set()
    for count, entry in enumerate(entries):
        if count == MOST_ENTRIES:
            raise PackageError("PKG-0160", most=MOST_ENTRIES)
        name = _plain(entry)
        if not name and entry.kind is Kind.FOLDER:
            continue  # "./", the place itself
        if form_of(name) is not PathForm.PLAIN:
            findings.add("PKG-0151", entry.name)
        elif entry.kind is Kind.OTHER:
            findings.add("PKG-0118", name)
        elif entry.kind is Kind.FOLDER:
            folders.add(name)
        elif name in files:
            findings.add("PKG-0152", name)
        else:
            files[name] = entry
    root = _root(files, findings)
    _tell_empty_folders(folders, files, root, findings)
    table = FileTable()
    places = []
    for name, entry in files.items():
        if name.startswith(root):
            table.add(name.removeprefix(root), entry.length)
            places.append(entry.place)
        else:
            findings.add("PKG-0015", name)
    return root.removesuffix("/"), table, places


def _plain(entry: Entry) -> str:
    name = entry.name
    while name.startswith("./"):
        name = name[2:]
    if entry.kind is not Kind.FILE:
        name = name.removesuffix("/")
    return "" if name == "." and entry.kind is Kind.FOLDER else name


def _root(files: Iterable[str], findings: Findings) -> str:
    """Return what stands before the package's paths: empty, or the name of the top folder and ``/``."""
    tops: dict[str, bool] = {}
    for name in files:
        top, _, rest = name.partition("/")
        if not rest and _tells_a_root(top):
            if top == "bagit.txt":
                findings.add("PKG-0158", top)
            return ""
        tops[top] = tops.get(top, False) or _tells_a_root(rest)
    return next((top for top, known in tops.items() if known), next(iter(tops), "")) + "/"


def _tells_a_root(name: str) -> bool:
    """Tell whether a file stands in the root folder of bags, or of packages of TT 05/2025."""
    return name == "bagit.txt" or name.casefold() == "mets.xml"


def _tell_empty_folders(folders: set[str], files: Iterable[str], root: str, findings: Findings) -> None:
    used: set[str] = set()
    for name in (*files, *folders):
        parent = name.rpartition("/")[0]
        while parent and parent not in used:
            used.add(parent)
            parent = parent.rpartition("/")[0]
    for name in sorted(folders - used):
        findings.add("PKG-0122", name.removeprefix(root))


def digested(path: str, chunks: Iterable[bytes], algorithms: tuple[str, ...]) -> FileDigests:
    """Return the digests of an entry that is read once; what stops the reading is its finding."""
    hashes = [hashlib.new(name, usedforsecurity=False) for name in algorithms]
    try:
        for chunk in chunks:
            for digest in hashes:
                digest.update(chunk)
    except PackageError as error:
        return FileDigests(path, (), (finding_of(error),))
    return FileDigests(path, tuple(digest.digest() for digest in hashes))
