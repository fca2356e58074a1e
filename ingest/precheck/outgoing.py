"""The files of this machine that make a transfer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingest.transfers.errors import TransferError
from ingest.transfers.file_names import LONGEST_FILE, MAX_FILES, clean_path


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A file of this machine, and its path inside the transfer."""

    place: Path
    path: str


def outgoing(source: Path) -> list[Outgoing]:
    """Return the files of a folder, or the one file, each found readable and usable by its name.

    Raises:
        TransferError: TRF-0004 there is none, TRF-0006 a name cannot be one inside a transfer, TRF-0007 too many,
            TRF-0018 one is too long, TRF-0023 two names become the same, TRF-0008 neither list nor archive.
        OSError: a file cannot be opened.
    """
    found = [source] if source.is_file() else sorted(p for p in source.rglob("*") if p.is_file())
    if not found:
        raise TransferError("TRF-0004")
    if len(found) > MAX_FILES:
        raise TransferError("TRF-0007", limit=MAX_FILES)
    sent: dict[str, Outgoing] = {}
    for place in found:
        path = clean_path(place.name if source.is_file() else place.relative_to(source).as_posix())
        if path in sent:
            raise TransferError("TRF-0023", path=path)
        if place.stat().st_size > LONGEST_FILE:
            raise TransferError("TRF-0018", path=path)
        place.open("rb").close()
        sent[path] = Outgoing(place, path)
    if not any(path.lower().endswith((".xlsx", ".zip")) for path in sent):
        raise TransferError("TRF-0008")
    return list(sent.values())
