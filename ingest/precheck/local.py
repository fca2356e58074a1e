"""The checks of a transfer on this machine, before it is sent: needs no archive, and only reads.

The same readers and checks as the archive's, on the same files, in the same fence. What only an archive can know
(malware scanner, approved file plans, its own codes) is not judged here, and said so.
"""

from __future__ import annotations

import datetime
import hashlib
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from archive.fence.pool import Fence, Fenced, Outcome
from archive.messages.rules import Finding, Where
from ingest.checks.context import CheckContext, CheckSettings, TransferFile
from ingest.checks.looking import look_at
from ingest.checks.run import run_checks
from ingest.precheck.outgoing import outgoing
from ingest.readers.fenced import headings_of, read_list
from ingest.readers.lists import lists_among, one_list
from ingest.readers.spreadsheet import ReadList
from ingest.readers.unpacking import unpack_into
from ingest.transfers.errors import TransferError
from preservation.formats.ports import Identification

NOT_JUDGED: dict[str, tuple[str, str]] = {
    "malware": ("mã độc", "malware"),
    "plans": ("khớp với danh mục hồ sơ đã duyệt", "agreement with the approved file plan"),
    "codes": ("mã cơ quan trong mã hồ sơ (dùng --agency)", "the agency's code in dossier codes (--agency)"),
    "holdings": ("trùng với hồ sơ đã ở trong kho", "duplicates of what the archive holds"),
}
# What the archive says where it has no scanner, or does not know its own code; here nobody asked.
_OF_THE_SCANNER, _OF_THE_AGENCY = {"CHK-0801"}, {"CHK-0504"}
_UNPACKED_BYTES = 50 << 30
_LIST_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class _Local:
    """A file of the transfer, and where its bytes are."""

    path: str
    place: Path
    readings: tuple[str, ...] = ()


def not_judged(settings: CheckSettings) -> list[tuple[str, str]]:
    """Return the families that are left to the archive, in words (vi, en)."""
    return [words for family, words in NOT_JUDGED.items() if family != "codes" or not settings.agency_code]


def precheck(source: Path, today: datetime.date, settings: CheckSettings | None = None) -> list[Finding]:
    """Return what the archive would find in a folder or zip, but for the families of `NOT_JUDGED`.

    Args:
        source: folder with list and files, one list, or one zip.
        today: the date in Vietnam.
        settings: codes of agency and fonds, as far as they are known.

    Raises:
        OSError: something cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="kholuutru-") as made, _fence(Path(made)) as fence:
        findings: list[Finding] = []
        try:
            files = [_Local(file.path, file.place) for file in outgoing(source)]
            if not lists_among([file.path for file in files]):
                files = list(_unpacked(files, fence, Path(made), findings))
            chosen = one_list([file.path for file in files])
            read = _read(next(file for file in files if file.path == chosen), fence)
        except TransferError as error:
            return [*findings, Finding(error.code, parameters=dict(error.parameters))]
        with ThreadPoolExecutor(fence.workers) as threads:
            known = tuple(threads.map(lambda file: _looked_at(file, fence), files))
        given = settings or CheckSettings()
        context = CheckContext(read.submission, known, today, given, chosen)
        unasked = _OF_THE_SCANNER | (set() if given.agency_code else _OF_THE_AGENCY)
        judged = [finding for finding in run_checks(context) if finding.code not in unasked]
        return [*findings, *read.findings, *judged]


@contextmanager
def _fence(folder: Path) -> Iterator[Fence]:
    fence = Fence(folder / "fence")
    try:
        yield fence
    finally:
        fence.close()


def _unpacked(files: list[_Local], fence: Fence, folder: Path, findings: list[Finding]) -> Iterator[_Local]:
    for number, file in enumerate(files):
        if not file.path.lower().endswith(".zip"):
            yield file
            continue
        target = folder / f"unpacked-{number}"
        target.mkdir()
        seconds = 120 + file.place.stat().st_size / 2_000_000
        result = fence.run(unpack_into, str(file.place.resolve()), str(target), _UNPACKED_BYTES, wall_seconds=seconds)
        if result.outcome is not Outcome.DONE or result.value is None:
            parameters: dict[str, str | int] = {"path": file.path, "detail": str(result.outcome)}
            findings.append(Finding("RDR-0390", Where(path=file.path), parameters))
            continue
        findings += [Finding.from_plain(plain) for plain in result.value["findings"]]
        for entry in result.value["entries"]:
            yield _Local(entry["path"], target / str(entry["number"]), tuple(entry["other_readings"]))


def _read(file: _Local, fence: Fence) -> ReadList:
    place = str(file.place.resolve())
    mapping = _value(fence.run(headings_of, place), file.path)["mapping"]
    read = ReadList.from_plain(_value(fence.run(read_list, place, mapping, wall_seconds=_LIST_SECONDS), file.path))
    if not read.submission.dossiers:
        raise TransferError("TRF-0014", path=file.path)
    return read


def _value(result: Fenced[dict[str, Any]], path: str) -> dict[str, Any]:
    if result.outcome is not Outcome.DONE or result.value is None:
        raise TransferError("TRF-0013", path=path, detail=str(result.outcome))
    if "error" in result.value:
        raise TransferError(result.value["error"]["code"], **result.value["error"]["parameters"])
    return result.value


def _looked_at(file: _Local, fence: Fence) -> TransferFile:
    with file.place.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    known = TransferFile(file.path, file.place.stat().st_size, digest, readings=file.readings)
    looked = fence.run(look_at, str(file.place.resolve()))
    if looked.outcome is not Outcome.DONE or looked.value is None:
        return known
    formats = tuple(Identification.from_plain(plain) for plain in looked.value["formats"])
    return replace(known, formats=formats, pages=looked.value["pages"])
